"""GraphQL's mutations: ``createCommitOnBranch``, and those by which ``gh`` makes repositories and pull requests.

Owns the checks of their inputs; what they do passes the same rules as REST. Commits made here are signed by GitHub.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import commits, models, objects, pulls, repositories, rights, rules
from wizard.sandbox.github.graphql_objects import Failure, commit, pull, reference, repository, required, visible
from wizard.sandbox.router import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.sandbox.github.router import Caller
    from wizard.sandbox.world import World

Json = Any


def _changes(given: Json) -> dict[str, bytes | None]:
    required(given, "FileChanges", {}, ("additions", "deletions"))
    changes: dict[str, bytes | None] = {}
    for row in given.get("deletions") or []:
        required(row, "FileDeletion", {"path": str})
        changes[row["path"]] = None
    for row in given.get("additions") or []:
        required(row, "FileAddition", {"path": str, "contents": str})
        try:
            changes[row["path"]] = base64.b64decode(row["contents"], validate=True)
        except (binascii.Error, ValueError) as problem:
            raise Failure("UNPROCESSABLE", "A path was provided with contents that are not valid Base64.") from problem
    return changes


def _target(world: World, found: Caller, branch: Json) -> tuple[Json, str]:
    required(branch, "CommittableBranch", {"repositoryNameWithOwner": str, "branchName": str}, ("id",))
    owner, _, name = branch["repositoryNameWithOwner"].partition("/")
    repository: Json = visible(world, found, f"{owner}/{name}")
    if repository is None:
        raise Failure("NOT_FOUND", f"Could not resolve to a Repository with the name '{owner}/{name}'.")
    if not rights.at_least(rights.role_in(world, repository, found.login), "push"):
        raise Failure("FORBIDDEN", f"{found.login} does not have the correct permissions to execute `CreateCommitOnBranch`")
    if found.kind != "classic" and not found.permitted("contents:write"):
        raise Failure(
            "FORBIDDEN", f"Resource not accessible by {'integration' if found.kind == 'installation' else 'personal access token'}"
        )
    return repository, f"refs/heads/{branch['branchName'].removeprefix('refs/heads/')}"


def create_commit_on_branch(world: World, found: Caller, given: Json) -> Json:
    """One signed commit on an existing branch whose head is ``expectedHeadOid``; ``STALE_DATA`` where it is another."""
    names: dict[str, type] = {"branch": dict, "message": dict, "expectedHeadOid": str}
    required(given, "CreateCommitOnBranchInput", names, ("fileChanges", "clientMutationId"))
    required(given["message"], "CommitMessage", {"headline": str}, ("body",))
    changes = _changes(given.get("fileChanges") or {})
    repository, ref = _target(world, found, given["branch"])
    name = models.full_name(repository)
    head = models.ref_sha(world, name, ref)
    if not head:
        raise Failure("NOT_FOUND", f"Could not resolve to a branch named '{ref.removeprefix('refs/heads/')}'.")
    if head != given["expectedHeadOid"]:
        raise Failure("STALE_DATA", f'Expected branch to point to "{given["expectedHeadOid"]}" but it did not. Pull and try again.')
    workflow = commits.touches_workflows(list(changes))
    if workflow and not commits.may_write_workflows(found, repository):
        who, what = ("a Personal Access Token", "workflow` scope") if found.kind == "classic" else ("a GitHub App", "workflows` permission")
        raise Failure("FORBIDDEN", f"refusing to allow {who} to create or update workflow `{workflow}` without `{what}")
    files = objects.flattened(world, name, objects.tree_of(world, name, head))
    missing = [path for path, content in changes.items() if content is None and path not in files]
    if missing:
        raise Failure("NOT_FOUND", f"A path was requested for deletion which does not exist as of commit oid {head}: {missing[0]}")
    message = "\n\n".join(part for part in (given["message"]["headline"], given["message"].get("body") or "") if part)
    sha = commits.commit_files(world, repository, head, changes, message, found.login, signed=True)
    broken = rules.violations(world, repository, ref, head, sha, found.login)
    if broken:
        raise Failure("UNPROCESSABLE", "Repository rule violations found\n\n" + "\n\n".join(broken) + "\n\n")
    commits.advance(world, repository, ref, sha, found.login, status=422, enforced=False)
    return {"commit": commit(name, world, sha), "ref": reference(name, world, ref), "clientMutationId": given.get("clientMutationId")}


def _number(node: Json, kind: str) -> int:
    """The database number in one of our node ids."""
    try:
        text = base64.b64decode(str(node), validate=True).decode()
    except (binascii.Error, ValueError):
        text = ""
    if not (digits := text.partition(kind)[2]).isdigit():
        raise Failure("NOT_FOUND", f"Could not resolve to a node with the global id of '{node}'")
    return int(digits)


def create_repository(world: World, found: Caller, given: Json) -> Json:
    """An empty repository in the caller's account or in the organization ``ownerId``."""
    optional = ("ownerId", "description", "homepageUrl", "hasIssuesEnabled", "hasWikiEnabled", "template", "teamId", "clientMutationId")
    required(given, "CreateRepositoryInput", {"name": str, "visibility": str}, optional)
    owner = models.account(world, found.login)
    if given.get("ownerId"):
        kind = "Organization" if "Organization" in base64.b64decode(given["ownerId"]).decode("utf-8", "replace") else "User"
        owner = models.account_by_id(world, _number(given["ownerId"], kind))
    if owner is None:
        raise Failure("NOT_FOUND", "Could not resolve to an owner")
    body = {"name": given["name"], "visibility": given["visibility"].lower(), "description": given.get("description")}
    row = _by_rest(lambda: repositories.make(world, owner, found, body))
    return {"repository": repository(world, found, row["owner"], row["name"]), "clientMutationId": given.get("clientMutationId")}


def create_pull_request(world: World, found: Caller, given: Json) -> Json:
    """A pull request within one repository."""
    names: dict[str, type] = {"repositoryId": str, "baseRefName": str, "headRefName": str, "title": str}
    optional = ("body", "draft", "maintainerCanModify", "headRepositoryId", "clientMutationId")
    required(given, "CreatePullRequestInput", names, optional)
    number = _number(given["repositoryId"], "Repository")
    rows = world.table("github.repositories").where(lambda row: row["id"] == number)
    row = visible(world, found, models.full_name(rows[0])) if rows else None
    if row is None:
        raise Failure("NOT_FOUND", f"Could not resolve to a node with the global id of '{given['repositoryId']}'")
    body = {"head": given["headRefName"], "base": given["baseRefName"], "title": given["title"], "body": given.get("body")}
    made = _by_rest(lambda: pulls.make(world, row, found.login, body | {"draft": given.get("draft")}))
    return {"pullRequest": pull(world, made), "clientMutationId": given.get("clientMutationId")}


def _by_rest(make: Callable[[], Json]) -> Json:
    try:
        return make()
    except Refusal as refused:
        said = refused.response.body
        words = [said["message"], *(error.get("message", "") for error in said.get("errors", []) if isinstance(error, dict))]
        raise Failure("UNPROCESSABLE", words[-1] or words[0]) from refused
