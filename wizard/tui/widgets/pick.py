"""A few fixed choices, all in view, one of them chosen: by arrow keys, by their first letter or by mouse.

Owns drawing and keys of such a choice; yes and no stand side by side, others below each other with what tells them apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from wizard.questions import Choice

if TYPE_CHECKING:
    from wizard.questions import Asked

YES_NO = (Choice("yes", "yes"), Choice("no", "no"))


class Pick(Vertical, can_focus=True, can_focus_children=False):
    """``value`` is the chosen one; Enter goes on without changing it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,right", "move(1)", "Choose", show=False),
        Binding("up,left", "move(-1)", "Choose", show=False),
        Binding("enter", "accept", "Next", show=False),
        Binding("space", "move(1)", "Choose", show=False),
    ]

    @dataclass
    class Picked(Message):
        """Another one was chosen."""

        source: Pick

    @dataclass
    class Accepted(Message):
        """Enter was pressed: on to the next question."""

        source: Pick

    def __init__(self, item: Asked, choices: tuple[Choice, ...], value: str, *, across: bool = False) -> None:
        super().__init__(classes="across" if across else "")
        self.item, self.choices, self.value, self.across = item, choices, value, across

    def compose(self) -> ComposeResult:
        if self.across:
            yield Static(id="line")
            return
        wide = max((len(choice.label) for choice in self.choices), default=0) + 4
        for index, choice in enumerate(self.choices):
            with Horizontal(classes="pick-row"):
                label = Static(classes="pick-label", id=f"label-{index}")
                label.styles.width = wide
                yield label
                yield Static(choice.detail, classes="pick-detail", markup=False)

    def on_mount(self) -> None:
        self.draw()

    def on_focus(self) -> None:
        self.draw()

    def on_blur(self) -> None:
        self.draw()

    def show(self, value: str) -> None:
        """Show another value, silently."""
        self.value = value
        if self.is_mounted:
            self.draw()

    def draw(self) -> None:
        """Mark the chosen one."""
        if not self.query(Static):  # the focus may leave while the form is taken away
            return
        if self.across:
            line = Text()
            for choice in self.choices:
                line.append_text(self._marked(choice))
                line.append("   ")
            self.query_one("#line", Static).update(line)
            return
        for index, choice in enumerate(self.choices):
            label = self.query_one(f"#label-{index}", Static)
            label.update(self._marked(choice))
            if label.parent is not None:
                label.parent.set_class(choice.value == self.value, "chosen")

    def _marked(self, choice: Choice) -> Text:
        chosen = choice.value == self.value
        style = ("bold reverse" if self.has_focus else "bold") if chosen else ""
        return Text.assemble(("● " if chosen else "○ ", "bold" if chosen else "dim"), (choice.label, style))

    def action_move(self, by: int) -> None:
        values = [choice.value for choice in self.choices]
        at = values.index(self.value) if self.value in values else -1 if by > 0 else 0
        self._pick(values[(at + by) % len(values)])

    def action_accept(self) -> None:
        self.post_message(self.Accepted(self))

    def on_key(self, event: events.Key) -> None:
        found = [choice.value for choice in self.choices if event.character and choice.label.startswith(event.character)]
        if found:
            event.stop()
            self._pick(found[0])

    def on_click(self, event: events.Click) -> None:
        self.focus()
        if self.across:
            offset, at = event.get_content_offset(self), 0
            for choice in self.choices:
                if offset is not None and at <= offset.x < at + len(choice.label) + 3:
                    self._pick(choice.value)
                at += len(choice.label) + 5
            return
        for index, row in enumerate(self.query(".pick-row")):
            if row.region.contains(event.screen_x, event.screen_y):
                self._pick(self.choices[index].value)

    def _pick(self, value: str) -> None:
        if value != self.value:
            self.value = value
            self.draw()
            self.post_message(self.Picked(self))
