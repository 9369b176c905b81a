"""The GraphQL endpoint: ``createCommitOnBranch``, ``viewer`` and what ``gh`` asks of a repository.

Owns field resolution and the answer's form (200 with ``errors``). A field that the sandbox does not know is an error as
for a field that does not exist, so that nothing is made up. Commits are signed by GitHub here, and pass the same rules
as every other change.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import commits, forms, models, objects, rights, rules
from wizard.sandbox.github.bodies import members
from wizard.sandbox.github.graphql_document import Field, Unreadable, parsed
from wizard.sandbox.github.router import ROUTER, Caller, signed_in
from wizard.sandbox.router import Refusal, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.sandbox.world import World

Json = Any


class Failure(Exception):
    """One entry of ``errors``; ``type`` is GitHub's (``NOT_FOUND``, ``FORBIDDEN``, ``STALE_DATA``, ``UNPROCESSABLE``)."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def selected(value: Json, fields: list[Field], kind: str) -> Json:
    """The selected members of an object; callables are called with the field's arguments."""
    if isinstance(value, list):
        return [selected(item, fields, kind) for item in value]
    if not fields or value is None:
        return value() if callable(value) else value
    out = {}
    for field in fields:
        if field.name == "__typename":
            out[field.alias] = kind
            continue
        if field.name not in value:
            raise Failure("undefinedField", f"Field '{field.name}' doesn't exist on type '{kind}'")
        member = value[field.name]
        member = member(**field.arguments) if callable(member) else member
        out[field.alias] = selected(member, field.fields, field.name[:1].upper() + field.name[1:])
    return out


def _account(world: World, login: str) -> Json:
    account = models.account(world, login) or {"login": login, "id": 0, "type": "Bot", "name": None}
    url = f"{forms.WEB}/{account['login']}"
    return {
        "id": forms.node_id(account["type"], account["id"]),
        "login": account["login"],
        "databaseId": account["id"],
        "name": account.get("name"),
        "url": url,
    }


def _commit(name: str, world: World, sha: str) -> Json:
    commit = objects.get(world, name, sha)
    if commit is None:
        return None
    signed = bool(commit.get("verified"))
    signature = {"isValid": True, "state": "VALID", "wasSignedByGitHub": True} if signed else None
    url = f"{forms.WEB}/{name}/commit/{sha}"
    head = commit["message"].partition("\n")[0]
    return {
        "id": forms.node_id("Commit", sha),
        "oid": sha,
        "url": url,
        "message": commit["message"],
        "messageHeadline": head,
        "signature": signature,
    }


def _ref(name: str, world: World, ref: str) -> Json:
    sha = models.ref_sha(world, name, ref)
    if not sha:
        return None
    return {
        "id": forms.node_id("Ref", ref),
        "name": ref.split("/", 2)[2],
        "prefix": ref.rpartition("/")[0] + "/",
        "target": _commit(name, world, sha),
    }


def _repository(world: World, found: Caller, owner: str, name: str) -> Json:
    row = models.repository(world, f"{owner}/{name}")
    readable = row is not None and rights.at_least(rights.role_in(world, row, found.login), "pull")
    hidden = (
        row is not None and row["private"] and (("repo" not in found.scopes) if found.kind == "classic" else not rights.covers(found, row))
    )
    if row is None or not readable or hidden:
        raise Failure("NOT_FOUND", f"Could not resolve to a Repository with the name '{owner}/{name}'.")
    full, role = models.full_name(row), rights.role_in(world, row, found.login)
    default = f"refs/heads/{row['default_branch']}"
    flags = {
        "hasIssuesEnabled": True,
        "hasWikiEnabled": True,
        "hasProjectsEnabled": True,
        "isArchived": row["archived"],
        "isFork": False,
        "isTemplate": False,
    }
    merges = {
        "mergeCommitAllowed": "allow_merge_commit",
        "rebaseMergeAllowed": "allow_rebase_merge",
        "squashMergeAllowed": "allow_squash_merge",
    }
    return flags | {graph: row["settings"].get(rest, True) for graph, rest in merges.items()} | {
        "id": forms.node_id("Repository", row["id"]),
        "databaseId": row["id"],
        "name": row["name"],
        "nameWithOwner": full,
        "owner": _account(world, row["owner"]),
        "description": row["description"],
        "url": f"{forms.WEB}/{full}",
        "sshUrl": f"git@github.com:{full}.git",
        "homepageUrl": row["settings"].get("homepage"),
        "isPrivate": row["private"],
        "isEmpty": not models.refs(world, full, "refs/heads/"),
        "visibility": row["visibility"].upper(),
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "pushedAt": row["pushed_at"],
        "viewerPermission": {"pull": "READ", "push": "WRITE"}.get(role, role.upper()),
        "viewerCanAdminister": role == "admin",
        "deleteBranchOnMerge": row["settings"].get("delete_branch_on_merge", False),
        "parent": None,
        "defaultBranchRef": _ref(full, world, default),
        "ref": lambda qualifiedName: _ref(full, world, "refs/heads/" + qualifiedName.removeprefix("refs/heads/")),
        "object": lambda oid="", expression="": _commit(full, world, oid or models.resolve(world, full, expression)),
    }  # fmt: skip


def _required(given: Json, kind: str, names: dict[str, type], optional: tuple[str, ...] = ()) -> None:
    if not isinstance(given, dict):
        raise Failure("argumentLiteralsIncompatible", f"Expected value to not be null for {kind}")
    for name, expected in names.items():
        if not isinstance(given.get(name), expected):
            words = "Expected value to not be null" if given.get(name) is None else f"Could not coerce value to {expected.__name__}"
            raise Failure("invalidInput", f"Variable $input of type {kind}! was provided invalid value for {name} ({words})")
    for name in given:
        if name not in names and name not in optional:
            raise Failure(
                "invalidInput", f"Variable $input of type {kind}! was provided invalid value for {name} (Field is not defined on {kind})"
            )


def _changes(given: Json) -> dict[str, bytes | None]:
    _required(given, "FileChanges", {}, ("additions", "deletions"))
    changes: dict[str, bytes | None] = {}
    for row in given.get("deletions") or []:
        _required(row, "FileDeletion", {"path": str})
        changes[row["path"]] = None
    for row in given.get("additions") or []:
        _required(row, "FileAddition", {"path": str, "contents": str})
        try:
            changes[row["path"]] = base64.b64decode(row["contents"], validate=True)
        except (binascii.Error, ValueError) as problem:
            raise Failure("UNPROCESSABLE", "A path was provided with contents that are not valid Base64.") from problem
    return changes


def _target(world: World, found: Caller, branch: Json) -> tuple[Json, str]:
    _required(branch, "CommittableBranch", {"repositoryNameWithOwner": str, "branchName": str}, ("id",))
    owner, _, name = branch["repositoryNameWithOwner"].partition("/")
    _repository(world, found, owner, name)
    repository: Json = models.repository(world, f"{owner}/{name}")
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
    _required(given, "CreateCommitOnBranchInput", names, ("fileChanges", "clientMutationId"))
    _required(given["message"], "CommitMessage", {"headline": str}, ("body",))
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
    return {"commit": _commit(name, world, sha), "ref": _ref(name, world, ref), "clientMutationId": given.get("clientMutationId")}


def _root(world: World, found: Caller, kind: str) -> dict[str, Callable[..., Json]]:
    if kind == "mutation":
        return {"createCommitOnBranch": lambda input: create_commit_on_branch(world, found, input)}
    return {
        "viewer": lambda: _account(world, found.login),
        "user": lambda login: _account(world, login),
        "repository": lambda owner, name, followRenames=True: _repository(world, found, owner, name),
        "rateLimit": lambda: {"limit": 5000, "cost": 1, "remaining": 4999, "used": 1},
    }


def _failed(failure: Failure, path: list[str]) -> Json:
    entry: Json = {"message": str(failure), "locations": [{"line": 1, "column": 1}]}
    if failure.kind.isupper():
        return {"type": failure.kind, "path": path} | entry
    return {"path": ["query", *path], "extensions": {"code": failure.kind}} | entry


@ROUTER.post("/graphql")
def graphql(request: Request, world: World) -> Response:
    """200 with ``data`` and, where something failed, ``errors``; a failed mutation has changed nothing."""
    found, body = signed_in(request, world), members(request, {"query": str}, {"variables": dict, "operationName": str})
    data: dict[str, Json] = {}
    problems: list[Json] = []
    try:
        operation = parsed(body["query"], body.get("variables") or {}, body.get("operationName"))
    except Unreadable as problem:
        return Response(200, {"errors": [{"message": str(problem), "locations": [{"line": 1, "column": 1}]}]})
    roots = _root(world, found, operation.kind)
    for field in operation.fields:
        try:
            data |= selected(roots, [field], operation.kind.title())
        except Failure as failure:
            data[field.alias] = None
            problems.append(_failed(failure, [field.alias]))
    whole = {"data": data} | ({"errors": problems} if problems else {})
    if problems and operation.kind == "mutation":
        raise Refusal(Response(200, whole))
    return Response(200, whole)
