"""One question in a form: its label, its control, what to answer, and what is wrong with the answer.

Owns which control a kind of question gets. What is right or wrong it is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from wizard.questions import Kind
from wizard.tui.widgets.answer_input import AnswerInput
from wizard.tui.widgets.pick import YES_NO, Pick

if TYPE_CHECKING:
    from wizard.errors import Problem
    from wizard.questions import Asked, Choice


class Field(Vertical):
    """``text`` is what stands in a line; ``value`` what is chosen otherwise."""

    def __init__(self, item: Asked, label: str, value: Any, text: str, choices: tuple[Choice, ...]) -> None:
        super().__init__(classes="field")
        self.item, self.label = item, label
        self.control = _control(item, value, text, choices)
        self.told: tuple[Problem | None, str] = (None, "")

    def compose(self) -> ComposeResult:
        yield Static(self.label, classes="field-label", markup=False)
        yield self.control
        if self.item.question.help:
            yield Static(self.item.question.help, classes="field-help", markup=False)
        yield Static("", classes="field-problem", markup=False)

    def on_mount(self) -> None:
        self.tell(*self.told)

    def tell(self, problem: Problem | None, hint: str = "") -> None:
        """Show what is wrong and what is allowed, or, where nothing is, a hint beside the help."""
        self.told = (problem, hint)
        if not self.query(".field-problem"):  # a list may come while the form is still being put together
            return
        line = self.query_one(".field-problem", Static)
        self.set_class(problem is not None, "wrong")
        if problem is None:
            line.update(hint)
            line.display = bool(hint)
            return
        allowed = f" — {problem.remedy}" if problem.remedy else ""
        line.update(f"✗ {problem.reason}{allowed}")
        line.display = True


def _control(item: Asked, value: Any, text: str, choices: tuple[Choice, ...]) -> AnswerInput | Pick:
    question = item.question
    if question.kind is Kind.YES_NO:
        return Pick(item, YES_NO, "yes" if value else "no", across=True)
    if question.kind is Kind.CHOICE and not question.free and isinstance(question.choices, tuple):
        return Pick(item, question.choices, str(value or ""))
    line = AnswerInput(item, text)
    line.choices = choices
    return line
