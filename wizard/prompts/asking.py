"""One question on lines: its help, its numbered choices, the typed answer, and what is wrong with it.

Owns the layout of a question and the few signs that every question understands. Decides nothing about an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wizard.flows.choices import fetch, learn
from wizard.questions import (
    Answers,
    Asked,
    Choice,
    Kind,
    Known,
    Offered,
    Unreadable,
    answer,
    choices_of,
    explained,
    label_of,
    problem,
    rule_of,
    text_of,
    unlisted,
    value_of,
    value_of_text,
)

if TYPE_CHECKING:
    from wizard.console import Console
    from wizard.prompts.terminal import Lines
    from wizard.providers.session import Session

Json = Any

SHOWN = 15
"""Choices that are listed without being looked for."""
BACK, NONE, EXPLAIN = "<", "-", "?"
SIGNS = (
    f"Enter takes what stands in [brackets]; {EXPLAIN} explains, {EXPLAIN}WORD looks for a choice, {NONE} leaves empty, {BACK} goes back."
)


class GoBack(Exception):
    """The person wants the question before."""


class Asking:
    """Asks single questions; knows the terminal, the session for lists (none where every choice is given), and what was learnt."""

    def __init__(self, console: Console, lines: Lines, session: Session | None, known: Known) -> None:
        self.console, self.lines, self.session, self.known = console, lines, session, known

    async def ask(self, item: Asked, answers: Answers) -> Answers:
        """The answers with this question's, asked until it is right. Raises ``GoBack``."""
        if self.session is not None and item.listed(answers) not in self.known.lists:
            await learn(self.session, item, answers, self.known)
        offered = choices_of(item, answers, self.known)
        self._introduce(item, answers, offered)
        while True:
            text = (await self.lines.line(self._prompt(item, answers, offered.choices), [c.value for c in offered.choices])).strip()
            if text == BACK:
                raise GoBack
            if text.startswith(EXPLAIN):
                offered = await self._help(item, offered, text.removeprefix(EXPLAIN).strip())
                continue
            value = self._value(item, text, answers, offered.choices)
            if value is _WRONG:
                continue
            wrong = problem(item, value, answers, self.known)
            if wrong is not None:
                self.tell(wrong.reason, wrong.remedy)
            elif await self._meant(item, value, answers):
                return answer(item, value, answers)

    def tell(self, reason: str, remedy: str = "") -> None:
        """What is wrong with an answer, right below it."""
        self.console.say(f"  error: {reason}")
        if remedy:
            self.console.say(f"  hint: {remedy}")

    async def yes(self, prompt: str, default: bool = False) -> bool:
        """A yes or a no; Enter is the default. Raises ``GoBack``."""
        while True:
            text = (await self.lines.line(f"{prompt} [{'Y/n' if default else 'y/N'}] ")).strip().lower()
            if text == BACK:
                raise GoBack
            if text in ("", "y", "yes", "n", "no"):
                return default if not text else text.startswith("y")
            self.tell("answer yes or no")

    async def _meant(self, item: Asked, value: Json, answers: Answers) -> bool:
        """Whether an answer that was not on offer is to be taken all the same."""
        strange = unlisted(item, value, answers, self.known)
        return not strange or await self.yes(f"  {', '.join(strange)} was not found. Take it all the same?")

    def _introduce(self, item: Asked, answers: Answers, offered: Offered) -> None:
        self.console.say("")
        self.console.say(f"{label_of(item, answers)}: {item.question.help}")
        if offered.reason:
            self.console.say(f"  (nothing to choose from: {offered.reason})")
        self._list(offered.choices, offered.choices[:SHOWN])
        if len(offered.choices) > SHOWN:
            self.console.say(f"  … and {len(offered.choices) - SHOWN} more; {EXPLAIN}WORD looks for one")

    def _list(self, everything: Sequence[Choice], shown: Sequence[Choice]) -> None:
        width = max((len(choice.label) for choice in shown), default=0)
        for choice in shown:
            self.console.say(f"  {everything.index(choice) + 1:>2}  {choice.label:<{width}}  {choice.detail}".rstrip())

    def _prompt(self, item: Asked, answers: Answers, choices: Sequence[Choice]) -> str:
        default = text_of(item.question, value_of(item, answers, self.known), choices)
        return f"{label_of(item, answers)} [{default}]: " if default else f"{label_of(item, answers)}: "

    def _value(self, item: Asked, text: str, answers: Answers, choices: Sequence[Choice]) -> Json:
        if not text:
            return value_of(item, answers, self.known)
        if text == NONE:
            return None
        try:
            return value_of_text(item.question, text, choices)
        except Unreadable as wrong:
            self.tell(f"{text} is no answer here", str(wrong))
            return _WRONG

    async def _help(self, item: Asked, offered: Offered, word: str) -> Offered:
        question = item.question
        if not word:
            allowed = rule_of(item) if question.kind in (Kind.TEXT, Kind.NUMBER, Kind.MANY, Kind.PAIRS) else ""
            for line in (question.why, f"Allowed: {allowed}." if allowed else "", *(f"{t}: {s}" for t, s in explained(question.terms))):
                if line:
                    self.console.say(f"  {line}")
            self.console.say(f"  {SIGNS}")
            return offered
        name = question.choices.name if not isinstance(question.choices, tuple) else ""
        if name.startswith("people: ") and self.session is not None:
            offered = await fetch(self.session, name, word)
        found = [choice for choice in offered.choices if word.lower() in f"{choice.label} {choice.value} {choice.detail}".lower()]
        self._list(offered.choices, found[: SHOWN * 2])
        if not found:
            self.console.say(f"  nothing with {word}")
        return offered


_WRONG: Json = object()
