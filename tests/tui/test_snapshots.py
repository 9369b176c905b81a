"""Every screen state that matters, as a picture at 80×24 and 120×40."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import OptionList

from tests.tui.driving import at, planned, seated, step, to_questions, to_review, until
from tests.tui.snapshots import differences
from tests.tui.test_progress import EVENTS, NOW, PLACES, told
from wizard.errors import Cancelled, NotSignedIn
from wizard.tui.progress import board
from wizard.tui.screens.dialogs import Confirm
from wizard.tui.screens.sign_in import SignIn
from wizard.tui.widgets.event_log import EventLog
from wizard.tui.widgets.lane import LaneView

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tests.conftest import Sandbox

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
FILE = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop, visibility: private}
environments:
  - {name: dev, subscription: Contoso Dev}
  - {name: prod, subscription: Contoso Prod, reviewers: ["@ana"]}
"""


async def hold(pilot: Pilot[int], name: str) -> None:
    """The screen is as recorded; a cursor that blinks is held still."""
    pilot.app.screen.set_focus(pilot.app.screen.focused, scroll_visible=False)
    await pilot.pause()
    assert differences(pilot, name) == []


@SIZES
async def test_home(tmp_path: Path, size: tuple[int, int]) -> None:
    async with seated(tmp_path / "shop", size) as pilot:
        await pilot.pause(0.3)
        await hold(pilot, "home-new")
    (tmp_path / "shop" / "lakestrap.yaml").write_text(FILE)
    async with seated(tmp_path / "shop", size, rehearsal=False) as pilot:
        await pilot.pause(0.3)
        await hold(pilot, "home-project-real")


@SIZES
async def test_questions(sandbox: Sandbox, tmp_path: Path, size: tuple[int, int]) -> None:
    async with seated(tmp_path / "shop", size) as pilot:
        await to_questions(pilot)
        await pilot.press(*"fabrikam!")
        await hold(pilot, "questions-wrong")
        for _ in "fabrikam!":
            await pilot.press("backspace")
        await pilot.press(*"contoso/shop", "enter", "pagedown")
        await step(pilot, "environments")
        await hold(pilot, "questions-environments")
        await pilot.press("tab", "tab", "down")
        await pilot.pause()
        await hold(pilot, "questions-suggestions")
        await pilot.press("escape", "pagedown")
        await step(pilot, "identity")
        await hold(pilot, "questions-identity")
        await pilot.press("question_mark")
        await at(pilot, "Help")
        await hold(pilot, "help")


@SIZES
async def test_review_and_done(sandbox: Sandbox, tmp_path: Path, size: tuple[int, int]) -> None:
    async with seated(tmp_path / "shop", size, clock=lambda: 7.0) as pilot:
        await to_questions(pilot)
        await pilot.press(*"contoso/shop", "enter")
        await to_review(pilot)
        await hold(pilot, "review")
        await pilot.press("slash", *"federated", "enter")
        await pilot.press("down", "down")
        await pilot.pause()
        await hold(pilot, "review-change")
        await pilot.press("escape", "f")
        await pilot.pause(0.1)
        await hold(pilot, "review-files")
        await pilot.press("f", "a")
        await at(pilot, "Done")
        await hold(pilot, "done")


@SIZES
@pytest.mark.parametrize("sandbox_world", ["no-app-registration"])
async def test_a_blocked_plan(sandbox: Sandbox, tmp_path: Path, size: tuple[int, int]) -> None:
    root = tmp_path / "shop"
    root.mkdir()
    (root / "lakestrap.yaml").write_text(FILE)
    async with seated(root, size) as pilot:
        await until(pilot, lambda: pilot.app.screen.query_one("#jobs", OptionList).option_count == 3)
        await pilot.press("down", "enter")
        await planned(pilot)
        await hold(pilot, "review-blocked")
        await pilot.press("m")
        await at(pilot, "ShowText")
        await hold(pilot, "review-request")


@SIZES
async def test_sign_in(tmp_path: Path, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(_: Any) -> None:
        raise NotSignedIn("not signed in to Azure", hints=["az login"])

    monkeypatch.setattr("wizard.tui.sitting.Sitting.sign_in", nobody)
    async with seated(tmp_path / "shop", size) as pilot:
        pilot.app.push_screen(SignIn(onward="questions"))
        await at(pilot, "SignIn")
        await pilot.pause(0.2)
        await hold(pilot, "sign-in")
        screen = pilot.app.screen
        assert isinstance(screen, SignIn)
        screen.show_code("ABCD-1234", "https://microsoft.com/devicelogin")
        await pilot.pause()
        await hold(pilot, "sign-in-code")


@SIZES
async def test_apply(tmp_path: Path, size: tuple[int, int]) -> None:
    from wizard.tui.screens.apply import Apply

    class Still(Apply):
        """The screen without a run: it is shown events by hand."""

        async def start(self) -> None:
            self.board = board(PLACES, dict.fromkeys(PLACES, "create"), ["dev", "prod"])
            await self.query_one("#lanes").mount(*[LaneView(lane) for lane in self.board.lanes.values()])
            for event in told(EVENTS):
                self.show(event)
            self.query_one(EventLog).refresh()

        def tick(self, now: float | None = None) -> None:
            super().tick(NOW)

    async with seated(tmp_path / "shop", size, clock=lambda: 0.0) as pilot:
        pilot.app.push_screen(Still())
        await at(pilot, "Still")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Still)
        pilot.app.screen.tick()
        await hold(pilot, "apply")
        pilot.app.push_screen(Confirm("Stop this run?", str(Cancelled("it is safe")), "Stop", "Go on", danger=True))
        await at(pilot, "Confirm")
        await hold(pilot, "apply-stop")
