"""A form of a few answers before something is looked at: what is wrong stands beside its field or below.

Owns the frame, the list under the line that is typed in, and going on. What is asked, and what is wrong, is told by the screens
made of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Footer, Input, OptionList, Static

from wizard.errors import Problem
from wizard.questions import Asked, Question, Unreadable
from wizard.tui.screens.page import Page
from wizard.tui.widgets.answer_input import AnswerInput
from wizard.tui.widgets.field import Field
from wizard.tui.widgets.pick import Pick
from wizard.tui.widgets.suggestions import Suggestions
from wizard.tui.widgets.ticks import Ticks


class Choosing(Page):
    """``heading`` is what is asked, ``onward`` the word on the button that goes on."""

    heading: ClassVar[str] = ""
    onward: ClassVar[str] = "Preview"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+j,pagedown", "onward", "Preview", key_display="PgDn", priority=True),
        Binding("escape", "back", "Back"),
    ]

    def parts(self) -> Iterable[Widget]:
        """The form."""
        raise NotImplementedError

    def problems(self) -> list[Problem]:
        """Everything that keeps one from going on; ``place`` is the field it stands beside."""
        return []

    def go_on(self) -> None:
        """To the screen that follows."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        yield self.top()
        with VerticalScroll(id="choosing", can_focus=False):
            yield Static(self.heading, classes="heading", markup=False)
            yield from self.parts()
        yield Static("", id="choosing-trouble", markup=False)
        with Horizontal(classes="buttons", id="ways"):
            yield Button("Back", id="back")
            yield Button(self.onward, id="onward", variant="primary")
        yield Suggestions()
        yield Footer()

    def field(self, question: Question, value: Any = None, text: str = "") -> Field:
        """One question in the form."""
        return Field(Asked(question, question.field), question.label, value, text, ())

    def control(self, name: str) -> AnswerInput | Pick:
        """What the answer of that field is given in."""
        return next(field.control for field in self.query(Field) if field.item.path == name)

    def value(self, name: str) -> Any:
        """The answer as it stands; ``None`` for none and for one that cannot be read."""
        control = self.control(name)
        if isinstance(control, Pick):
            return control.value
        try:
            return control.read()
        except Unreadable:
            return None

    def check(self, *, all_of_it: bool = False) -> bool:
        """Tell what is wrong, of empty fields only when ``all_of_it`` is asked for; whether nothing is."""
        found = self.problems()
        fields = {field.item.path: field for field in self.query(Field)}
        for name, field in fields.items():
            control = field.control
            problem = next((each for each in found if each.place == name), None)
            unreadable = control.unreadable if isinstance(control, AnswerInput) else ""
            if unreadable:
                problem = Problem(name, unreadable)
            quiet = isinstance(control, AnswerInput) and not control.value and not all_of_it
            field.tell(None if quiet else problem)
        others = [each for each in found if each.place not in fields]
        lines = [f"✗ {each.reason}" + (f" — {each.remedy}" if each.remedy else "") for each in others]
        self.query_one("#choosing-trouble", Static).update("\n".join(lines))
        wrong = any(isinstance(field.control, AnswerInput) and field.control.unreadable for field in fields.values())
        return not found and not wrong

    def action_onward(self) -> None:
        if self.check(all_of_it=True):
            self.query_one(Suggestions).close()
            self.go_on()
            return
        for field in self.query(Field):
            if field.has_class("wrong"):
                field.control.focus()
                return

    def action_back(self) -> None:
        suggestions = self.query_one(Suggestions)
        if suggestions.open:
            suggestions.close()
        else:
            self.app.pop_screen()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.action_onward() if event.button.id == "onward" else self.app.pop_screen()

    # the list under the line

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        line = event.input
        if isinstance(line, AnswerInput) and line.has_focus:
            suggestions = self.query_one(Suggestions)
            suggestions.offer(line) if line.typed else suggestions.close()
        self.check()

    @on(Pick.Picked)
    @on(Ticks.Ticked)
    def picked(self) -> None:
        self.check()

    @on(Pick.Accepted)
    def pick_accepted(self, event: Pick.Accepted) -> None:
        self.focus_next()

    @on(AnswerInput.Accepted)
    def accepted(self, event: AnswerInput.Accepted) -> None:
        suggestions, line = self.query_one(Suggestions), event.source
        if suggestions.chosen is not None and suggestions.owner is line:
            line.take(suggestions.chosen)
        suggestions.close()
        self.check()
        self.focus_next()

    @on(AnswerInput.Moved)
    def moved(self, event: AnswerInput.Moved) -> None:
        suggestions = self.query_one(Suggestions)
        if not (suggestions.open and suggestions.owner is event.source):
            suggestions.offer(event.source)
        if suggestions.open:
            suggestions.move(event.by)

    @on(AnswerInput.Closed)
    def closed(self) -> None:
        self.action_back()

    @on(AnswerInput.HelpWanted)
    def help_wanted(self) -> None:
        self.action_help()

    @on(OptionList.OptionSelected)
    def selected(self, event: OptionList.OptionSelected) -> None:
        suggestions = self.query_one(Suggestions)
        if event.option_list is suggestions and suggestions.owner is not None:
            owner = suggestions.owner
            owner.take(suggestions.offered[int(event.option_id or 0)])
            suggestions.close()
            self.check()
            owner.focus()
