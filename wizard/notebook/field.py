"""One question as a widget: its label and help, the input, what can be chosen, and what is wrong.

Owns the choice of a widget for a kind of answer and the way from its value to an answer. Decides nothing about an answer. A secret
is taken out of its widget the moment it arrives.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as widgets

from wizard.notebook import words
from wizard.questions import Asked, Kind, Offered, Question, Unreadable, text_of, value_of_text
from wizard.secret import Secret

Json = Any
Told = Callable[["Field", Json], None]

WIDE = widgets.Layout(width="32em")


class Field:
    """A question's widgets. ``told(field, value)`` is called for every change that a person makes; never for one of ``show``.

    The value is an ``Unreadable`` where the text is no answer of that kind: it stays as it was typed.
    """

    def __init__(self, item: Asked, told: Told) -> None:
        self.item, self._told, self._showing = item, told, False
        self.unreadable = ""
        self.choices: Offered = Offered()
        self.label, self.note, self.problem = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.input = _input_for(item.question)
        self.more = widgets.Dropdown(layout=WIDE) if item.question.kind is Kind.MANY else None
        self.input.observe(self._changed, names="value")
        inputs = [self.input]
        if self.more is not None:
            self.more.observe(self._added, names="value")
            inputs.append(self.more)
        self.box = widgets.VBox([self.label, *inputs, self.note, self.problem], layout=widgets.Layout(margin="0 0 0.8em 0"))

    @property
    def question(self) -> Question:
        return self.item.question

    def show(self, label: str, value: Json, offered: Offered, problem: str, *, typing: bool = False) -> None:
        """Show a value, its choices and what is wrong. With ``typing`` the input is left as the person has it."""
        self._showing = True
        try:
            self.choices = offered
            _set(self.label, "value", words.label(label, self.question))
            _set(self.note, "value", f"<small>{escape(_reason(offered))}</small>" if offered.reason else "")
            _set(self.problem, "value", words.wrong(self.unreadable or problem))
            self._offer(offered)
            if not typing and not self.unreadable and self.question.kind is not Kind.SECRET:
                _set(self.input, "value", self._shown(value))
        finally:
            self._showing = False

    def _offer(self, offered: Offered) -> None:
        if isinstance(self.input, widgets.Combobox):
            _set(self.input, "options", tuple(choice.label for choice in offered.choices))
        elif isinstance(self.input, widgets.Dropdown):
            pairs = (("", None), *((_line(choice.label, choice.detail), choice.value) for choice in offered.choices))
            if self.input.options != pairs:
                before = self.input.value
                self.input.options = pairs
                _set(self.input, "value", before if before in [value for _, value in pairs] else None)
        if self.more is not None:
            pairs = (("add …", None), *((_line(choice.label, choice.detail), choice.value) for choice in offered.choices))
            if self.more.options != pairs:
                self.more.options = pairs
                self.more.value = None
            self.more.layout.display = "" if offered.choices else "none"

    def _shown(self, value: Json) -> Json:
        if isinstance(self.input, widgets.Dropdown):
            return value if value in [known for _, known in self.input.options] else None
        if isinstance(self.input, widgets.ToggleButtons):
            return value if isinstance(value, bool) else None
        return text_of(self.question, value, self.choices.choices)

    def _changed(self, change: Json) -> None:
        if self._showing:
            return
        value = change["new"]
        if self.question.kind is Kind.SECRET:
            if value:
                self.show_nothing()
                self._told(self, Secret(value))
            return
        if isinstance(value, str) and not isinstance(self.input, widgets.Dropdown):
            try:
                value = value_of_text(self.question, value, self.choices.choices) if value.strip() else None
                self.unreadable = ""
            except Unreadable as trouble:
                self.unreadable = str(trouble)
                _set(self.problem, "value", words.wrong(self.unreadable))
                value = trouble
        self._told(self, value)

    def show_nothing(self) -> None:
        """Empty the input without telling anybody."""
        self._showing = True
        self.input.value = ""
        self._showing = False

    def _added(self, change: Json) -> None:
        if not self._showing and change["new"] is not None and self.more is not None:
            parts = [part.strip() for part in self.input.value.split(",") if part.strip()]
            self.input.value = ", ".join(dict.fromkeys([*parts, str(change["new"])]))
            self.more.value = None


def _input_for(question: Question) -> widgets.Widget:
    """The widget for a kind of answer."""
    match question.kind:
        case Kind.SECRET:
            return widgets.Password(layout=WIDE, continuous_update=False)
        case Kind.YES_NO:
            return widgets.ToggleButtons(options=[("yes", True), ("no", False)], value=None, style={"button_width": "5em"})
        case Kind.CHOICE if question.free:
            return widgets.Combobox(layout=WIDE, ensure_option=False)
        case Kind.CHOICE:
            return widgets.Dropdown(options=[("", None)], layout=WIDE)
        case _:
            return widgets.Text(layout=WIDE)


def _set(widget: widgets.Widget, name: str, value: Json) -> None:
    if getattr(widget, name) != value:
        setattr(widget, name, value)


def _reason(offered: Offered) -> str:
    return f"nothing to choose from: {offered.reason}"


def _line(label: str, detail: str) -> str:
    return f"{label} — {detail}" if detail else label
