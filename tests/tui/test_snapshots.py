"""Every screen state that matters, as a picture at 80×24 and 120×40."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Input, OptionList

from tests.tui.driving import at, looked, planned, seated, step, to_questions, to_review, until
from tests.tui.snapshots import differences
from tests.tui.test_progress import EVENTS, NOW, PLACES, told
from wizard.errors import Cancelled, NotSignedIn, ServiceRefused
from wizard.tui.progress import board
from wizard.tui.screens.dialogs import AskRemedy, Confirm
from wizard.tui.screens.sign_in import SignIn
from wizard.tui.undertaking import SetUp
from wizard.tui.widgets.event_log import EventLog
from wizard.tui.widgets.lane import LaneView

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tests.conftest import Sandbox

SIZES = ((80, 24), (120, 40))
LARGE = (200, 60)
FILE = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop, visibility: private}
environments:
  - {name: dev, subscription: Contoso Dev}
  - {name: prod, subscription: Contoso Prod, reviewers: ["@ana"]}
"""


async def hold(pilot: Pilot[int], name: str, *more: tuple[int, int]) -> None:
    """The screen is as recorded at every size; a cursor that blinks is held still."""
    wrong: list[str] = []
    for size in (*more, *SIZES):  # it ends at the larger one, where the walk goes on
        await pilot.resize_terminal(*size)
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        await pilot.pause(0.05)
        wrong += differences(pilot, name)
    assert wrong == []


async def test_home(tmp_path: Path) -> None:
    async with seated(tmp_path / "shop") as pilot:
        await looked(pilot)
        await hold(pilot, "home-new")
    (tmp_path / "shop" / "lakestrap.yaml").write_text(FILE)
    async with seated(tmp_path / "shop", rehearsal=False) as pilot:
        await looked(pilot)
        await hold(pilot, "home-project-real")


async def test_questions(sandbox: Sandbox, tmp_path: Path) -> None:
    async with seated(tmp_path / "shop") as pilot:
        await to_questions(pilot)
        await pilot.press(*"fabrikam!")
        await hold(pilot, "questions-wrong")
        for _ in "fabrikam!":
            await pilot.press("backspace")
        await pilot.press(*"contoso/shop", "enter", "pagedown")
        await step(pilot, "environments")
        await hold(pilot, "questions-environments", LARGE)
        await pilot.press("tab", "tab", "down")
        await pilot.pause()
        await hold(pilot, "questions-suggestions")
        await pilot.press("escape", "pagedown")
        await step(pilot, "identity")
        await hold(pilot, "questions-identity")
        await pilot.press("question_mark")
        await at(pilot, "Help")
        await hold(pilot, "help")


async def test_review_and_done(sandbox: Sandbox, tmp_path: Path) -> None:
    async with seated(tmp_path / "shop", clock=lambda: 7.0) as pilot:
        await to_questions(pilot)
        await pilot.press(*"contoso/shop", "enter")
        await to_review(pilot)
        await hold(pilot, "review", LARGE)
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


@pytest.mark.parametrize("sandbox_world", ["no-app-registration"])
async def test_a_blocked_plan(sandbox: Sandbox, tmp_path: Path) -> None:
    root = tmp_path / "shop"
    root.mkdir()
    (root / "lakestrap.yaml").write_text(FILE)
    async with seated(root) as pilot:
        await until(pilot, lambda: pilot.app.screen.query_one("#jobs", OptionList).option_count > 3)
        await pilot.press("down", "enter")
        await planned(pilot)
        await hold(pilot, "review-blocked")
        await pilot.press("m")
        await at(pilot, "ShowText")
        await hold(pilot, "review-request")


async def test_sign_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(_: Any) -> None:
        raise NotSignedIn("not signed in to Azure", hints=["az login"])

    monkeypatch.setattr("wizard.tui.sitting.Sitting.sign_in", nobody)
    async with seated(tmp_path / "shop") as pilot:
        pilot.app.push_screen(SignIn(onward="questions"))
        await at(pilot, "SignIn")
        await pilot.pause(0.2)
        await hold(pilot, "sign-in")
        screen = pilot.app.screen
        assert isinstance(screen, SignIn)
        screen.show_code("ABCD-1234", "https://microsoft.com/devicelogin")
        await pilot.pause()
        await hold(pilot, "sign-in-code")


async def test_apply(tmp_path: Path) -> None:
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

    async with seated(tmp_path / "shop", clock=lambda: 0.0) as pilot:
        pilot.app.push_screen(Still(SetUp(pilot.app.sitting)))  # type: ignore[attr-defined]
        await at(pilot, "Still")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Still)
        pilot.app.screen.tick()
        await hold(pilot, "apply")
        pilot.app.push_screen(Confirm("Stop this run?", str(Cancelled("it is safe")), "Stop", "Go on", danger=True))
        await at(pilot, "Confirm")
        await hold(pilot, "apply-stop")
        pilot.app.pop_screen()
        hints = ["az provider show --namespace Microsoft.KeyVault", "or ask for the role Contributor at /subscriptions/…/rg-shop-dev"]
        refused = ServiceRefused("403 AuthorizationFailed: the client has no right", hints=hints)
        pilot.app.push_screen(AskRemedy("keyvault.vault/dev", refused, 21))
        await at(pilot, "AskRemedy")
        await hold(pilot, "apply-failed")
