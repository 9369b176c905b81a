"""A few things of which any number is chosen, each with a tick before it that is read without colours, too.

Owns drawing and keys: Space or Enter or a click ticks and unticks.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from wizard.questions import Choice


class Ticks(OptionList):
    """``selected`` are the values that are ticked, in the order of the choices."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "select", "Tick", show=False)]

    @dataclass
    class Ticked(Message):
        """One was ticked or unticked."""

        source: Ticks

    def __init__(self, choices: Sequence[Choice], ticked: Collection[str] = (), *, id: str) -> None:
        self.choices, self._ticked, self._roomy = tuple(choices), set(ticked), True
        super().__init__(*[Option(self._line(choice), id=choice.value) for choice in choices], id=id, compact=True)

    @property
    def selected(self) -> tuple[str, ...]:
        return tuple(choice.value for choice in self.choices if choice.value in self._ticked)

    @property
    def all_of_them(self) -> bool:
        return len(self.selected) == len(self.choices)

    def _line(self, choice: Choice) -> Text:
        mark, style = ("[x] ", "bold green") if choice.value in self._ticked else ("[ ] ", "dim")
        wide = max(len(each.label) for each in self.choices)
        detail = f"  {choice.detail}" if choice.detail and self._roomy else ""
        return Text.assemble((mark, style), (choice.label.ljust(wide), "bold" if choice.value in self._ticked else ""), (detail, "dim"))

    def on_resize(self) -> None:
        """What a thing is stands beside it where there is room for all of it."""
        wide = max(len(each.label) + len(each.detail) for each in self.choices) + 10
        self._roomy = wide <= self.size.width
        for choice in self.choices:
            self.replace_option_prompt(choice.value, self._line(choice))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        value = event.option_id or ""
        self._ticked ^= {value}
        choice = next(each for each in self.choices if each.value == value)
        self.replace_option_prompt(value, self._line(choice))
        self.post_message(self.Ticked(self))
