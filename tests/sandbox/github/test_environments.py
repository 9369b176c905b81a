"""Environments, their policies, secrets and variables, as GitHub keeps and refuses them."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from nacl.public import PublicKey, SealedBox

from tests.contract.judging import JUDGE
from tests.sandbox.github.conftest import GitHub
from tests.sandbox.github.judging import disagreements
from wizard.sandbox.github import models

SHOP = "/repos/contoso/shop"
PROD = f"{SHOP}/environments/prod"
CUSTOM = {"deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": True}}
ANA = [{"type": "User", "id": 1002}]


def sealed(github: GitHub, scope: str, text: str) -> dict[str, str]:
    key = github.ok("GET", f"{scope}/secrets/public-key")
    box = SealedBox(PublicKey(base64.b64decode(key["key"])))
    return {"encrypted_value": base64.b64encode(box.encrypt(text.encode())).decode(), "key_id": key["key_id"]}


def test_the_put_replaces_what_it_leaves_out(github: GitHub) -> None:
    github.ok("PUT", PROD, {"wait_timer": 5, "reviewers": ANA, "prevent_self_review": True} | CUSTOM)
    rules = {rule["type"]: rule for rule in github.ok("GET", PROD)["protection_rules"]}
    assert set(rules) == {"wait_timer", "required_reviewers", "branch_policy"}
    assert rules["required_reviewers"]["reviewers"][0]["reviewer"]["login"] == "ana"
    github.ok("PUT", PROD, {})
    assert github.ok("GET", PROD)["protection_rules"] == []
    assert github.ok("GET", f"{SHOP}/environments")["total_count"] == 1
    github.ok("GET", f"{SHOP}/environments/PROD")  # names are the same in any case


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"wait_timer": 43201}, "between 0 and 43200"),
        ({"wait_timer": "5"}, "is not an integer"),
        ({"prevent_self_review": True}, "at least one reviewer to set prevent_self_review"),
        ({"reviewers": ANA * 7}, "cannot exceed 6"),
        ({"reviewers": [{"type": "User", "id": 1009}]}, "must have read access"),
        ({"reviewers": [{"type": "Team", "id": 9}]}, "must have read access"),
        ({"deployment_branch_policy": {"protected_branches": True, "custom_branch_policies": True}}, "cannot have the same value"),
        ({"deployment_branch_policy": {"protected_branches": False, "custom_branch_policies": False}}, "cannot have the same value"),
    ],
)
def test_bad_gates_are_refused_and_nothing_is_made(github: GitHub, body: Any, words: str) -> None:
    status, message = github.refused("PUT", PROD, body)
    assert status == 422
    assert words in message
    assert models.environment(github.world, "contoso/shop", "prod") is None


def owner(plan: str) -> dict[str, Any]:
    return {"login": "contoso", "id": 2001, "type": "Organization", "plan": plan}


def test_below_enterprise_private_repositories_have_no_approvals(world_of: Any) -> None:
    github = world_of(owner=owner("team"))
    words = "Failed to create the environment protection rule. Please ensure the billing plan supports the {} protection rule."
    assert github.refused("PUT", PROD, {"reviewers": ANA}) == (422, words.format("required reviewers"))
    assert github.refused("PUT", PROD, {"wait_timer": 1}) == (422, words.format("wait timer"))
    github.ok("PUT", PROD, CUSTOM)


def test_on_free_private_repositories_have_no_environments_and_public_ones_have(world_of: Any) -> None:
    github = world_of(owner=owner("free"))
    assert github.refused("PUT", PROD, {}) == (404, "Not Found")
    github.ok("POST", "/orgs/contoso/repos", {"name": "open", "private": False}, status=201)
    github.ok("PUT", "/repos/contoso/open/environments/prod", {"wait_timer": 1, "reviewers": ANA})


def test_policies_need_the_custom_kind_and_are_not_doubled(github: GitHub) -> None:
    path = f"{PROD}/deployment-branch-policies"
    github.ok("PUT", PROD, {})
    assert github.refused("POST", path, {"name": "main"}) == (404, "Not Found")
    github.ok("PUT", PROD, CUSTOM)
    made = github.ok("POST", path, {"name": "release/*"})
    assert github.send("POST", path, {"name": "release/*"}).status == 303
    github.ok("POST", path, {"name": "v*", "type": "tag"})
    assert [row["type"] for row in github.ok("GET", path)["branch_policies"]] == ["branch", "tag"]
    github.ok("PUT", f"{path}/{made['id']}", {"name": "release/**"})
    assert models.deployable(github.world, "contoso/shop", "prod", "refs/heads/release/1/2")
    github.ok("DELETE", f"{path}/{made['id']}", status=204)
    assert not models.deployable(github.world, "contoso/shop", "prod", "refs/heads/release/1")


PATTERNS = [
    ("main", "main", True),
    ("main", "maint", False),
    ("release/*", "release/1", True),
    ("release/*", "release/1/2", False),
    ("*", "feature/x", False),
    ("**/x", "a/b/x", True),
    ("v?.0", "v1.0", True),
    ("v[0-9]", "v7", True),
    ("v[0-9]", "va", False),
]


@pytest.mark.parametrize(("pattern", "text", "matches"), PATTERNS)
def test_patterns_are_fnmatch_and_stars_stop_at_slashes(pattern: str, text: str, matches: bool) -> None:
    assert models.matches(pattern, text) is matches


@pytest.mark.parametrize("scope", [PROD, f"{SHOP}/actions"])
def test_secrets_are_opened_stored_and_never_told(github: GitHub, scope: str) -> None:
    github.ok("PUT", PROD, {})
    github.ok("PUT", f"{scope}/secrets/token", sealed(github, scope, "hush-hush"), status=201)
    assert github.answer.body == {}
    github.ok("PUT", f"{scope}/secrets/TOKEN", sealed(github, scope, "hush-again"), status=204)
    environment = "prod" if scope == PROD else ""
    assert models.secrets(github.world, "contoso/shop", environment) == {"TOKEN": "hush-again"}
    github.ok("GET", f"{scope}/secrets/TOKEN")
    assert [row["name"] for row in github.ok("GET", f"{scope}/secrets")["secrets"]] == ["TOKEN"]
    assert "hush" not in str([exchange["response"] for exchange in github.recording])
    github.ok("DELETE", f"{scope}/secrets/TOKEN", status=204)
    assert github.refused("GET", f"{scope}/secrets/TOKEN") == (404, "Not Found")


def test_a_secret_sealed_for_another_scope_is_refused(github: GitHub) -> None:
    github.ok("PUT", PROD, {})
    for_repository = sealed(github, f"{SHOP}/actions", "x")
    assert github.refused("PUT", f"{PROD}/secrets/A", for_repository)[0] == 422
    own = sealed(github, PROD, "x")
    mixed = {"key_id": own["key_id"], "encrypted_value": for_repository["encrypted_value"]}
    assert "Improperly encrypted secret" in github.refused("PUT", f"{PROD}/secrets/A", mixed)[1]


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "1A", "a-b"])
def test_names_of_secrets_and_variables(github: GitHub, name: str) -> None:
    github.ok("PUT", PROD, {})
    assert github.refused("PUT", f"{PROD}/secrets/{name}", sealed(github, PROD, "x"))[0] == 422
    assert github.refused("POST", f"{PROD}/variables", {"name": name, "value": "x"})[0] == 422


def test_there_is_no_upsert_of_variables(github: GitHub) -> None:
    github.ok("PUT", PROD, {})
    path = f"{PROD}/variables"
    assert github.refused("PATCH", f"{path}/A", {"value": "x"}) == (404, "Not Found")
    github.ok("POST", path, {"name": "a", "value": "1"}, status=201)
    assert github.refused("POST", path, {"name": "A", "value": "2"})[0] == 409
    github.ok("PATCH", f"{path}/A", {"value": "2"}, status=204)
    assert github.ok("GET", f"{path}/a")["value"] == "2"
    github.ok("DELETE", f"{path}/A", status=204)


def test_a_hundred_variables_and_no_more(github: GitHub) -> None:
    github.ok("PUT", PROD, {})
    for number in range(100):
        github.ok("POST", f"{PROD}/variables", {"name": f"V{number}", "value": "x"}, status=201)
    assert github.refused("POST", f"{PROD}/variables", {"name": "ONE_MORE", "value": "x"})[0] == 422
    assert len(github.ok("GET", f"{PROD}/variables")["variables"]) == 10  # GitHub's own page size here


def test_an_environment_takes_everything_with_it(github: GitHub) -> None:
    github.ok("PUT", PROD, CUSTOM)
    github.ok("POST", f"{PROD}/variables", {"name": "A", "value": "x"}, status=201)
    github.ok("POST", f"{PROD}/deployment-branch-policies", {"name": "main"})
    github.ok("DELETE", PROD, status=204)
    assert not github.world.table("github.variables")
    assert not github.world.table("github.branch_policies")
    assert github.refused("DELETE", PROD) == (404, "Not Found")


def test_the_subject_of_old_and_new_repositories(github: GitHub) -> None:
    path = "actions/oidc/customization/sub"
    assert github.ok("GET", f"{SHOP}/{path}") == {
        "use_default": True,
        "use_immutable_subject": False,
        "sub_claim_prefix": "repo:contoso/shop",
    }
    number = github.ok("POST", "/orgs/contoso/repos", {"name": "fresh", "private": True}, status=201)["id"]
    fresh = github.ok("GET", f"/repos/contoso/fresh/{path}")
    assert (fresh["use_immutable_subject"], fresh["sub_claim_prefix"]) == (False, f"repo:contoso@2001/fresh@{number}")
    github.ok("PUT", f"{SHOP}/{path}", {"use_default": True, "use_immutable_subject": True}, status=201)
    assert github.ok("GET", f"{SHOP}/{path}")["sub_claim_prefix"] == "repo:contoso@2001/shop@900001"
    github.ok("PUT", f"{SHOP}/{path}", {"use_default": False, "include_claim_keys": ["repository_id", "context"]}, status=201)
    subject = models.subject(github.world, "contoso/shop", "environment:prod", {"repository_id": "900001"})
    assert subject == "repository_id:900001:environment:prod"
    assert github.refused("PUT", f"{SHOP}/{path}", {"use_default": False, "include_claim_keys": ["nothing"]})[0] == 422
    assert github.refused("PUT", f"{SHOP}/{path}", {"use_default": False})[0] == 422


def test_a_repository_that_never_opted_in_has_no_such_setting(world_of: Any) -> None:
    old = {"name": "shop", "id": 900001, "created_at": "2024-03-01T09:00:00Z", "oidc": {"opted_in": False}}
    github = world_of(repositories=[old])
    assert github.refused("GET", f"{SHOP}/actions/oidc/customization/sub") == (404, "Not Found")
    assert models.subject_prefix(github.world, "contoso/shop") == "repo:contoso/shop"


def test_the_organization_narrows_what_may_run(world_of: Any) -> None:
    github = world_of(actions={"enabled": True, "allowed": "selected", "patterns": ["azure/login@*"]})
    settings = github.ok("GET", f"{SHOP}/actions/permissions")
    assert (settings["enabled"], settings["allowed_actions"]) == (True, "selected")
    assert github.ok("GET", f"{SHOP}/actions/permissions/selected-actions")["patterns_allowed"] == ["azure/login@*"]
    closed = world_of(actions={"enabled": False})
    assert closed.ok("GET", f"{SHOP}/actions/permissions") == {"enabled": False}
    assert closed.refused("PUT", f"{SHOP}/actions/permissions", {"enabled": True})[0] == 409


def test_the_judge_hears_a_planted_violation(github: GitHub) -> None:
    if not JUDGE.exists():
        pytest.skip("the judge is not at hand")
    github.ok("PUT", PROD, {})
    planted = github.recording[-1] | {"response": {name: value for name, value in github.answer.body.items() if name != "html_url"}}
    assert disagreements([github.recording[-1]]) == []
    assert "html_url" in disagreements([planted])[0]
    assert disagreements([github.recording[-1] | {"request": {"wait_timer": "five"}}])
