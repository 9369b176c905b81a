"""A person at the full screen: waits for what is to be seen, and presses keys.

Owns the patience and the way through a whole set-up; knows no more of the screens than a person sees.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from textual.widgets import OptionList

from wizard.tui.app import Wizard
from wizard.tui.screens.apply import Apply
from wizard.tui.screens.outlined import Outlined
from wizard.tui.screens.review import Review
from wizard.tui.sitting import Sitting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest
    from textual.pilot import Pilot

    from tests.conftest import Sandbox
    from wizard.engine.events import Event

PATIENCE = 90.0


@asynccontextmanager
async def seated(
    root: Path,
    size: tuple[int, int] = (120, 40),
    *,
    begin: str = "home",
    rehearsal: bool = True,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Pilot[int]]:
    """The wizard in a folder, on a terminal of that size."""
    root.mkdir(parents=True, exist_ok=True)
    app = Wizard(Sitting(root / "lakestrap.yaml", rehearsal=rehearsal, clock=clock), begin=begin)
    async with app.run_test(size=size) as pilot:
        yield pilot
        await app.sitting.close()


async def until(pilot: Pilot[int], condition: Callable[[], bool], what: str = "") -> None:
    """Wait until something is so; an error of the application ends the wait."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert pilot.app._exception is None, pilot.app._exception
        assert time.monotonic() < deadline, f"never: {what or type(pilot.app.screen).__name__}"
        await pilot.pause(0.02)


async def at(pilot: Pilot[int], screen: str) -> None:
    """Wait for a screen by its name."""
    await until(pilot, lambda: type(pilot.app.screen).__name__ == screen, screen)
    await pilot.pause()


async def looked(pilot: Pilot[int]) -> None:
    """Wait until the first screen shows what the folder has."""
    await until(pilot, lambda: getattr(pilot.app.screen, "found", None) is not None, "a look at the folder")
    await pilot.pause()


async def step(pilot: Pilot[int], name: str) -> None:
    """Wait until the form of a step stands and its lists have come."""
    screen = pilot.app.screen
    await until(pilot, lambda: str(getattr(screen, "step", "")) == name and bool(getattr(screen, "blocks", ())), name)
    await until(pilot, lambda: all(worker.is_finished for worker in pilot.app.workers if worker.group in ("form", "fetch")), "lists")
    await pilot.pause()


async def to_questions(pilot: Pilot[int]) -> None:
    """From the first screen to the first question."""
    await pilot.pause(0.1)
    await pilot.press("enter")
    await at(pilot, "Questions")
    await step(pilot, "repository")


async def to_review(pilot: Pilot[int]) -> Review:
    """On through all steps, taking what is proposed, to the plan."""
    for name in ("environments", "identity", "delivery", "people", "secrets"):
        await pilot.press("pagedown")
        await step(pilot, name)
    await pilot.press("pagedown")
    return await planned(pilot)


class Held:
    """Clouds that answer nothing from a certain moment of a run on, until they are released."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.held = sandbox, False

    def hold(self) -> None:
        self.held = True
        self.sandbox.lock.acquire()

    def release(self) -> None:
        self.sandbox.lock.release()


def held_at(steps: int, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Held:
    """Hold the clouds in the moment in which the screen has been told that so many steps are done."""
    clouds, told = Held(sandbox), Apply.show

    def show(screen: Apply, event: Event) -> None:
        told(screen, event)
        if not clouds.held and screen.board is not None and screen.board.done >= steps:
            clouds.hold()

    monkeypatch.setattr(Apply, "show", show)
    return clouds


async def planned(pilot: Pilot[int]) -> Review:
    """Wait for the plan of a set-up."""
    return await planned_by(pilot, "Review")


async def planned_by(pilot: Pilot[int], name: str) -> Review:
    """Wait for the plan on a screen of that name."""
    await at(pilot, name)
    screen = pilot.app.screen
    assert isinstance(screen, Review)
    await until(pilot, lambda: screen.preview is not None, "a plan")
    await until(pilot, lambda: all(worker.is_finished for worker in pilot.app.workers), "files")
    await pilot.pause()
    return screen


async def chosen(pilot: Pilot[int], job: str) -> None:
    """Begin a job from the first screen."""
    jobs = pilot.app.screen.query_one("#jobs", OptionList)
    await until(pilot, lambda: job in [jobs.get_option_at_index(at).id for at in range(jobs.option_count)], job)
    jobs.highlighted = jobs.get_option_index(job)
    await pilot.press("enter")


async def outlined(pilot: Pilot[int], screen: str) -> Outlined:
    """Wait for a screen that reads and shows what it found."""
    await at(pilot, screen)
    found = pilot.app.screen
    assert isinstance(found, Outlined)
    await until(pilot, lambda: found.outline is not None, "what it found")
    await pilot.pause()
    return found


def shown(pilot: Pilot[int]) -> str:
    """What stands on the screen, as text."""
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line) for line in lines)
