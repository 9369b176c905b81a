"""The preflight knows before anything is changed what GitHub will refuse, and says unknown where GitHub does not tell."""

from __future__ import annotations

from typing import Any

import pytest

from wizard.providers.github import access
from wizard.providers.github.plans import features_of
from wizard.providers.github.repository import Repository

SHOP = "contoso/shop"
USES = ("actions/checkout@" + "3" * 40, "azure/login@" + "f" * 40, "databricks/setup-cli@" + "6" * 40, "./.github/workflows/deploy.yml")


@pytest.fixture
def shop(github: Any) -> Any:
    github.settle(Repository(name="repository", project="shop", repository=SHOP))
    return github


def ask(github: Any, question: Any, *arguments: Any, login: str = "ada") -> Any:
    before = len(github.mutating())
    verdict = github.run(lambda session: question(session, *arguments), login=login)
    assert len(github.mutating()) == before, "a preflight changed something"
    return verdict


def settings(github: Any, **actions: Any) -> None:
    with github.sandbox.lock:
        accounts = github.world.table("github.accounts")
        accounts["contoso"] = accounts["contoso"] | {"actions": accounts["contoso"]["actions"] | actions}


def test_the_tokens_scopes(shop: Any) -> None:
    assert ask(shop, access.token_suffices).answer == "yes"
    shop.token(scopes=["repo", "read:org"])
    lacking = ask(shop, access.token_suffices)
    assert (lacking.answer, lacking.hint) == ("no", "gh auth refresh --scopes workflow")
    shop.token(scopes=["repo", "workflow"])
    assert ask(shop, access.token_suffices).answer == "yes"
    with_teams = shop.run(lambda session: access.token_suffices(session, teams=True))
    assert with_teams.hint == "gh auth refresh --scopes read:org"
    shop.token(kind="fine-grained", permissions={"contents": "write"})
    assert ask(shop, access.token_suffices).answer == "unknown"


def test_single_sign_on(shop: Any) -> None:
    assert ask(shop, access.single_sign_on, SHOP).answer == "yes"
    shop.token(sso="required")
    asked = ask(shop, access.single_sign_on, SHOP)
    assert asked.answer == "no"
    assert "https://github.com/orgs/contoso/sso" in asked.hint


def test_rights_in_the_repository_and_to_create_one(shop: Any) -> None:
    assert ask(shop, access.may_administer, SHOP).answer == "yes"
    read_only = ask(shop, access.may_administer, SHOP, login="ana")
    assert read_only.answer == "no"
    assert "collaborators/ana" in read_only.hint
    assert ask(shop, access.may_administer, "contoso/new").answer == "yes"
    assert ask(shop, access.may_administer, "contoso/new", login="ana").answer == "unknown"
    assert ask(shop, access.may_administer, "bea/new").answer == "no"
    assert ask(shop, access.may_administer, "ada/new").answer == "yes"


def test_actions_switched_off_above(shop: Any) -> None:
    assert ask(shop, access.actions_enabled, SHOP).answer == "yes"
    settings(shop, enabled=False)
    assert ask(shop, access.actions_enabled, SHOP).answer == "unknown"
    shop.token(scopes=["repo", "workflow", "admin:org"])
    assert ask(shop, access.actions_enabled, SHOP).answer == "no"
    assert ask(shop, access.actions_enabled, SHOP, login="ana").answer == "unknown"


def test_every_uses_against_what_may_run(shop: Any) -> None:
    assert [verdict.answer for verdict in ask(shop, access.uses_allowed, SHOP, USES)] == ["yes"]
    settings(shop, allowed="selected", patterns=["Azure/login@*"])
    refused = ask(shop, access.uses_allowed, SHOP, USES)
    assert [(verdict.answer, verdict.why.partition("@")[0]) for verdict in refused] == [("no", "databricks/setup-cli")]
    settings(shop, allowed="selected", patterns=[], verified=True, github_owned=False)
    assert sorted(verdict.answer for verdict in ask(shop, access.uses_allowed, SHOP, USES)) == ["unknown"] * 3
    settings(shop, allowed="local_only")
    assert [verdict.answer for verdict in ask(shop, access.uses_allowed, SHOP, USES)] == ["no"] * 3
    settings(shop, allowed="all", sha_pinning=True)
    assert [verdict.answer for verdict in ask(shop, access.uses_allowed, SHOP, ["actions/checkout@v4"])] == ["no"]


@pytest.mark.parametrize("sandbox_world", ["brownfield"])
def test_rules_on_the_branch_we_push_to(github: Any) -> None:
    assert ask(github, access.may_push, SHOP, "lakestrap/setup").answer == "yes"
    direct = ask(github, access.may_push, SHOP, "main")
    assert direct.answer == "no"
    assert "pull_request of the ruleset reviewed main" in direct.why


def test_reviewers_need_to_read(shop: Any) -> None:
    assert ask(shop, access.reviewers_can_read, SHOP, ["@ana", "contoso/platform"]).answer == "yes"
    with shop.sandbox.lock:
        teams = shop.world.table("github.teams")
        teams["contoso/platform"] = teams["contoso/platform"] | {"repositories": {}}
    blind = ask(shop, access.reviewers_can_read, SHOP, ["@ana", "contoso/platform"])
    assert (blind.answer, blind.why.partition(" ")[0]) == ("no", "contoso/platform")


def test_features_by_plan() -> None:
    free, team, enterprise = (features_of(plan, private=True) for plan in ("free", "team", "enterprise"))
    assert (free.environments, free.rulesets, free.approvals) == (False, False, False)
    assert (team.environments, team.branch_policies, team.rulesets, team.approvals) == (True, True, True, False)
    assert enterprise.approvals
    assert features_of("free", private=False).approvals
    assert not features_of("", private=True).known


@pytest.mark.parametrize("sandbox_world", ["github-free-private"])
def test_a_free_account_has_no_environments_for_private_repositories(github: Any) -> None:
    verdict = ask(github, access.environments_available, "ada/shop")
    assert (verdict.answer, verdict.bad_input) == ("no", True)
    assert verdict.hint.startswith("make the repository public")
    assert ask(github, access.plan_features, "ada/shop").plan == "free"


@pytest.mark.parametrize("sandbox_world", ["github-team-private"])
def test_a_team_plan_enforces_no_approvals(shop: Any) -> None:
    assert ask(shop, access.environments_available, SHOP).answer == "yes"
    assert ask(shop, access.approvals_enforced, SHOP).answer == "no"
    assert ask(shop, access.approvals_enforced, SHOP, login="ana").answer == "unknown"
