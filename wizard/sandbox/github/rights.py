"""Who may do what: roles in repositories and organizations, scopes and permissions of tokens, single sign-on.

Owns the decisions and their order (hidden before forbidden); the words are ``errors``'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import errors, models
from wizard.sandbox.github.router import Caller, caller, signed_in

if TYPE_CHECKING:
    from wizard.sandbox.router import Request
    from wizard.sandbox.world import World

Json = Any

ROLES = ("none", "pull", "triage", "push", "maintain", "admin")
NAMES = {"read": "pull", "write": "push"}


def at_least(role: str, wanted: str) -> bool:
    return ROLES.index(NAMES.get(role, role)) >= ROLES.index(NAMES.get(wanted, wanted))


def membership(world: World, organization: str, login: str) -> str:
    """``admin``, ``member`` or ``""``."""
    found = models.account(world, organization)
    members = {name.lower(): role for name, role in (found or {}).get("members", {}).items()}
    return str(members.get(login.lower(), ""))


def role_in(world: World, repository: Json, login: str) -> str:
    """The highest role of a login in a repository, from ownership, base permission, teams and collaboration."""
    owner, name = models.account(world, repository["owner"]) or {}, models.full_name(repository).lower()
    found = ["none" if repository["private"] else "pull"]
    if not login:
        return found[0]
    if owner.get("login", "").lower() == login.lower():
        return "admin"
    standing = membership(world, repository["owner"], login)
    if standing == "admin":
        return "admin"
    if standing == "member":
        base = owner.get("default_repository_permission", "read")
        found.append(NAMES.get(base, base))
    found += [str(role) for who, role in repository["collaborators"].items() if who.lower() == login.lower()]
    for team in models.teams(world, repository["owner"]):
        if login.lower() in (member.lower() for member in team["members"]):
            found += [role for full, role in team["repositories"].items() if full == "*" or full.lower() == name]
    return max((NAMES.get(role, role) for role in found), key=ROLES.index)


def team_reads(team: Json, repository: Json) -> bool:
    """Whether the team itself was given access to the repository."""
    return any(full == "*" or full.lower() == models.full_name(repository).lower() for full in team["repositories"])


def sso(world: World, found: Caller, owner: str) -> None:
    """403 where the owner enforces SAML and the classic token was not authorized for it."""
    account = models.account(world, owner)
    if account and account["type"] == "Organization" and found.kind == "classic" and found.token["sso"] == "required":
        raise errors.sso_required(account["login"])


def opened(request: Request, world: World, role: str = "pull", permission: str = "metadata:read") -> Json:
    """The repository ``{owner}/{repo}`` of the path, if the caller may do this with it.

    404 where it is hidden from the caller, 403 where the caller may see it and may not do this. ``permission`` is
    what a fine-grained token needs (``administration:write``); a classic one needs the scope ``repo``.
    """
    found, name = caller(request, world), f"{request.params['owner']}/{request.params['repo']}"
    repository = models.repository(world, name)
    request.params["accepted scopes"] = "repo"
    request.params["accepted permissions"] = permission.replace(":", "=")
    sso(world, found, request.params["owner"])
    if repository is None:
        raise errors.not_found()
    held = role_in(world, repository, found.login) if found.kind != "installation" else _of_installation(found, repository)
    if not at_least(held, "pull"):
        raise errors.not_found()
    _token_allows(found, repository, role, permission)
    if not at_least(held, role):
        raise errors.forbidden("Must have admin rights to Repository.") if role in ("admin", "maintain") else errors.not_found()
    return repository


def _of_installation(found: Caller, repository: Json) -> str:
    return "admin" if covers(found, repository) else ("none" if repository["private"] else "pull")


def covers(found: Caller, repository: Json) -> bool:
    """Whether the repository is among those a token was made for."""
    chosen = found.token.get("repositories", "all")
    return chosen == "all" or models.full_name(repository).lower() in (name.lower() for name in chosen)


def _token_allows(found: Caller, repository: Json, role: str, permission: str) -> None:
    if found.kind == "classic":
        needed = "repo" if repository["private"] else "public_repo"
        if needed not in found.scopes and (repository["private"] or not permission.endswith(":read") or role != "pull"):
            raise errors.not_found()
    elif found.kind in ("fine-grained", "installation"):
        if not covers(found, repository) and repository["private"]:
            raise errors.not_found()
        if not (covers(found, repository) and found.permitted(permission)) and not (
            not repository["private"] and permission == "metadata:read"
        ):
            raise not_accessible(found)
    elif not permission.endswith(":read") or role != "pull":
        raise errors.requires_authentication()


def not_accessible(found: Caller) -> Exception:
    what = "integration" if found.kind == "installation" else "personal access token"
    return errors.forbidden(f"Resource not accessible by {what}")


def organization(request: Request, world: World, *, scope: str = "read:org", permission: str = "members:read", role: str = "") -> Json:
    """The organization ``{org}`` of the path; ``role`` is ``member`` or ``admin`` where that is needed."""
    found = signed_in(request, world)
    account = models.account(world, request.params["org"])
    request.params["accepted scopes"] = {"read:org": "admin:org, read:org, repo, user, write:org"}.get(scope, scope)
    request.params["accepted permissions"] = permission.replace(":", "=")
    if account is None or account["type"] != "Organization":
        raise errors.not_found()
    sso(world, found, account["login"])
    standing = membership(world, account["login"], found.login)
    if role and not standing:
        raise errors.not_found()
    if found.kind == "classic" and role and scope not in found.scopes:
        raise (
            errors.forbidden("You must be an org owner or member and have the " + scope + " scope.")
            if scope == "read:org"
            else errors.not_found()
        )
    if found.kind in ("fine-grained", "installation") and role and not found.permitted(permission):
        raise not_accessible(found)
    if role == "admin" and standing != "admin":
        raise errors.forbidden("Must be an organization owner")
    return account
