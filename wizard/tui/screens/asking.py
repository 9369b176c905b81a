"""Questions that a flow may ask while it runs: the plan has moved, a name to type, one of a few, another value for what went stale.

Owns their layout. What an answer means is the flow's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from wizard.tui import plan_view
from wizard.tui.hanging import Hanging

if TYPE_CHECKING:
    from wizard.engine.plan import Change
    from wizard.flows.add import Stale


class Moved(ModalScreen[bool]):
    """The world is another one than when the plan was looked at: what differs, and whether to go on all the same. Esc stops."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,n", "answer(False)", "Stop"), Binding("y", "answer(True)", "Go on")]

    def __init__(self, changes: Sequence[tuple[Change | None, Change | None]]) -> None:
        super().__init__()
        self.changes = changes

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide"):
            yield Static("The world has moved since you looked at the plan", classes="dialog-title wrong", markup=False)
            yield Static("Nothing of this was agreed to yet:", classes="dialog-text", markup=False)
            with VerticalScroll(can_focus=True):
                yield Static(Hanging(self.body()), markup=False)
            yield Static("Stopping is safe: the next run goes on from here.", classes="dialog-foot", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Stop", id="no")
                yield Button("Go on with it", id="yes", variant="error")

    def body(self) -> Text:
        """A line each: what would be done now, and what was planned instead."""
        text = Text()
        for before, now in self.changes:
            change = now or before
            assert change is not None
            if now is None:
                text.append_text(Text.assemble(("= ", "dim"), f"{change.key}  ", (f"no longer needed: {change.action}", "dim"), "\n"))
                continue
            then = "was not in the plan" if before is None else f"was: {before.action}"
            line = plan_view.line(now)
            text.append_text(Text.assemble(line.plain[:2], f"{now.action} {now.key}", (f"  ({then})", "dim"), "\n"))
            for difference in now.differences:
                changed = (difference.observed, "red"), " → ", (difference.desired, "green")
                text.append_text(Text.assemble(f"    {difference.field}: ", *changed, "\n"))
            if now.reason:
                text.append(f"    {now.reason}\n", "dim")
        text.rstrip()
        return text

    def on_mount(self) -> None:
        self.query_one("#no", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)


class TypeName(ModalScreen[bool]):
    """Nobody types a name by accident. True only where it was typed letter for letter; Esc is no."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "no", "No")]

    def __init__(self, name: str, why: str) -> None:
        super().__init__()
        self.wanted, self.why = name, why

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Text.assemble("Type ", (self.wanted, "bold"), " to go on"), classes="dialog-title")
            yield Static(self.why, classes="dialog-text", markup=False)
            yield Input(placeholder="the name, letter for letter", id="typed-name")
            with Horizontal(classes="buttons"):
                yield Button("Do nothing", id="no")
                yield Button("Go on", id="yes", variant="error", disabled=True)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.query_one("#yes", Button).disabled = event.value != self.wanted

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value == self.wanted:
            self.dismiss(True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes" and self.query_one(Input).value == self.wanted)

    def action_no(self) -> None:
        self.dismiss(False)


class Choose(ModalScreen[str | None]):
    """One of a few; Esc is none of them."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "none", "None of them")]

    def __init__(self, question: str, choices: Sequence[str], why: str) -> None:
        super().__init__()
        self.question, self.choices, self.why = question, choices, why

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self.question, classes="dialog-title", markup=False)
            yield Static(self.why, classes="dialog-text", markup=False)
            yield OptionList(*[Option(Text(choice), id=str(at)) for at, choice in enumerate(self.choices)], id="choices", compact=True)
            yield Static("Enter chooses; Esc says none of them.", classes="dialog-foot", markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.choices[int(event.option_id or 0)])

    def action_none(self) -> None:
        self.dismiss(None)


class Renew(ModalScreen[str | tuple[str, ...] | None]):
    """What was taken over is not usable any more: another value, chosen or typed. Esc gives none."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "none", "Without it"), Binding("down", "list", "Choose", show=False)]

    def __init__(self, stale: Stale) -> None:
        super().__init__()
        self.stale = stale

    def compose(self) -> ComposeResult:
        several = self.stale.field == "reviewers"
        with Vertical(classes="dialog"):
            yield Static(f"Another {self.stale.field} is needed", classes="dialog-title wrong", markup=False)
            yield Static(self.stale.reason, classes="dialog-text", markup=False)
            yield Input(placeholder="names, with commas between; empty for nobody" if several else "type it, or choose below", id="another")
            choices = [Option(_choice(choice.label, choice.detail), id=str(at)) for at, choice in enumerate(self.stale.choices)]
            yield OptionList(*choices, id="choices", compact=True)
            with Horizontal(classes="buttons"):
                yield Button("Give up", id="none")
                yield Button("Use it", id="use", variant="primary")

    def on_mount(self) -> None:
        self.query_one(OptionList).display = bool(self.stale.choices)
        self.query_one(Input).focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        value, field = self.stale.choices[int(event.option_id or 0)].value, self.query_one(Input)
        several = self.stale.field == "reviewers" and field.value.strip()
        field.value = f"{field.value.strip().rstrip(',')}, {value}" if several else value
        field.focus()
        field.cursor_position = len(field.value)

    def on_input_submitted(self) -> None:
        self._use()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self._use() if event.button.id == "use" else self.dismiss(None)

    def _use(self) -> None:
        text = self.query_one(Input).value.strip()
        if self.stale.field == "reviewers":
            self.dismiss(tuple(text.replace(",", " ").split()))
        elif text:
            self.dismiss(text)

    def action_list(self) -> None:
        self.query_one(OptionList).focus()

    def action_none(self) -> None:
        self.dismiss(None)


def _choice(label: str, detail: str) -> Text:
    return Text.assemble(label, (f"  {detail}", "dim"), no_wrap=True, overflow="ellipsis")
