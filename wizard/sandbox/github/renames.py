"""Repositories under another name or owner: everything of theirs moves along, and the old address leads to the new one.

Owns renaming and transferring, and the answers under an old name: 301 for reads, 307 for writes, to ``/repositories/ID``. Since
July 2026 either gives the repository the immutable subject. A transfer takes effect at once: that the new owner accepts it is not
emulated, nor are transfers to people.
https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import errors, forms, models, rights
from wizard.sandbox.github.bodies import members
from wizard.sandbox.github.router import ROUTER, caller
from wizard.sandbox.router import Request, Response, not_emulated

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

REDIRECTS = "github.redirects"
"""Old ``owner/name`` in lower case -> ``{"id": number of the repository}``."""
COUNTERS = "_world.counters"
_OLD = re.compile(r"/repos/([^/]+)/([^/]+)(/.*)?")
_NUMBERED = re.compile(r"/repositories/(\d+)(/.*)?")


def moved(world: World, repository: Json, owner: str, name: str) -> Json:
    """Give the repository that owner and name; returns its document."""
    old, new = models.full_name(repository), f"{owner}/{name}"
    if models.repository(world, new):
        problem = {"resource": "Repository", "code": "custom", "field": "name", "message": "name already exists on this account"}
        raise errors.invalid("Repository creation failed.", [problem])
    for table in [table for table in world.tables.values() if table.name.startswith(("github.", COUNTERS))]:
        for key in list(table):
            row, elsewhere = table[key], _key(key, old, new)
            changed = {**row, "repository": new} if isinstance(row, dict) and str(row.get("repository", "")).lower() == old.lower() else row
            if elsewhere != key:
                del table[key]
            if elsewhere != key or changed is not row:
                table[elsewhere] = changed
    _named_by_others(world, old, new)
    document = models.repository(world, new) or repository
    document |= {"owner": owner, "name": name, "updated_at": world.clock.iso()}
    if document["updated_at"] > models.IMMUTABLE_SINCE:
        document["oidc"] = document["oidc"] | {"immutable": True, "opted_in": True}
    models.put_repository(world, document)
    world.table(REDIRECTS)[old.lower()] = {"id": document["id"]}
    world.table(REDIRECTS).pop(new.lower(), None)
    return document


def _named_by_others(world: World, old: str, new: str) -> None:
    """Teams and tokens that name the repository go on naming it."""
    for key, team in list(world.table("github.teams").items()):
        held = {(new if name.lower() == old.lower() else name): role for name, role in team["repositories"].items()}
        if held != team["repositories"]:
            world.table("github.teams")[key] = {**team, "repositories": held}
    for key, token in list(world.table("github.tokens").items()):
        if token["repositories"] != "all" and (chosen := [new if n.lower() == old.lower() else n for n in token["repositories"]]):
            world.table("github.tokens")[key] = {**token, "repositories": chosen}


def _key(key: str, old: str, new: str) -> str:
    """The key under the new name, where it is one of the old name's."""
    for lead in ("", "github.issue.", "github.workflow_run."):
        start = f"{lead}{old}".lower()
        if key.lower() == start or (key.lower().startswith(start) and key[len(start)] in ":|#/"):
            return f"{lead}{new}".lower() + key[len(start) :]
    return key


@ROUTER.post("/repos/{owner}/{repo}/transfer")
def transfer(request: Request, world: World) -> Response:
    """202 with the repository; to an organization in which the caller may make repositories."""
    repository = rights.opened(request, world, "admin", "administration:write")
    body = members(request, {"new_owner": str}, {"new_name": str, "team_ids": list})
    target = models.account(world, body["new_owner"])
    if target is None:
        raise errors.invalid("Invalid new_owner.", ["new_owner is not an account"])
    if target["type"] != "Organization" or body.get("team_ids"):
        return not_emulated(request)
    login = caller(request, world).login
    if not rights.membership(world, target["login"], login):
        raise errors.forbidden("You don't have the permission to create repositories on this organization.")
    document = moved(world, repository, target["login"], body.get("new_name") or repository["name"])
    return Response(202, forms.minimal_repository(world, document, login))


def redirect(request: Request, world: World) -> Response | None:
    """The answer under a name that a repository no longer has; ``None`` where the path has none. Rewrites numbered paths."""
    numbered = _NUMBERED.fullmatch(request.path)
    if numbered:
        found = next(iter(world.table("github.repositories").where(lambda row: str(row["id"]) == numbered[1])), None)
        if found is not None:
            request.path = f"/repos/{models.full_name(found)}{numbered[2] or ''}"
        return None
    old = _OLD.fullmatch(request.path)
    if old is None or models.repository(world, f"{old[1]}/{old[2]}"):
        return None
    row = world.table(REDIRECTS).get(f"{old[1]}/{old[2]}".lower())
    found = row and next(iter(world.table("github.repositories").where(lambda each: each["id"] == row["id"])), None)
    if not found or not rights.at_least(rights.role_in(world, found, caller(request, world).login), "pull"):
        return None
    query = f"?{request.query_text}" if request.query_text else ""
    url = f"{forms.API}/repositories/{found['id']}{old[3] or ''}{query}"
    read = request.method in ("GET", "HEAD")
    words = "Moved Permanently" if read else "Temporary Redirect"
    body = {"message": words, "url": url, "documentation_url": "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api"}
    return Response(301 if read else 307, body, {"Location": url})
