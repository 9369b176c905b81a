"""Carrying the plan out: one lane an environment, what happens now, how long it takes; and the log.

Owns the screen and asking before it is stopped. Stopping closes the stream of events: calls under way end, no new one begins.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Footer, Input, ProgressBar, Static

from wizard.engine.apply import Remedy
from wizard.errors import Cancelled, LakestrapError
from wizard.tui import plan_view
from wizard.tui.progress import Board, board
from wizard.tui.screens.page import Page
from wizard.tui.widgets.event_log import EventLog
from wizard.tui.widgets.lane import LaneView, clock

if TYPE_CHECKING:
    from wizard.engine.events import Event
    from wizard.engine.plan import Change, Plan
    from wizard.secret import Secret

SAFE = "Calls that are under way end, no new one begins. Nothing is lost: resume from the first screen, and it goes on from there."


class Apply(Page):
    """Starts as soon as it is shown. ``board`` holds what was told; ``running`` is the task that consumes the stream."""

    place = "Apply"
    help_text = (
        "Every environment has a lane. A wait names its reason and counts down: mostly a cloud that has not yet told itself about a new "
        "identity or role. **L** shows the log. **S** stops, after asking; that is always safe."
    )
    terms = ("idempotent", "role assignment", "federated credential")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s,escape", "stop", "Stop", key_display="S"),
        Binding("l", "log", "Log"),
        Binding("slash", "filter", "Filter", key_display="/"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.board: Board | None = None
        self.running: asyncio.Task[None] | None = None
        self.began = 0.0
        self.expected = 0.0
        self.stopping = False

    def compose(self) -> ComposeResult:
        yield self.top()
        with Vertical(id="apply-page"):
            yield Static("", id="apply-head", markup=False)
            yield ProgressBar(id="apply-bar", show_eta=False)
            yield VerticalScroll(id="lanes")
            yield Input(placeholder="filter the log: prod, waiting, vault …", id="log-filter", compact=True)
            yield EventLog(id="log")
        yield Footer()

    async def on_mount(self) -> None:
        self.query_one("#log-filter").display = False
        await self.start()

    async def start(self) -> None:
        """Draw the lanes of the plan and begin."""
        job, preview = self.sitting.job, self.sitting.preview
        assert job is not None and preview is not None
        await self.lanes(preview.plan, [environment.name for environment in job.project.environments])
        self.begin()

    def begin(self) -> None:
        """Start the run."""
        self.began = self.sitting.clock()
        self.set_interval(0.5, self.tick)
        self.running = asyncio.create_task(self.run_setup())

    async def lanes(self, plan: Plan, names: list[str]) -> None:
        """Empty lanes for a plan."""
        changing = {change.key: str(change.action) for change in plan.changes if str(change.action) != "keep"}
        self.board = board(plan_view.environments_of(plan, names), changing, names)
        self.expected = plan_view.expected_seconds(plan)
        self.query_one(ProgressBar).update(total=max(1, self.board.total), progress=0)
        await self.query_one("#lanes").mount(*[LaneView(lane) for lane in self.board.lanes.values() if lane.total or lane.name in names])
        self.tick()

    async def run_setup(self) -> None:
        """Consume the stream to its end, then show how it ended."""
        from wizard.flows.decisions import Outcome
        from wizard.flows.setup import setup

        job, preview = self.sitting.job, self.sitting.preview
        assert job is not None
        job.remedy = self.remedy
        outcome = self.sitting.outcome = Outcome()
        error: LakestrapError | None = None
        stream = setup(job, self, outcome, preview)
        try:
            async for event in stream:
                self.show(event)
        except LakestrapError as problem:
            error = problem
        except asyncio.CancelledError:
            error = Cancelled("stopped: nothing is lost", hints=["resume it from the first screen, or run: lakestrap setup"])
        finally:
            await stream.aclose()  # type: ignore[attr-defined]
        self.ended(error)

    def ended(self, error: LakestrapError | None) -> None:
        """On to how it ended; a question or a help that is still open has become pointless."""
        from wizard.tui.screens.done import Done

        assert self.board is not None
        while self.app.screen is not self and self in self.app.screen_stack:
            self.app.pop_screen()
        self.app.switch_screen(Done(self.board, error, self.elapsed))

    # what the flow asks

    async def agrees(self, plan: Plan) -> bool:
        """The plan was agreed to on the screen before."""
        return True

    async def secret_value(self, name: str, environment: str) -> Secret | None:
        """A value typed unseen."""
        from wizard.tui.screens.dialogs import AskSecret

        answer: asyncio.Future[Secret | None] = asyncio.get_running_loop().create_future()
        title, text = f"{name} for {environment}", "The value goes into the vault and is forgotten. It is never shown."
        self.app.push_screen(AskSecret(title, text), answer.set_result)
        return await answer

    async def remedy(self, change: Change, error: LakestrapError) -> Remedy:
        """What the person says to a failed step; the run goes on around it meanwhile."""
        from wizard.tui.screens.dialogs import AskRemedy

        plan = self.sitting.preview.plan if self.sitting.preview is not None else None
        answer: asyncio.Future[Remedy | None] = asyncio.get_running_loop().create_future()
        dialog = AskRemedy(change.key, error, len(plan_view.dependants(plan, change.key)) if plan is not None else 0)
        self.app.push_screen(dialog, lambda said: None if answer.done() else answer.set_result(said))
        try:
            return await answer or Remedy.SKIP
        except asyncio.CancelledError:  # the run was stopped over its head
            if dialog is self.app.screen:
                self.app.pop_screen()
            raise

    # drawing

    @property
    def elapsed(self) -> float:
        return self.sitting.clock() - self.began if self.began else 0.0

    def show(self, event: Event) -> None:
        """One event of the stream."""
        assert self.board is not None
        self.board.show(event)
        self.query_one(EventLog).add(event)
        self.tick(event.time)

    def tick(self, now: float | None = None) -> None:
        """Draw the lanes as they are at a moment (seconds since the epoch)."""
        if self.board is None or not self.is_mounted:
            return
        for lane in self.query(LaneView):
            lane.draw(time.time() if now is None else now)
        self.query_one(ProgressBar).update(progress=min(self.board.done, max(1, self.board.total)))
        verb = "Stopping: waiting for the calls under way" if self.stopping else f"{self.board.done} of {self.board.total} done"
        usual = f" of usually {clock(self.expected)}" if self.expected >= 20 else ""
        if usual and self.sitting.rehearsal:
            usual = f"   (usually {clock(self.expected)} in the real clouds)"
        self.query_one("#apply-head", Static).update(f"{verb}   {clock(self.elapsed)}{usual}")

    def on_resize(self) -> None:
        self.call_after_refresh(self.tick)

    @on(Input.Changed, "#log-filter")
    def filtered(self, event: Input.Changed) -> None:
        self.query_one(EventLog).filter(event.value)

    @on(Input.Submitted, "#log-filter")
    def filter_done(self) -> None:
        self.query_one(EventLog).focus()

    def action_log(self) -> None:
        self.toggle_class("-log")

    def action_filter(self) -> None:
        self.add_class("-log")
        field = self.query_one("#log-filter", Input)
        field.display = True
        field.focus()

    # stopping

    def may_leave(self) -> bool:
        """Leaving stops the run first, after asking."""
        if self.running is None or self.running.done():
            return True
        self.action_stop(leave=True)
        return False

    def action_stop(self, leave: bool = False) -> None:
        from wizard.tui.screens.dialogs import Confirm

        field = self.query_one("#log-filter", Input)
        if field.display and not leave:
            field.value, field.display = "", False
            self.query_one(EventLog).focus()
            return
        if self.stopping:
            return

        def answered(stop: bool | None) -> None:
            if stop:
                self.wizard.run_worker(self.stop(leave), name="stop")  # not here: the lanes have to go on being drawn

        self.app.push_screen(Confirm("Stop this run?", SAFE, "Stop", "Go on", danger=True), answered)

    async def stop(self, leave: bool) -> None:
        """Close the stream and wait for its end; then ``leave`` the application altogether."""
        self.stopping = True
        self.tick()
        if self.running is not None:
            self.running.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.wait([self.running])
        if leave:
            await self.wizard.finish(self.sitting.exit_code)
