"""Writing commits: the one place where a change of files becomes objects, passes the rules and moves a branch.

Owns the workflow-scope check and the author's identity. Contents, trees, GraphQL and merges come through here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import models, objects, rules

if TYPE_CHECKING:
    from wizard.sandbox.github.router import Caller
    from wizard.sandbox.world import World

Json = Any

WORKFLOWS = ".github/workflows/"


def person(world: World, login: str) -> Json:
    """``{name, email, date}`` of a login, as GitHub writes it into commits."""
    account = models.account(world, login) or {"id": 41898282, "name": login}
    email = account.get("email") or f"{account['id']}+{login}@users.noreply.github.com"
    return {"name": account.get("name") or login, "email": email, "date": world.clock.iso()}


def may_write_workflows(caller: Caller, repository: Json) -> bool:
    """Whether the token may create or change files under ``.github/workflows``."""
    if caller.kind == "classic":
        return "workflow" in caller.scopes
    return caller.permitted("workflows:write")


def touches_workflows(paths: list[str]) -> str:
    """The first path that is a workflow file, or ``""``."""
    return next((path for path in paths if path.startswith(WORKFLOWS)), "")


def commit_files(
    world: World,
    repository: Json,
    parent: str,
    changes: dict[str, bytes | None],
    message: str,
    login: str,
    *,
    people: Json | None = None,
    signed: bool = False,
) -> str:
    """Store a commit on top of ``parent`` (``""``: none) with files set or (``None``) removed; moves nothing."""
    name = models.full_name(repository)
    files = objects.flattened(world, name, objects.tree_of(world, name, parent)) if parent else {}
    for path, content in changes.items():
        if content is None:
            files.pop(path, None)
        else:
            mode = files.get(path, {}).get("mode", "100644")
            files[path] = {"mode": mode, "type": "blob", "sha": objects.put_blob(world, name, content)}
    tree = objects.tree_from(world, name, files)
    own = person(world, login)
    people = people or {}
    committer = (
        {"name": "GitHub", "email": "noreply@github.com", "date": own["date"]}
        if signed
        else people.get("committer") or people.get("author") or own
    )
    author = people.get("author") or people.get("committer") or own
    commit = {
        "tree": tree,
        "parents": [parent] if parent else [],
        "author": author,
        "committer": committer,
        "message": message,
        "login": login,
        "verified": signed,
    }
    return objects.put_commit(world, name, commit)


def advance(world: World, repository: Json, ref: str, after: str, login: str, *, status: int, enforced: bool = True) -> None:
    """Move a ref to a sha if the rules let it (refused with ``status``), and note the push."""
    name = models.full_name(repository)
    before = models.ref_sha(world, name, ref)
    if enforced:
        rules.enforce(world, repository, ref, before, after, login, status)
    models.move_ref(world, name, ref, after, login)
    repository = models.repository(world, name) or repository
    repository["pushed_at"] = repository["updated_at"] = world.clock.iso()
    models.put_repository(world, repository)
