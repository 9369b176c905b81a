"""What the caller may do in Graph: directory roles and ownership of people, app roles of service principals.

Owns the decisions; raises Graph's refusals. A person's token is the Azure CLI's (``Application.ReadWrite.All``,
``Directory.AccessAsUser.All`` …), so that directory roles and ownership decide. Not emulated: custom directory roles,
administrative units, roles assigned through groups or limited to one application.
https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.graph import errors
from wizard.sandbox.login.tokens import GRAPH_AUDIENCES, authenticate

if TYPE_CHECKING:
    from wizard.sandbox.login.directory import Principal
    from wizard.sandbox.router import Request
    from wizard.sandbox.world import World

Json = Any

APPLICATION_ADMINISTRATORS = frozenset({"Application Administrator", "Cloud Application Administrator", "Global Administrator"})
CREATORS = APPLICATION_ADMINISTRATORS | {"Application Developer"}
POLICY_READERS = APPLICATION_ADMINISTRATORS | {"Global Reader", "Security Administrator", "Security Reader"}
DIRECTORY_READ = frozenset({"Directory.Read.All", "Directory.ReadWrite.All"})
READS = {
    "application": {"Application.Read.All", "Application.ReadWrite.All", "Application.ReadWrite.OwnedBy"},
    "user": {"User.Read.All", "User.ReadBasic.All", "User.ReadWrite.All"},
    "group": {"Group.Read.All", "Group.ReadWrite.All", "GroupMember.Read.All"},
    "organization": {"Organization.Read.All", "Organization.ReadWrite.All"},
    "policy": {"Policy.Read.All", "Policy.Read.ApplicationConfiguration"},
}


def caller(request: Request, world: World) -> Principal:
    """Who asks. Raises Graph's 401."""
    return authenticate(request, world, GRAPH_AUDIENCES)


def directory_roles(world: World, who: Principal) -> frozenset[str]:
    """The directory roles of a person; a service principal's own are not emulated."""
    return frozenset(world.table("graph.users").rows.get(who.object_id, {}).get("directoryRoles", ()))


def owns(world: World, who: Principal, object_id: str) -> bool:
    return who.object_id in world.table("graph.owners").rows.get(object_id, {}).get("owners", ())


def may_read(world: World, who: Principal, kind: str) -> None:
    """Members read the directory; a service principal needs an app role for each kind of object."""
    if who.kind == "user":
        return
    if not (READS[kind] | DIRECTORY_READ) & set(who.roles):
        raise errors.denied(world)


def may_read_application_policy(world: World, who: Principal) -> None:
    """The app-management policy is for administrators: what a plain member reads there is not documented."""
    if who.kind == "user" and POLICY_READERS & directory_roles(world, who):
        return
    if not READS["policy"] & set(who.roles):
        raise errors.denied(world)


def may_create_application(world: World, who: Principal) -> None:
    """A member where the tenant lets members register applications, an Application Developer, an administrator."""
    if who.kind != "user":
        if not {"Application.ReadWrite.All", "Application.ReadWrite.OwnedBy", "Directory.ReadWrite.All"} & set(who.roles):
            raise errors.denied(world)
        return
    policy = world.table("graph.policies").rows.get("authorization", {})
    member = world.table("graph.users").rows[who.object_id].get("userType", "Member") == "Member"
    if not (CREATORS & directory_roles(world, who) or (policy.get("members_create_applications", True) and member)):
        raise errors.denied(world)


def may_change(world: World, who: Principal, object_id: str) -> None:
    """Owners and administrators; a service principal with ``…OwnedBy`` only what it owns."""
    if who.kind == "user":
        allowed = bool(APPLICATION_ADMINISTRATORS & directory_roles(world, who)) or owns(world, who, object_id)
    else:
        everything = {"Application.ReadWrite.All", "Directory.ReadWrite.All"} & set(who.roles)
        allowed = bool(everything) or ("Application.ReadWrite.OwnedBy" in who.roles and owns(world, who, object_id))
    if not allowed:
        raise errors.denied(world)


def may_create_service_principal(world: World, who: Principal, application: Json | None) -> None:
    """Of an application of the tenant: who owns it and may register applications. Of a foreign one: administrators."""
    administrator = bool(APPLICATION_ADMINISTRATORS & directory_roles(world, who)) or "Application.ReadWrite.All" in who.roles
    if administrator:
        return
    if application is None:
        raise errors.foreign_application(world)
    may_create_application(world, who)
    may_change(world, who, application["id"])
