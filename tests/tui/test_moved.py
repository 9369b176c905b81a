"""What was agreed to is known by what it does: the same again is not asked, anything else is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.tui import still
from tests.tui.driving import at, seated
from wizard.engine.plan import Action, Plan
from wizard.engine.resource import Difference
from wizard.tui.person import Person
from wizard.tui.plan_view import moved

SHOWN = Plan(tuple(still.changes(Action.CREATE, "prod")))


def test_what_has_been_done_meanwhile_is_no_surprise() -> None:
    assert moved(SHOWN, SHOWN) == []
    less = Plan(tuple(replace(change, action=Action.KEEP) if at % 2 else change for at, change in enumerate(SHOWN.changes)))
    assert moved(SHOWN, less) == [], "everything that is left was agreed to"


def test_whatever_was_not_agreed_to_is_told_with_what_was() -> None:
    first, second, third = SHOWN.changes[:3]
    other = replace(first, action=Action.UPDATE, differences=(Difference("location", "westeurope", "northeurope"),))
    now = Plan((other, replace(second, action=Action.KEEP), replace(third, action=Action.KEEP), *SHOWN.changes[3:]))
    assert moved(SHOWN, now) == [(first, other), (second, None), (third, None)]
    assert moved(SHOWN, now, made={second.key}) == [(first, other), (third, None)], "what the run has made itself is no surprise"
    assert moved(None, Plan((first,))) == [(None, first)]
    differing = replace(other, differences=(Difference("location", "westeurope", "uksouth"),))
    assert moved(Plan((other,)), Plan((differing,))) == [(other, differing)], "the same action on something else is another one"


async def test_the_person_is_asked_once_for_what_moved(tmp_path: Path) -> None:
    async with seated(tmp_path / "shop") as pilot:
        person = Person(pilot.app, plan=Plan(SHOWN.changes[1:]))
        asked = pilot.app.run_worker(person.agrees(SHOWN))
        await at(pilot, "Moved")
        await pilot.press("y")
        assert await asked.wait() is True
        assert await person.agrees(SHOWN), "it was agreed to now"
        refused = pilot.app.run_worker(person.agrees(Plan((replace(SHOWN.changes[0], action=Action.DELETE),))))
        await at(pilot, "Moved")
        await pilot.press("enter")
        assert await refused.wait() is False
