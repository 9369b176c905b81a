"""Renewing credentials on the page: which ones, where each lives, how old it is, and what would be done.

Owns this job's widgets and answers; the rotation is the flow's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from wizard.engine.events import Event
from wizard.errors import LakestrapError
from wizard.flows.decisions import Outcome
from wizard.flows.rotate.choosing import due_of, kinds_of, wishes_of
from wizard.flows.rotate.wishes import KINDS
from wizard.notebook import words
from wizard.notebook.job_page import JobPage
from wizard.questions import Choice, Question
from wizard.questions.jobs import CREDENTIALS, ENVIRONMENTS, WHAT, rotation

if TYPE_CHECKING:
    from wizard.flows.job import Job
    from wizard.flows.rotate.preview import Item, Preview
    from wizard.project.model import Project


class Rotating(JobPage):
    """``lakestrap rotate``."""

    agree = "renew these"
    _preview: Preview | None = None
    _job: Job | None = None

    def questions(self, project: Project) -> Sequence[Question]:
        names = [environment.name for environment in project.environments]
        kinds = kinds_of(self._preview.items) if self._preview else [Choice(kind, kind, CREDENTIALS[kind]) for kind in KINDS]
        return rotation(names, kinds, due_of(self._preview.items) if self._preview else None)

    async def looked(self) -> str:
        from wizard.flows.rotate.preview import previewed
        from wizard.flows.rotate.wishes import Wishes

        self._job = await self.job()
        names = [environment.name for environment in self._job.project.environments]
        wishes = wishes_of(Wishes(), names, self.given(ENVIRONMENTS), self.given(WHAT))
        self._preview = await previewed(self._job, wishes)
        if self._preview.doing and not any(item.obstacles for item in self._preview.items):
            self.ready()
        return _shown(self._preview)

    def begin(self) -> None:
        assert self._preview is not None
        lanes = {item.credential.key: item.credential.environment for item in self._preview.doing}
        self.lanes.begin_with(lanes, {name: list(lanes.values()).count(name) for name in lanes.values()})

    def done(self, outcome: Outcome) -> AsyncIterator[Event]:
        from wizard.flows.rotate.run import RotationOutcome, rotate

        assert self._job is not None and self._preview is not None and isinstance(outcome, RotationOutcome)
        return rotate(self._job, self._preview.wishes, self, outcome, self._preview)

    def new_outcome(self) -> Outcome:
        from wizard.flows.rotate.run import RotationOutcome

        return RotationOutcome()

    def closing(self, outcome: Outcome, run: str, error: LakestrapError | None) -> Event:
        from wizard.flows.rotate.run import RotationOutcome, closing

        assert isinstance(outcome, RotationOutcome)
        return closing(outcome, run, error)

    async def agrees_to_rotate(self, preview: object) -> bool:
        """The person has looked and pressed the button."""
        return True

    async def choice(self, question: str, choices: tuple[str, ...], why: str) -> str | None:
        return await self.one_of(question, choices, why)


def _shown(preview: Preview) -> str:
    secretless = "<p>This project is secretless: its pipelines sign in without anything that expires or could leak.</p>"
    rows = [_row(item, preview) for item in preview.items]
    head = ("credential", "do", "age", "expires", "lives in", "read by")
    notes = [f"{item.credential.key}: {text}" for item in preview.items for text in (*_warnings(item), *item.obstacles)]
    return (secretless if preview.secretless else "") + words.table(head, rows) + "".join(words.paragraph(note) for note in notes)


def _row(item: Item, preview: Preview) -> tuple[str, ...]:
    active = item.active
    age = f"{(preview.now - active.created).days} days" if active and active.created else "unknown"
    expires = f"{item.expires:%Y-%m-%d}" if item.expires else "never" if active else "unknown"
    does = f"{item.task}: {item.reason}" if item in preview.doing else item.reason
    places = "\n".join(copy.place for copy, _ in item.copies)
    return (item.credential.key, does, age, expires, places, "\n".join(item.credential.readers))


def _warnings(item: Item) -> tuple[str, ...]:
    return item.credential.warnings if str(item.task) == "rotate" else ()
