"""Who is in the tenant: users, groups and service principals, as the token service needs to know them.

Owns the reading of the shared ``graph.*`` tables for sign-in. It must never write to them: that is Graph's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any


@dataclass(frozen=True, slots=True)
class Principal:
    """An authenticated identity. ``kind`` is ``user`` or ``servicePrincipal`` (managed identities too).

    ``app_id`` is the client that asked for the token: for a service principal its own application id. ``scopes`` are
    delegated permissions, ``roles`` the app roles of a service principal, ``mfa`` whether a second factor was shown.
    """

    object_id: str
    app_id: str
    tenant: str
    kind: str
    name: str
    groups: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    mfa: bool = True
    claims: dict[str, Json] = field(default_factory=dict, compare=False)


def tenant(world: World) -> Json:
    """The tenant's settings: ``id, displayName, domain, mfa``."""
    rows = world.table("login.tenant").where(lambda row: True)
    return rows[0] if rows else {"id": "00000000-0000-0000-0000-000000000000", "domain": "", "displayName": "", "mfa": ""}


def groups_of(world: World, object_id: str) -> tuple[str, ...]:
    """Object ids of the groups that hold the principal, directly or through other groups."""
    found: list[str] = []
    pending = [object_id]
    while pending:
        member = pending.pop()
        for group in world.table("graph.groups").rows.values():
            if member in group.get("members", ()) and group["id"] not in found:
                found.append(group["id"])
                pending.append(group["id"])
    return tuple(found)


def user_named(world: World, name: str) -> Json | None:
    """The user with that sign-in name or object id."""
    rows = world.table("graph.users").where(lambda row: name.lower() in (row["userPrincipalName"].lower(), row["id"].lower()))
    return rows[0] if rows else None


def service_principal_of(world: World, app_id: str) -> Json | None:
    """The service principal of an application in this tenant."""
    rows = world.table("graph.service_principals").where(lambda row: row["appId"].lower() == app_id.lower())
    return rows[0] if rows else None


def application_of(world: World, app_id: str) -> Json | None:
    """The application object with that application (client) id."""
    rows = world.table("graph.applications").where(lambda row: row["appId"].lower() == app_id.lower())
    return rows[0] if rows else None


def principal(world: World, object_id: str, *, app_id: str = "", scopes: tuple[str, ...] = (), mfa: bool = True) -> Principal:
    """The principal with that object id, as it would be signed in. Raises ``KeyError`` where there is none."""
    tenant_id = tenant(world)["id"]
    user = world.table("graph.users").get(object_id)
    groups = groups_of(world, object_id)
    if user is not None:
        return Principal(object_id, app_id, tenant_id, "user", user["displayName"], groups, scopes, (), mfa)
    found = world.table("graph.service_principals")[object_id]
    roles = tuple(world.table("graph.app_roles").get(object_id, {"roles": []})["roles"])
    return Principal(object_id, found["appId"], tenant_id, "servicePrincipal", found["displayName"], groups, (), roles, True)


def alive(world: World, object_id: str) -> bool:
    """Whether the principal still exists and may sign in."""
    user = world.table("graph.users").rows.get(object_id)
    if user is not None:
        return bool(user.get("accountEnabled", True))
    found = world.table("graph.service_principals").rows.get(object_id)
    return found is not None and bool(found.get("accountEnabled", True))
