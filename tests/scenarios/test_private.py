"""Private networks end to end: set up from inside in one run; from outside everything up to the closed door, and on from there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.rehearsal import rehearsed, small_project

pytestmark = pytest.mark.matrix
PROJECT = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop}
network: {mode: private, runs_on: [self-hosted, linux]}
secrets: [{name: salt, from: generate}]
environments:
  - {name: dev, subscription: Contoso Dev, production: false}
"""


def test_from_outside_up_to_the_closed_door_and_on_from_inside(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    small_project(folder, text=PROJECT)
    outside = tmp_path / "outside.yaml"
    outside.write_text("extends: owner\nclient: {network: outside}\n")
    first = rehearsed(folder, "setup", "--yes", "--no-input", options=("--world", str(outside)))
    assert first.code == 1, first.stderr
    told = {event["key"]: event for event in first.events if event["event"] == "change_failed"}
    assert "ForbiddenByConnection" in told["keyvault.secret/dev/salt"]["error"]
    assert "Unauthorized network access" in told["databricks.secret_scope/dev"]["error"]
    assert all("network" in event["hint"] for event in told.values())
    kept = {event["key"] for event in first.events if event["event"] == "settled"}
    assert {"arm.deployment/dev", "arm.role_assignment/dev/deploy-roles"} <= kept


def test_from_inside_in_one_run(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    small_project(folder, text=PROJECT)
    done = rehearsed(folder, "setup", "--yes", "--no-input")
    assert done.code == 0, done.stderr
    types = {row["type"] for row in done.world["tables"]["arm.resources"].values()}
    assert {"Microsoft.Network/natGateways", "Microsoft.Network/privateEndpoints", "Microsoft.Network/privateDnsZones"} <= types
    vaults = [row for row in done.world["tables"]["arm.resources"].values() if row["type"] == "Microsoft.KeyVault/vaults"]
    assert [row["properties"]["publicNetworkAccess"] for row in vaults] == ["Disabled"]
