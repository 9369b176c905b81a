"""Release branches and tags, and environment branches, played as trunk is: each push, what it reaches, and every step by real programs."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from tests.clients.conftest import AZ
from tests.clients.runner import TOOLS, Runner
from tests.scenarios.finished import set_up
from wizard.sandbox.actions.expressions import INSIDE, Expression, truthy
from wizard.sandbox.github import models as github

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
delivery: {strategy: STRATEGY}
environments:
  - {name: dev, subscription: Contoso Dev}
  - {name: prod, subscription: Contoso Prod, reviewers: ["@ana"]}
"""
STRATEGIES = ("release", "environment-branches")


@pytest.fixture(scope="module", params=STRATEGIES)
def strategy(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def finished(strategy: str) -> Path:
    """What set-up left; it is only looked at."""
    if any(shutil.which(name) is None for name in ("git", "jq", "curl")) or not TOOLS.exists() or not AZ.exists():
        pytest.skip("run `make clients`")
    return set_up(TEXT.replace("STRATEGY", strategy))


@pytest.fixture
def sandbox_world(finished: Path) -> str:
    return str(finished / "world.json")


@pytest.fixture
def pushed(sandbox: Sandbox, az: Client, finished: Path, tmp_path: Path) -> Pushed:
    return Pushed(Runner(sandbox, finished, tmp_path / "runner", REPOSITORY))


class Pushed:
    """What a push of a ref brings about: the build, and each environment that the conditions and its gate let it reach."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        path = runner.origin / ".github" / "workflows" / "deploy.yml"
        self.jobs: Json = YAML(typ="safe").load(path.read_text(encoding="utf-8"))["jobs"]

    def __call__(self, ref: str) -> list[str]:
        """The environments it was delivered to. A build that fails is ``["build: STEP"]``."""
        shutil.rmtree(self.runner.artifacts, ignore_errors=True)
        done = self.runner.play("deploy.yml", "build", ref=ref, event={"push": {}})
        if done.failed:
            return [f"build: {done.failed}"]
        results, reached = {"build": {"result": "success"}}, list[str]()
        for name, job in self.jobs.items():
            if "with" not in job or not self._wanted(job.get("if", ""), ref, results):
                continue
            environment = job["with"]["environment"]
            assert self._admits(environment, ref), f"{ref} does not pass the gate of {environment}"
            inputs = {"environment": environment, "secret-names": ""}
            ended = self.runner.play("deploy-environment.yml", "deploy", environment, ref=ref, inputs=inputs, event={"push": {}})
            assert not ended.failed, ended.log
            assert "- smoke run: passed\n- integration test: passed" in ended.summary
            results[name] = {"result": "success"}
            reached.append(environment)
        return reached

    def _wanted(self, condition: str, ref: str, results: Json) -> bool:
        kind = "tag" if ref.startswith("refs/tags/") else "branch"
        known = {"github": {"event_name": "push", "ref_type": kind, "ref_name": ref.split("/", 2)[-1]}, "inputs": {}, "needs": results}
        functions: dict[str, Callable[..., Json]] = {"cancelled": lambda: False, "success": lambda: True}
        inside = INSIDE.fullmatch(condition.strip())
        return not condition or truthy(Expression(inside[1] if inside else condition).evaluate(known, functions))

    def _admits(self, environment: str, ref: str) -> bool:
        """Whether the environment's own gate lets the ref in, as set-up has made it."""
        kind, name = ("tag" if ref.startswith("refs/tags/") else "branch"), ref.split("/", 2)[-1]
        rows = github.branch_policies(self.runner.sandbox.world, REPOSITORY, environment)
        return any(row["type"] == kind and fnmatchcase(name, row["name"]) for row in rows)


def test_each_push_is_delivered_where_the_strategy_says_and_nowhere_else(pushed: Pushed, strategy: str) -> None:
    git = pushed.runner.git
    if strategy == "release":
        assert pushed("refs/heads/main") == ["dev"]
        git("branch", "release/1.0")
        assert pushed("refs/heads/release/1.0") == ["dev"]
        git("tag", "v1.0.0", "release/1.0")
        assert pushed("refs/tags/v1.0.0") == ["prod"]
        git("checkout", "--quiet", "-b", "topic")
        pushed.runner.commit("nobody has seen this")
        git("tag", "v1.0.1")
        assert pushed("refs/tags/v1.0.1") == ["build: Take only tags whose commit was delivered before"]
        return
    for environment in ("dev", "prod"):
        git("branch", environment)
        assert pushed(f"refs/heads/{environment}") == [environment]
    assert not pushed._admits("prod", "refs/heads/dev") and not pushed._admits("dev", "refs/heads/main")
