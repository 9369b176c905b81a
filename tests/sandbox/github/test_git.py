"""Git objects have their real names; branches move only as rules and scopes let them."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.github.conftest import GitHub
from wizard.sandbox.github import models, objects

SHOP = "/repos/contoso/shop"
MUTATION = "mutation M($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid signature { isValid } } } }"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def head(github: GitHub, branch: str = "main") -> str:
    return str(github.ok("GET", f"{SHOP}/git/ref/heads/{branch}")["object"]["sha"])


def commit(github: GitHub, *, branch: str = "main", oid: str = "", login: str = "ada", **files: str) -> Any:
    changes = {"additions": [{"path": path.replace("__", "/"), "contents": encoded(text)} for path, text in files.items()]}
    given: Any = {"branch": {"repositoryNameWithOwner": "contoso/shop", "branchName": branch}, "message": {"headline": "change"}}
    given |= {"expectedHeadOid": oid or head(github, branch), "fileChanges": changes}
    return github.ok("POST", "/graphql", {"query": MUTATION, "variables": {"input": given}}, login=login)


def failure(answer: Any) -> tuple[str, str]:
    return answer["errors"][0]["type"], answer["errors"][0]["message"]


def ruleset(github: GitHub, *rules: Any, **changes: Any) -> int:
    body: Any = {"name": "rules", "target": "branch", "enforcement": "active", "rules": list(rules)}
    body["conditions"] = {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}
    return int(github.ok("POST", f"{SHOP}/rulesets", body | changes, status=201)["id"])


PULL_REQUEST = {
    "type": "pull_request",
    "parameters": {
        "dismiss_stale_reviews_on_push": False,
        "require_code_owner_review": False,
        "require_last_push_approval": False,
        "required_approving_review_count": 1,
        "required_review_thread_resolution": False,
    },
}
CHECKS = {
    "type": "required_status_checks",
    "parameters": {"required_status_checks": [{"context": "validate"}], "strict_required_status_checks_policy": False},
}


def test_names_are_those_that_git_gives(github: GitHub, tmp_path: Path) -> None:
    made = commit(github, a__b="one\n", c="two")["data"]["createCommitOnBranch"]["commit"]["oid"]
    stored = objects.get(github.world, "contoso/shop", made)
    assert stored is not None

    def git(*arguments: str, text: str = "") -> str:
        return subprocess.run(["git", *arguments], cwd=tmp_path, input=text, capture_output=True, text=True, check=True).stdout

    git("init", "-q")
    for path, content in models.files_at(github.world, "contoso/shop", "main").items():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    git("add", "-A")
    assert git("write-tree").strip() == stored["tree"]
    written = git("hash-object", "-t", "commit", "-w", "--stdin", "--literally", text=_text(stored)).strip()
    assert written == made


def _text(row: Any) -> str:
    from datetime import UTC, datetime

    def stamp(person: Any) -> str:
        at = int(datetime.strptime(person["date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())
        return f"{person['name']} <{person['email']}> {at} +0000"

    parents = "".join(f"parent {sha}\n" for sha in row["parents"])
    return f"tree {row['tree']}\n{parents}author {stamp(row['author'])}\ncommitter {stamp(row['committer'])}\n\n{row['message']}"


def test_an_empty_repository_takes_its_first_commit_by_contents_only(github: GitHub) -> None:
    github.ok("POST", "/orgs/contoso/repos", {"name": "fresh", "private": True}, status=201)
    fresh = "/repos/contoso/fresh"
    empty = (409, "Git Repository is empty.")
    assert github.refused("POST", f"{fresh}/git/blobs", {"content": "x"}) == empty
    assert github.refused("POST", f"{fresh}/git/trees", {"tree": []}) == empty
    assert github.refused("POST", f"{fresh}/git/refs", {"ref": "refs/heads/main", "sha": "0" * 40}) == empty
    assert github.refused("PUT", f"{fresh}/contents/a", {"message": "a", "content": "", "branch": "dev"})[0] == 404
    github.ok("PUT", f"{fresh}/contents/a", {"message": "a", "content": encoded("a")}, status=201)
    assert github.ok("GET", f"{fresh}/branches")[0]["name"] == "main"


def test_changing_a_file_needs_the_name_of_what_it_replaces(github: GitHub) -> None:
    path = f"{SHOP}/contents/README.md"
    body = {"message": "m", "content": encoded("new")}
    assert github.refused("PUT", path, body) == (422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    assert github.refused("PUT", path, body | {"sha": "deadbeef"}) == (409, "README.md does not match deadbeef")
    sha = github.ok("GET", path)["sha"]
    github.ok("PUT", path, body | {"sha": sha})
    assert models.file_at(github.world, "contoso/shop", "main", "README.md") == b"new"
    assert github.refused("PUT", f"{SHOP}/contents/x", {"message": "m", "content": "%%"}) == (422, "content is not valid Base64")


def test_workflow_files_need_the_workflow_scope_by_every_way(github: GitHub) -> None:
    github.token(scopes=["repo"])
    path = ".github/workflows/new.yml"
    assert github.refused("PUT", f"{SHOP}/contents/{path}", {"message": "m", "content": ""}) == (404, "Not Found")
    tree = [{"path": path, "mode": "100644", "type": "blob", "content": "x"}]
    assert github.refused("POST", f"{SHOP}/git/trees", {"tree": tree, "base_tree": head(github)}) == (404, "Not Found")
    kind, message = failure(commit(github, **{".github__workflows__new.yml": "x"}))
    assert (kind, message) == (
        "FORBIDDEN",
        f"refusing to allow a Personal Access Token to create or update workflow `{path}` without `workflow` scope",
    )
    assert "data" in commit(github, other="x")


def test_a_commit_by_graphql_is_signed_and_needs_the_current_head(github: GitHub) -> None:
    before = head(github)
    made = commit(github, a="a")["data"]["createCommitOnBranch"]["commit"]
    assert made == {"oid": head(github), "signature": {"isValid": True}}
    kind, message = failure(commit(github, oid=before, b="b"))
    assert (kind, message) == ("STALE_DATA", f'Expected branch to point to "{before}" but it did not. Pull and try again.')
    assert not github.world.mutated


def test_graphql_refuses_what_the_schema_does_not_have(github: GitHub) -> None:
    assert "doesn't exist on type" in github.ok("POST", "/graphql", {"query": "{ viewer { nothing } }"})["errors"][0]["message"]
    assert "Parse error" in github.ok("POST", "/graphql", {"query": "{ viewer { login "})["errors"][0]["message"]
    wrong = {
        "branch": {"repositoryNameWithOwner": "contoso/shop", "branchName": "main"},
        "message": "text",
        "expectedHeadOid": head(github),
    }
    assert "errors" in github.ok("POST", "/graphql", {"query": MUTATION, "variables": {"input": wrong}})
    unknown = wrong | {"message": {"headline": "h"}, "force": True}
    assert "is not defined" in github.ok("POST", "/graphql", {"query": MUTATION, "variables": {"input": unknown}})["errors"][0]["message"]


def test_the_question_of_gh_repo_view_is_answered(github: GitHub) -> None:
    query = """
      fragment repo on Repository { id name owner { login } hasIssuesEnabled viewerPermission defaultBranchRef { name } }
      query RepositoryInfo($owner: String!, $name: String!) {
        repository(owner: $owner, name: $name) { ...repo mergeCommitAllowed parent { ...repo } }
      }"""
    answer = github.ok("POST", "/graphql", {"query": query, "variables": {"owner": "contoso", "name": "shop"}})
    assert answer["data"]["repository"]["defaultBranchRef"] == {"name": "main"}
    assert answer["data"]["repository"]["viewerPermission"] == "ADMIN"
    missing = github.ok("POST", "/graphql", {"query": query, "variables": {"owner": "contoso", "name": "none"}})
    assert failure(missing) == ("NOT_FOUND", "Could not resolve to a Repository with the name 'contoso/none'.")


def test_rules_hold_for_contents_refs_and_graphql(github: GitHub) -> None:
    first = head(github)
    second = commit(github, a="a")["data"]["createCommitOnBranch"]["commit"]["oid"]
    ruleset(github, PULL_REQUEST, {"type": "non_fast_forward"}, {"type": "deletion"})
    words = "Repository rule violations found\n\nChanges must be made through a pull request.\n\n"
    assert github.refused("PUT", f"{SHOP}/contents/b", {"message": "b", "content": ""}) == (409, words)
    assert failure(commit(github, b="b")) == ("UNPROCESSABLE", words)
    status, message = github.refused("PATCH", f"{SHOP}/git/refs/heads/main", {"sha": first, "force": True})
    assert (status, "Cannot force-push" in message) == (422, True)
    assert head(github) == second
    github.ok("POST", f"{SHOP}/git/refs", {"ref": "refs/heads/feature", "sha": first}, status=201)
    assert "data" in commit(github, branch="feature", b="b")


def test_required_signatures_let_only_github_own_commits_pass(github: GitHub) -> None:
    ruleset(github, {"type": "required_signatures"})
    status, message = github.refused("PUT", f"{SHOP}/contents/b", {"message": "b", "content": ""})
    assert (status, "Commits must have verified signatures." in message) == (409, True)
    assert "errors" not in commit(github, b="b")


def test_creation_and_tags_can_be_restricted(github: GitHub) -> None:
    sha = head(github)
    tags = {"target": "tag", "conditions": {"ref_name": {"include": ["refs/tags/v*"], "exclude": []}}}
    ruleset(github, {"type": "update"}, {"type": "deletion"}, **tags)
    github.ok("POST", f"{SHOP}/git/refs", {"ref": "refs/tags/v1", "sha": sha}, status=201)
    other = commit(github, a="a")["data"]["createCommitOnBranch"]["commit"]["oid"]
    assert github.refused("PATCH", f"{SHOP}/git/refs/tags/v1", {"sha": other})[0] == 422
    assert github.refused("DELETE", f"{SHOP}/git/refs/tags/v1")[0] == 422
    closed = {"name": "closed", "conditions": {"ref_name": {"include": ["refs/heads/secret/*"], "exclude": []}}}
    ruleset(github, {"type": "creation"}, **closed)
    status, message = github.refused("POST", f"{SHOP}/git/refs", {"ref": "refs/heads/secret/a", "sha": sha})
    assert (status, "Cannot create ref due to creations being restricted." in message) == (422, True)


def test_a_bypass_actor_and_a_disabled_ruleset_do_not_stop(github: GitHub) -> None:
    admins = [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}]
    number = ruleset(github, PULL_REQUEST, bypass_actors=admins)
    assert "errors" not in commit(github, a="a")
    assert "errors" in commit(github, login="ana", b="b")
    github.ok("PUT", f"{SHOP}/rulesets/{number}", {"enforcement": "disabled"})
    assert "errors" not in commit(github, login="ana", b="b")


def test_a_pull_request_waits_for_review_and_checks(github: GitHub) -> None:
    github.ok("POST", f"{SHOP}/git/refs", {"ref": "refs/heads/feature", "sha": head(github)}, status=201)
    body = {"title": "t", "head": "feature", "base": "main"}
    assert github.refused("POST", f"{SHOP}/pulls", body)[0] == 422  # no commits between them
    commit(github, branch="feature", a="a")
    github.ok("POST", f"{SHOP}/pulls", body, status=201)
    assert github.refused("POST", f"{SHOP}/pulls", body)[0] == 422  # there already
    ruleset(github, PULL_REQUEST, CHECKS)
    merge = f"{SHOP}/pulls/1/merge"
    status, message = github.refused("PUT", merge, {})
    assert status == 405
    assert "At least 1 approving review is required" in message
    assert 'Required status check "validate" is expected.' in message
    assert github.refused("POST", f"{SHOP}/pulls/1/reviews", {"event": "APPROVE"})[0] == 422
    github.ok("POST", f"{SHOP}/pulls/1/reviews", {"event": "APPROVE"}, login="ana")
    sha = head(github, "feature")
    run = {"id": 1, "repository": "contoso/shop", "sha": sha, "name": "validate", "status": "completed", "conclusion": "success"}
    github.world.table("github.check_runs")["1"] = run
    assert github.refused("PUT", merge, {"sha": "0" * 40})[0] == 409
    github.ok("PUT", merge, {"merge_method": "squash"})
    assert models.file_at(github.world, "contoso/shop", "main", "a") == b"a"
    assert github.ok("GET", f"{SHOP}/pulls/1")["merged"]


def test_both_sides_changing_one_file_is_a_conflict(github: GitHub) -> None:
    github.ok("POST", f"{SHOP}/git/refs", {"ref": "refs/heads/feature", "sha": head(github)}, status=201)
    commit(github, branch="feature", a="theirs")
    commit(github, a="ours")
    github.ok("POST", f"{SHOP}/pulls", {"title": "t", "head": "feature", "base": "main"}, status=201)
    assert github.answer.body["mergeable_state"] == "dirty"
    assert github.refused("PUT", f"{SHOP}/pulls/1/merge", {}) == (405, "Pull Request is not mergeable")


@pytest.mark.parametrize("plan", ["free"])
def test_a_private_repository_of_a_free_account_has_no_rules(world_of: Any, plan: str) -> None:
    github = world_of(owner={"login": "contoso", "id": 2001, "type": "Organization", "plan": plan})
    words = "Upgrade to GitHub Pro or make this repository public to enable this feature."
    assert github.refused("GET", f"{SHOP}/rulesets") == (403, words)
    assert github.refused("POST", f"{SHOP}/rulesets", {"name": "r", "enforcement": "active"}) == (403, words)


def test_who_listens_is_told_of_every_push(github: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str, str]] = []
    monkeypatch.setattr(models, "pushed", [lambda world, name, ref, before, after, actor: told.append((name, ref, actor))])
    commit(github, a="a")
    assert told == [("contoso/shop", "refs/heads/main", "ada")]


def graphql(github: GitHub, query: str, **variables: Any) -> Any:
    return github.ok("POST", "/graphql", {"query": query, "variables": variables})


def test_gh_makes_repositories_and_pull_requests_by_graphql(github: GitHub) -> None:
    create = (
        "mutation Create($input: CreateRepositoryInput!) { createRepository(input: $input) { repository { id name owner { login } url } } }"
    )
    owner = graphql(github, "query Owner($login: String!) { organization(login: $login) { id } }", login="contoso")["data"]["organization"][
        "id"
    ]
    given = {"name": "made", "visibility": "PRIVATE", "ownerId": owner}
    assert graphql(github, create, input=given)["data"]["createRepository"]["repository"]["owner"] == {"login": "contoso"}
    assert failure(graphql(github, create, input=given)) == ("UNPROCESSABLE", "name already exists on this account")
    github.ok("POST", f"{SHOP}/git/refs", {"ref": "refs/heads/feature", "sha": head(github)}, status=201)
    commit(github, branch="feature", a="a")
    node = graphql(github, '{ repository(owner: "contoso", name: "shop") { id } }')["data"]["repository"]["id"]
    propose = "mutation M($input: CreatePullRequestInput!) { createPullRequest(input: $input) { pullRequest { url number state } } }"
    pull = graphql(github, propose, input={"repositoryId": node, "baseRefName": "main", "headRefName": "feature", "title": "t"})
    assert pull["data"]["createPullRequest"]["pullRequest"] == {
        "url": "https://github.com/contoso/shop/pull/1",
        "number": 1,
        "state": "OPEN",
    }
    listed = (
        'query L($state: [S!] = OPEN) { repository(owner: "contoso", name: "shop") { pullRequests(states: $state) { nodes { number } } } }'
    )
    assert graphql(github, listed)["data"]["repository"]["pullRequests"]["nodes"] == [{"number": 1}]
    assert graphql(github, listed, state=["MERGED"])["data"]["repository"]["pullRequests"]["nodes"] == []


def test_deleting_a_branch_closes_its_pull_request(github: GitHub) -> None:
    github.ok("POST", f"{SHOP}/git/refs", {"ref": "refs/heads/feature", "sha": head(github)}, status=201)
    commit(github, branch="feature", a="a")
    github.ok("POST", f"{SHOP}/pulls", {"title": "t", "head": "feature", "base": "main"}, status=201)
    github.ok("DELETE", f"{SHOP}/git/refs/heads/feature", status=204)
    assert github.ok("GET", f"{SHOP}/pulls/1")["state"] == "closed"
    assert github.refused("DELETE", f"{SHOP}/git/refs/heads/main")[0] == 422


def test_who_makes_a_repository_administers_it(github: GitHub) -> None:
    github.ok("POST", "/orgs/contoso/repos", {"name": "anas", "private": True}, status=201, login="ana")
    github.ok("PUT", "/repos/contoso/anas/environments/dev", {}, login="ana")
    assert github.refused("PUT", f"{SHOP}/environments/dev", {}, login="ana")[0] == 403
    assert github.refused("POST", "/orgs/contoso/repos", {"name": "eves"}, login="eve")[0] == 403
