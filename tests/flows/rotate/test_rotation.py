"""Rotating a client secret: each phase, each way back, from this laptop and from another."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Sandbox
from tests.flows.rotate.shops import Answers, clone, rotated, state, tables_of, troubles
from wizard.errors import BadInput, Problem

HOUR = 3600.0
CLIENT_SECRET = ("entra-client-secret",)


def later(sandbox: Sandbox, hours: float) -> None:
    """Some hours later the same person has signed in again."""
    with sandbox.lock:
        sandbox.world.clock.forward(hours * HOUR)
    sandbox.as_user()


async def test_the_new_one_is_everywhere_before_the_old_one_ends(sandbox: Sandbox, project: Path) -> None:
    before = state(tables_of(sandbox))
    done = await rotated(project, kinds=CLIENT_SECRET, grace="0")
    assert done.code == 0, done.error
    now = state(tables_of(sandbox))
    assert set(now.passwords).isdisjoint(before.passwords)
    assert now.stored == now.deployed == next(iter(now.passwords.values()))
    assert troubles(tables_of(sandbox)) == []
    order = [f"{event.action} {event.key}" for event in done.events if event.event == "change_made"]
    issued, retired = order.index("issue entra-client-secret/dev"), order.index("retire entra-client-secret/dev")
    writes = [position for position, line in enumerate(order) if line.startswith("write ")]
    assert len(writes) == 3
    assert issued < min(writes) < max(writes) < order.index("verify github.workflow_run/dev") < retired
    assert done.last.outcome == "done; no old credential is left"


async def test_the_day_of_expiry_is_told_to_the_workflow_that_warns(sandbox: Sandbox, project: Path) -> None:
    done = await rotated(project, kinds=CLIENT_SECRET, grace="0")
    assert done.code == 0
    application = next(row for row in tables_of(sandbox)["graph.applications"].values() if row["displayName"] == "shop-dev-deploy")
    ends = application["passwordCredentials"][0]["endDateTime"][:10]
    assert tables_of(sandbox)["github.variables"]["contoso/shop||AZURE_CLIENT_SECRET_EXPIRES_DEV"]["value"] == ends


async def test_the_old_one_waits_for_its_grace_and_another_laptop_ends_it(sandbox: Sandbox, project: Path, tmp_path: Path) -> None:
    old = state(tables_of(sandbox)).passwords
    done = await rotated(project, kinds=CLIENT_SECRET, grace="24h")
    assert done.code == 0
    assert "it is safe to leave" in done.last.outcome
    assert "entra-client-secret/dev until 20" in done.last.outcome
    assert set(old) < set(state(tables_of(sandbox)).passwords)
    assert troubles(tables_of(sandbox)) == []

    shutil.rmtree(project.parent)
    other = clone("tiny", tmp_path / "other")
    early = await rotated(other)
    assert early.preview is not None
    assert [str(item.task) for item in early.preview.items if item.credential.kind in CLIENT_SECRET] == ["wait"]
    assert early.made("retire") == []
    later(sandbox, 25)
    late = await rotated(other)
    assert late.code == 0, late.error
    assert late.made("retire") == ["entra-client-secret/dev"]
    now = state(tables_of(sandbox))
    assert now.note is None
    assert set(now.passwords).isdisjoint(old)
    assert troubles(tables_of(sandbox)) == []


async def test_undo_puts_the_old_one_back(sandbox: Sandbox, project: Path) -> None:
    before = state(tables_of(sandbox))
    await rotated(project, kinds=CLIENT_SECRET)
    done = await rotated(project, undo=True)
    assert done.code == 0, done.error
    now = state(tables_of(sandbox))
    assert now == before
    assert troubles(tables_of(sandbox)) == []


async def test_undo_after_the_end_is_told_to_be_too_late(sandbox: Sandbox, project: Path) -> None:
    await rotated(project, kinds=CLIENT_SECRET, grace="0")
    before = tables_of(sandbox)
    done = await rotated(project, undo=True)
    assert done.code == 0
    assert done.preview is not None
    assert {item.reason for item in done.preview.items} == {"nothing to undo"}
    assert state(tables_of(sandbox)) == state(before)


async def test_foreign_credentials_are_listed_and_left_alone(sandbox: Sandbox, project: Path) -> None:
    with sandbox.lock:
        applications = sandbox.world.table("graph.applications")
        key, row = next((k, r) for k, r in applications.items() if r["displayName"] == "shop-dev-deploy")
        foreign = {**row["passwordCredentials"][0], "keyId": "11111111-2222-4333-8444-555555555555", "displayName": "ana's own"}
        applications[key] = row | {"passwordCredentials": [foreign, *row["passwordCredentials"]]}
        sandbox.world.table("graph.passwords")[foreign["keyId"]] = {"secretText": "x", "application": key}
    done = await rotated(project, kinds=CLIENT_SECRET, grace="0")
    assert done.code == 0, done.error
    assert done.preview is not None
    item = next(item for item in done.preview.items if item.credential.kind in CLIENT_SECRET)
    assert [(held.label, held.ours) for held in item.held if not held.ours] == [("ana's own", False)]
    assert state(tables_of(sandbox)).foreign == 1


async def test_nobody_agreed_and_nothing_is_changed(sandbox: Sandbox, project: Path) -> None:
    before, answers = len(sandbox.mutating()), Answers(agreed=False)
    done = await rotated(project, kinds=CLIENT_SECRET, answers=answers)
    assert done.code == 4
    assert len(answers.shown) == 1
    assert len(sandbox.mutating()) == before


def _secrets(sandbox: Sandbox, count: int) -> None:
    with sandbox.lock:
        rows = sandbox.world.table("github.secrets")
        row = rows.get("contoso/shop|dev|AZURE_CLIENT_SECRET")
        del rows["contoso/shop|dev|AZURE_CLIENT_SECRET"]
        for number in range(count):
            rows[f"contoso/shop|dev|OTHER_{number}"] = {**row, "name": f"OTHER_{number}"}


def _variables(sandbox: Sandbox, count: int) -> None:
    with sandbox.lock:
        rows = sandbox.world.table("github.variables")
        row = next(row for key, row in rows.items() if key.startswith("contoso/shop|dev|"))
        for number in range(count):
            rows[f"contoso/shop|dev|OTHER_{number}"] = {**row, "name": f"OTHER_{number}"}


@pytest.mark.parametrize("fill", [_secrets, _variables])
async def test_a_full_environment_stops_before_any_change(sandbox: Sandbox, project: Path, fill: Any) -> None:
    fill(sandbox, 100)
    before = len(sandbox.mutating())
    done = await rotated(project, kinds=CLIENT_SECRET)
    assert done.code == 3
    assert done.error is not None
    assert "the GitHub environment dev holds 1" in done.error.message
    assert len(sandbox.mutating()) == before


@pytest.mark.parametrize("administrator", [True, False])
async def test_a_policy_that_blocks_secrets_leaves_the_old_one(sandbox: Sandbox, project: Path, administrator: bool) -> None:
    before = state(tables_of(sandbox))
    with sandbox.lock:
        sandbox.world.table("graph.policies")["applications"] = {"secrets_blocked": True}
        if administrator:
            users = sandbox.world.table("graph.users")
            for key, row in list(users.items()):
                users[key] = row | {"directoryRoles": ["Global Administrator"]}
    done = await rotated(project, kinds=CLIENT_SECRET)
    assert not done.made("issue")
    assert "forbids client secrets" in str(done.error or done.outcome.applied.failed)
    assert state(tables_of(sandbox)) == before
    assert troubles(tables_of(sandbox)) == []


@pytest.mark.matrix
@pytest.mark.parametrize("shop", ["secretless"])
async def test_a_secretless_project_is_told_so(sandbox: Sandbox, project: Path) -> None:
    before = len(sandbox.mutating())
    done = await rotated(project)
    assert done.code == 0
    assert done.preview is not None
    assert done.preview.secretless
    assert len(sandbox.mutating()) == before


async def test_all_wrong_options_are_told_at_once(sandbox: Sandbox, project: Path) -> None:
    done = await rotated(project, environments=("qa",), kinds=("ssh-key",), grace="soon", expiring=-1)
    assert done.code == 2
    assert done.error is not None
    for word in ("qa", "ssh-key", "soon", "-1"):
        assert word in done.error.message
    assert sandbox.mutating() == []


async def test_a_value_that_did_not_change_is_told_and_passed_over(
    sandbox: Sandbox, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_KEY", "a-value-for-the-test")
    done = await rotated(project, kinds=("external", "key-vault-secret"), grace="0")
    assert done.code == 0, done.error
    assert done.made("issue") == ["key-vault-secret/dev/salt"]
    words = "external/dev/api-key: unchanged, left as it is: give a new value in API_KEY"
    assert [item["what"] for item in done.outcome.pending] == [words]
    monkeypatch.setenv("API_KEY", "a-new-value")
    again = await rotated(project, kinds=("external",), grace="0")
    assert again.code == 0 and again.made("issue") == ["external/dev/api-key"]


async def test_everything_that_nobody_says_is_listed_at_once(sandbox: Sandbox, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("API_KEY", raising=False)
    done = await rotated(project, everything=True, answers=Unspoken())
    assert isinstance(done.error, BadInput) and done.code == 2
    assert [problem.place for problem in done.error.problems] == ["--yes", "secrets.api-key"]
    assert not sandbox.mutating()


class Unspoken(Answers):
    """Nobody is there."""

    async def agrees_to_rotate(self, preview: object) -> bool:
        raise BadInput([Problem("--yes", "the rotation has to be agreed to")])
