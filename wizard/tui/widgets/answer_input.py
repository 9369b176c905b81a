"""One line of text for one question, with the choices that typing narrows down.

Owns reading and writing of that line and the keys of its list; the list itself is the screen's one ``Suggestions``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from wizard.questions import Kind, Unreadable, text_of, value_of_text

if TYPE_CHECKING:
    from wizard.questions import Asked, Choice


class AnswerInput(Input):
    """``item`` is the question at its place; ``choices`` may arrive later."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", "Next", show=False),
        Binding("down", "move(1)", "Choose", show=False),
        Binding("up", "move(-1)", "Choose", show=False),
        Binding("escape", "leave", "Back"),
    ]

    @dataclass
    class Accepted(Message):
        """Enter was pressed: on to the next one."""

        source: AnswerInput

    @dataclass
    class Moved(Message):
        """An arrow key: through the list, or to the neighbour."""

        source: AnswerInput
        by: int

    @dataclass
    class Closed(Message):
        """Escape was pressed."""

        source: AnswerInput

    @dataclass
    class HelpWanted(Message):
        """``?`` was pressed where it can be no part of an answer."""

        source: AnswerInput

    def __init__(self, item: Asked, text: str, *, compact: bool = False, placeholder: str = "") -> None:
        super().__init__(text, compact=compact, placeholder=placeholder, password=item.question.kind is Kind.SECRET)
        self.item = item
        self.choices: tuple[Choice, ...] = ()
        self.typed = False

    def shown(self, value: Any) -> str:
        """A value as text; several choices by their labels."""
        return text_of(self.item.question, value, self.choices)

    def read(self) -> Any:
        """The value that the text means. Raises ``Unreadable``."""
        question, text = self.item.question, self.value.strip()
        if question.kind is Kind.SECRET or not text:
            return None
        if question.kind is Kind.CHOICE and question.free and text.isdigit():
            return text  # a number in a field is no number of a list: nothing here is numbered
        return value_of_text(question, text, self.choices)

    @property
    def unreadable(self) -> str:
        """Why the text cannot be read; empty where it can."""
        try:
            self.read()
        except Unreadable as wrong:
            return str(wrong)
        return ""

    @property
    def word(self) -> str:
        """What is being typed: of several, the last one."""
        text = self.value[: self.cursor_position] if self.item.question.kind is Kind.MANY else self.value
        return text.rpartition(",")[2].strip() if self.item.question.kind is Kind.MANY else text.strip()

    def matching(self) -> list[Choice]:
        """The choices that what was typed leaves, those that begin with it first; all of them before anything is typed."""
        word = self.word.lower() if self.typed else ""
        taken = {part.strip() for part in self.value.split(",")} if self.item.question.kind is Kind.MANY else set()
        left = [choice for choice in self.choices if choice.value not in taken or choice.value.lower() == word]
        found = [choice for choice in left if word in choice.label.lower() or word in choice.value.lower()]
        return sorted(found, key=lambda choice: not choice.label.lower().lstrip("@").startswith(word)) if word else found

    def take(self, choice: Choice) -> None:
        """Put a choice in the place of what is being typed."""
        if self.item.question.kind is Kind.MANY:
            kept = [part.strip() for part in self.value.split(",") if part.strip()]
            kept = kept[:-1] if self.typed and kept and self.word else kept
            self.value = ", ".join([*kept, choice.value])
        else:
            self.value = choice.label
        self.cursor_position = len(self.value)
        self.typed = False

    def action_accept(self) -> None:
        self.post_message(self.Accepted(self))

    def action_move(self, by: int) -> None:
        self.post_message(self.Moved(self, by))

    def action_leave(self) -> None:
        self.post_message(self.Closed(self))

    async def _on_key(self, event: events.Key) -> None:
        if event.character == "?" and (not self.value or self.selection.end - self.selection.start == len(self.value)):
            event.stop()
            event.prevent_default()
            self.post_message(self.HelpWanted(self))
            return
        if event.is_printable or event.key in ("backspace", "delete"):
            self.typed = True
        await super()._on_key(event)
