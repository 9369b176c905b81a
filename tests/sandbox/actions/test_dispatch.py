"""What GitHub refuses when a workflow is dispatched, and how a run, a workflow and a log are found."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.actions import shop
from wizard.sandbox.github import seed as github_seed
from wizard.sandbox.router import Request
from wizard.sandbox.world import World

BASE = f"/repos/{shop.NAME}/actions"


@pytest.fixture
def world() -> World:
    return shop.prepared(
        other="on: push\njobs: {a: {runs-on: x, steps: [{run: 'true'}]}}", broken="on: push\njobs: {a: {steps: [{run: x}]}}"
    )


def dispatch(world: World, workflow: str = "verify-login.yml", **body: Any) -> tuple[int, Any]:
    answer = shop.call(world, "POST", f"{BASE}/workflows/{workflow}/dispatches", body)
    return answer.status, answer.body


@pytest.mark.parametrize(
    ("workflow", "body", "status", "words"),
    [
        ("missing.yml", {"ref": "main"}, 404, "Not Found"),
        ("other.yml", {"ref": "main"}, 422, "Workflow does not have 'workflow_dispatch' trigger"),
        ("broken.yml", {"ref": "main"}, 422, "failed to parse workflow: jobs.a: Required property is missing: runs-on"),
        ("verify-login.yml", {"ref": "nowhere"}, 422, "No ref found for: nowhere"),
        ("verify-login.yml", {"ref": "main"}, 422, "Required input 'environment' not provided"),
        ("verify-login.yml", {"ref": "main", "inputs": {"environment": "dev", "x": "y"}}, 422, 'Unexpected inputs provided: ["x"]'),
        ("verify-login.yml", {"inputs": {"environment": "dev"}}, 422, '"ref" wasn\'t supplied'),
    ],
)
def test_a_wrong_dispatch_is_refused(world: World, workflow: str, body: Any, status: int, words: str) -> None:
    found, answer = dispatch(world, workflow, **body)
    assert found == status
    assert words in answer["message"]
    assert not world.table("github.workflow_runs")


def test_a_dispatch_answers_as_it_is_asked(world: World) -> None:
    given: Any = {"ref": "main", "inputs": {"environment": "dev"}}
    assert dispatch(world, **given) == (204, None)
    status, body = dispatch(world, **given, return_run_details=True)
    assert (status, set(body)) == (200, {"workflow_run_id", "run_url", "html_url"})
    newer = shop.call(world, "POST", f"{BASE}/workflows/verify-login.yml/dispatches", given, version="2026-03-10")
    assert newer.status == 200


def test_only_who_may_write_dispatches(world: World) -> None:
    answer = shop.call(world, "POST", f"{BASE}/workflows/verify-login.yml/dispatches", {"ref": "main"}, login="ana")
    assert answer.status == 422, "ana writes through her team"
    team = world.table("github.teams")["contoso/platform"]
    world.table("github.teams")["contoso/platform"] = team | {"members": []}
    answer = shop.call(world, "POST", f"{BASE}/workflows/verify-login.yml/dispatches", {"ref": "main"}, login="ana")
    assert answer.status in (403, 404)


def test_a_repository_without_actions_runs_nothing(world: World) -> None:
    repository = world.table("github.repositories")[shop.NAME]
    repository["actions"]["enabled"] = False
    world.table("github.repositories")[shop.NAME] = repository
    assert dispatch(world, ref="main", inputs={"environment": "dev"})[0] == 422


def test_a_disabled_workflow_runs_nothing(world: World) -> None:
    assert shop.call(world, "PUT", f"{BASE}/workflows/verify-login.yml/disable").status == 204
    assert shop.call(world, "GET", f"{BASE}/workflows/verify-login.yml").body["state"] == "disabled_manually"
    assert dispatch(world, ref="main", inputs={"environment": "dev"})[0] == 422
    assert shop.call(world, "PUT", f"{BASE}/workflows/verify-login.yml/enable").status == 204
    assert dispatch(world, ref="main", inputs={"environment": "dev"})[0] == 204


def test_workflows_and_runs_are_listed(world: World) -> None:
    listed = shop.call(world, "GET", f"{BASE}/workflows").body
    assert {row["path"].rpartition("/")[2] for row in listed["workflows"]} == {"verify-login.yml", "other.yml", "broken.yml"}
    first, second = shop.dispatched(world), shop.dispatched(world)
    rows = shop.call(world, "GET", f"{BASE}/workflows/verify-login.yml/runs?event=workflow_dispatch&per_page=1").body
    assert (rows["total_count"], [row["id"] for row in rows["workflow_runs"]]) == (2, [second])
    assert shop.call(world, "GET", f"{BASE}/runs?status=success").body["total_count"] == 0
    world.clock.forward(60)
    assert shop.call(world, "GET", f"{BASE}/runs?status=success").body["total_count"] == 2
    assert shop.call(world, "GET", f"{BASE}/workflows/other.yml/runs").body["total_count"] == 0
    assert shop.call(world, "GET", f"{BASE}/runs/{first}1").status == 404


def test_the_run_is_named_by_the_file() -> None:
    world = shop.prepared("run-name: verify-login ${{ inputs.environment }}\n" + shop.VERIFY)
    assert shop.run(world, shop.dispatched(world))["display_title"] == "verify-login dev"


def test_a_log_is_there_when_the_job_is_over_and_only_for_a_minute(world: World) -> None:
    world.latency = 1.0
    number = shop.dispatched(world)
    (job,) = shop.call(world, "GET", f"{BASE}/runs/{number}/jobs").body["jobs"]
    assert shop.call(world, "GET", f"{BASE}/jobs/{job['id']}/logs").status == 404
    world.clock.forward(60)
    address = shop.call(world, "GET", f"{BASE}/jobs/{job['id']}/logs").headers["Location"]
    host, _, rest = address.removeprefix("https://").partition("/")
    path, _, query = rest.partition("?")
    read = Request("GET", host, "/" + path, query)
    assert shop.sent(world, read).status == 200
    world.clock.forward(120)
    assert shop.sent(world, read).status == 404


def test_a_run_belongs_to_its_repository(world: World) -> None:
    number = shop.dispatched(world)
    github_seed.add_repository(world, "contoso", {"name": "other"}, {}, "ada")
    assert shop.call(world, "GET", f"/repos/contoso/other/actions/runs/{number}").status == 404
