"""Files and a project file of an older version are proposed in this one's form; edits stay, and nothing else changes."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from tests.flows.add.people import REPOSITORY, Somebody, cloned, committed, files, merged
from wizard.errors import Cancelled
from wizard.flows.decisions import Outcome
from wizard.flows.job import opened
from wizard.flows.upgrade import Preview, previewed, upgrade
from wizard.project import migrations
from wizard.render import header
from wizard.render.following import Fate, split

BUNDLE, INFRA, MAIN = "databricks.yml", ".github/workflows/infra.yml", "infra/compiled/main.json"


async def look(path: Path) -> Preview:
    async with opened(path) as job:
        return await previewed(job)


async def upgraded(path: Path, person: Somebody | None = None) -> Outcome:
    outcome = Outcome()
    async with opened(path) as job:
        async for _ in upgrade(job, person or Somebody(), outcome):
            pass
    return outcome


def older(world: Any, name: str, new: str, old: str) -> str:
    """The file as an older version would have generated it."""
    body = split(name, files(world)[name])[1]
    assert new in body
    return header.stamped(name, body.replace(new, old))


def differing(before: Any, after: Any) -> set[str]:
    """Tables of the world that changed."""
    return {table for table in after if before.get(table) != after[table]}


async def test_what_is_in_this_versions_form_is_left_alone(team: Any, tmp_path: Path) -> None:
    path = cloned(team.world, tmp_path)
    preview = await look(path)
    assert preview.up_to_date and preview.plan.changes == () and not team.mutating()
    outcome = await upgraded(path)
    assert not team.mutating() and outcome.pending == []


async def test_older_files_are_proposed_and_edits_stay(team: Any, tmp_path: Path) -> None:
    was = files(team.world)
    bundle = older(team.world, BUNDLE, ">= 1.13.0", ">= 0.200.0")
    infra = older(team.world, INFRA, "max-parallel: 1", "max-parallel: 3")
    committed(team.world, {BUNDLE: bundle, INFRA: infra, "docs/delivery.md": None})
    edited = infra.replace("timeout-minutes: 60", "timeout-minutes: 90 # ours")
    committed(team.world, {INFRA: edited})
    path = cloned(team.world, tmp_path)
    before = copy.deepcopy(team.world.dump())
    preview = await look(path)
    assert {item.path for item in preview.changing} == {BUNDLE, INFRA} and not preview.up_to_date
    outcome = await upgraded(path)
    assert [item["what"] for item in outcome.pending][:1] == ["merge the pull request"]
    assert {table.partition(".")[0] for table in differing(before, team.world.dump())} <= {"github", "_github", "login", "_login"}
    await merged()
    now = files(team.world)
    assert now[BUNDLE] == was[BUNDLE] and "max-parallel: 1" in now[INFRA] and "timeout-minutes: 90 # ours" in now[INFRA]
    assert "docs/delivery.md" not in now
    assert (await look(path)).up_to_date


async def test_an_edit_in_the_way_is_told_and_left(team: Any, tmp_path: Path) -> None:
    infra = older(team.world, INFRA, "max-parallel: 1", "max-parallel: 3")
    committed(team.world, {INFRA: infra})
    edited = infra.replace("max-parallel: 3", "max-parallel: 9")
    committed(team.world, {INFRA: edited})
    path = cloned(team.world, tmp_path)
    preview = await look(path)
    assert [item.path for item in preview.conflicting] == [INFRA] and not preview.up_to_date
    outcome = await upgraded(path)
    assert files(team.world)[INFRA] == edited and any(INFRA in item["what"] for item in outcome.pending) and not team.mutating()


async def test_a_listed_file_and_its_hash_go_together(team: Any, tmp_path: Path) -> None:
    was = files(team.world)
    name = "infra/parameters/dev.parameters.json"
    text = was[name].replace('"tags"', '"labels"')
    body = split(header.MANIFEST, was[header.MANIFEST])[1].replace(header.digest(was[name]), header.digest(text))
    committed(team.world, {name: text, header.MANIFEST: header.stamped(header.MANIFEST, body)})
    path = cloned(team.world, tmp_path)
    await upgraded(path)
    await merged()
    assert files(team.world) == was


async def test_saying_no_sends_nothing(team: Any, tmp_path: Path) -> None:
    committed(team.world, {BUNDLE: older(team.world, BUNDLE, ">= 1.13.0", ">= 0.200.0")})
    with pytest.raises(Cancelled):
        await upgraded(cloned(team.world, tmp_path), Somebody(agreed=False))
    assert not team.mutating()


async def test_an_older_project_file_is_rewritten_with_its_comments(team: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = migrations.migrated

    def with_an_older_one(raw: dict[str, Any]) -> dict[str, Any]:
        """A format before the first, in which the region was called location."""
        if raw.get("version") != 0:
            return known(raw)
        return {"version": 1, **{("region" if key == "location" else key): value for key, value in raw.items() if key != "version"}}

    monkeypatch.setattr(migrations, "migrated", with_an_older_one)
    text = files(team.world)["lakestrap.yaml"]
    committed(team.world, {"lakestrap.yaml": text.replace("version: 1", "version: 0").replace("region:", "location:")})
    path = cloned(team.world, tmp_path)
    preview = await look(path)
    assert [(item.path, item.fate) for item in preview.changing] == [("lakestrap.yaml", Fate.CHANGED)]
    await upgraded(path)
    await merged()
    now = files(team.world)["lakestrap.yaml"]
    assert "version: 1" in now and "region: westeurope" in now and "location" not in now and "# in promotion order" in now
    assert REPOSITORY in now
