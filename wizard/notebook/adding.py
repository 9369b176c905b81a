"""Adding an environment on the page: its name, place and pattern, then the plan of the new one alone.

Owns this job's widgets and answers; what is added, and what went stale, the flow says.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

from wizard.engine.events import Event
from wizard.engine.plan import Plan
from wizard.errors import Problem
from wizard.flows.add.choosing import before_production, problem_of
from wizard.flows.add.entry import Request
from wizard.notebook import words
from wizard.notebook.job_page import JobPage
from wizard.project.file import load
from wizard.questions import Question, Situation
from wizard.questions.jobs import AFTER, FIRST, LIKE, NAME, addition

if TYPE_CHECKING:
    from wizard.flows.add import Adding as Opened
    from wizard.flows.add import Preview, Stale
    from wizard.flows.decisions import Outcome
    from wizard.project.model import Project


class Adding(JobPage):
    """``lakestrap add``."""

    agree = "add it"
    _adding: Opened | None = None
    _preview: Preview | None = None

    def questions(self, project: Project) -> Sequence[Question]:
        def usable(value: Any, now: Situation) -> Problem | None:
            return problem_of(project, Request(str(value)))

        names = [environment.name for environment in project.environments]
        return addition(names, before_production(project), usable)

    def _request(self) -> Request:
        after = str(self.given(AFTER))
        return Request(str(self.given(NAME)), str(self.given(LIKE)), "" if after == FIRST else after)

    async def looked(self) -> str:
        from wizard.flows.add import opened, previewed

        sitting = self.sitting
        context = opened(sitting.path, self._request(), self, allowed=sitting.allowed, tenant=sitting.tenant, token=sitting.token)
        self._adding = await self.opened(context)
        self._preview = preview = await previewed(self._adding)
        if not preview.plan.blocked:
            self.ready()
        head = f"{preview.name}, in the order {' → '.join(preview.order)}"
        files = "\n".join(preview.files.differences())
        drift = [f"not as the project has it, and left as it is: {item}" for item in preview.drift]
        notes = "".join(words.paragraph(text) for text in (head, *preview.notes, *drift))
        return notes + words.folded("the change of the files", files) + words.plan_table(preview.plan, preview.rows)

    def begin(self) -> None:
        self.lanes.begin(self.plan())

    def plan(self) -> Plan:
        assert self._preview is not None
        return self._preview.plan

    def done(self, outcome: Outcome) -> AsyncIterator[Event]:
        from wizard.flows.add import add

        assert self._adding is not None
        return add(self._adding, self, outcome, self._preview)

    def project(self) -> Project:
        return load(self.sitting.path)

    async def renewed(self, stale: Stale) -> str | tuple[str, ...] | None:
        """Another value for what nobody can use any more, of those that can be chosen."""
        if not stale.choices:
            return None
        labels = [choice.value for choice in stale.choices]
        nobody = ["nobody"] if stale.field == "reviewers" else []
        chosen = await self.one_of(f"{stale.field} {stale.value}: {stale.reason}", [*labels, *nobody], stale.remedy)
        if stale.field == "reviewers":
            return () if chosen in nobody else (chosen,)
        return chosen
