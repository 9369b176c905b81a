"""Issues and comments, by people and by the token of a workflow job with exactly the permissions that it declares."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.github.conftest import GitHub
from wizard.sandbox.actions.job import token_for_job

SHOP = "/repos/contoso/shop"


def as_job(github: GitHub, **permissions: str) -> dict[str, str]:
    with github.world.transaction():
        return {"authorization": f"token {token_for_job(github.world, 'contoso/shop', permissions)}"}


def pull(github: GitHub) -> int:
    main = github.ok("GET", f"{SHOP}/git/ref/heads/main")["object"]["sha"]
    github.ok("POST", f"{SHOP}/git/refs", {"ref": "refs/heads/topic", "sha": main}, status=201)
    body = {"message": "edit", "content": "eA==", "branch": "topic"}
    github.ok("PUT", f"{SHOP}/contents/new.txt", body, status=201)
    opened = github.ok("POST", f"{SHOP}/pulls", {"title": "t", "head": "topic", "base": "main"}, status=201)
    return int(opened["number"])


def test_an_issue_is_opened_changed_and_closed(github: GitHub) -> None:
    job = as_job(github, issues="write")
    made = github.send("POST", f"{SHOP}/issues", {"title": "expires", "body": "soon"}, headers=job)
    assert made.status == 201 and made.body["user"]["login"] == "github-actions[bot]"
    place = f"{SHOP}/issues/{made.body['number']}"
    assert github.send("PATCH", place, {"body": "now"}, headers=job).body["body"] == "now"
    listed = github.ok("GET", f"{SHOP}/issues?state=open&creator=github-actions%5Bbot%5D")
    assert [row["title"] for row in listed] == ["expires"]
    assert github.ok("GET", f"{SHOP}/issues?creator=ada") == []
    assert github.send("PATCH", place, {"state": "closed"}, headers=job).body["state_reason"] == "completed"
    assert github.ok("GET", f"{SHOP}/issues") == [] != github.ok("GET", f"{SHOP}/issues?state=all")
    assert github.refused("PATCH", place, {"state": "gone"})[0] == 422
    assert github.refused("POST", f"{SHOP}/issues", {})[0] == 422


@pytest.mark.parametrize("permissions", [{"contents": "write"}, {"issues": "read"}])
def test_a_job_that_does_not_declare_it_may_not_write(github: GitHub, permissions: dict[str, str]) -> None:
    answer = github.send("POST", f"{SHOP}/issues", {"title": "t"}, headers=as_job(github, **permissions))
    assert (answer.status, answer.body["message"]) == (403, "Resource not accessible by integration")


def test_a_comment_on_a_pull_request_needs_either_permission_and_is_renewed(github: GitHub) -> None:
    number, job = pull(github), as_job(github, pull_requests="write")
    place = f"{SHOP}/issues/{number}/comments"
    made: Any = github.send("POST", place, {"body": "first"}, headers=job)
    assert made.status == 201 and f"/pull/{number}#" in made.body["html_url"]
    one = f"{SHOP}/issues/comments/{made.body['id']}"
    assert github.send("PATCH", one, {"body": "second"}, headers=job).status == 200
    assert [row["body"] for row in github.send("GET", place, headers=job).body] == ["second"]
    issue = github.ok("POST", f"{SHOP}/issues", {"title": "t"}, status=201)["number"]
    assert github.send("POST", f"{SHOP}/issues/{issue}/comments", {"body": "x"}, headers=job).status == 403
    assert github.send("POST", place, {"body": "x"}, headers=as_job(github, contents="write")).status == 403
    own = github.ok("POST", place, {"body": "mine"}, status=201)["id"]
    assert github.send("PATCH", f"{SHOP}/issues/comments/{own}", {"body": "x"}, headers=job).status == 403
