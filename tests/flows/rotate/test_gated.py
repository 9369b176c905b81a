"""A gate between us and the proof: both are valid meanwhile, and nothing ends before a person has opened it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Sandbox
from tests.flows.rotate.shops import rotated, state, tables_of, troubles

PROD: dict[str, Any] = {"environments": ("prod",), "kinds": ("entra-client-secret",)}
ANA = 1002

pytestmark = pytest.mark.parametrize("shop", ["gated"])


def reviewed(sandbox: Sandbox) -> None:
    """Ana approves what waits."""
    with sandbox.lock:
        runs: Any = sandbox.world.table("github.workflow_runs")
        gates = sandbox.world.table("github.environments")
        prod = next(row for row in gates.values() if row["name"] == "prod")
        for key, run in list(runs.items()):
            if run["inputs"]["environment"] == "prod" and not run["reviews"]:
                review = {"environments": [prod["id"]], "state": "approved", "comment": "", "user": ANA, "at": sandbox.world.clock.now()}
                runs[key] = run | {"reviews": [review]}


@pytest.mark.matrix
async def test_the_old_one_stays_until_somebody_has_opened_the_gate(sandbox: Sandbox, project: Path) -> None:
    old = state(tables_of(sandbox), "prod")
    done = await rotated(project, grace="0", **PROD)
    assert done.code == 0, done.error
    assert any("approve" in item["what"] for item in done.outcome.pending)
    assert set(old.passwords) < set(state(tables_of(sandbox), "prod").passwords)
    assert troubles(tables_of(sandbox), "prod") == []

    again = await rotated(project)
    assert again.made("retire") == []
    assert len(state(tables_of(sandbox), "prod").passwords) == 2

    reviewed(sandbox)
    last = await rotated(project)
    assert last.code == 0, last.error
    assert last.made("retire") == ["entra-client-secret/prod"]
    assert set(state(tables_of(sandbox), "prod").passwords).isdisjoint(old.passwords)
    assert troubles(tables_of(sandbox), "prod") == []


async def test_production_does_not_follow_a_failure(sandbox: Sandbox, project: Path) -> None:
    before = state(tables_of(sandbox), "prod")
    sandbox.faults.add(method="POST", path="graph.microsoft.com/.*/addPassword", status=500)
    done = await rotated(project, kinds=("entra-client-secret",))
    assert done.code == 1
    assert list(done.outcome.applied.failed) == ["entra-client-secret/dev"]
    assert list(done.outcome.applied.skipped) == ["entra-client-secret/prod"]
    assert state(tables_of(sandbox), "prod") == before
    assert troubles(tables_of(sandbox)) == []


async def test_a_locked_vault_is_locked_again_and_the_role_taken_back(sandbox: Sandbox, project: Path) -> None:
    locks = {key for key in tables_of(sandbox)["arm.resources"] if "/locks/" in key}
    done = await rotated(project, environments=("prod",), kinds=("key-vault-secret",), grace="0")
    assert done.code == 0, done.error
    now = tables_of(sandbox)
    assert locks == {key for key in now["arm.resources"] if "/locks/" in key} != set()
    assert troubles(now, "prod") == []
