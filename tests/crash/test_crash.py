"""Killed at a mutating request, before or after it took effect, and run again: the same world, no orphan, no duplicate."""

from __future__ import annotations

import base64
import copy
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.crash.canonical import MINTED, differing
from tests.crash.killing import CASES, VALUES, WHOLE, Undisturbed, needless_dispatches, points, problems, undisturbed

World = dict[str, Any]

SAMPLES = {"federated": 1}
"""Points a case in the everyday suite, which has seconds for them; ``make crash`` takes all points of all cases."""
WANTED = tuple(CASES) if WHOLE else tuple(SAMPLES)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Undisturbed]:
    made: dict[str, Undisturbed] = {}

    def of(name: str) -> Undisturbed:
        if name not in made:
            made[name] = undisturbed(tmp_path_factory.mktemp(name), CASES[name])
        return made[name]

    return of


@pytest.mark.crash
@pytest.mark.timeout(2 * 3600)
@pytest.mark.parametrize("name", WANTED)
def test_set_up_resumes_from_every_point(tmp_path: Path, reference: Callable[[str], Undisturbed], name: str) -> None:
    wanted = reference(name)
    found: list[str] = []
    for point in points(wanted.requests, SAMPLES.get(name, 1)):
        found += problems(wanted, tmp_path / point, point)
    assert not found, "\n".join(found)


def test_other_ids_make_no_other_world(reference: Callable[[str], Undisturbed]) -> None:
    wanted = reference("federated")

    def other(found: Any) -> str:
        token = str(found[0])
        if token in wanted.begun_with:
            return token
        return str(int(token) + 50) if token.isdigit() else str(uuid.uuid5(uuid.NAMESPACE_DNS, token)) if "-" in token else token[::-1]

    renamed = json.loads(MINTED.sub(other, json.dumps(wanted.world)))
    backwards = {table: dict(reversed(rows.items())) for table, rows in reversed(renamed.items())}
    assert backwards != wanted.world
    assert differing(wanted.world, backwards, wanted.begun_with, VALUES) == []


def _first(world: World, table: str, holding: str = "") -> tuple[str, Any]:
    return next((key, row) for key, row in world[table].items() if holding in json.dumps(row))


def orphan(world: World) -> None:
    key, row = _first(world, "graph.applications", "lakestrap:shop")
    world["graph.applications"]["0" + key[1:]] = row | {"id": "0" + key[1:], "displayName": "left behind"}


def duplicate(world: World) -> None:
    key, row = _first(world, "arm.role_assignments", "lakestrap:shop")
    world["arm.role_assignments"][key[:-12] + "000000000001"] = row


def second_credential(world: World) -> None:
    key, row = _first(world, "graph.federated_credentials", "lakestrap:shop")
    world["graph.federated_credentials"][key + "-2"] = row


def missing(world: World) -> None:
    del world["github.variables"]["contoso/shop|prod|LAKESTRAP_PROJECT"]


def missing_lock(world: World) -> None:
    del world["arm.resources"][next(key for key in world["arm.resources"] if "/locks/" in key)]


def other_role(world: World) -> None:
    _, row = _first(world, "arm.role_assignments", "b24988ac-6180-42a0-ab88-20f7382dd24c")
    row["properties"]["roleDefinitionId"] = row["properties"]["roleDefinitionId"].replace("b24988ac", "b24988ad")


def other_tag(world: World) -> None:
    _, row = _first(world, "arm.groups", "rg-shop-prod")
    row["tags"]["cost-centre"] = "4712"


def other_principal(world: World) -> None:
    """Right by itself, and wrong where the variable belongs to another identity."""
    _, automation = _first(world, "graph.service_principals", "lakestrap-automation")
    world["github.variables"]["contoso/shop|prod|AZURE_CLIENT_ID"]["value"] = automation["appId"]


def other_value(world: World) -> None:
    _, row = _first(world, "keyvault.secrets", "a-value-for-the-test")
    row["value"] = "another value"


def lost_file(world: World) -> None:
    _, row = _first(world, "github.objects", base64.b64encode(b"name: verify-login").decode()[:20])
    row["content"] = base64.b64encode(b"something else").decode()
    tree = next(r for r in world["github.objects"].values() if r["type"] == "tree" and row["sha"] in json.dumps(r))
    tree["entries"] = [entry for entry in tree["entries"] if entry["sha"] != row["sha"]]


def left_branch(world: World) -> None:
    row = world["github.refs"]["contoso/shop:refs/heads/main"]
    world["github.refs"]["contoso/shop:refs/heads/lakestrap/setup"] = row | {"ref": "refs/heads/lakestrap/setup"}


PLANTED = (
    orphan,
    duplicate,
    second_credential,
    missing,
    missing_lock,
    other_role,
    other_tag,
    other_principal,
    other_value,
    lost_file,
    left_branch,
)


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: str(plant.__name__))
def test_what_is_planted_is_found(reference: Callable[[str], Undisturbed], plant: Callable[[World], None]) -> None:
    wanted = reference("federated")
    world = copy.deepcopy(wanted.world)
    plant(world)
    assert differing(wanted.world, world, wanted.begun_with, VALUES)


def test_a_needless_dispatch_is_found() -> None:
    asked = {"url": "https://api.github.com/x/dispatches", "mutating": True, "request": {"inputs": {"environment": "prod"}}, "response": {}}
    failed = {"id": 1, "display_title": "verify-login prod", "conclusion": "failure"}
    seen = {"url": "https://api.github.com/x/runs/1", "mutating": False, "request": None, "response": failed}
    assert needless_dispatches([asked, seen, asked]) == []
    assert needless_dispatches([asked, asked]) == ["verify-login prod was started 2 times"]


def test_the_sample_follows_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKESTRAP_CRASH", "3")
    assert points(40, 5) == points(40, 5)
    assert len(points(40, 5)) == 5
    monkeypatch.setenv("LAKESTRAP_CRASH", "all")
    assert len(points(40, 5)) == 80
