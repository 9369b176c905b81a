"""``requires`` is neither too short nor too long: exactly its union sets a project up, and one less is named beforehand.

One permission after another is taken away behind ``make contract``; the everyday suite takes a few of them by chance.
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest

from tests.contract.operators import MODES, Asked, needed, run, watched, without
from tests.scenarios.rehearsal import Finished, small_project

WHOLE = os.environ.get("LAKESTRAP_CONTRACT") == "all"
SAMPLE = 1
REGISTERED = "Microsoft.Storage/register/action"
NOT_ASKED = {
    REGISTERED: "this world's subscriptions have it registered",
    "Microsoft.KeyVault/deletedVaults/read": "asked where the name of a vault is not free",
    "Microsoft.Resources/deployments/validate/action": "asked where the group is there already",
    "Microsoft.Insights/diagnosticSettings/read": "a template may be evaluated against what it wrote before",
    "Microsoft.Storage/storageAccounts/blobServices/read": "a template may be evaluated against what it wrote before",
    "Microsoft.Storage/storageAccounts/blobServices/containers/read": "a template may be evaluated against what it wrote before",
}
"""Required, and yet a first set-up in the default world does not need it, with the reason."""


def removed() -> list[tuple[str, str]]:
    """Mode and permission of every case; a sample of them in the everyday suite."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        unions = {mode: needed(Path(folder) / mode, mode) for mode in MODES}
    first = unions[MODES[0]]["arm"] - {REGISTERED}
    more = {mode: unions[mode]["arm"] - first - {REGISTERED} for mode in MODES[1:]}
    cases = [(mode, action) for mode, actions in {MODES[0]: first, **more}.items() for action in sorted(actions)]
    chance = random.Random(os.environ.get("LAKESTRAP_SEED", "7"))
    return cases if WHOLE else sorted(chance.sample(cases, SAMPLE))


def names(done: Finished, action: str) -> bool:
    """Whether a row of the table answers *no* and names the permission, as its question or in the refusal of a read."""
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"area"')]
    return any(row["answer"] == "no" and action in row["question"] + row["why"] for row in rows)


@pytest.mark.parametrize("mode", [MODES[0], *(pytest.param(mode, marks=pytest.mark.matrix) for mode in MODES[1:])])
def test_exactly_what_is_required_is_enough(tmp_path: Path, mode: str) -> None:
    held = needed(tmp_path, mode)
    asked = watched(tmp_path, held, "setup", "--yes", "--json")
    assert asked.code == 0
    assert idle(held["arm"], asked) == sorted(NOT_ASKED)


def idle(required: frozenset[str], asked: Asked) -> list[str]:
    """What is required and was never needed."""
    granted = {action.lower() for action in asked.granted["arm"]}
    return sorted(action for action in required if action.lower() not in granted)


def test_a_needless_permission_is_seen() -> None:
    asked = Asked(0, {"arm": frozenset({"Microsoft.KeyVault/vaults/read"}), "keyvault": frozenset()})
    needless = "Microsoft.Compute/virtualMachines/write"
    assert idle(frozenset({"microsoft.keyvault/vaults/read", needless}), asked) == [needless]


@pytest.mark.parametrize(("mode", "action"), removed())
def test_one_permission_less_is_named_beforehand(tmp_path: Path, mode: str, action: str) -> None:
    held = without(needed(tmp_path, mode), action)
    checked = run(tmp_path, held, "check", "--json")
    assert (checked.code, checked.mutating) == (3, []), checked.stderr[-2000:]
    assert names(checked, action), checked.stdout + checked.stderr


@pytest.mark.matrix
@pytest.mark.parametrize("action", ["Microsoft.Authorization/roleAssignments/write", "Microsoft.KeyVault/vaults/write"])
def test_set_up_stops_before_the_first_change_for_want_of_one_permission(tmp_path: Path, action: str) -> None:
    held = without(needed(tmp_path, "federated"), action)
    done = run(tmp_path, held, "setup", "--yes", "--json")
    assert (done.code, done.mutating) == (3, [])
    assert action in done.stderr and "hint:" in done.stderr


def test_a_wide_role_is_found_sufficient(tmp_path: Path) -> None:
    small_project(tmp_path)
    checked = run(tmp_path, {"arm": ["*"], "keyvault": []}, "check", "--json")
    assert checked.code == 0, checked.stdout
