"""Who calls a workspace: personal access tokens, its own OAuth tokens and Entra tokens, and who becomes a member by signing in.

Owns the callers' rights within the workspace (administrator or not). An Entra identity that may write the workspace
*resource* in Azure is added as an administrator when it first signs in; it stays one when that role is taken away.
A first sign-in is no change that a client asked for: it does not count as a mutation.
https://learn.microsoft.com/azure/databricks/admin/users-groups/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks import oauth_tokens
from wizard.sandbox.databricks.errors import denied, invalid_token, no_member
from wizard.sandbox.databricks.models import APPLICATION, below, milliseconds, numeric_id, workspace_at
from wizard.sandbox.login.tokens import authenticate

if TYPE_CHECKING:
    from wizard.sandbox.login.directory import Principal
    from wizard.sandbox.router import Request
    from wizard.sandbox.world import World

Json = Any

ADMINS, USERS = "admins", "users"


@dataclass(frozen=True, slots=True)
class Member:
    """A caller in a workspace: its id, its row, and the Azure identity where an Entra token proves it."""

    workspace: str
    resource: Json
    row: Json
    admin: bool
    entra: Principal | None

    @property
    def name(self) -> str:
        """User name, or application id of a service principal: what ACLs and owners are written in."""
        return str(self.row["name"])

    def require_admin(self) -> None:
        if not self.admin:
            raise denied("Only workspace administrators can perform this operation.")


def member(request: Request, world: World) -> Member:
    """The caller; raises 401 or 403 as the workspace does."""
    resource = workspace_at(world, request.host)
    assert resource is not None
    workspace = str(resource["properties"]["workspaceId"])
    groups_of_workspace(world, workspace)
    text = request.headers.get("authorization", "").partition(" ")[2].strip()
    if text.startswith("dapi"):
        row, entra = _by_token(world, workspace, text), None
    elif oauth_tokens.is_ours(request.host, text):
        row, entra = oauth_tokens.owner_of(world, workspace, text), None
    else:
        entra = authenticate(request, world, (APPLICATION,))
        row = _by_entra(world, workspace, resource, entra)
    if not row["active"]:
        raise denied("User is deactivated.")
    return Member(workspace, resource, row, ADMINS in groups_holding(world, workspace, row["id"]), entra)


def _by_token(world: World, workspace: str, text: str) -> Json:
    for row in below(world, "databricks.tokens", workspace).values():
        expired = row["expiry_time"] != -1 and row["expiry_time"] <= milliseconds(world)
        owner = world.table("databricks.principals").get(f"{workspace}/{row['owner']}")
        if row["value"] == text and not expired and owner:
            return owner
    raise invalid_token()


def _by_entra(world: World, workspace: str, resource: Json, entra: Principal) -> Json:
    from wizard.sandbox.arm import rbac

    name = entra.app_id if entra.kind != "user" else _user_name(world, entra)
    known = find_principal(world, workspace, name)
    owner = rbac.allowed(world, entra, "Microsoft.Databricks/workspaces/write", resource["id"])
    if known is None and not owner:
        raise no_member(workspace)
    if known is None:
        kind = "user" if entra.kind == "user" else "servicePrincipal"
        known = principal_row(world, kind, name, _display_name(world, entra), entra.object_id)
        world.table("databricks.principals").rows[f"{workspace}/{known['id']}"] = known
        join(world, workspace, USERS, known["id"])
    if owner and ADMINS not in groups_holding(world, workspace, known["id"]):
        join(world, workspace, ADMINS, known["id"])
    return known


def _user_name(world: World, entra: Principal) -> str:
    return str(world.table("graph.users")[entra.object_id]["userPrincipalName"])


def _display_name(world: World, entra: Principal) -> str:
    table = world.table("graph.users" if entra.kind == "user" else "graph.service_principals")
    return str(table[entra.object_id]["displayName"])


def principal_row(world: World, kind: str, name: str, display_name: str, external_id: str = "") -> Json:
    """A new member's document, with an id of its own."""
    return {
        "id": str(numeric_id(world, "principal")),
        "kind": kind,
        "name": name,
        "displayName": display_name,
        "externalId": external_id,
        "entitlements": ["workspace-access", "databricks-sql-access"] if kind == "user" else [],
        "active": True,
    }


def find_principal(world: World, workspace: str, name: str) -> Json | None:
    rows = below(world, "databricks.principals", workspace).values()
    return next((row for row in rows if row["name"].lower() == name.lower()), None)


def groups_of_workspace(world: World, workspace: str) -> dict[str, Json]:
    """The groups; ``admins`` and ``users`` are there from the first."""
    table = world.table("databricks.groups")
    found = below(world, "databricks.groups", workspace)
    for name in (ADMINS, USERS) if not found else ():
        row = {"id": str(numeric_id(world, "group")), "displayName": name, "members": [], "entitlements": []}
        table.rows[f"{workspace}/{row['id']}"] = row
        found[str(row["id"])] = row
    return found


def join(world: World, workspace: str, group: str, member_id: str) -> None:
    """Put a member into a built-in group, without counting as a client's change."""
    for row in groups_of_workspace(world, workspace).values():
        if row["displayName"] == group and member_id not in row["members"]:
            row["members"].append(member_id)
            world.table("databricks.groups").rows[f"{workspace}/{row['id']}"] = row


def groups_holding(world: World, workspace: str, member_id: str) -> set[str]:
    """Names of the groups that hold the member, directly or through other groups."""
    rows, found, wanted = groups_of_workspace(world, workspace), set[str](), {member_id}
    while True:
        more = {row["id"] for row in rows.values() if wanted & set(row["members"])} - wanted
        if not more:
            return found
        wanted |= more
        found |= {rows[group_id]["displayName"] for group_id in more}
