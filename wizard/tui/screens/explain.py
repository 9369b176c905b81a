"""Why a job could not sign in: what is asked, then the answer, expected beside presented.

Owns the two screens. What differs and what mends it is the flow's judgement; nothing is written from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Footer, LoadingIndicator, Static

from wizard.errors import BadInput, LakestrapError, Problem
from wizard.questions.jobs import ABOUT, explanation
from wizard.tui.hanging import Hanging
from wizard.tui.screens.choosing import Choosing
from wizard.tui.screens.outlined import told
from wizard.tui.screens.page import Page

if TYPE_CHECKING:
    from wizard.flows.explain import Asked, Explanation


class ExplainChoice(Choosing):
    """One line: whatever somebody has at hand."""

    place = "Explain"
    heading = "Why could a job not sign in?"
    onward = "Explain"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+j,pagedown", "onward", "Explain", key_display="PgDn", priority=True)]
    help_text = (
        "Paste what you have: the **error** of the sign-in (AADSTS…), the **subject** that the job presented, the address of the **run**; "
        "or name an **environment**, to see whether its jobs would be trusted. It is only read."
    )
    terms = ("subject", "federated credential", "OIDC")

    def parts(self) -> Iterable[Widget]:
        from wizard.project.file import load

        self.names = tuple(environment.name for environment in load(self.sitting.path).environments)
        yield self.field(explanation(self.names))

    def on_mount(self) -> None:
        self.control(ABOUT).focus()

    @property
    def asked(self) -> Asked:
        """What the line asks for. Raises ``BadInput`` where it is nothing of these."""
        from wizard.flows.explain import asked

        return asked(str(self.value(ABOUT) or ""), self.names)

    def problems(self) -> list[Problem]:
        try:
            _ = self.asked
        except BadInput as wrong:
            return [replace(problem, place=ABOUT) for problem in wrong.problems]
        return []

    def go_on(self) -> None:
        self.app.push_screen(Explained(self.asked))


class Explained(Page):
    """``answer`` is what was found, once it was."""

    place = "Explain: answer"
    help_text = (
        "A job signs in where what it presents is, letter by letter, what is expected and trusted. Where the two differ, that part "
        "stands in brackets; below is what mends it. **C** copies that."
    )
    terms = ("subject", "federated credential", "OIDC", "GitHub environment")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", "Copy"),
        Binding("r", "again", "Again"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self, question: Asked) -> None:
        super().__init__()
        self.question = question
        self.answer: Explanation | None = None

    def compose(self) -> ComposeResult:
        yield self.top()
        with Vertical(id="review-wait"):
            yield Static("Reading what GitHub sends and what is trusted …", id="wait-text", markup=False)
            yield LoadingIndicator()
        with VerticalScroll(id="answer"):
            yield Static("", id="answer-body", markup=False)
        with Horizontal(id="agree"):
            yield Static("", id="summary", markup=False)
            yield Button("Ask another", id="back", variant="primary")
        yield Footer()

    def on_mount(self) -> None:
        self.make()

    async def read(self) -> Explanation:
        """The answer. Raises every ``LakestrapError``."""
        from wizard.flows.explain import explain

        return await explain(await self.sitting.open_job(to_look=True), self.question)

    @work(exclusive=True, group="read")
    async def make(self) -> None:
        """Read, and show what was found or what prevents it."""
        from wizard.tui import explain_view

        self.answer = None
        self._standing(waiting=True)
        try:
            answer = await self.read()
        except LakestrapError as error:
            self._standing(waiting=False)
            self.query_one("#answer-body", Static).update(Hanging(told(error, "Nothing was changed.")))
            self.query_one("#summary", Static).update(Text.assemble(("it could not be read", "bold red")))
        else:
            self.answer = answer
            self._standing(waiting=False)
            self.query_one("#answer-body", Static).update(explain_view.drawn(answer))
            self.query_one("#summary", Static).update(explain_view.summary(answer))
        self.refresh_top()
        self.query_one("#answer").focus()

    def _standing(self, *, waiting: bool) -> None:
        self.query_one("#review-wait").display = waiting
        for name in ("#answer", "#agree"):
            self.query_one(name).display = not waiting

    def on_button_pressed(self) -> None:
        self.action_back()

    def action_copy(self) -> None:
        if self.answer is not None and self.answer.commands:
            self.app.copy_to_clipboard("\n".join(self.answer.commands))
            self.app.notify("what mends it was copied")
        else:
            self.app.notify("there is no command to copy", severity="warning")

    def action_again(self) -> None:
        self.make()

    def action_back(self) -> None:
        self.app.pop_screen()
