"""The jobs after set-up through the full screen: each ends in the same world and the same file as the run without questions."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual.widgets import Button, Input

from tests.conftest import Sandbox
from tests.crash.canonical import differing, ids_in
from tests.flows.conftest import mode, old_repository, shop  # noqa: F401
from tests.flows.finished_shop import Shop, copy_of, set_up
from tests.tui.driving import at, chosen, outlined, planned_by, seated, shown, until
from wizard.console import Console
from wizard.options import Options
from wizard.sandbox.worlds import load
from wizard.tui.screens.add import AddReview
from wizard.tui.screens.choosing import Choosing
from wizard.tui.widgets.answer_input import AnswerInput
from wizard.tui.widgets.ticks import Ticks

if TYPE_CHECKING:
    from textual.pilot import Pilot

Json = Any
Headless = Callable[[Options, Console], Awaitable[int]]


def tables_of(sandbox: Sandbox) -> dict[str, Json]:
    """A copy of the running world's tables."""
    with sandbox.lock:
        copied: dict[str, Json] = json.loads(json.dumps(sandbox.world.dump()))
    return copied


@pytest.fixture
def twin(mode: str, old_repository: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: F811
    """Runs a job without questions in a copy of the same shop; the folder and the world that it leaves."""
    running: list[Sandbox] = []

    async def ran(job: Headless) -> tuple[Path, dict[str, Json]]:
        folder = set_up(mode, old=old_repository)
        running.append(Sandbox(load(folder / "world.json"), monkeypatch))
        running[0].as_user()
        path = copy_of(folder, tmp_path / "twin" / "shop")
        Shop(path, running[0]).remember_runs()
        assert await job(Options(project=path, yes=True, no_input=True), Console(as_json=True)) == 0
        return path.parent, tables_of(running[0])

    yield ran
    for sandbox in running:
        sandbox.stop()


def same(one: Path, other: Path) -> list[str]:
    """Files of the two folders that are not the same, but for the journals."""
    left, right = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file() and ".lakestrap" not in path.parts}
        for root in (one, other)
    )
    return [str(name) for name in left.keys() | right.keys() if left.get(name) != right.get(name) and name.name != "world.json"]


def noted(world: dict[str, Json]) -> dict[str, Json]:
    """The world with the ids that a rotation notes named alike: they are text within a text there, and follow from random values."""
    found = dict(world)
    for table, part in (("github.variables", "RETIRING"), ("keyvault.secrets", "/api-key/")):
        alike = {key: _alike(row) for key, row in world[table].items() if part in key}
        found[table] = world[table] | alike
    return found


def _alike(row: Json) -> Json:
    kept = {name: row[name] for name in ("value", "tags") if name in row and "fresh-one" not in str(row[name])}
    return {**row, **{name: re.sub(r"[0-9a-f]{16,32}", "ID", json.dumps(member)) for name, member in kept.items()}}


async def left(pilot: Pilot[int]) -> int | None:
    """Leave from the last screen; the exit code."""
    await pilot.press("ctrl+q")
    await until(pilot, lambda: pilot.app.return_value is not None)
    return pilot.app.return_value


async def answered(pilot: Pilot[int]) -> None:
    """Enter in a dialog, and wait until it is gone."""
    dialog = pilot.app.screen
    await pilot.press("enter")
    await until(pilot, lambda: pilot.app.screen is not dialog)


@pytest.mark.matrix
async def test_taking_down_asks_for_the_name_and_ends_as_without_questions(shop: Shop, twin: Any) -> None:  # noqa: F811
    from wizard.headless.destroy import run_destroy

    begun_with = ids_in(tables_of(shop.sandbox))
    async with seated(shop.path.parent, (80, 24)) as pilot:
        await chosen(pilot, "destroy")
        await at(pilot, "DestroyChoice")
        await pilot.press("pagedown")
        assert "no environment is ticked" in shown(pilot)
        await pilot.press("down", "space", "pagedown")
        await outlined(pilot, "DestroyPreview")
        assert shop.sandbox.mutating() == [], "the preview has removed nothing"
        await pilot.press("d")
        await at(pilot, "TypeName")
        await pilot.press(*"Prod", "enter")
        assert type(pilot.app.screen).__name__ == "TypeName" and pilot.app.screen.query_one("#yes", Button).disabled
        pilot.app.screen.query_one(Input).value = ""
        await pilot.press(*"prod", "enter")
        await at(pilot, "Confirm")
        assert pilot.app.screen.query_one("#no", Button).has_focus, "Enter does nothing"
        await pilot.press("y")
        await at(pilot, "Done")
        assert "✓ shop: prod is taken down" in shown(pilot)
        assert await left(pilot) == 0
    seen = tables_of(shop.sandbox)
    folder, world = await twin(lambda options, console: run_destroy(options, console, ["prod"], confirm=["prod"]))
    assert same(shop.path.parent, folder) == [] and "Contoso Prod" not in shop.path.read_text(encoding="utf-8")
    assert differing(world, seen, begun_with) == []
    assert differing(world, seen | {"github.environments": {}}, begun_with), "a world without its gates is another one"


@pytest.mark.matrix
async def test_a_removal_that_fails_can_be_tried_again_within_the_run(shop: Shop) -> None:  # noqa: F811
    shop.sandbox.faults.add(method="DELETE", path=r"api\.github\.com/repos/.*/environments/dev$", status=422)
    async with seated(shop.path.parent, (80, 24)) as pilot:
        await chosen(pilot, "destroy")
        await at(pilot, "DestroyChoice")
        await pilot.press("space", "pagedown")
        await outlined(pilot, "DestroyPreview")
        await pilot.press("d")
        await at(pilot, "Confirm")
        await pilot.press("y")
        await at(pilot, "AskRemedy")
        await until(pilot, lambda: "The other steps go on meanwhile" in shown(pilot), "what failed")
        assert "✗ github.environment/dev" in shown(pilot)
        await pilot.press("r")
        await at(pilot, "Done")
        assert "✓ shop: dev is taken down" in shown(pilot)


@pytest.mark.matrix
@pytest.mark.parametrize("seconds", [0.0, 60.0])
async def test_another_run_is_refused_or_waited_for(shop: Shop, seconds: float) -> None:  # noqa: F811
    from wizard.engine.journal import Journal
    from wizard.flows.job import opened
    from wizard.flows.lease import Lease

    async with seated(shop.path.parent) as pilot, opened(shop.path) as other:
        other.runs.mkdir(parents=True, exist_ok=True)
        lease = Lease(other, "rotate", Journal(other.runs, other.identity))
        async for _ in lease.take():
            pass
        pilot.app.sitting.wait = seconds  # type: ignore[attr-defined]
        await chosen(pilot, "destroy")
        await at(pilot, "DestroyChoice")
        await pilot.press("space", "pagedown")
        await outlined(pilot, "DestroyPreview")
        await pilot.press("d")
        await at(pilot, "Confirm")
        await pilot.press("y")
        if seconds:
            await until(pilot, lambda: "ada works on this project: rotate" in shown(pilot), "who is waited for")
            await lease.release()
            await at(pilot, "Done")
            assert "✓ shop: dev is taken down" in shown(pilot)
            return
        await at(pilot, "Done")
        assert "ada works on this project: rotate" in shown(pilot) and "✗ Not complete" in shown(pilot)
        await lease.release()


@pytest.mark.matrix
async def test_without_the_name_or_the_yes_nothing_is_removed(shop: Shop) -> None:  # noqa: F811
    async with seated(shop.path.parent) as pilot:
        await chosen(pilot, "destroy")
        await at(pilot, "DestroyChoice")
        await pilot.press("down", "space", "pagedown")
        await outlined(pilot, "DestroyPreview")
        await pilot.press("d")
        await at(pilot, "TypeName")
        await pilot.press("escape")
        await at(pilot, "DestroyPreview")
        await pilot.press("d")
        await at(pilot, "TypeName")
        await pilot.press(*"prod", "enter")
        await at(pilot, "Confirm")
        await pilot.press("enter")
        await at(pilot, "DestroyPreview")
    assert shop.sandbox.mutating() == []


@pytest.mark.matrix
async def test_status_tells_the_drift_and_leads_to_the_plan_that_mends_it(shop: Shop) -> None:  # noqa: F811
    shop.change("github.variables", "dev|AZURE_LOCATION", value="moved")
    async with seated(shop.path.parent) as pilot:
        await chosen(pilot, "status")
        screen = await outlined(pilot, "Status")
        assert "1 thing is not as shop wants it" in shown(pilot)
        await pilot.press("slash", *"location", "enter", "down")
        await pilot.pause()
        assert "value is moved instead of westeurope" in shown(pilot)
        await pilot.press("escape", "k")
        await pilot.pause()
        assert screen.outline is not None and sum(len(branch.lines) for branch in screen.outline.branches) > 60
        assert shop.sandbox.mutating() == [], "status writes nothing"
        await pilot.press("m")
        await planned_by(pilot, "Review")
        await pilot.press("a")
        await at(pilot, "Done")
        assert "✓ shop is set up" in shown(pilot)
        await pilot.press("escape")
        await at(pilot, "Home")
        await chosen(pilot, "status")
        await outlined(pilot, "Status")
        assert "Nothing has drifted" in shown(pilot)


@pytest.mark.matrix
async def test_adding_ends_as_without_questions(shop: Shop, twin: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    from wizard.flows.add import Request
    from wizard.headless.add import run_add

    monkeypatch.setenv("API_KEY", "a-value-for-the-test")
    begun_with = ids_in(tables_of(shop.sandbox))
    async with seated(shop.path.parent, (80, 24)) as pilot:
        await chosen(pilot, "add")
        await at(pilot, "AddChoice")
        await pilot.press(*"dev")
        await pilot.pause()
        assert "the environment dev is there already" in shown(pilot)
        await pilot.press("pagedown")
        assert isinstance(pilot.app.screen, Choosing) and pilot.app.screen.query(AnswerInput)[0].has_focus
        await pilot.press("backspace", "backspace", "backspace", *"test", "pagedown")
        review = await planned_by(pilot, "AddReview")
        assert isinstance(review, AddReview) and review.added is not None and review.added.order == ("dev", "test", "prod")
        assert shop.sandbox.mutating() == []
        await pilot.press("a")
        await at(pilot, "Done")
        assert "✓ shop has test" in shown(pilot) and "merge the pull request" in shown(pilot)
        await pilot.press("escape")
        await at(pilot, "Home")
        await until(pilot, lambda: "dev → test → prod" in shown(pilot))
        assert await left(pilot) == 0
    seen = tables_of(shop.sandbox)
    folder, world = await twin(lambda options, console: run_add(options, console, Request("test")))
    assert same(shop.path.parent, folder) == []
    assert differing(world, seen, begun_with) == []


async def test_rotating_asks_for_what_somebody_else_issues_and_ends_as_without_questions(
    shop: Shop,  # noqa: F811
    twin: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from wizard.headless.rotate import run_rotate

    shop.path.write_text(shop.path.read_text(encoding="utf-8").replace('"env:API_KEY"', "prompt"), encoding="utf-8")
    begun_with = ids_in(tables_of(shop.sandbox))
    async with seated(shop.path.parent, (80, 24)) as pilot:
        await chosen(pilot, "rotate")
        await at(pilot, "RotateChoice")
        kinds = pilot.app.screen.query_one("#kinds", Ticks)
        for kind in set(kinds.selected) - {"external"}:
            kinds.highlighted = kinds.get_option_index(kind)
            kinds.action_select()
            await pilot.pause()
        await pilot.press("down", "pagedown")
        preview = await outlined(pilot, "RotatePreview")
        assert preview.outline is not None and "lakestrap rotate --credential external --all" in preview.outline.overview.plain
        assert shop.sandbox.mutating() == []
        await pilot.press("a")
        for _ in range(2):
            await at(pilot, "AskSecret")
            await pilot.press(*"fresh-one")
            assert "fresh-one" not in shown(pilot) and shop.sandbox.mutating() == [], "it is asked before anything is changed"
            await answered(pilot)
        await at(pilot, "Done")
        assert "✓ shop: 2 credentials" in shown(pilot)
        assert await left(pilot) == 0
    seen = tables_of(shop.sandbox)
    monkeypatch.setenv("API_KEY", "fresh-one")
    wanted = {"kinds": ("external",), "everything": True}
    _, world = await twin(lambda options, console: run_rotate(options, console, wanted))
    assert differing(noted(world), noted(seen), begun_with, frozenset({"fresh-one"})) == []


@pytest.mark.matrix
async def test_a_plan_that_moved_is_shown_and_asked_again(shop: Shop) -> None:  # noqa: F811
    shop.change("github.variables", "dev|AZURE_LOCATION", value="moved")
    async with seated(shop.path.parent) as pilot:
        await chosen(pilot, "resume")
        await planned_by(pilot, "Review")
        shop.change("github.variables", "prod|AZURE_LOCATION", value="moved")
        await pilot.press("a")
        await at(pilot, "Moved")
        assert "update github.environment_variable/prod/AZURE_LOCATION" in shown(pilot) and "(was not in" in shown(pilot)
        assert "dev/AZURE_LOCATION" not in shown(pilot), "that was agreed to"
        assert pilot.app.screen.query_one("#no", Button).has_focus, "Enter stops"
        await pilot.press("enter")
        await at(pilot, "Done")
        assert "nothing more was changed" in shown(pilot)
    values = [row["value"] for key, row in shop.table("github.variables").items() if key.endswith("|AZURE_LOCATION")]
    assert values == ["moved", "moved"], "nothing was changed but the lease"
