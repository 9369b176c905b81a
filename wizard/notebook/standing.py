"""How the project stands, on the page: what has drifted, what expires, what waits; and why a job could not sign in.

Owns these two jobs' widgets. They write nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import ipywidgets as widgets

from wizard.notebook import words
from wizard.notebook.background import Background
from wizard.notebook.job_page import JobPage
from wizard.notebook.sitting import Sitting
from wizard.questions import Question
from wizard.questions.jobs import ABOUT, explanation

if TYPE_CHECKING:
    from wizard.project.model import Project


class Standing(JobPage):
    """``lakestrap status``. ``mend`` leads to the plan of set-up, which puts right what has drifted."""

    look_label = "look"

    def __init__(self, sitting: Sitting, background: Background, mend: Callable[[], None]) -> None:
        super().__init__(sitting, background)
        self.mend = widgets.Button(description="the plan that mends the drift", icon="wrench", disabled=True)
        self.mend.layout.width = "auto"
        self.mend.on_click(lambda _: mend())
        self.buttons.children = (self.look, self.mend, self.stop)

    async def looked(self) -> str:
        from wizard.flows.status import status
        from wizard.flows.status.rows import Standing as How
        from wizard.flows.status.rows import collapsed

        found = await status(await self.job(to_look=True))
        self.mend.disabled = not found.drifted
        parts = []
        for environment in ("", *found.environments):
            rows = [row for row in found.of(environment) if row.standing is not How.OK]
            lines = [(str(row.standing), row.area, row.what, row.why, row.hint) for row in collapsed(rows)]
            good = len(found.of(environment)) - len(rows)
            lines += [("ok", "", f"{good} things", "as they should be", "")] if good else []
            if lines:
                parts.append(words.table(("standing", "area", "what", "why", "what to do"), lines, environment or "shared by all"))
        counts = ", ".join(f"{number} {name}" for name, number in found.counts().items())
        return words.paragraph(f"{found.project}: {counts}") + "".join(parts)


class Explaining(JobPage):
    """``lakestrap explain``."""

    look_label = "explain"

    def questions(self, project: Project) -> Sequence[Question]:
        return (explanation([environment.name for environment in project.environments]),)

    async def looked(self) -> str:
        from wizard.flows.explain import asked, explain
        from wizard.headless.explain import lines

        job = await self.job(to_look=True)
        names = tuple(environment.name for environment in job.project.environments)
        return words.preformatted("\n".join(lines(await explain(job, asked(str(self.given(ABOUT)), names)))))
