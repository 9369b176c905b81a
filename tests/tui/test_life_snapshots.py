"""The screens of the jobs after set-up, from plain data, as pictures at 80×24 and 120×40."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.tui import still
from tests.tui.driving import at, outlined, seated, shown, until
from tests.tui.test_snapshots import FILE, hold
from wizard.errors import NotSignedIn
from wizard.flows.add import Stale
from wizard.questions import Choice
from wizard.tui import expiring
from wizard.tui.screens import home
from wizard.tui.screens.add import AddChoice
from wizard.tui.screens.asking import Choose, Moved, Renew, TypeName
from wizard.tui.screens.destroy import DestroyChoice
from wizard.tui.screens.rotate import RotateChoice

if TYPE_CHECKING:
    from textual.pilot import Pilot
    from textual.screen import Screen


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a project of two environments."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "lakestrap.yaml").write_text(FILE, encoding="utf-8")
    return folder


async def put(pilot: Pilot[int], screen: Screen[object]) -> None:
    """Show a screen, and wait until it stands."""
    pilot.app.push_screen(screen)
    await at(pilot, type(screen).__name__)
    await pilot.pause(0.1)


async def test_status(root: Path) -> None:
    async with seated(root) as pilot:
        await put(pilot, still.StillStatus())  # type: ignore[arg-type]
        await outlined(pilot, "StillStatus")
        await hold(pilot, "status")
        await pilot.press("down", "down", "down", "down")
        await pilot.pause()
        assert "a1" not in shown(pilot) and "expires in 12 days" in shown(pilot)
        await hold(pilot, "status-expiring")


async def test_rotating(root: Path) -> None:
    async with seated(root) as pilot:
        await put(pilot, RotateChoice())  # type: ignore[arg-type]
        await hold(pilot, "rotate-choice")
        await put(pilot, still.StillRotation({}))  # type: ignore[arg-type]
        await outlined(pilot, "StillRotation")
        await hold(pilot, "rotate-preview")
        await pilot.press("down")
        await pilot.pause()
        await hold(pilot, "rotate-credential")
        await put(pilot, still.StillRotation({"full": True}))  # type: ignore[arg-type]
        await outlined(pilot, "StillRotation")
        await pilot.press("slash", *"prod", "enter", "down")
        await pilot.pause()
        await hold(pilot, "rotate-stopped")
        why = "The key that is made anew ends at once, and with it every SAS token that was made with it."
        await put(pilot, Choose("Which key of the storage account stshopdev does nobody use?", ("key2", "key1", "both"), why))  # type: ignore[arg-type]
        await hold(pilot, "ask-one-of-a-few")


async def test_taking_down(root: Path) -> None:
    async with seated(root) as pilot:
        await put(pilot, DestroyChoice())  # type: ignore[arg-type]
        await pilot.press("down", "space")
        await pilot.pause()
        await hold(pilot, "destroy-choice")
        await put(pilot, still.StillRemoval(("prod",)))  # type: ignore[arg-type]
        await outlined(pilot, "StillRemoval")
        await hold(pilot, "destroy-preview")
        await put(pilot, TypeName("prod", "deployments to it need an approval: @ana"))  # type: ignore[arg-type]
        await pilot.press(*"Prod")
        await hold(pilot, "type-name")
        await put(pilot, still.StillRemoval(("prod",), purge=True))  # type: ignore[arg-type]
        await outlined(pilot, "StillRemoval")
        await pilot.press("down")
        await pilot.pause()
        assert pilot.app.screen.query_one("#apply").disabled, "somebody else's lock forbids it"
        await hold(pilot, "destroy-stopped")


async def test_adding(root: Path) -> None:
    async with seated(root) as pilot:
        await put(pilot, AddChoice())  # type: ignore[arg-type]
        await pilot.press(*"prod")
        await pilot.pause()
        await hold(pilot, "add-choice")
        found = Stale(
            "subscription",
            "Contoso Test",
            "the subscription Contoso Test is disabled (taken over from dev)",
            "",
            (Choice("Contoso Dev", "Contoso Dev", still.SUBSCRIPTION),),
        )
        await put(pilot, Renew(found))  # type: ignore[arg-type]
        await hold(pilot, "add-stale")


async def test_a_plan_that_moved(root: Path) -> None:
    async with seated(root) as pilot:
        await put(pilot, Moved(still.moved()))  # type: ignore[arg-type]
        assert "arm.role_assignment" in shown(pilot) and "no longer needed" in shown(pilot)
        await hold(pilot, "apply-moved")


async def test_how_it_ended(root: Path) -> None:
    async with seated(root, clock=lambda: 0.0) as pilot:
        await put(pilot, still.rotated(pilot.app))  # type: ignore[arg-type]
        await hold(pilot, "rotate-done")
        await put(pilot, still.removed(pilot.app))  # type: ignore[arg-type]
        await hold(pilot, "destroy-done")
        await put(pilot, still.stopped(pilot.app))  # type: ignore[arg-type]
        await hold(pilot, "rotate-failed")


async def test_the_first_screen_tells_later_what_expires(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def soon(*_: object) -> tuple[str, ...]:
        return expiring.lines(still.rotation())

    monkeypatch.setattr(home, "UNDISTURBED", 0.0)
    monkeypatch.setattr(expiring, "expiring", soon)
    async with seated(root) as pilot:
        await until(pilot, lambda: "expires on 2026-03-16" in shown(pilot), "what expires")
        assert "entra-client-secret/dev" in shown(pilot) and "key-vault-secret" not in shown(pilot), "what is not due is not told"
        await hold(pilot, "home-expiring")


async def test_nobody_signed_in_is_no_trouble_on_the_first_screen(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    async def nobody(*_: object, **__: object) -> None:
        asked.append(1)
        raise NotSignedIn("not signed in to Azure", hints=["az login"])

    monkeypatch.setattr(home, "UNDISTURBED", 0.0)
    monkeypatch.setattr("wizard.providers.signin.open_session", nobody)
    async with seated(root) as pilot:
        await until(pilot, lambda: bool(asked), "that it looked")
        await pilot.pause(0.1)
        assert "not signed in" not in shown(pilot) and "dev → prod" in shown(pilot)
