"""The command from end to end: what was the user's own before is byte for byte what it was, and the marks tell whose the rest is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.flows.destroy.taking_down import left_over, marked
from tests.scenarios.brownfield import (
    ANALYTICS,
    OWN_TABLES,
    POLICY_VAULT,
    ROLE_VAULT,
    ROLE_VAULT_BODY,
    SETUP,
    STORAGE,
    STORAGE_BODY,
    WORKSPACE,
    before,
    changed,
    described,
    edited,
    world_of,
)
from tests.scenarios.rehearsal import Finished, rehearsed, small_project

HEAD = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop}
tags: {cost-centre: "4711"}
"""
DESTROY = ("lakestrap", "destroy", "--yes", "--json")


def project(folder: Path, existing: str, head: str = "") -> None:
    environment = f"environments:\n  - {{name: dev, subscription: Contoso Dev, production: false, existing: {{{existing}}}}}\n"
    small_project(folder, text=HEAD + head + environment)


def nothing(tables: dict[str, Any]) -> None:
    """Nobody's hand was at it."""


def taken_down(folder: Path, *more: str) -> Finished:
    return rehearsed(folder, *DESTROY, *more, options=edited(folder, nothing))


def failures(done: Finished) -> str:
    return done.stderr + "\n".join(json.dumps(event) for event in done.events if event["event"] in ("change_failed", "skipped"))


@pytest.mark.matrix
def test_in_a_group_a_policy_vault_and_a_workspace_of_ones_own(tmp_path: Path) -> None:
    existing = f"resource_group: {ANALYTICS}, vault: {POLICY_VAULT}, workspace: {WORKSPACE}"
    project(tmp_path, existing, 'locks: all\nsecrets: [{name: api-key, from: "env:API_KEY"}]\n')
    old, options = before(tmp_path, world_of(tmp_path, described()))
    assert rehearsed(tmp_path, *SETUP, options=options).code == 0
    done = taken_down(tmp_path, "--purge")
    assert done.code == 0, failures(done)
    policies = done.world["arm.resources"][POLICY_VAULT.lower()]["properties"]["accessPolicies"]
    kept = old["arm.resources"][POLICY_VAULT.lower()]["properties"]["accessPolicies"]
    assert policies[: len(kept)] == kept
    assert changed(old, done.world, *OWN_TABLES) in ([], [f"arm.resources/{POLICY_VAULT.lower()}"])
    assert len(policies) <= len(kept) + 1, "none but what Databricks itself has added for its scope"
    left = [line for line in left_over(old, done.world) if not line.endswith(POLICY_VAULT.lower())]
    assert left == [], "\n".join(left)
    (removal,) = [event["removal"] for event in done.events if "removal" in event]
    assert any(item["command"] == "databricks bundle destroy -t dev" for item in removal["kept"])


@pytest.mark.matrix
def test_beside_a_role_vault_a_workspace_and_storage_in_other_groups(tmp_path: Path) -> None:
    existing = f"vault: {ROLE_VAULT}, workspace: {WORKSPACE}, storage: {STORAGE}"
    project(tmp_path, existing, "secrets: [{name: salt, from: generate}]\nnaming: {resource_group: 'rg-ours-{environment}'}\n")
    description = described()
    description["resources"] += [ROLE_VAULT_BODY, STORAGE_BODY]
    old, options = before(tmp_path, world_of(tmp_path, description))
    assert rehearsed(tmp_path, *SETUP, options=options).code == 0
    done = taken_down(tmp_path, "--purge")
    assert done.code == 0, failures(done)
    done.world["arm.resources"][ROLE_VAULT.lower()]["properties"]["accessPolicies"] = []  # Databricks adds its own with a scope
    assert changed(old, done.world, *OWN_TABLES) == []
    assert left_over(old, done.world) == [], "\n".join(left_over(old, done.world))
    assert marked(done.world) == []


def test_the_last_word_is_the_persons(tmp_path: Path) -> None:
    """Without --yes and without a person nothing is removed; a project that was never set up has nothing to remove."""
    project(tmp_path, "")
    done = rehearsed(tmp_path, "lakestrap", "destroy", "--json")
    assert done.code == 0 and done.mutating == [], done.stderr
    assert done.events[-1]["outcome"] == "done"
