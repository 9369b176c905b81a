"""The person at the terminal, asked on lines: agreement, names to be typed, secrets that are not shown, choices.

Owns how these are asked. Decides nothing; a secret is never echoed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from wizard.prompts.asking import GoBack
from wizard.questions import Answers, Choice, Kind, Question, Step, at
from wizard.questions.jobs import again

if TYPE_CHECKING:
    from wizard.flows.add import Stale
    from wizard.prompts.asking import Asking
    from wizard.secret import Secret


class Person:
    """Fulfils ``wizard.headless.Person``; ``<`` instead of an answer is none."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def agrees(self, question: str) -> bool:
        try:
            return await self._asking.yes(question)
        except GoBack:
            return False

    async def typed(self, name: str, why: str) -> bool:
        """Asked until it is right; Enter alone is no."""
        self._asking.console.say(f"{name}: {why}")
        while text := (await self._asking.lines.line(f"Type {name} to agree (Enter stops): ")).strip():
            if text == name:
                return True
            self._asking.tell(f"{text} is not {name}")
        return False

    async def masked(self, prompt: str) -> Secret | None:
        return await self._asking.lines.masked(prompt)

    async def choice(self, question: str, choices: Sequence[str], why: str) -> str | None:
        known = tuple(Choice(text, text) for text in choices)
        asked = Question(
            field="run.choice", step=Step.REVIEW, label="Which one", help=question, why=why, kind=Kind.CHOICE, choices=known, required=True
        )
        found = await self._one(asked)
        return None if found is None else str(found)

    async def another(self, stale: Stale) -> str | tuple[str, ...] | None:
        found = await self._one(again(stale.field, stale.value, stale.reason, stale.remedy, stale.choices))
        if stale.field == "reviewers":
            return None if found is None else tuple(found)
        return None if found is None else str(found)

    async def _one(self, question: Question) -> Any:
        try:
            given = (await self._asking.ask(at(question), Answers())).get(question.field)
            return [] if given is None and question.kind is Kind.MANY else given
        except GoBack:
            return None
