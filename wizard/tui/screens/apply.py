"""Carrying out what was agreed to, whichever flow it is: a lane an environment, what happens now, how long it takes; and the log.

Owns the screen and asking before it is stopped. Stopping closes the stream of events: calls under way end, no new one begins.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Footer, Input, ProgressBar, Static

from wizard.errors import Cancelled, LakestrapError
from wizard.tui.person import Person
from wizard.tui.progress import Board
from wizard.tui.screens.page import Page
from wizard.tui.widgets.event_log import EventLog
from wizard.tui.widgets.lane import LaneView, clock
from wizard.tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from wizard.engine.events import Event
    from wizard.tui.undertaking import Undertaking

SAFE = "Calls that are under way end, no new one begins. Nothing is lost: resume from the first screen, and it goes on from there."


class Apply(Page):
    """Starts as soon as it is shown. ``board`` holds what was told; ``running`` is the task that consumes the stream.

    ``typed`` are names that were typed before, to agree to what needs them; ``shown`` is the preview that was agreed to.
    """

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

    def __init__(self, undertaking: Undertaking, *, shown: object = None, typed: Collection[str] = ()) -> None:
        super().__init__()
        self.undertaking, self.shown, self.typed = undertaking, shown, typed
        self.board: Board | None = None
        self.running: asyncio.Task[None] | None = None
        self.began = 0.0
        self.expected = 0.0
        self.stopping = False

    def compose(self) -> ComposeResult:
        yield TopLine(self.undertaking.place, self.sitting.world, self.sitting.who)
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
        """Draw the lanes and begin."""
        self.board, self.expected = self.undertaking.board(), self.undertaking.expected
        names = self.undertaking.names
        self.query_one(ProgressBar).update(total=max(1, self.board.total), progress=0)
        await self.query_one("#lanes").mount(*[LaneView(lane) for lane in self.board.lanes.values() if lane.total or lane.name in names])
        self.tick()
        self.began = self.sitting.clock()
        self.set_interval(0.5, self.tick)
        self.running = asyncio.create_task(self.carry_out())

    async def carry_out(self) -> None:
        """Consume the stream to its end, then show how it ended."""
        outcome = self.sitting.outcome = self.undertaking.outcome()
        self.sitting.error, self.sitting.drifted = None, False
        person = Person(self.wizard, outcome, plan=self.undertaking.plan, shown=self.shown, typed=self.typed)
        self.undertaking.job.remedy = person.remedy
        stream = self.undertaking.events(person, outcome)
        error: LakestrapError | None = None
        try:
            async for event in stream:
                self.show(event)
        except LakestrapError as problem:
            error = problem
        except asyncio.CancelledError:
            hint = f"resume it from the first screen, or run: {self.undertaking.command}"
            error = Cancelled("stopped: nothing is lost", hints=[hint])
        finally:
            await stream.aclose()  # type: ignore[attr-defined]
        self.sitting.error = error
        self.ended(error)

    def ended(self, error: LakestrapError | None) -> None:
        """On to how it ended; a question or a help that is still open has become pointless."""
        from wizard.tui.screens.done import Done

        assert self.board is not None
        self.sitting.forget()
        if self not in self.app.screen_stack:
            return  # the app was closed meanwhile
        while self.app.screen is not self:
            self.app.pop_screen()
        self.app.switch_screen(Done(self.undertaking, self.board, error, self.elapsed))

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
        moment = time.time() if now is None else now
        for lane in self.query(LaneView):
            lane.draw(moment)
        self.query_one(ProgressBar).update(progress=min(self.board.done, max(1, self.board.total)))
        verb = "Stopping: waiting for the calls under way" if self.stopping else f"{self.board.done} of {self.board.total} done"
        usual = f" of usually {clock(self.expected)}" if self.expected >= 20 else ""
        if usual and self.sitting.rehearsal:
            usual = f"   (usually {clock(self.expected)} in the real clouds)"
        text = f"{verb}   {clock(self.elapsed)}{usual}"
        if self.board.before is not None and not self.stopping:
            left = max(0.0, self.board.before.until - moment)
            text = f"Nothing is done yet: {self.board.before.reason} (next look in {left:.0f} s)   {clock(self.elapsed)}"
        self.query_one("#apply-head", Static).update(text)

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
