"""Every ``run:`` block of every generated workflow, in order, in the world that set-up leaves, as the identities that it gives.

``test_every_step_is_played`` holds the list of what was run against the files, so that no block is forgotten.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from tests.clients.conftest import AZ
from tests.clients.runner import TOOLS, Played, Runner
from tests.scenarios.finished import set_up

if TYPE_CHECKING:
    from tests.clients.conftest import Client
    from tests.conftest import Sandbox

Json = Any
REPOSITORY = "contoso/shop"
TEXT = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop, create: true, visibility: private}
MODE
secrets:
  - {name: sql-password, from: "env:API_KEY"}
environments:
  - {name: dev, subscription: Contoso Dev}
  - {name: prod, subscription: Contoso Prod, reviewers: ["@ana"]}
"""
MODES = {"federated": "plan_environment: true", "client-secret": "identity: {mode: client-secret}"}
PLAYED: dict[str, set[tuple[str, str, str]]] = {mode: set() for mode in MODES}
"""Workflow, job and name of each step that was run, by mode."""


@pytest.fixture(scope="module", params=MODES)
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def finished(mode: str) -> Path:
    """What set-up left; it is only looked at."""
    missing = [name for name in ("git", "jq", "openssl", "gh", "curl") if shutil.which(name) is None]
    if missing or not TOOLS.exists() or not AZ.exists():
        pytest.skip(f"run `make clients`; not on this machine: {', '.join(missing) or 'nothing'}")
    return set_up(TEXT, MODES[mode])


@pytest.fixture
def sandbox_world(finished: Path) -> str:
    return str(finished / "world.json")


class Recording(Runner):
    """Notes what it plays."""

    mode = ""

    def play(self, workflow: str, job: str, environment: str = "", *, ref: str = "refs/heads/main", **contexts: Json) -> Played:
        done = super().play(workflow, job, environment, ref=ref, **contexts)
        PLAYED[self.mode] |= {(workflow, job, name) for name in done.names}
        return done

    def passed(self, workflow: str, job: str, environment: str = "", *, ref: str = "refs/heads/main", **contexts: Json) -> Played:
        done = self.play(workflow, job, environment, ref=ref, **contexts)
        assert not done.failed, f"{done.failed}\n{done.log}"
        return done


@pytest.fixture
def runner(sandbox: Sandbox, az: Client, finished: Path, mode: str, tmp_path: Path) -> Iterator[Recording]:
    made = Recording(sandbox, finished, tmp_path / "runner", REPOSITORY)
    made.mode = mode
    yield made


def built(runner: Recording, **inputs: str) -> Played:
    done = runner.passed("deploy.yml", "build", inputs={"environment": "all", "ref": "", **inputs})
    assert list((runner.artifacts / "bundle" / "dist").glob("shop-*+run.7.1-*.whl"))
    return done


def test_the_bundle_is_built_once_and_the_same_one_is_tested_in_each_environment(runner: Recording) -> None:
    assert "### Built" in built(runner).summary
    for environment in ("dev", "prod"):
        done = runner.passed(
            "deploy-environment.yml", "deploy", environment, inputs={"environment": environment, "secret-names": "sql-password"}
        )
        assert f"### Deployed to {environment}" in done.summary
        assert "- smoke run: passed\n- integration test: passed" in done.summary
        assert done.log.count("a-value-for-the-test") == 1 and "::add-mask::a-value-for-the-test" in done.log, "said once: to be masked"


def test_a_failing_integration_test_stops_the_promotion(runner: Recording) -> None:
    built(runner)
    (artifact,) = (runner.artifacts / "bundle" / "resources").glob("tests.job.yml")
    artifact.write_text(
        artifact.read_text().replace(
            "- task_key: integration_test\n", "- task_key: integration_test\n          depends_on: [{task_key: x}]\n"
        )
    )
    done = runner.play("deploy-environment.yml", "deploy", "dev", inputs={"environment": "dev", "secret-names": ""})
    assert done.failed == "Deploy", done.log


def test_an_earlier_commit_is_delivered_and_no_other_branch(runner: Recording) -> None:
    first = runner.git("rev-parse", "HEAD")
    runner.commit("second")
    assert f"Delivering `{first}`" in built(runner, ref=first).summary
    runner.git("checkout", "--quiet", "-b", "other")
    other = runner.commit("third")
    for ref in (other, "other", "no-such-thing"):
        done = runner.play("deploy.yml", "build", inputs={"environment": "all", "ref": ref})
        assert done.failed == "Go to the chosen commit" and "::error::" in done.log


def test_infrastructure_is_shown_and_made_and_the_login_proven(runner: Recording, mode: str) -> None:
    for environment in ("dev", "prod"):
        matrix = {"environment": environment}
        inputs = {"environment": environment, "ref": runner.git("rev-parse", "HEAD")}
        shown = runner.passed("infra.yml", "infra", environment, inputs={**inputs, "action": "what-if"}, matrix=matrix)
        assert "### What would change in" in shown.summary and "Deploy" not in shown.names
        done = runner.passed("infra.yml", "infra", environment, inputs={**inputs, "action": "deploy"}, matrix=matrix)
        assert f"Deployed to {environment}." in done.summary
        assert len(runner.passed("verify-login.yml", "verify", environment, inputs={"environment": environment}).steps) == 4


EVENT = {"pull_request": {"number": 1, "head": {"repo": {"full_name": REPOSITORY}}}}


def test_a_pull_request_is_checked_and_told_what_would_change(runner: Recording, mode: str) -> None:
    runner.git("checkout", "--quiet", "-b", "topic")
    path = runner.origin / "infra" / "parameters" / "dev.parameters.json"
    path.write_text(path.read_text().replace('"Standard_LRS"', '"Standard_ZRS"') + "\n")
    runner.commit("topic")
    given: Json = {"event": EVENT, "ref": "refs/heads/topic"}
    assert "### Coverage" in runner.passed("ci.yml", "code", **given).summary and (runner.artifacts / "coverage").is_dir()
    runner.passed("ci.yml", "bundle", **given)
    assert runner.passed("ci.yml", "infrastructure", **given).outputs == {"changed": "true"}
    (runner.origin / "infra" / "main.bicep").write_text("// edited\n" + (runner.origin / "infra" / "main.bicep").read_text())
    runner.commit("the source alone")
    refused = runner.play("ci.yml", "infrastructure", **given)
    assert refused.failed == "See what changed" and "az bicep build" in refused.log
    if mode == "client-secret":
        return
    assert "bundle for prod: valid" in runner.passed("ci.yml", "validate", "dev-plan", **given).summary
    for environment in ("dev", "prod"):
        shown = runner.passed("ci.yml", "what-if", f"{environment}-plan", matrix={"environment": environment}, **given)
        assert f"### What would change in {environment}" in shown.summary
    _open_pull(runner)
    for _ in range(2):
        runner.passed("ci.yml", "comment", **given, needs={"what-if": {"result": "success"}})
    (comment,) = runner.sandbox.world.table("github.comments").values()
    assert comment["user"] == "github-actions[bot]" and comment["body"].count("### What would change in") == 2
    (runner.artifacts / "what-if-prod" / "what-if-prod.md").unlink()
    runner.passed("ci.yml", "comment", **given, needs={"what-if": {"result": "failure"}})
    (comment,) = runner.sandbox.world.table("github.comments").values()
    assert "unknown: what-if failed" in comment["body"]


def _open_pull(runner: Recording) -> None:
    """A pull request with the event's number, as GitHub would have it."""
    world = runner.sandbox.world
    with runner.sandbox.lock:
        world.table("github.pulls")[f"{REPOSITORY}#1"] = {"repository": REPOSITORY, "number": 1, "id": 1, "state": "open"}


def test_drift_is_told_from_none_and_from_unknown(runner: Recording, mode: str) -> None:
    if mode == "client-secret":
        pytest.skip("there is no identity that only reads")
    dev: Json = {"environment": "dev-plan", "matrix": {"environment": "dev"}}
    first = runner.play("drift.yml", "drift", **dev)
    assert re.match(r"### dev: (none|unknown)\n", first.summary) and "### dev: drift" not in first.summary, first.log
    world = runner.sandbox.world
    with runner.sandbox.lock:
        key = next(
            key
            for key, row in world.table("arm.resources").items()
            if row["type"].lower() == "microsoft.storage/storageaccounts" and "dev" in key
        )
        row = json.loads(json.dumps(world.table("arm.resources")[key]))
        row["properties"]["allowSharedKeyAccess"] = not row["properties"].get("allowSharedKeyAccess", False)
        world.table("arm.resources")[key] = row
    drifted = runner.play("drift.yml", "drift", **dev)
    assert drifted.failed == "Compare" and "### dev: drift" in drifted.summary, drifted.log
    with runner.sandbox.lock:
        roles = world.table("arm.role_assignments")
        for key in [
            key
            for key, row in roles.items()
            if "/rg-shop-dev" in key and row["properties"]["roleDefinitionId"].rsplit("/", 1)[-1] in _own_roles(world)
        ]:
            del roles[key]
    unknown = runner.play("drift.yml", "drift", **dev)
    assert unknown.failed in ("Compare", "Sign in to Azure") and "### dev: none" not in unknown.summary


def _own_roles(world: Any) -> set[str]:
    return {str(row["name"]) for row in world.table("arm.role_definitions").values() if row["properties"].get("type") == "CustomRole"}


def test_one_issue_is_opened_renewed_and_closed(runner: Recording, mode: str) -> None:
    if mode != "client-secret":
        assert not (runner.origin / ".github" / "workflows" / "credentials.yml").exists(), "nothing expires"
        return
    world, names = runner.sandbox.world, ("AZURE_CLIENT_SECRET_EXPIRES_DEV", "AZURE_CLIENT_SECRET_EXPIRES_PROD")

    def said(*days: str) -> list[Json]:
        with runner.sandbox.lock:
            for name, day in zip(names, days, strict=True):
                row = {"repository": REPOSITORY, "environment": "", "name": name, "value": day, "created_at": "", "updated_at": ""}
                world.table("github.variables")[f"{REPOSITORY}||{name}"] = row
        runner.passed("credentials.yml", "expiry")
        return list(world.table("github.issues").values())

    first = runner.passed("credentials.yml", "expiry")
    assert first.summary.count(": good until 2") == 2 and not list(world.table("github.issues").values()), "set-up has written the days"
    (issue,) = said("2020-01-01", "some day")
    assert (
        "- dev: client secret of the deployment: expires on 2020-01-01" in issue["body"]
        and "- prod: client secret of the deployment: unknown" in issue["body"]
    )
    (issue,) = said("2020-01-01", "2999-01-01")
    assert "prod" not in issue["body"] and issue["state"] == "open"
    (issue,) = said("2999-01-01", "2999-01-01")
    assert issue["state"] == "closed"


def test_every_step_is_played(finished: Path, mode: str) -> None:
    """The last one: it knows what the others have run."""
    folder = finished / ".github" / "workflows"
    wanted = {
        (path.name, job, step["name"])
        for path in folder.glob("*.yml")
        for job, definition in YAML(typ="safe").load(path.read_text())["jobs"].items()
        for step in definition.get("steps", [])
    }
    assert wanted - PLAYED[mode] == set()
