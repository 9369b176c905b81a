"""What the person at the terminal is asked: agreement, a name, a choice, another value."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from wizard.console import Console
from wizard.flows.add import Stale
from wizard.prompts.asking import Asking
from wizard.prompts.person import Person
from wizard.questions import Choice, Known
from wizard.secret import Secret


class Script:
    """Lines that were typed beforehand."""

    def __init__(self, *lines: str) -> None:
        self.left, self.prompts = list(lines), list[str]()

    async def line(self, prompt: str, proposals: Sequence[str] = ()) -> str:
        self.prompts.append(prompt)
        return self.left.pop(0)

    async def masked(self, prompt: str) -> Secret | None:
        return Secret(text) if (text := await self.line(prompt)) else None


def person(*lines: str) -> tuple[Person, Script]:
    script = Script(*lines)
    return Person(Asking(Console(plain=True), script, None, Known())), script


@pytest.mark.parametrize(("lines", "agreed"), [(("y",), True), (("YES",), True), (("",), False), (("n",), False), (("<",), False)])
async def test_agreement_needs_a_yes(lines: tuple[str, ...], agreed: bool) -> None:
    asked, script = person(*lines)
    assert await asked.agrees("Apply this plan?") is agreed
    assert script.prompts == ["Apply this plan? [y/N] "]


async def test_what_is_neither_is_asked_again(capsys: pytest.CaptureFixture[str]) -> None:
    asked, _ = person("perhaps", "y")
    assert await asked.agrees("Go on?")
    assert "error: answer yes or no" in capsys.readouterr().err


@pytest.mark.parametrize(("lines", "agreed"), [(("prod",), True), (("Prod", "prod"), True), (("pro", ""), False)])
async def test_a_name_is_typed_letter_by_letter(lines: tuple[str, ...], agreed: bool) -> None:
    asked, script = person(*lines)
    assert await asked.typed("prod", "deployments to it need an approval") is agreed
    assert script.left == []


async def test_a_choice_is_never_taken_for_granted() -> None:
    asked, script = person("", "9", "key2")
    assert await asked.choice("Which key does nobody use?", ("key1", "key2", "neither"), "it cannot be withdrawn") == "key2"
    assert script.left == []
    asked, _ = person("<")
    assert await asked.choice("Which key does nobody use?", ("key1", "key2"), "") is None


async def test_another_value_for_what_is_stale() -> None:
    region = Stale("region", "westeurope", "no cores are free", "--region NAME", (Choice("swedencentral", "Sweden Central"),))
    reviewers = Stale("reviewers", "@bo", "@bo has left", "--reviewer NAME")
    assert await person("1")[0].another(region) == "swedencentral"
    assert await person("<")[0].another(region) is None
    assert await person("@ana, contoso/platform")[0].another(reviewers) == ("@ana", "contoso/platform")
    assert await person("-")[0].another(reviewers) == ()
