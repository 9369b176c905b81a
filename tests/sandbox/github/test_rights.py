"""Tokens, roles, single sign-on and the headers that tell of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.github.conftest import GitHub

SHOP = "/repos/contoso/shop"
GATE = f"{SHOP}/environments/prod"


def test_a_wrong_and_an_expired_token_are_bad_credentials(github: GitHub) -> None:
    answer = github.send("GET", "/user", login="", headers={"authorization": "token ghp_wrong"})
    assert (answer.status, answer.body["message"]) == (401, "Bad credentials")
    github.token(expires_at="2020-01-01T00:00:00Z")
    assert github.refused("GET", "/user") == (401, "Bad credentials")


def test_nobody_reads_public_things_only(github: GitHub) -> None:
    assert github.send("GET", "/users/ana", login="").status == 200
    assert github.send("GET", "/user", login="").status == 401
    assert github.send("GET", SHOP, login="").status == 404
    assert github.send("PUT", GATE, {}, login="").status == 401


def test_a_request_without_a_user_agent_is_refused(github: GitHub) -> None:
    assert github.send("GET", "/meta", headers={"user-agent": ""}).status == 403


def test_unknown_versions_of_the_api_are_refused(github: GitHub) -> None:
    assert github.send("GET", "/meta", headers={"x-github-api-version": "2026-03-10"}).status == 200
    assert github.send("GET", "/meta", headers={"x-github-api-version": "2020-01-01"}).status == 400


def test_a_classic_token_tells_its_scopes_and_what_was_wanted(github: GitHub) -> None:
    headers = github.send("GET", SHOP).headers
    assert (headers["X-OAuth-Scopes"], headers["X-Accepted-OAuth-Scopes"]) == ("repo, workflow, read:org", "repo")
    github.token(scopes=["workflow"])
    assert github.refused("GET", SHOP) == (404, "Not Found")


def test_a_fine_grained_token_needs_the_permission_of_each_route(github: GitHub) -> None:
    github.token(kind="fine-grained", permissions={"environments": "write", "actions": "read"})
    assert github.send("GET", f"{SHOP}/environments").status == 200
    assert github.refused("PUT", GATE, {}) == (403, "Resource not accessible by personal access token")
    assert github.answer.headers["X-Accepted-GitHub-Permissions"] == "administration=write"
    assert "X-OAuth-Scopes" not in github.answer.headers
    github.token(kind="fine-grained", permissions={"administration": "write"}, repositories=["contoso/other"])
    assert github.refused("PUT", GATE, {}) == (404, "Not Found")
    github.token(kind="fine-grained", permissions={"administration": "write"}, repositories=["contoso/shop"])
    github.ok("PUT", GATE, {})


def test_single_sign_on_is_asked_for_by_header(github: GitHub) -> None:
    github.token(sso="required")
    status, message = github.refused("GET", SHOP)
    assert (status, message.partition(".")[0]) == (403, "Resource protected by organization SAML enforcement")
    assert github.answer.headers["X-GitHub-SSO"].startswith("required; url=https://github.com/orgs/contoso/sso")
    assert github.ok("GET", "/user/repos") == []


@pytest.mark.parametrize(
    ("role", "method", "path", "body", "status"),
    [
        ("pull", "GET", f"{SHOP}/environments", None, 200),
        ("pull", "PUT", f"{SHOP}/contents/x", {"message": "x", "content": ""}, 404),
        ("push", "PUT", f"{SHOP}/contents/x", {"message": "x", "content": ""}, 201),
        ("push", "PUT", GATE, {}, 403),
        ("maintain", "PUT", GATE, {}, 403),
        ("admin", "PUT", GATE, {}, 200),
        ("push", "GET", f"{SHOP}/actions/permissions", None, 403),
        ("admin", "GET", f"{SHOP}/actions/permissions", None, 200),
        ("push", "POST", f"{SHOP}/rulesets", {"name": "r", "enforcement": "active"}, 403),
        ("push", "POST", f"{SHOP}/actions/variables", {"name": "A", "value": "b"}, 201),
        ("pull", "POST", f"{SHOP}/actions/variables", {"name": "A", "value": "b"}, 404),
    ],
)
def test_roles(github: GitHub, role: str, method: str, path: str, body: Any, status: int) -> None:
    github.ok("PUT", f"{SHOP}/collaborators/eve", {"permission": role}, status=204)
    assert github.send(method, path, body, login="eve").status == status


def test_strangers_do_not_see_a_private_repository(github: GitHub) -> None:
    assert github.send("GET", SHOP, login="eve").status == 404
    assert github.send("GET", SHOP, login="ana").status == 200


def test_rights_through_a_team_and_their_end(github: GitHub) -> None:
    assert github.ok("GET", f"{SHOP}/collaborators/ana/permission")["permission"] == "write"
    teams = github.world.table("github.teams")
    teams["contoso/platform"] = teams["contoso/platform"] | {"members": []}
    assert github.ok("GET", f"{SHOP}/collaborators/ana/permission")["permission"] == "read"


def test_the_rate_limit_counts_and_ends(github: GitHub) -> None:
    first = github.send("GET", "/user").headers
    second = github.send("GET", "/user").headers
    assert int(first["X-RateLimit-Remaining"]) - int(second["X-RateLimit-Remaining"]) == 1
    table = github.world.table("_github.rate")
    key = next(iter(table))
    table[key] = table[key] | {"used": 5000}
    status, message = github.refused("GET", "/user")
    assert (status, message.partition(" for")[0]) == (403, "API rate limit exceeded")
    github.world.clock.forward(3601)
    github.ok("GET", "/user")


def test_lists_come_in_pages_that_link_to_each_other(github: GitHub) -> None:
    for number in range(5):
        github.ok("POST", f"{SHOP}/actions/variables", {"name": f"V{number}", "value": "x"}, status=201)
    answer = github.send("GET", f"{SHOP}/actions/variables?per_page=2&page=2")
    assert [row["name"] for row in answer.body["variables"]] == ["V2", "V3"]
    assert answer.body["total_count"] == 5
    assert 'per_page=2&page=3>; rel="next"' in answer.headers["Link"]
    assert 'per_page=2&page=1>; rel="prev"' in answer.headers["Link"]


def test_what_is_not_emulated_says_so(github: GitHub) -> None:
    answer = github.send("GET", f"{SHOP}/milestones")
    assert answer.status == 501
    assert "not emulated" in answer.body["message"]
