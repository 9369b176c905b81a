"""A lost project file on the page: whose, then the file as it would be written, then that it is.

Owns this job's widgets. Where the file is read from, and what is uncertain about it, is the flow's; only that one file is written.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from wizard.errors import BadInput
from wizard.notebook import words
from wizard.notebook.background import Background
from wizard.notebook.job_page import JobPage
from wizard.notebook.sitting import Sitting
from wizard.questions.jobs import CLOUDS, FROM, PROJECT, REPOSITORY, recovery, source

if TYPE_CHECKING:
    from wizard.flows.adopt import Adopted
    from wizard.providers.session import Session
    from wizard.questions import Question

LISTS = ("repositories", "repository of the folder")
"""What the repository is chosen from, and what is proposed."""


class Adopting(JobPage):
    """``lakestrap adopt``. ``written`` is called once the project is there."""

    agree = "write this file"
    look_label = "look"

    def __init__(self, sitting: Sitting, background: Background, written: Callable[[], None]) -> None:
        super().__init__(sitting, background)
        self.written = written
        self.several: tuple[str, ...] = ()
        self.looked_at = ""
        self.found: Adopted | None = None
        self._fetching = False

    def show(self) -> None:
        """The form; where there is a file already, only that."""
        from wizard.flows.adopt import refuse_a_file_that_is_there

        try:
            refuse_a_file_that_is_there(self.sitting.path)
        except BadInput as trouble:
            self.form.children, self.look.disabled = (), True
            self.trouble.value = words.error(trouble)
            return
        self.look.disabled = False
        for name in LISTS:
            if (name,) in self.sitting.known.lists:
                self._known.lists[name,] = self.sitting.known.lists[name,]
        self.refresh(self._asked())
        if (LISTS[0],) not in self._known.lists and self.sitting.session is not None and not self._fetching:
            self._fetching = True
            self._background.submit(self._listed(self.sitting.session))

    async def _listed(self, session: Session) -> None:
        """Fetch the repositories to choose from; typing needs no list."""
        from wizard.flows.choices import fetch

        found = await fetch(session, LISTS[0])
        with self.sitting.lock:
            self.sitting.known.lists[LISTS[0],] = found
        self.show()

    def _asked(self) -> tuple[Question, ...]:
        """Which version only where there are two, which project only where there are several."""
        held = (source(self.found.source, self.found.other),) if self.found is not None and self.found.other else ()
        return (*recovery(self.several), *held)

    async def looked(self) -> str:
        from wizard.flows.adopt import adopted, projects
        from wizard.providers.signin import open_session

        repository = str(self.given(REPOSITORY))
        clouds = FROM in self.fields and self.answers.get(FROM) == CLOUDS
        sitting = self.sitting
        async with await open_session(tenant=sitting.tenant, token=sitting.token) as session:
            if repository != self.looked_at:
                self.several, self.looked_at, self.found, clouds = await projects(session, repository), repository, None, False
                self.show()
                if len(self.several) > 1:
                    return words.paragraph(f"{repository} holds several projects: choose one, and look again")
            name = str(self.given(PROJECT)) if len(self.several) > 1 else ""
            self.found = found = await adopted(session, repository, name, from_clouds=clouds)
        self.show()
        self.ready()
        doubts = words.table(("place", "why"), found.unknown, "What it cannot tell for certain")
        return f"<h4>lakestrap.yaml of {escape(found.project.name)}, {escape(found.source)}</h4>{words.preformatted(found.text)}{doubts}"

    async def _carried_out(self) -> None:
        from wizard.flows.adopt import adopt

        assert self.found is not None
        self._ready = False
        async for _ in adopt(self.sitting.path, self.found):
            pass
        self.sitting.reread()
        self.report.value = words.paragraph(f"{self.sitting.path.name} is written; the plan shows whether anything differs")
        self.written()
