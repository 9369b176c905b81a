"""Routes of repositories and their collaborators.

Owns creating and changing them. Refused: deleting a repository (403 as for a token without ``delete_repo``; this
project never deletes one). Renames and transfers are in ``renames``. Not emulated: forks, templates.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import commits, errors, forms, models, renames, rights, seed
from wizard.sandbox.github.bodies import members, one_of, page
from wizard.sandbox.github.router import ROUTER, Caller, caller, signed_in
from wizard.sandbox.router import Request, Response, not_emulated

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

SETTINGS: dict[str, type] = {
    "homepage": str,
    "allow_squash_merge": bool,
    "allow_merge_commit": bool,
    "allow_rebase_merge": bool,
    "allow_auto_merge": bool,
    "delete_branch_on_merge": bool,
    "allow_update_branch": bool,
}
_CREATE = SETTINGS | {"description": str, "private": bool, "visibility": str, "auto_init": bool}


def make(world: World, owner: Json, found: Caller, body: Json) -> Json:
    """Store a new repository and return its document; a member who makes one for an organization administers it."""
    name = re.sub(r"[^A-Za-z0-9._-]", "-", body["name"])
    if not name or len(name) > 100:
        raise errors.validation_failed("Repository", "name", "name is too long (maximum is 100 characters)")
    if models.repository(world, f"{owner['login']}/{name}"):
        problem = {"resource": "Repository", "code": "custom", "field": "name", "message": "name already exists on this account"}
        raise errors.invalid("Repository creation failed.", [problem])
    internal = ("internal",) if owner["type"] == "Organization" and owner["plan"] == "enterprise" else ()
    one_of("visibility", body.get("visibility") or "private", ("public", "private", *internal))
    private = bool(body.get("private", False)) if not body.get("visibility") else body["visibility"] != "public"
    _may_make(world, owner, found, private)
    document = seed.new_repository(world, owner["login"], name, private=private, actions=owner.get("actions"))
    document["visibility"] = body.get("visibility") or document["visibility"]
    document |= {"description": body.get("description"), "settings": {key: body[key] for key in SETTINGS if key in body}}
    if owner["type"] == "Organization":
        document["collaborators"] = {found.login: "admin"}
    models.put_repository(world, document)
    if body.get("auto_init"):
        readme = f"# {name}\n" + (f"{body['description']}\n" if body.get("description") else "")
        sha = commits.commit_files(world, document, "", {"README.md": readme.encode()}, "Initial commit", found.login, signed=True)
        commits.advance(world, document, "refs/heads/main", sha, found.login, status=409, enforced=False)
    return models.repository(world, models.full_name(document))


def _may_make(world: World, owner: Json, found: Caller, private: bool) -> None:
    if found.kind == "classic" and ("repo" if private else "public_repo") not in found.scopes:
        raise errors.not_found()
    if found.kind in ("fine-grained", "installation") and not found.permitted("administration:write"):
        raise rights.not_accessible(found)
    if owner["type"] != "Organization":
        if owner["login"].lower() != found.login.lower():
            raise errors.forbidden(f"{found.login} cannot create a repository for {owner['login']}.")
        return
    standing = rights.membership(world, owner["login"], found.login)
    if not standing:
        raise errors.forbidden("You need admin access to the organization before adding a repository to it.")
    if standing == "member" and not owner["members_can_create_repositories"]:
        raise errors.forbidden("You don't have permission to create repositories on this organization.")


def _created(request: Request, world: World, owner: Json, found: Caller) -> Response:
    body = members(request, {"name": str}, _CREATE)
    request.params["accepted scopes"] = "public_repo, repo"
    request.params["accepted permissions"] = "administration=write"
    return Response(201, forms.repository(world, make(world, owner, found, body), found.login))


@ROUTER.post("/user/repos")
def create_for_user(request: Request, world: World) -> Response:
    found = signed_in(request, world)
    owner = models.account(world, found.login)
    if owner is None:
        raise errors.forbidden("Resource not accessible by integration")
    return _created(request, world, owner, found)


@ROUTER.post("/orgs/{org}/repos")
def create_in_organization(request: Request, world: World) -> Response:
    """Members may, unless the organization says otherwise."""
    found = signed_in(request, world)
    owner = rights.organization(request, world, permission="administration:write")
    return _created(request, world, owner, found)


def _listed(world: World, found: Caller, row: Json) -> bool:
    readable = rights.at_least(rights.role_in(world, row, found.login), "pull")
    scoped = not row["private"] or (("repo" in found.scopes) if found.kind == "classic" else rights.covers(found, row))
    return readable and scoped


@ROUTER.get("/orgs/{org}/repos")
def list_of_organization(request: Request, world: World) -> Response:
    owner, found = rights.organization(request, world), signed_in(request, world)
    rows = world.table("github.repositories").where(lambda row: row["owner"] == owner["login"] and _listed(world, found, row))
    return page(request, [forms.minimal_repository(world, row, found.login) for row in rows])


@ROUTER.get("/user/repos")
def list_of_user(request: Request, world: World) -> Response:
    """Repositories with an explicit right; those of an organization without SSO are left out, as GitHub does."""
    found = signed_in(request, world)

    def seen(row: Json) -> bool:
        owner = models.account(world, row["owner"]) or {}
        blocked = owner.get("type") == "Organization" and found.kind == "classic" and found.token["sso"] == "required"
        return not blocked and _listed(world, found, row)

    rows = world.table("github.repositories").where(seen)
    return page(request, [forms.repository(world, row, found.login) for row in rows])


@ROUTER.get("/repos/{owner}/{repo}")
def get(request: Request, world: World) -> Response:
    return Response(200, forms.repository(world, rights.opened(request, world), caller(request, world).login))


_UPDATE = SETTINGS | {"name": str, "description": str, "default_branch": str, "archived": bool, "private": bool, "visibility": str}


@ROUTER.patch("/repos/{owner}/{repo}")
def update(request: Request, world: World) -> Response:
    repository = rights.opened(request, world, "admin", "administration:write")
    body = members(request, {}, _UPDATE)
    if body.get("private", repository["private"]) != repository["private"]:
        return not_emulated(request)
    if body.get("name", repository["name"]) != repository["name"]:
        repository = renames.moved(world, repository, repository["owner"], body["name"])
    branch = body.get("default_branch", repository["default_branch"])
    if branch != repository["default_branch"] and not models.ref_sha(world, models.full_name(repository), f"refs/heads/{branch}"):
        message = f"The branch {branch} was not found. Please push that ref first or create it via the Git Data API."
        raise errors.validation_failed("Repository", "default_branch", message, "invalid")
    repository |= {name: body[name] for name in ("description", "default_branch", "archived") if name in body}
    repository["settings"] |= {name: body[name] for name in SETTINGS if name in body}
    repository["updated_at"] = world.clock.iso()
    models.put_repository(world, repository)
    return Response(200, forms.repository(world, repository, caller(request, world).login))


@ROUTER.delete("/repos/{owner}/{repo}")
def delete(request: Request, world: World) -> Response:
    rights.opened(request, world, "admin", "administration:write")
    request.params["accepted scopes"] = "delete_repo"
    raise errors.forbidden("Must have admin rights to Repository.")


def _collaborator(world: World, repository: Json, login: str) -> Json:
    held = rights.role_in(world, repository, login)
    flags = {name: rights.at_least(held, name) for name in ("pull", "triage", "push", "maintain", "admin")}
    return forms.simple_user(world, login) | {"permissions": flags, "role_name": {"pull": "read", "push": "write"}.get(held, held)}


@ROUTER.get("/repos/{owner}/{repo}/collaborators")
def collaborators(request: Request, world: World) -> Response:
    """Everybody with access of their own, through a team or as a member of the organization."""
    repository = rights.opened(request, world, "pull", "metadata:read")
    if not rights.at_least(rights.role_in(world, repository, caller(request, world).login), "push"):
        raise errors.forbidden("Must have push access to view repository collaborators.")
    people = world.table("github.accounts").where(lambda row: row["type"] == "User")
    private = repository | {"private": True}  # that anybody may read a public repository makes nobody a collaborator
    held = [row["login"] for row in people if rights.role_in(world, private, row["login"]) != "none"]
    return page(request, [_collaborator(world, repository, login) for login in held])


@ROUTER.get("/repos/{owner}/{repo}/collaborators/{username}")
def is_collaborator(request: Request, world: World) -> Response:
    repository = rights.opened(request, world, "push", "metadata:read")
    if rights.role_in(world, repository | {"private": True}, request.params["username"]) == "none":
        raise errors.not_found()
    return Response(204)


@ROUTER.get("/repos/{owner}/{repo}/collaborators/{username}/permission")
def permission(request: Request, world: World) -> Response:
    """``permission`` knows admin, write, read and none only; ``role_name`` is exact."""
    repository = rights.opened(request, world, "push", "metadata:read")
    account = models.account(world, request.params["username"])
    if account is None:
        raise errors.refusal(404, f"{request.params['username']} is not a user")
    held = rights.role_in(world, repository, account["login"])
    legacy = {"pull": "read", "triage": "read", "push": "write", "maintain": "write"}.get(held, held)
    role_name = {"pull": "read", "push": "write"}.get(held, held)
    return Response(200, {"permission": legacy, "role_name": role_name, "user": _collaborator(world, repository, account["login"])})


@ROUTER.put("/repos/{owner}/{repo}/collaborators/{username}")
def add_collaborator(request: Request, world: World) -> Response:
    """Takes effect at once (204): invitations, which the person has to accept, are not emulated."""
    repository = rights.opened(request, world, "admin", "administration:write")
    body = members(request, {}, {"permission": str})
    account = models.account(world, request.params["username"])
    if account is None or account["type"] != "User":
        raise errors.not_found()
    one_of("permission", body.get("permission") or "push", ("pull", "triage", "push", "maintain", "admin"))
    repository["collaborators"][account["login"]] = body.get("permission") or "push"
    models.put_repository(world, repository)
    return Response(204)


@ROUTER.delete("/repos/{owner}/{repo}/collaborators/{username}")
def remove_collaborator(request: Request, world: World) -> Response:
    repository = rights.opened(request, world, "admin", "administration:write")
    login = request.params["username"].lower()
    repository["collaborators"] = {who: role for who, role in repository["collaborators"].items() if who.lower() != login}
    models.put_repository(world, repository)
    return Response(204)


@ROUTER.get("/repos/{owner}/{repo}/teams")
def teams(request: Request, world: World) -> Response:
    repository = rights.opened(request, world, "pull", "administration:read")
    return page(request, [forms.team(row) for row in models.teams(world, repository["owner"]) if rights.team_reads(row, repository)])


@ROUTER.get("/repos/{owner}/{repo}/topics")
def topics(request: Request, world: World) -> Response:
    return Response(200, {"names": rights.opened(request, world)["topics"]})
