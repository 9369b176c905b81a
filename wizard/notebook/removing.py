"""Taking environments down on the page: everything that goes, what stays, and names that have to be typed.

Owns this job's widgets and answers; what is ours to remove the flow says.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as widgets

from wizard.engine.events import Event
from wizard.errors import BadInput
from wizard.notebook import words
from wizard.notebook.job_page import JobPage
from wizard.project.file import load
from wizard.questions import Question
from wizard.questions.jobs import ENVIRONMENTS, EVERYTHING, removal

if TYPE_CHECKING:
    from wizard.flows.decisions import Outcome
    from wizard.flows.destroy import Removal
    from wizard.flows.job import Job
    from wizard.project.model import Project


class Removing(JobPage):
    """``lakestrap destroy``. ``names`` are the fields in which a name has to be typed."""

    agree = "remove all of this"
    _removal: Removal | None = None
    _job: Job | None = None
    _wanted: tuple[str, ...] = ()

    def questions(self, project: Project) -> Sequence[Question]:
        return (removal([environment.name for environment in project.environments]),)

    async def looked(self) -> str:
        from wizard.flows.destroy import preview

        chosen = self.given(ENVIRONMENTS)
        self._wanted = () if EVERYTHING in chosen else tuple(chosen)
        self._job = await self.job(to_look=True)
        self._before = self._job.project
        self._removal = found = await preview(self._job, self._wanted)
        self.names = {name: widgets.Text(placeholder=name) for name in found.to_name}
        self.more.children = tuple(
            widgets.VBox([widgets.HTML(f"Type <b>{escape(name)}</b> to agree: {escape(why)}"), self.names[name]])
            for name, why in found.to_name.items()
        )
        if not found.obstacles and not found.empty:
            self.ready()
        rows = [(plane, line) for plane, lines in found.by_plane().items() for line in lines]
        lines = list(found.lines())
        gone = {f"{plane}:" for plane in found.by_plane()} | {f"  - {line}" for _, line in rows}
        rest = "\n".join(line for line in lines if line not in gone)
        return words.table(("plane", "removed"), rows) + words.preformatted(rest)

    def begin(self) -> None:
        assert self._removal is not None
        self.lanes.begin(self._removal.plan, proves=False)

    def done(self, outcome: Outcome) -> AsyncIterator[Event]:
        from wizard.flows.destroy import destroy

        assert self._job is not None
        return destroy(self._job, self._wanted, self, outcome, removal=self._removal)

    def project(self) -> Project:
        try:
            return load(self.sitting.path)
        except BadInput:
            return self._before

    async def agrees_to_removal(self, removal: Removal) -> bool:
        """The person has looked and pressed the button."""
        return True

    async def named(self, name: str, why: str) -> bool:
        return name in self.names and self.names[name].value == name
