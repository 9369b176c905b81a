"""Reviewers, wait timers and branch policies hold a run; only who may open the gate opens it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.actions import shop
from wizard.sandbox.world import World

ANA, BEA = 1002, 1003
TEAM = 3001


@pytest.fixture
def world() -> World:
    return shop.prepared()


def pending(world: World, number: int, login: str = "ada") -> Any:
    return shop.call(world, "GET", f"/repos/{shop.NAME}/actions/runs/{number}/pending_deployments", login=login).body


def reviewed(world: World, number: int, login: str, state: str = "approved", environment: int = 500) -> int:
    body = {"environment_ids": [environment], "state": state, "comment": "as agreed"}
    return shop.call(world, "POST", f"/repos/{shop.NAME}/actions/runs/{number}/pending_deployments", body, login).status


def waits(world: World, number: int) -> bool:
    world.clock.forward(60)
    return bool(shop.run(world, number)["status"] == "waiting")


def gated(world: World, **changes: Any) -> int:
    row = world.table("github.environments")[f"{shop.NAME}|dev"]
    world.table("github.environments")[f"{shop.NAME}|dev"] = row | changes
    return shop.dispatched(world)


def test_a_reviewer_opens_the_gate_and_nobody_else(world: World) -> None:
    number = gated(world, reviewers=[{"type": "User", "id": ANA}])
    assert waits(world, number)
    (held,) = pending(world, number, "ana")
    assert held["current_user_can_approve"] is True
    assert held["reviewers"][0]["reviewer"]["login"] == "ana"
    assert pending(world, number, "bea")[0]["current_user_can_approve"] is False
    assert reviewed(world, number, "bea") == 422
    assert waits(world, number)
    assert reviewed(world, number, "ana") == 200
    assert reviewed(world, number, "ana") == 422
    assert shop.played(world, number)[0] == "success"
    (entry,) = shop.call(world, "GET", f"/repos/{shop.NAME}/actions/runs/{number}/approvals").body
    assert (entry["state"], entry["user"]["login"], entry["environments"][0]["name"]) == ("approved", "ana", "dev")


def test_a_member_of_a_team_may_review(world: World) -> None:
    number = gated(world, reviewers=[{"type": "Team", "id": TEAM}])
    assert waits(world, number)
    assert pending(world, number)[0]["reviewers"][0]["reviewer"]["slug"] == "platform"
    assert reviewed(world, number, "bea") == 200
    assert not waits(world, number)


def test_a_rejection_fails_the_run(world: World) -> None:
    number = gated(world, reviewers=[{"type": "User", "id": ANA}])
    assert waits(world, number)
    assert reviewed(world, number, "ana", "rejected") == 200
    conclusion, log = shop.played(world, number)
    assert conclusion == "failure"
    assert "rejected by ana" in log


@pytest.mark.parametrize("prevented", [True, False])
def test_who_started_it_may_review_unless_that_is_prevented(world: World, prevented: bool) -> None:
    number = gated(world, reviewers=[{"type": "User", "id": 1001}], prevent_self_review=prevented)
    assert waits(world, number)
    assert pending(world, number)[0]["current_user_can_approve"] is not prevented
    assert reviewed(world, number, "ada") == (422 if prevented else 200)
    assert waits(world, number) is prevented


def test_a_wait_timer_runs_out_by_the_clock(world: World) -> None:
    number = gated(world, wait_timer=10)
    assert waits(world, number)
    (held,) = pending(world, number)
    assert held["wait_timer"] == 10
    assert held["wait_timer_started_at"]
    assert reviewed(world, number, "ada") == 422
    world.clock.forward(600)
    assert shop.played(world, number)[0] == "success"


@pytest.mark.parametrize(("pattern", "conclusion"), [("main", "success"), ("release/*", "failure")])
def test_a_branch_policy_is_enforced(world: World, pattern: str, conclusion: str) -> None:
    policy = {"protected_branches": False, "custom_branch_policies": True}
    row = {"id": 1, "repository": shop.NAME, "environment": "dev", "name": pattern, "type": "branch"}
    world.table("github.branch_policies")["1"] = row
    found, log = shop.played(world, gated(world, deployment_branch_policy=policy))
    assert found == conclusion
    refused = 'Branch "main" is not allowed to deploy to dev due to environment protection rules.'
    assert (refused in log) is (conclusion == "failure")


def test_a_held_job_has_not_signed_in(world: World) -> None:
    number = gated(world, reviewers=[{"type": "User", "id": ANA}])
    assert waits(world, number)
    assert not world.table("_actions.request_tokens")
    assert reviewed(world, number, "ana") == 200
    assert not waits(world, number)
    assert world.table("_actions.request_tokens")
