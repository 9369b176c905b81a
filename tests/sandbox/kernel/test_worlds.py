"""Worlds: the shipped ones, descriptions that extend them, and worlds left and gone on with."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any

import pytest

from wizard.sandbox.options import BadOption, latency_scale
from wizard.sandbox.worlds import BadWorld, describe, description, left, load, save, shipped, source_of

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [
    "brownfield",
    "contributor",
    "github-free-private",
    "github-team-private",
    "no-app-registration",
    "owner",
    "secrets-blocked",
    "taken-names",
]


def test_the_shipped_worlds() -> None:
    assert shipped() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_world_is_seeded_and_has_an_operator_among_its_users(name: str) -> None:
    given = description(load(name))
    assert given["operator"] in [user["upn"] for user in given["tenant"]["users"]]
    assert given["subscriptions"]


def test_extending_merges_mappings_and_replaces_the_rest() -> None:
    given = describe({"extends": "owner", "tenant": {"secret_policy": "blocked"}, "subscriptions": []})
    assert given["tenant"]["secret_policy"] == "blocked"
    assert given["tenant"]["domain"] == "contoso.onmicrosoft.com"
    assert given["subscriptions"] == []
    assert "extends" not in given


def test_the_same_seed_makes_the_same_world() -> None:
    first, second, other = (json.dumps(left(load("owner", seed=seed))["tables"], sort_keys=True) for seed in (3, 3, 4))
    assert first == second
    assert first != other


def test_a_world_is_left_private_and_gone_on_with(tmp_path: Path) -> None:
    world = load("owner", seed=5)
    world.table("shop.items")["a"] = {"n": 1}
    world.table("_shop.looks")["b"] = {}
    fresh = world.new_id("thing")
    world.clock.forward(3600)
    path = tmp_path / "world.json"
    save(world, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = load(path)
    assert again.table("shop.items")["a"] == {"n": 1}
    assert len(again.table("_shop.looks")) == 0
    assert (again.seed, again.clock.offset, source_of(again)) == (5, 3600, "owner")
    assert description(again) == description(world)
    assert again.new_id("thing") not in (fresh, first_id(5))
    assert left(again)["tables"] == left(world)["tables"]


def first_id(seed: int) -> str:
    return load({}, seed=seed).new_id("thing")


def test_a_kept_world_has_its_ephemeral_tables(tmp_path: Path) -> None:
    world = load({})
    world.table("_shop.looks")["b"] = {"n": 2}
    save(world, tmp_path / "kept.json", ephemeral=True)
    assert load(tmp_path / "kept.json").table("_shop.looks")["b"] == {"n": 2}


def test_bookkeeping_is_no_table_of_the_world() -> None:
    world = load({})
    world.new_id("thing")
    assert not any(name.startswith("_") for name in left(world)["tables"])
    assert left(world)["counters"]["id.thing"] == 1


@pytest.mark.parametrize("content", ["- a list", "{", '{"format": "lakestrap-world/99"}', "extends: nobody"])
def test_a_file_that_is_no_world_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(content)
    with pytest.raises(BadWorld):
        load(path)


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadWorld, match=r"nobody.*owner"):
        load("nobody")


@pytest.mark.parametrize(("text", "scale"), [("none", 0.0), ("real", 1.0), ("0.5", 0.5)])
def test_latency(text: str, scale: Any) -> None:
    assert latency_scale(text) == scale
    with pytest.raises(BadOption):
        latency_scale("-" + text)
