"""A request whose answer is lost is sent again by the client; what is refused then as done already is no failure."""

from __future__ import annotations

from typing import Any

import pytest

from wizard.providers.github.branch import Branch
from wizard.providers.github.environment import Environment
from wizard.providers.github.environment_variable import EnvironmentVariable
from wizard.providers.github.files import Files
from wizard.providers.github.first_commit import FirstCommit
from wizard.providers.github.repository import Repository
from wizard.providers.github.ruleset import Ruleset
from wizard.sandbox.github import models

SHOP: dict[str, Any] = {"project": "shop", "repository": "contoso/shop"}
FILES = {"a.txt": "a", ".github/workflows/b.yml": "name: b\n"}
KINDS = [
    Repository(name="repository", **SHOP),
    FirstCommit(name="repository", path="a.txt", text="a", **SHOP),
    Files(name="delivery", branch="main", files=FILES, **SHOP),
    Branch(name="release", branch="release", **SHOP),
    Ruleset(name="branches", ruleset="lakestrap shop branches", patterns=("refs/heads/main",), **SHOP),
    Environment(name="dev", environment_name="dev", deploy_from=("main",), **SHOP),
    EnvironmentVariable(name="dev/A", environment_name="dev", variable="A", value="x", **SHOP),
]


def bring_about(github: Any, resource: Any) -> None:
    async def go(session: Any) -> None:
        observed = await resource.read(session)
        for _ in range(20):
            if observed is not None and not resource.differences(observed):
                return
            observed = await (resource.create(session) if observed is None else resource.update(session, observed))
        raise AssertionError(f"{resource.key} does not settle")

    github.run(go)


@pytest.mark.parametrize("fault", [{"status": 502}, {"reset": True}], ids=["bad gateway", "reset"])
@pytest.mark.parametrize("sandbox_world", ["owner", "brownfield"])
def test_every_post_may_lose_its_answer(github: Any, fault: dict[str, Any]) -> None:
    for number in range(40):
        github.sandbox.faults.add(method="POST", path="api.github.com/.*", when="after", let=2 * number, **fault)
    for resource in KINDS:
        bring_about(github, resource)
    del github.sandbox.faults.rules[:]
    for resource in KINDS:
        assert github.settle(resource) == [], resource.key
    assert len(github.world.table("github.rulesets")) <= 2
    assert len(github.world.table("github.pulls")) <= 1
    assert models.variables(github.world, "contoso/shop", "dev") == {"A": "x", "LAKESTRAP_PROJECT": "shop"}
