"""SCIM v2 groups of a workspace. ``admins`` and ``users`` are always there; only administrators change any."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks import errors
from wizard.sandbox.databricks.identity import ADMINS, USERS, groups_of_workspace
from wizard.sandbox.databricks.models import GROUP, numeric_id
from wizard.sandbox.databricks.router import WORKSPACES, body, caller
from wizard.sandbox.databricks.scim import PATH, listed, require_admin
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any


def shown(world: World, workspace: str, row: Json) -> Json:
    members = []
    for member_id in row["members"]:
        found = world.table("databricks.principals").get(f"{workspace}/{member_id}")
        name = found["displayName"] if found else world.table("databricks.groups")[f"{workspace}/{member_id}"]["displayName"]
        kind = {"user": "Users", "servicePrincipal": "ServicePrincipals"}[found["kind"]] if found else "Groups"
        members.append({"display": name, "value": member_id, "$ref": f"{kind}/{member_id}"})
    return {
        "schemas": [GROUP],
        "id": row["id"],
        "displayName": row["displayName"],
        "members": members,
        "entitlements": [{"value": name} for name in row["entitlements"]],
        "groups": [],
        "roles": [],
        "meta": {"resourceType": "WorkspaceGroup"},
    }


def _row(request: Request, world: World, workspace: str) -> Json:
    row = world.table("databricks.groups").get(f"{workspace}/{request.params['id']}")
    if row is None:
        raise errors.scim(404, f"Group with id {request.params['id']} not found.")
    return row


@WORKSPACES.get(PATH + "/Groups")
def every(request: Request, world: World) -> Response:
    workspace = caller(request, world).workspace
    return listed(request, [shown(world, workspace, row) for row in groups_of_workspace(world, workspace).values()])


@WORKSPACES.get(PATH + "/Groups/{id}")
def one(request: Request, world: World) -> Response:
    workspace = caller(request, world).workspace
    return Response(200, shown(world, workspace, _row(request, world, workspace)))


@WORKSPACES.post(PATH + "/Groups")
def create(request: Request, world: World) -> Response:
    who, given = caller(request, world), body(request)
    require_admin(who)
    name = str(given.get("displayName") or "")
    if not name:
        raise errors.scim(400, "displayName is required.")
    if any(row["displayName"].lower() == name.lower() for row in groups_of_workspace(world, who.workspace).values()):
        raise errors.scim(409, f"Group with name {name} already exists.")
    row = {"id": str(numeric_id(world, "group")), "displayName": name, "members": [], "entitlements": []}
    row["members"] = _members(world, who.workspace, given.get("members") or [])
    row["entitlements"] = [str(item["value"]) for item in given.get("entitlements") or []]
    world.table("databricks.groups")[f"{who.workspace}/{row['id']}"] = row
    return Response(201, shown(world, who.workspace, row))


def _members(world: World, workspace: str, given: Json) -> list[str]:
    ids = [str(item["value"]) for item in given]
    for member_id in ids:
        key = f"{workspace}/{member_id}"
        if key not in world.table("databricks.principals") and key not in world.table("databricks.groups"):
            raise errors.scim(404, f"Member with id {member_id} not found.")
    return ids


@WORKSPACES.patch(PATH + "/Groups/{id}")
def change(request: Request, world: World) -> Response:
    who = caller(request, world)
    require_admin(who)
    row = _row(request, world, who.workspace)
    for operation in body(request).get("Operations") or []:
        verb, path, value = str(operation.get("op", "")).lower(), str(operation.get("path") or ""), operation.get("value")
        if not path and isinstance(value, dict) and "members" in value:
            path, value = "members", value["members"]
        if verb in ("add", "replace") and path == "members":
            sent = _members(world, who.workspace, value)
            row["members"] = sent if verb == "replace" else list(dict.fromkeys([*row["members"], *sent]))
        elif verb == "remove" and path.startswith("members"):
            gone = re.findall(r'value eq "([^"]+)"', path)
            row["members"] = [member_id for member_id in row["members"] if gone and member_id not in gone]
        else:
            raise errors.scim(400, f"Unsupported operation {verb} on path '{path}'.")
    world.table("databricks.groups")[f"{who.workspace}/{row['id']}"] = row
    return Response(204)


@WORKSPACES.delete(PATH + "/Groups/{id}")
def delete(request: Request, world: World) -> Response:
    who = caller(request, world)
    require_admin(who)
    row = _row(request, world, who.workspace)
    if row["displayName"] in (ADMINS, USERS):
        raise errors.scim(400, f"Cannot delete built-in group {row['displayName']}.")
    del world.table("databricks.groups")[f"{who.workspace}/{row['id']}"]
    return Response(204)
