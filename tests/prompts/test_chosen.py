"""Which terminals get lines, and the plan without any drawing."""

from __future__ import annotations

import os

import pytest

from tests.engine.memory import Thing
from wizard.console import Console
from wizard.engine.plan import Action, Change, Plan
from wizard.prompts.chosen import edits_lines, reason_for_lines

BIG = os.terminal_size((120, 40))


@pytest.mark.parametrize(
    ("plain", "variables", "size", "reason"),
    [
        (True, {}, BIG, "--plain"),
        (False, {"LAKESTRAP_PLAIN": "1"}, BIG, "LAKESTRAP_PLAIN"),
        (False, {"LAKESTRAP_PLAIN": "0"}, BIG, ""),
        (False, {"ACCESSIBLE": "1"}, BIG, "ACCESSIBLE"),
        (False, {"TERM": "dumb"}, BIG, "cannot redraw"),
        (False, {}, os.terminal_size((79, 24)), "79×24"),
        (False, {}, os.terminal_size((80, 24)), ""),
    ],
)
def test_the_reason_for_lines_is_named(plain: bool, variables: dict[str, str], size: os.terminal_size, reason: str) -> None:
    found = reason_for_lines(plain=plain, environ={"TERM": "xterm", **variables}, size=size)
    assert (reason in found) if reason else found == ""


def test_nobody_edits_lines_without_a_terminal() -> None:
    assert not edits_lines(plain=True, environ={"TERM": "xterm"})
    assert not edits_lines(plain=False, environ={"TERM": "dumb"})


def test_the_plan_in_plain_lines_draws_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    plan = Plan((Change(Thing(name="a"), Action.CREATE, reason="missing"),))
    Console(plain=True).plan(plan)
    out = capsys.readouterr().out
    assert "  + create" in out and "(missing)" in out and "plan: 1 to create" in out
    assert not set("├└│─") & set(out) and "\x1b" not in out
    Console().plan(plan)
    assert set("├└│─") & set(capsys.readouterr().out), "the drawn plan would be noticed"
