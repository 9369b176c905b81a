"""Small questions over a screen: yes or no, a secret unseen, a text to take away.

Owns their layout. What is typed into a masked field leaves as ``Secret`` and is never shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from wizard.engine.apply import Remedy
from wizard.secret import Secret

if TYPE_CHECKING:
    from wizard.errors import LakestrapError


class Confirm(ModalScreen[bool]):
    """A question with two buttons; Esc is no. ``danger`` puts the focus on no."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,n", "answer(False)", "No"), Binding("y", "answer(True)", "Yes")]

    def __init__(self, title: str, text: str, yes: str, no: str, *, danger: bool = False) -> None:
        super().__init__()
        self.heading, self.text, self.yes, self.no, self.danger = title, text, yes, no, danger

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self.heading, classes="dialog-title", markup=False)
            yield Static(self.text, classes="dialog-text", markup=False)
            with Horizontal(classes="buttons"):
                yield Button(self.no, id="no")
                yield Button(self.yes, id="yes", variant="error" if self.danger else "primary")

    def on_mount(self) -> None:
        self.query_one("#no" if self.danger else "#yes", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)


class AskRemedy(ModalScreen[Remedy]):
    """What failed and why, and the three ways on; Esc looks for none of them but goes on without the step."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "say('retry')", "Retry"),
        Binding("k,escape", "say('skip')", "Skip"),
        Binding("s", "say('stop')", "Stop"),
    ]

    def __init__(self, key: str, error: LakestrapError, dependants: int) -> None:
        super().__init__()
        self.key, self.error, self.dependants = key, error, dependants

    def compose(self) -> ComposeResult:
        steps = {0: "nothing else", 1: "1 step"}.get(self.dependants, f"{self.dependants} steps")
        with Vertical(classes="dialog"):
            yield Static(f"✗ {self.key}", classes="dialog-title wrong", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static(self.error.message, classes="dialog-text", markup=False)
                for hint in self.error.hints:
                    yield Static(f"→ {hint}", classes="dialog-text", markup=False)
            yield Static(f"The other steps go on meanwhile; {steps} would be left out with it.", classes="dialog-foot", markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Stop the run", id="stop", variant="error")
                yield Button("Skip it", id="skip")
                yield Button("Retry", id="retry", variant="primary")

    def on_mount(self) -> None:
        self.query_one("#retry", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.action_say(event.button.id or "skip")

    def action_say(self, remedy: str) -> None:
        self.dismiss(Remedy(remedy))


class AskSecret(ModalScreen[Secret | None]):
    """A masked field; ``None`` where nothing was typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "none", "Without it")]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self.heading, self.text = title, text

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self.heading, classes="dialog-title", markup=False)
            yield Static(self.text, classes="dialog-text", markup=False)
            yield Input(password=True, id="secret")
            with Horizontal(classes="buttons"):
                yield Button("Without it", id="none")
                yield Button("Use it", id="use", variant="primary")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_submitted(self) -> None:
        self._use()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self._use() if event.button.id == "use" else self.dismiss(None)

    def action_none(self) -> None:
        self.dismiss(None)

    def _use(self) -> None:
        field = self.query_one(Input)
        text, field.value = field.value, ""
        self.dismiss(Secret(text) if text else None)


class ShowText(ModalScreen[None]):
    """A text to read and, on demand, to copy."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "close", "Close"), Binding("c", "copy", "Copy")]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self.heading, self.text = title, text

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog wide"):
            yield Static(self.heading, classes="dialog-title", markup=False)
            with VerticalScroll(can_focus=True):
                yield Static(self.text, markup=False)
            with Horizontal(classes="buttons"):
                yield Button("Close", id="close")
                yield Button("Copy", id="copy", variant="primary")

    def on_mount(self) -> None:
        self.query_one("#copy", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.action_copy() if event.button.id == "copy" else self.dismiss(None)

    def action_close(self) -> None:
        self.dismiss(None)

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self.text)
        self.app.notify("copied")
