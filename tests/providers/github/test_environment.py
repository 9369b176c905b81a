"""An environment's gate is built request by request, kept as it is, adopted only by agreement, and refused where it cannot hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from wizard.engine.plan import Action, decide
from wizard.errors import BadInput
from wizard.providers.github.environment import Environment
from wizard.providers.github.environment_secret import EnvironmentSecret
from wizard.providers.github.environment_variable import EnvironmentVariable
from wizard.providers.github.repository import Repository
from wizard.sandbox.github import models
from wizard.secret import Secret

SHOP: dict[str, Any] = {"project": "shop", "repository": "contoso/shop"}
PATH = "/repos/contoso/shop/environments/prod"


def production(**changes: Any) -> Environment:
    wished: dict[str, Any] = {
        "reviewers": ("@ana", "contoso/platform"),
        "wait_minutes": 10,
        "prevent_self_review": True,
        "deploy_from": ("main", "release/*", "tag:v*"),
    }
    return Environment(name="prod", environment="prod", **SHOP, **({"environment_name": "prod"} | wished | changes))


@pytest.fixture
def shop(github: Any) -> Any:
    github.settle(Repository(name="repository", **SHOP))
    return github


def row(github: Any) -> Any:
    return models.environment(github.world, "contoso/shop", "prod")


def policies(github: Any) -> set[tuple[str, str]]:
    return {(item["type"], item["name"]) for item in models.branch_policies(github.world, "contoso/shop", "prod")}


def test_the_gate_comes_first_then_the_policies_then_the_mark(shop: Any) -> None:
    sent = shop.settle(production())
    assert sent == [f"PUT {PATH}", *[f"POST {PATH}/deployment-branch-policies"] * 3, f"POST {PATH}/variables"]
    assert row(shop)["reviewers"] == [{"type": "User", "id": 1002}, {"type": "Team", "id": 3001}]
    assert (row(shop)["wait_timer"], row(shop)["prevent_self_review"]) == (10, True)
    assert policies(shop) == {("branch", "main"), ("branch", "release/*"), ("tag", "v*")}
    assert models.variables(shop.world, "contoso/shop", "prod") == {"LAKESTRAP_PROJECT": "shop"}
    assert shop.settle(production()) == []
    assert shop.settle(production(reviewers=("contoso/Platform", "@Ana"))) == []
    assert shop.settle(production(), login="bea") == []


def test_between_two_requests_nothing_can_deploy_from_elsewhere(shop: Any) -> None:
    shop.run(production().create)
    assert not models.deployable(shop.world, "contoso/shop", "prod", "refs/heads/main")
    shop.settle(production())
    assert models.deployable(shop.world, "contoso/shop", "prod", "refs/heads/release/1")
    assert models.deployable(shop.world, "contoso/shop", "prod", "refs/tags/v1")
    assert not models.deployable(shop.world, "contoso/shop", "prod", "refs/heads/feature")


def test_a_loosened_gate_is_found_and_mended(shop: Any) -> None:
    shop.settle(production())
    with shop.sandbox.lock:
        shop.world.table("github.environments")["contoso/shop|prod"] = row(shop) | {"reviewers": [], "prevent_self_review": False}
    observed = shop.read(production())
    assert {difference.field for difference in production().differences(observed)} == {"approvers", "prevent_self_review"}
    assert shop.settle(production()) == [f"PUT {PATH}"]


def test_policies_are_compared_as_a_set_and_changed_one_by_one(shop: Any) -> None:
    shop.settle(production())
    sent = shop.settle(production(deploy_from=("trunk", "tag:v*")))
    assert [request.split()[0] for request in sent] == ["POST", "DELETE", "DELETE"]
    assert policies(shop) == {("branch", "trunk"), ("tag", "v*")}
    assert shop.settle(production(deploy_from=())) == [f"PUT {PATH}"]
    assert row(shop)["deployment_branch_policy"] is None


def test_somebody_elses_environment_is_adopted_only_by_agreement(shop: Any) -> None:
    shop.settle(replace(production(), project="billing"))
    assert decide(production(), shop.read(production())).action is Action.BLOCKED
    with shop.sandbox.lock:
        del shop.world.table("github.variables")["contoso/shop|prod|LAKESTRAP_PROJECT"]
    assert decide(production(), shop.read(production())).action is Action.ADOPT
    assert shop.settle(production()) == [f"POST {PATH}/variables"]
    assert decide(production(), shop.read(production())).action is Action.KEEP


def test_self_review_with_nobody_else_to_review_is_refused(shop: Any) -> None:
    with pytest.raises(BadInput, match="only reviewer"):
        shop.read(production(reviewers=("@ada",)))
    with pytest.raises(BadInput, match="no reviewers"):
        shop.read(production(reviewers=()))
    shop.read(production(reviewers=("@ada",), prevent_self_review=False))


def test_all_unknown_reviewers_are_told_at_once(shop: Any) -> None:
    with pytest.raises(BadInput) as refused:
        shop.read(production(reviewers=("@nobody", "contoso/nothing", "@ana")))
    assert len(refused.value.problems) == 2


@pytest.mark.parametrize("sandbox_world", ["github-team-private"])
def test_a_plan_without_approvals_is_bad_input_with_the_ways_out(shop: Any) -> None:
    with pytest.raises(BadInput, match="billing plan supports the required reviewers") as refused:
        shop.settle(production(wait_minutes=0))
    assert "make the repository public" in refused.value.hints[0]
    assert shop.settle(production(reviewers=(), wait_minutes=0, prevent_self_review=False))[0] == f"PUT {PATH}"


def test_a_deleted_environment_is_gone_with_all_it_held(shop: Any) -> None:
    shop.settle(production())
    observed = shop.read(production())
    shop.run(lambda session: production().delete(session, observed))
    assert shop.read(production()) is None
    assert models.variables(shop.world, "contoso/shop", "prod") == {}
    shop.run(lambda session: production().delete(session, observed))


def test_a_name_with_a_slash_travels_whole(shop: Any) -> None:
    odd = production(environment_name="eu/prod plan", reviewers=(), prevent_self_review=False)
    shop.settle(odd)
    assert models.environment(shop.world, "contoso/shop", "eu/prod plan")
    assert shop.settle(odd) == []


def variable(value: str) -> EnvironmentVariable:
    return EnvironmentVariable(name="prod/AZURE_LOCATION", environment_name="prod", variable="AZURE_LOCATION", value=value, **SHOP)


def test_a_variable_is_made_changed_and_kept(shop: Any) -> None:
    shop.settle(production())
    assert shop.settle(variable("westeurope")) == [f"POST {PATH}/variables"]
    assert shop.settle(variable("westeurope")) == []
    assert shop.settle(variable("northeurope")) == [f"PATCH {PATH}/variables/AZURE_LOCATION"]
    assert models.variables(shop.world, "contoso/shop", "prod")["AZURE_LOCATION"] == "northeurope"


def test_a_variable_that_somebody_made_meanwhile_is_taken_as_found(shop: Any) -> None:
    shop.settle(production())
    shop.settle(variable("a"))
    observed = shop.run(variable("b").create)
    assert observed.attributes["value"] == "a"


def secret(text: str, *, rewrite: bool = False) -> EnvironmentSecret:
    return EnvironmentSecret(name="prod/TOKEN", environment_name="prod", secret_name="TOKEN", value=Secret(text), rewrite=rewrite, **SHOP)


def test_a_secret_is_sealed_and_not_overwritten(shop: Any) -> None:
    shop.settle(production())
    assert shop.settle(secret("first")) == [f"PUT {PATH}/secrets/TOKEN"]
    assert shop.settle(secret("second")) == []
    assert models.secrets(shop.world, "contoso/shop", "prod") == {"TOKEN": "first"}
    assert shop.settle(secret("second", rewrite=True)) == [f"PUT {PATH}/secrets/TOKEN"]
    assert models.secrets(shop.world, "contoso/shop", "prod") == {"TOKEN": "second"}
    assert "second" not in str(shop.sandbox.exchanges)


def test_a_secret_without_a_value_is_bad_input(shop: Any) -> None:
    shop.settle(production())
    with pytest.raises(BadInput, match="no value"):
        shop.settle(replace(secret(""), value=None))
