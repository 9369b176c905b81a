"""The screens of migrations, of an upgrade and of an explanation, from plain data, as pictures at 80×24 and 120×40."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui import still_changes
from tests.tui.driving import at, outlined, seated, shown, until
from tests.tui.test_life_snapshots import put, root  # noqa: F401
from tests.tui.test_snapshots import hold
from wizard.flows.explain import asked
from wizard.tui.screens.explain import ExplainChoice
from wizard.tui.screens.migrate import MigrateChoice


@pytest.mark.matrix
async def test_migrating(root: Path) -> None:  # noqa: F811
    async with seated(root) as pilot:
        await put(pilot, MigrateChoice())  # type: ignore[arg-type]
        await hold(pilot, "migrate-choice")
        await put(pilot, still_changes.StillLeaving())  # type: ignore[arg-type]
        await outlined(pilot, "StillLeaving")
        await hold(pilot, "migrate-oidc")
        await pilot.press("slash", *"secret dev", "enter", "down")
        await pilot.pause()
        await hold(pilot, "migrate-oidc-step")
        await put(pilot, still_changes.StillMoving(opt_in=True))  # type: ignore[arg-type]
        await outlined(pilot, "StillMoving")
        await pilot.press("down", "down")
        await pilot.pause()
        await hold(pilot, "migrate-subject")


@pytest.mark.matrix
async def test_upgrading(root: Path) -> None:  # noqa: F811
    async with seated(root) as pilot:
        await put(pilot, still_changes.StillUpgrade())  # type: ignore[arg-type]
        await outlined(pilot, "StillUpgrade")
        await hold(pilot, "upgrade-preview")
        await pilot.press("down")
        await pilot.pause()
        assert "id-token: write" in shown(pilot)
        await hold(pilot, "upgrade-file")


async def test_explaining(root: Path) -> None:  # noqa: F811
    async with seated(root) as pilot:
        await put(pilot, ExplainChoice())  # type: ignore[arg-type]
        await pilot.press(*"AADSTS 700")
        await pilot.pause()
        assert "is neither a subject" in shown(pilot), "told beside the field"
        await pilot.press("pagedown")
        await at(pilot, "ExplainChoice")
        await hold(pilot, "explain-choice")
        await put(pilot, still_changes.StillExplained(asked("https://github.com/contoso/shop/actions/runs/7")))  # type: ignore[arg-type]
        await until(pilot, lambda: "1 cause found" in shown(pilot), "an answer")
        rows = [line for line in shown(pilot).splitlines() if "[Prod]" in line]
        assert rows and "[prod]" in rows[0], "expected and presented stand side by side"
        assert "environment: prod" in shown(pilot)
        await hold(pilot, "explain-answer")


@pytest.mark.matrix
async def test_how_changes_ended(root: Path) -> None:  # noqa: F811
    async with seated(root, clock=lambda: 0.0) as pilot:
        await put(pilot, still_changes.migrated(pilot.app))  # type: ignore[arg-type]
        assert "the migration is on its way" in shown(pilot) and "lakestrap migrate oidc again" in shown(pilot)
        await hold(pilot, "migrate-done")
        await put(pilot, still_changes.migrated(pilot.app, over=True))  # type: ignore[arg-type]
        assert "✓ shop: the migration is done" in shown(pilot) and "on its way" not in shown(pilot)
        told = " ".join(shown(pilot).split())
        assert "dev until 2026-03-05 12:00 UTC" in told and "it is safe to leave; lakestrap rotate ends them" in told
        await hold(pilot, "migrate-over")
        await put(pilot, still_changes.upgraded(pilot.app))  # type: ignore[arg-type]
        await hold(pilot, "upgrade-done")
