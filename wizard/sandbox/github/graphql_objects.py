"""What GraphQL shows of accounts, repositories, refs, commits and pull requests, and the errors of its inputs.

Owns the members of each type as far as clients ask for them; a member that is not here does not exist. Writes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import forms, models, objects, rights

if TYPE_CHECKING:
    from wizard.sandbox.github.router import Caller
    from wizard.sandbox.world import World

Json = Any


class Failure(Exception):
    """One entry of ``errors``; ``type`` is GitHub's (``NOT_FOUND``, ``FORBIDDEN``, ``STALE_DATA``, ``UNPROCESSABLE``)."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def account(world: World, login: str) -> Json:
    """``User``, ``Organization`` or ``Bot``."""
    found = models.account(world, login) or {"login": login, "id": 0, "type": "Bot", "name": None}
    url = f"{forms.WEB}/{found['login']}"
    return {
        "id": forms.node_id(found["type"], found["id"]),
        "login": found["login"],
        "databaseId": found["id"],
        "name": found.get("name"),
        "url": url,
    }


def commit(name: str, world: World, sha: str) -> Json:
    """``Commit``; ``None`` where there is none."""
    found = objects.get(world, name, sha)
    if found is None:
        return None
    signed = bool(found.get("verified"))
    signature = {"isValid": True, "state": "VALID", "wasSignedByGitHub": True} if signed else None
    url = f"{forms.WEB}/{name}/commit/{sha}"
    head = found["message"].partition("\n")[0]
    return {
        "id": forms.node_id("Commit", sha),
        "oid": sha,
        "url": url,
        "message": found["message"],
        "messageHeadline": head,
        "signature": signature,
    }


def reference(name: str, world: World, ref: str) -> Json:
    """``Ref`` of a full name; ``None`` where there is none."""
    sha = models.ref_sha(world, name, ref)
    if not sha:
        return None
    form = {"id": forms.node_id("Ref", ref), "name": ref.split("/", 2)[2], "prefix": ref.rpartition("/")[0] + "/"}
    return form | {"target": commit(name, world, sha)}


def pull(world: World, row: Json) -> Json:
    """``PullRequest``."""
    name = row["repository"]
    return {
        "id": forms.node_id("PullRequest", row["id"]),
        "number": row["number"],
        "title": row["title"],
        "body": row["body"] or "",
        "url": f"{forms.WEB}/{name}/pull/{row['number']}",
        "state": "MERGED" if row["merged"] else row["state"].upper(),
        "isDraft": row["draft"],
        "isCrossRepository": False,
        "baseRefName": row["base"],
        "headRefName": row["head"],
        "headRefOid": row["head_sha"],
        "headRepositoryOwner": account(world, name.partition("/")[0]),
        "author": account(world, row["user"]),
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "closedAt": row["closed_at"],
        "mergedAt": row["merged_at"],
    }


def connection(nodes: list[Json], first: int = 30) -> Json:
    """One page that holds everything asked for; cursors are not emulated."""
    page = {"hasNextPage": False, "hasPreviousPage": False, "endCursor": None, "startCursor": None}
    return {"totalCount": len(nodes), "nodes": nodes[:first], "edges": [{"node": node} for node in nodes[:first]], "pageInfo": page}


def _pulls(world: World, name: str, states: Json = None, headRefName: str = "", baseRefName: str = "", first: int = 30, **_: Json) -> Json:
    """The arguments bear GraphQL's own names."""
    wanted = [states] if isinstance(states, str) else states
    rows = sorted(world.table("github.pulls").where(lambda row: row["repository"] == name), key=lambda row: -row["number"])
    found = [pull(world, row) for row in rows]
    names = {"headRefName": headRefName, "baseRefName": baseRefName}
    found = [node for node in found if all(not wish or node[member] == wish for member, wish in names.items())]
    return connection([node for node in found if not wanted or node["state"] in wanted], first)


def owner(world: World, found: Caller, login: str) -> Json:
    """A user or an organization with the repositories that the caller sees."""
    row = models.account(world, login)
    if row is None:
        return None
    names = [item["name"] for item in world.table("github.repositories").where(lambda item: item["owner"] == row["login"])]
    seen = [name for name in names if visible(world, found, f"{login}/{name}")]
    nodes = [repository(world, found, login, name) for name in seen]
    return account(world, login) | {"repositories": lambda first=30, **_: connection(nodes, first)}


def visible(world: World, found: Caller, name: str) -> Json:
    """The repository's document where the caller may read it, else ``None``."""
    row = models.repository(world, name)
    if row is None or not rights.at_least(rights.role_in(world, row, found.login), "pull"):
        return None
    covered = "repo" in found.scopes if found.kind == "classic" else rights.covers(found, row)
    return row if covered or not row["private"] else None


def repository(world: World, found: Caller, owner: str, name: str) -> Json:
    """``Repository`` as the caller sees it; ``NOT_FOUND`` where it is hidden."""
    row = visible(world, found, f"{owner}/{name}")
    if row is None:
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
        "owner": account(world, row["owner"]),
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
        "defaultBranchRef": reference(full, world, default),
        "ref": lambda qualifiedName: reference(full, world, "refs/heads/" + qualifiedName.removeprefix("refs/heads/")),
        "pullRequests": lambda **arguments: _pulls(world, full, **arguments),
        "object": lambda oid="", expression="": commit(full, world, oid or models.resolve(world, full, expression)),
    }  # fmt: skip


def required(given: Json, kind: str, names: dict[str, type], optional: tuple[str, ...] = ()) -> None:
    """Refuse an input object that lacks a member, has one of a wrong type, or one that the schema does not have."""
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
