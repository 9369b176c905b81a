"""One job after set-up as widgets: choose, look, agree, bars, report.

Owns the frame that every job has. What is asked, looked at and done is each job's own (``rotating``, ``adding``, …); rules are the
flows'. Nothing is changed before somebody has looked and pressed the button that says so.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from wizard.engine.events import Event
from wizard.engine.plan import Plan
from wizard.errors import BadInput, LakestrapError
from wizard.flows.decisions import Outcome
from wizard.flows.ending import finished
from wizard.flows.report import report
from wizard.notebook import words
from wizard.notebook.background import Background
from wizard.notebook.doing import Doing
from wizard.notebook.field import Field
from wizard.notebook.lanes import Lanes
from wizard.notebook.sitting import Sitting
from wizard.project.file import load
from wizard.questions import Answers, Known, Question, Unreadable, answer, at, choices_of, problem, value_of

if TYPE_CHECKING:
    from wizard.flows.job import Job
    from wizard.project.model import Project

Json = Any


class JobPage(Doing):
    """The base of the jobs. ``agree`` is what its button says; empty for jobs that change nothing."""

    agree = ""
    look_label = "look at what would be done"

    def __init__(self, sitting: Sitting, background: Background) -> None:
        super().__init__(background)
        self.sitting = sitting
        self.answers, self._known = Answers(), Known()
        self.fields: dict[str, Field] = {}
        self._unreadable: dict[str, str] = {}
        self.form, self.more = widgets.VBox(), widgets.VBox()
        self.look = widgets.Button(description=self.look_label, icon="list", layout=widgets.Layout(width="auto"))
        self.go = widgets.Button(
            description=self.agree, icon="play", button_style="primary", disabled=True, layout=widgets.Layout(width="auto")
        )
        self.table, self.report = widgets.HTML(), widgets.HTML()
        self.lanes = Lanes()
        self.lanes.box.layout.display = "none"
        self.look.on_click(lambda _: self.start(self._looked()))
        self.go.on_click(lambda _: self.start(self._carried_out()))
        self.buttons = widgets.HBox([self.look, *([self.go] if self.agree else []), self.stop])
        self.box = widgets.VBox([self.form, self.trouble, self.table, self.more, self.buttons, self.secrets, self.lanes.box, self.report])
        self.outcome: Outcome | None = None
        self._opened = AsyncExitStack()
        self._ready = False

    # each job's own

    def questions(self, project: Project) -> Sequence[Question]:
        """What is to be chosen before anybody looks."""
        return ()

    async def looked(self) -> str:
        """Look and come back with the preview as HTML; ``self.ready()`` where there is something to agree to."""
        raise NotImplementedError

    def done(self, outcome: Outcome) -> AsyncIterator[Event]:
        """Carry out what was looked at."""
        raise NotImplementedError

    def begin(self) -> None:
        """Bars for what was looked at."""

    def plan(self) -> Plan:
        """What the report lists; nothing where the last words say it all."""
        return Plan(())

    def closing(self, outcome: Outcome, run: str, error: LakestrapError | None) -> Event:
        """The last event."""
        return finished(outcome, run, error)

    # the frame

    def show(self) -> None:
        """Draw the form for the project file as it is now."""
        try:
            project = load(self.sitting.path)
        except BadInput as trouble:
            self.form.children = ()
            self.trouble.value = words.error(trouble)
            return
        self.refresh(self.questions(project))

    def refresh(self, questions: Sequence[Question]) -> None:
        """Draw these questions; fields that stay are kept."""
        for question in questions:
            item = at(question)
            if question.field not in self.fields:
                self.fields[question.field] = Field(item, self._told)
            field = self.fields[question.field]
            field.item = item
            value, offered = value_of(item, self.answers, self._known), choices_of(item, self.answers, self._known)
            wrong = problem(item, value, self.answers, self._known)
            told = "" if wrong is None or item.path not in self.answers.answered else f"{wrong.reason}; {wrong.remedy}"
            field.show(question.label, value, offered, self._unreadable.get(item.path, told))
        self.form.children = tuple(self.fields[question.field].box for question in questions)

    def _told(self, field: Field, value: Json) -> None:
        self._unreadable.pop(field.item.path, None)
        if isinstance(value, Unreadable):
            self._unreadable[field.item.path] = str(value)
        else:
            self.answers = answer(field.item, value, self.answers)
        self.unready()
        self.show()

    def given(self, field: str) -> Json:
        """What was chosen, else the default. Raises ``BadInput`` for what is wrong."""
        item = self.fields[field].item
        value = value_of(item, self.answers, self._known)
        wrong = problem(item, value, self.answers, self._known)
        if wrong is not None:
            raise BadInput([wrong])
        return value

    def ready(self) -> None:
        """There is something that can be agreed to."""
        self._ready = True

    def unready(self) -> None:
        """What was looked at does not hold any more."""
        self._ready = False
        self.go.disabled = True

    def busy(self, working: bool) -> None:
        self.look.disabled = working
        self.go.disabled = working or not self._ready

    async def opened(self, context: AbstractAsyncContextManager[Any]) -> Any:
        """What it opens, kept open until somebody looks again or the page is closed."""
        return await self._opened.enter_async_context(context)

    async def job(self, *, to_look: bool = False) -> Job:
        """The project's job, opened with what the page is signed in with."""
        from wizard.flows.job import opened

        sitting = self.sitting
        context = opened(sitting.path, allowed=sitting.allowed, tenant=sitting.tenant, token=sitting.token, to_look=to_look)
        job: Job = await self.opened(context)
        return job

    async def _looked(self) -> None:
        self.unready()
        self.table.value, self.report.value, self.more.children = "<i>looking at what is there …</i>", "", ()
        self.lanes.box.layout.display = "none"
        shown = ""
        try:
            await self.close()
            shown = await self.looked()
        finally:
            self.table.value = shown

    async def _carried_out(self) -> None:
        self._ready = False  # what was looked at is carried out once, also when it is stopped
        outcome, events, error, run = self.new_outcome(), [], None, ""
        self.outcome = outcome
        self.begin()
        self.lanes.box.layout.display = ""
        try:
            async for event in self.done(outcome):
                run = event.run or run
                events.append(event)
                self.lanes.event(event)
        except LakestrapError as trouble:
            error = trouble
        last = self.closing(outcome, run, error)
        self.lanes.event(last)
        self.report.value = words.rendered(report(self.project(), self.plan(), outcome, [*events, last], self.sitting.tenant))
        if error is not None:
            raise error

    def new_outcome(self) -> Outcome:
        return Outcome()

    def project(self) -> Project:
        """The project that the report is about."""
        return load(self.sitting.path)

    async def agrees(self, plan: Plan) -> bool:
        """The person has looked and pressed the button."""
        return True

    async def close(self) -> None:
        """Close what is open."""
        await self._opened.aclose()
