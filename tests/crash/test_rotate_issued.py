"""A rotation of an OAuth secret, a token or a storage key killed at a mutating request, before or after it took effect, and resumed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.crash.killing import RESUMED, WHOLE, points
from tests.flows.rotate.issued_shop import set_up_issued, stored, troubles, valid
from tests.scenarios.rehearsal import Finished, rehearsed

SAMPLE = 1
ROTATE = ("lakestrap", "rotate", "--yes", "--json", "--no-input", "--grace", "0", "--credential")
KINDS = {"dbx": "databricks-oauth-secret", "tool": "databricks-token", "stone": "storage-key"}
LEFT = {"dbx": 1, "tool": 1, "stone": 2}
"""How many values the issuer takes in the end: one, or both keys of an account."""


def ran(name: str, folder: Path, point: str = "") -> Finished:
    folder.mkdir(parents=True)
    shutil.copy(set_up_issued() / "lakestrap.yaml", folder)
    shutil.copy(set_up_issued() / "world.json", folder / "start.json")
    options: tuple[str, ...] = ("--world", str(folder / "start.json"))
    command = (*ROTATE, KINDS[name])
    if not point:
        return rehearsed(folder, *command, options=options, timeout=150)
    return rehearsed(folder, "sh", "-c", RESUMED, "sh", *command, options=(*options, "--kill-after", point), timeout=150)


def problems(name: str, done: Finished, point: str) -> list[str]:
    """What is wrong with the world in the end; empty where nothing is."""
    found = [] if done.code == 0 else [f"the second run ended with {done.code}: {done.stderr[-1500:]}"]
    found += troubles(done.world, name)
    if len(valid(done.world, name)) != LEFT[name]:
        found.append(f"{len(valid(done.world, name))} values work")
    if any("LAKESTRAP_RETIRING" in key for key in done.world["github.variables"]):
        found.append("a note is left")
    return [f"{point}: {line}" for line in found]


@pytest.mark.crash
@pytest.mark.timeout(2 * 3600)
@pytest.mark.parametrize("name", list(KINDS) if WHOLE else [pytest.param("stone", marks=pytest.mark.matrix)])
def test_a_rotation_resumes_from_every_point(tmp_path: Path, name: str) -> None:
    whole = ran(name, tmp_path / "undisturbed")
    assert problems(name, whole, "undisturbed") == []
    found: list[str] = []
    for point in points(len(whole.mutating), SAMPLE):
        found += problems(name, ran(name, tmp_path / point, point), point)
    assert not found, "\n".join(found)
    assert stored(whole.world, name)["tags"]["lakestrap-project"] == "shop"


@pytest.mark.matrix
def test_an_orphan_is_found(tmp_path: Path) -> None:
    whole = ran("dbx", tmp_path / "undisturbed")
    rows = whole.world["databricks.oauth_secrets"]
    rows["W/orphan"] = {"value": "nobody knows it"}
    assert problems("dbx", whole, "planted") == ["planted: 2 values work"]
