"""Migrating, upgrading and explaining through the full screen: each ends in the same world and the same file as without questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.crash.canonical import differing, ids_in
from tests.flows.add.people import committed, files
from tests.flows.conftest import mode, old_repository, shop  # noqa: F401
from tests.flows.finished_shop import Shop
from tests.tui.driving import at, chosen, outlined, seated, shown, until
from tests.tui.test_life import left, same, tables_of, twin  # noqa: F401
from wizard.flows import verify
from wizard.render import header
from wizard.render.following import split
from wizard.tui.jobs import AFTERWARDS, entries, first_screen
from wizard.tui.screens.questions import Questions

if TYPE_CHECKING:
    from pathlib import Path

BUNDLE = "databricks.yml"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(verify, "YOUNG_PAUSES", (0.2,) * 20)


def subjects(world: dict[str, Any]) -> list[str]:
    """What is trusted, as often as it is."""
    return sorted(row["subject"] for row in world["graph.federated_credentials"].values())


@pytest.mark.matrix
@pytest.mark.parametrize("mode", ["client-secret"])
async def test_leaving_client_secrets_ends_as_without_questions(shop: Shop, twin: Any) -> None:  # noqa: F811
    from wizard.headless.migrate_oidc import run_migrate_oidc

    async with seated(shop.path.parent, (80, 24)) as pilot:
        await chosen(pilot, "migrate")
        await at(pilot, "MigrateChoice")
        await pilot.press("tab", "backspace", "pagedown")
        assert "is no length of time" in shown(pilot), "none at all"
        await pilot.press(*"24h", "pagedown")
        await outlined(pilot, "OidcMigration")
        assert "2 environments to move" in shown(pilot) and shop.sandbox.mutating() == []
        await pilot.press("a")
        await at(pilot, "Done")
        assert "✗" not in shown(pilot).splitlines()[2], shown(pilot)
        assert await left(pilot) == 0
    seen = tables_of(shop.sandbox)
    folder, world = await twin(lambda options, console: run_migrate_oidc(options, console, grace="24h"))
    assert same(shop.path.parent, folder) == [] and "federated" in shop.path.read_text(encoding="utf-8")
    assert subjects(seen) == subjects(world) != []


@pytest.mark.matrix
@pytest.mark.parametrize("old_repository", [True])
async def test_moving_to_subjects_with_ids_ends_as_without_questions(shop: Shop, twin: Any) -> None:  # noqa: F811
    from wizard.headless.migrate import run_migrate_subject

    async with seated(shop.path.parent, (80, 24)) as pilot:
        await chosen(pilot, "migrate")
        await at(pilot, "MigrateChoice")
        await pilot.press("tab", "y", "pagedown")
        await outlined(pilot, "SubjectMigration")
        assert "lakestrap migrate subject --opt-in" in shown(pilot) and shop.sandbox.mutating() == []
        await pilot.press("a")
        await at(pilot, "Done")
        assert "the migration is on its way" in shown(pilot), "a reviewer stands before prod"
        assert await left(pilot) == 0
    seen = tables_of(shop.sandbox)
    folder, world = await twin(lambda options, console: run_migrate_subject(options, console, opt_in=True))
    assert same(shop.path.parent, folder) == []
    assert subjects(seen) == subjects(world) and any("@900001" in subject for subject in subjects(seen))


@pytest.mark.matrix
async def test_upgrading_shows_the_difference_and_proposes_it(shop: Shop) -> None:  # noqa: F811
    from wizard.flows.job import opened
    from wizard.flows.upgrade import previewed

    wished = files(shop.sandbox.world)[BUNDLE]
    body = split(BUNDLE, wished)[1]
    assert ">= 1.13.0" in body
    with shop.sandbox.lock:
        committed(shop.sandbox.world, {BUNDLE: header.stamped(BUNDLE, body.replace(">= 1.13.0", ">= 0.200.0"))})
    async with seated(shop.path.parent) as pilot:
        await chosen(pilot, "upgrade")
        await outlined(pilot, "UpgradePreview")
        await pilot.press("slash", *"databricks.yml", "enter", "down")
        await pilot.pause()
        assert ">= 0.200.0" in shown(pilot) and ">= 1.13.0" in shown(pilot) and shop.sandbox.mutating() == []
        await pilot.press("a")
        await at(pilot, "Done")
        assert "✓ shop: 1 file proposed" in shown(pilot) and "merge the pull request" in shown(pilot)
        assert await left(pilot) == 0
    async with opened(shop.path) as job:
        preview = await previewed(job)
    assert preview.pull_request or preview.up_to_date


@pytest.mark.matrix
async def test_explaining_compares_with_what_is_trusted_and_writes_nothing(shop: Shop) -> None:  # noqa: F811
    before = tables_of(shop.sandbox)
    async with seated(shop.path.parent, (80, 24)) as pilot:
        await chosen(pilot, "explain")
        await at(pilot, "ExplainChoice")
        await pilot.press(*"repo:contoso/shop:environment:Prod", "pagedown")
        await at(pilot, "Explained")
        await until(pilot, lambda: "cause" in shown(pilot), "an answer")
        assert "expected" in shown(pilot) and "presented" in shown(pilot) and "What mends it" in shown(pilot)
        await pilot.press("escape")
        await at(pilot, "ExplainChoice")
    assert shop.sandbox.mutating() == [] and differing(before, tables_of(shop.sandbox), ids_in(before)) == []


async def test_rehearsing_is_offered_in_the_real_clouds_and_left_for(tmp_path: Path) -> None:
    async with seated(tmp_path / "shop", rehearsal=False) as pilot:
        await chosen(pilot, "rehearse")
        await at(pilot, "Confirm")
        await pilot.press("escape")
        await at(pilot, "Home")
        assert not pilot.app.rehearse  # type: ignore[attr-defined]
        await chosen(pilot, "rehearse")
        await at(pilot, "Confirm")
        await pilot.press("y")
        await until(pilot, lambda: pilot.app.return_value == 0)
        assert pilot.app.rehearse  # type: ignore[attr-defined]
    assert "rehearse" not in [entry.name for entry in entries(None, rehearsal=True)]


def test_every_job_has_its_screen() -> None:
    named = [*(entry.name for entry in AFTERWARDS), "migrate oidc", "migrate subject", "review"]
    assert [name for name in named if isinstance(first_screen(name), Questions)] == []
    assert isinstance(first_screen("unheard of"), Questions)
