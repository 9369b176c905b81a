"""A lost project file through the full screen: chosen, looked at, written; and its screens as pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Sandbox
from tests.flows.rotate.shops import TEXTS, set_up, tables_of
from tests.tui.driving import at, chosen, outlined, planned_by, seated, shown, until
from tests.tui.test_life_snapshots import put
from tests.tui.test_snapshots import hold
from wizard.flows.adopt import Adopted
from wizard.flows.adopt.published import Published
from wizard.project.file import load, parsed, text_of
from wizard.tui import adopt_view
from wizard.tui.outline import Outline
from wizard.tui.screens.adopt import AdoptChoice, AdoptDone, AdoptPreview

TEXT = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop, visibility: private}
identity: {mode: federated}
secrets: [{name: salt, from: generate}]
environments: # in promotion order
  - {name: dev, subscription: Contoso Dev}
  - {name: prod, subscription: Contoso Prod, reviewers: ["@ana"], wait_minutes: 10}
"""


def found(*, from_clouds: bool = True) -> Adopted:
    """The shop, composed from the clouds, with an older version of the file on another branch."""
    project = parsed(TEXT)
    held = Published(TEXT, project, "the branch lakestrap/setup holds it", current=False)
    unknown = (
        ("secrets.salt.from", "where its value came from is not known; one that exists is never asked for again"),
        ("environments.prod", "could not be read: the locks: you may not read them (Microsoft.Authorization/locks/read)"),
        ("github.create", "leaves no trace: the usual value is taken"),
    )
    text = text_of(project) if from_clouds else TEXT
    return Adopted("contoso/shop", project, text, unknown, held, from_clouds)


class StillAdopt(AdoptPreview):
    """Shows the example."""

    async def read(self) -> Outline:
        self.found = found(from_clouds=self.from_clouds)
        return adopt_view.outline(self.found, self.command, dark=self.app.current_theme.dark)


@pytest.fixture
def sandbox_world() -> Any:
    return set_up("gated") / "world.json"


async def test_how_it_looks(tmp_path: Path) -> None:
    async with seated(tmp_path / "shop") as pilot:
        await put(pilot, StillAdopt("contoso/shop", from_clouds=True))  # type: ignore[arg-type]
        await outlined(pilot, "StillAdopt")
        assert "name: shop" in shown(pilot) and "secrets.salt.from" in shown(pilot)
        await hold(pilot, "adopt-preview")
        await put(pilot, AdoptDone(found()))  # type: ignore[arg-type]
        await hold(pilot, "adopt-done")


@pytest.mark.matrix
async def test_a_lost_file_comes_back_and_leads_to_an_empty_plan(sandbox: Sandbox, tmp_path: Path) -> None:
    root = tmp_path / "laptop"
    async with seated(root, (80, 24)) as pilot:
        await chosen(pilot, "adopt")
        await at(pilot, "AdoptChoice")
        await pilot.press(*"contoso", "pagedown")
        assert "owner/name" in shown(pilot), "no repository"
        await pilot.press(*"/nothing", "pagedown")
        await until(pilot, lambda: "GitHub shows no repository contoso/nothing" in shown(pilot), "that there is none")
        assert "gh auth login" in shown(pilot) and type(pilot.app.screen).__name__ == "AdoptChoice"
        await pilot.press(*["backspace"] * len("nothing"), *"shop", "pagedown")
        preview = await outlined(pilot, "AdoptPreview")
        assert isinstance(preview, AdoptPreview) and preview.found is not None and not preview.found.from_clouds
        await pilot.press("o")
        await until(pilot, lambda: preview.found is not None and preview.found.from_clouds, "the other version")
        assert "secrets.salt.from" in shown(pilot) and not (root / "lakestrap.yaml").exists()
        await pilot.press("o")
        await until(pilot, lambda: preview.found is not None and not preview.found.from_clouds, "the first version")
        await pilot.press("a")
        await at(pilot, "AdoptDone")
        assert (root / "lakestrap.yaml").read_text(encoding="utf-8") == TEXTS["gated"] and sandbox.mutating() == []
        await pilot.press("p")
        review = await planned_by(pilot, "Review")
        assert review.preview is not None and review.preview.plan.empty
        await pilot.press("escape")
        await at(pilot, "Home")
        await until(pilot, lambda: "dev → prod" in shown(pilot), "the project on the first screen")


@pytest.mark.matrix
async def test_of_several_projects_one_is_chosen(sandbox: Sandbox, tmp_path: Path) -> None:
    with sandbox.lock:
        rows = sandbox.world.table("github.variables")
        key = next(key for key in rows if key.endswith("|dev|LAKESTRAP_PROJECT"))
        rows[key] = {**rows[key], "value": "other"}
    async with seated(tmp_path / "laptop") as pilot:
        await chosen(pilot, "adopt")
        await at(pilot, "AdoptChoice")
        await pilot.press(*"contoso/shop", "pagedown")
        await until(pilot, lambda: "holds several projects" in shown(pilot), "which one")
        await pilot.press("down", "pagedown")
        await outlined(pilot, "AdoptPreview")
        await pilot.press("a")
        await at(pilot, "AdoptDone")
    assert load(tmp_path / "laptop" / "lakestrap.yaml").name == "shop" and tables_of(sandbox)


async def test_it_is_offered_only_where_there_is_no_file(tmp_path: Path) -> None:
    from wizard.tui.folder import Found
    from wizard.tui.jobs import entries, first_screen

    assert "adopt" in [entry.name for entry in entries(Found())]
    for there in (None, Found(problem="lakestrap.yaml:1:1"), Found(environments=("dev",))):
        assert "adopt" not in [entry.name for entry in entries(there)]
    assert isinstance(first_screen("adopt"), AdoptChoice)
