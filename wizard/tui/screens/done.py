"""How it ended: what exists, whether the pipelines can sign in, what is left for people, how to go on.

Owns the screen, looking again whether people have done their part, and saving the report. What counts as done is the flow's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Footer, Static

from wizard.errors import Cancelled, LakestrapError
from wizard.tui import report
from wizard.tui.hanging import Hanging
from wizard.tui.screens.page import Page
from wizard.tui.widgets.lane import clock

if TYPE_CHECKING:
    from wizard.engine.journal import Journal
    from wizard.tui.progress import Board
    from wizard.tui.undertaking import Undertaking

MARKS = {"✓": "bold green", "✗": "bold red", "⏸": "bold yellow"}
REPORT = "lakestrap-report.md"


class Done(Page):
    """``error`` ended the run, where one did; ``seconds`` is how long it took."""

    place = "Done"
    help_text = (
        "What was made, and what is left. **V** looks again whether the pipelines can sign in, after a merge or an approval. "
        "**S** saves this as a report. Links open with a click, in terminals that can."
    )
    terms = ("reviewer", "wait timer", "trunk", "OIDC")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "verify", "Verify again"),
        Binding("s", "save", "Save report"),
        Binding("r", "again", "Plan again"),
        Binding("escape", "home", "Home"),
    ]

    def __init__(self, undertaking: Undertaking, board: Board, error: LakestrapError | None, seconds: float) -> None:
        super().__init__()
        self.undertaking = undertaking
        self.board, self.error, self.seconds = board, error, seconds
        self.journal: Journal | None = None

    def compose(self) -> ComposeResult:
        yield self.top()
        with VerticalScroll(id="done-page"):
            yield Static("", id="done-head", markup=False)
            yield Static("", id="done-body", markup=False)
        with Horizontal(classes="buttons", id="ways"):
            yield Button("Home", id="home")
            yield Button("Plan again", id="again")
            yield Button("Save report", id="save")
            yield Button("Verify again", id="verify")
            yield Button("Leave", id="leave", variant="primary")
        yield Footer()

    def on_mount(self) -> None:
        from wizard.flows.people import EVERY_SECONDS

        self.draw()
        self.set_interval(EVERY_SECONDS, self.poll)

    def poll(self) -> None:
        """Look quietly whether people have done their part, as long as something is left for them."""
        outcome = self.sitting.outcome
        looking = any(worker.group == "look" and worker.is_running for worker in self.workers)
        if self.is_current and self.may_verify and outcome is not None and outcome.pending and not looking:
            self.look_again()

    @property
    def complete(self) -> bool:
        outcome = self.sitting.outcome
        return self.error is None and outcome is not None and outcome.exit_code == 0

    @property
    def may_verify(self) -> bool:
        """Whether there is a complete run whose logins can be looked at again."""
        outcome = self.sitting.outcome
        return self.undertaking.proves and outcome is not None and outcome.applied.complete

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Proving is offered where the run had pipelines to prove."""
        return action != "verify" or self.undertaking.proves

    def draw(self, *, stay: bool = False) -> None:
        """Everything, from the top; ``stay`` leaves the focus where it is."""
        outcome, job = self.sitting.outcome, self.sitting.job
        assert outcome is not None and job is not None
        if self.complete:
            words, style = (f"✓ {self.undertaking.headline()}", "bold green")
        elif isinstance(self.error, Cancelled):
            words, style = ("⏸ Stopped", "bold yellow")
        else:
            words, style = ("✗ Not complete", "bold red")
        made = f"   {outcome.applied.changed} changes in {clock(self.seconds)}"
        self.query_one("#done-head", Static).update(Text.assemble((words, style), (made, "dim")))
        self.query_one("#done-body", Static).update(Hanging(self.body()))
        self.query_one("#again", Button).display = not self.complete
        self.query_one("#verify", Button).display = self.may_verify and bool(outcome.pending or outcome.unproven)
        if not stay or not (self.focused and self.focused.display):
            self.query_one("#leave" if self.complete else "#again", Button).focus()

    def body(self) -> Text:
        """The sections below the headline."""
        outcome = self.sitting.outcome
        assert outcome is not None
        text = Text()
        self._errors(text)
        words = self.undertaking.words(outcome) if self.error is None else ""
        if words:
            text.append(f"\n{words}\n", "bold" if self.complete else "")
        proofs = list(report.proofs(self.board))
        if proofs:
            text.append("\nCan the pipeline sign in?\n", "bold")
            for name, mark, words, link in proofs:
                text.append_text(
                    Text.assemble("  ", (f"{mark} ", MARKS[mark]), (f"{name}  ", "bold"), words, "  ", _link("run", link), "\n")
                )
        if outcome.applied.complete:
            text.append(f"\n{report.pending_words(outcome.pending)}\n", "bold")
            if outcome.pending and self.undertaking.proves:
                text.append("  looked at again by itself; V looks at once\n", "dim")
            for item in outcome.pending:
                text.append_text(
                    Text.assemble("  ⏸ ", item["what"], (f"  by {item['who']}", "dim"), "\n    ", _link(item["link"], item["link"]), "\n")
                )
        notes = self.undertaking.notes(self.board)
        if notes:
            text.append("\nTo know\n", "bold")
        for note in notes:
            text.append(f"  • {note}\n")
        self._places(text)
        text.append("\nHow to go on\n", "bold")
        for number, step in enumerate(self.undertaking.next_steps(outcome), start=1):
            text.append(f"  {number}. {step.replace('`', '')}\n")
        return text

    def _places(self, text: Text) -> None:
        shown: dict[str, list[tuple[str, str]]] = {}
        assert self.sitting.outcome is not None
        for environment, what, link in self.undertaking.places(self.sitting.outcome):
            shown.setdefault(environment or self.undertaking.job.project.github.repository, []).append((what, link))
        if shown:
            text.append("\nWhat exists now\n", "bold")
        for name, links in shown.items():
            text.append_text(
                Text.assemble(f"  {name.ljust(16)} ", *[part for what, link in links for part in (_link(what, link), "  ")], "\n")
            )

    def _errors(self, text: Text) -> None:
        if self.error is not None:
            text.append(f"\n{self.error.message}\n", "" if isinstance(self.error, Cancelled) else "red")
            for hint in self.error.hints:
                text.append(f"  → {hint}\n", "cyan")
        for lane in self.board.lanes.values():
            for key, event in lane.failed.items():
                if event.action != "verify":
                    text.append_text(Text.assemble(("\n✗ ", "bold red"), (key, "bold"), f": {event.error}\n"))
                    for hint in event.hint.splitlines():
                        text.append(f"  → {hint}\n", "cyan")
            if lane.skipped:
                count = len(lane.skipped)
                steps = "1 step" if count == 1 else f"{count} steps"
                text.append(f"  {steps} of {lane.name} that depend on it {'was' if count == 1 else 'were'} left out\n", "yellow")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        actions = {"home": "home", "again": "again", "save": "save", "verify": "verify", "leave": "app.leave"}
        self.call_later(self.run_action, actions[event.button.id or "home"])

    def action_verify(self) -> None:
        """Look again now."""
        outcome = self.sitting.outcome
        if outcome is None or not self.may_verify:
            self.notify("the run has to be complete first", severity="warning")
            return
        self.notify("looking again whether the pipelines can sign in …")
        self.look_again()

    @work(exclusive=True, group="look")
    async def look_again(self) -> None:
        """Every environment's answer replaces the one before; one journal serves all looks of this screen."""
        from wizard.engine.journal import Journal
        from wizard.flows.ending import finished
        from wizard.flows.people import looked_again

        outcome, job = self.sitting.outcome, self.sitting.job
        assert outcome is not None and job is not None
        before = len(outcome.pending)
        try:
            self.journal = self.journal or Journal(job.runs, job.identity)
            async for event in looked_again(job, outcome, self.journal):
                self.board.show(event)
            self.journal.record(finished(outcome, self.journal.run))
        except LakestrapError as error:
            self.notify(error.message, severity="error")
        if before and not outcome.pending:
            self.notify("nothing is left for people", title="done")
        self.draw(stay=True)

    def on_unmount(self) -> None:
        if self.journal is not None:
            self.journal.close()

    def action_save(self) -> None:
        """Write the report beside the project file."""
        outcome = self.sitting.outcome
        assert outcome is not None
        path = self.sitting.root / ".lakestrap" / REPORT
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.write_text(report.markdown(self.undertaking, outcome, self.board, self.error), encoding="utf-8")
        except OSError as problem:
            self.notify(f"cannot write {path}: {problem.strerror}", severity="error")
            return
        self.notify(f"saved as .lakestrap/{REPORT}")

    def action_again(self) -> None:
        self.app.switch_screen(self.undertaking.again())

    def action_home(self) -> None:
        """All the way to the first screen."""
        from wizard.tui.screens.home import Home

        while not isinstance(self.app.screen, Home) and len(self.app.screen_stack) > 1:
            self.app.pop_screen()


def _link(words: str, address: str) -> Text:
    """Words that a terminal can open with a click; nothing where there is no address."""
    return Text(words, style=Style(link=address, underline=True)) if address else Text("")
