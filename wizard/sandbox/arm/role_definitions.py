"""Role definitions: the built-in ones and the tenant's own.

Owns ``arm.role_definitions`` (custom roles only). A custom role lives in the tenant: its name is unique there and its GUID is
valid at each of its assignable scopes. Not emulated: management groups as scopes, checking each action against the
providers' operations (only its form is checked).
https://learn.microsoft.com/azure/role-based-access-control/custom-roles
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import errors, rbac
from wizard.sandbox.arm.built_in_roles import BUILT_IN
from wizard.sandbox.arm.ids import is_guid, parse, subscription_of, within
from wizard.sandbox.arm.router import ROUTER, body, caller
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.login.tokens import Principal
    from wizard.sandbox.world import World

Json = Any
TYPE = "Microsoft.Authorization/roleDefinitions"
_ROOT = "/providers/Microsoft.Authorization/roleDefinitions"
_PATH = "/{scope:path}/providers/Microsoft.Authorization/roleDefinitions"
_ACTION = re.compile(r"\*|[\w.*-]+(/[\w.*-]+)+")
_MEMBERS = ("actions", "notActions", "dataActions", "notDataActions")


def _scope(request: Request) -> str:
    return f"/{request.params.get('scope', '').strip('/')}"


def shown(row: Json, scope: str) -> Json:
    """The wire body; its id carries the subscription through which it was asked for."""
    subscription = subscription_of(scope)
    start = f"/subscriptions/{subscription}" if subscription else ""
    return {**row, "id": f"{start}{_ROOT}/{row['name']}"}


def _visible(row: Json, scope: str, below: bool) -> bool:
    scopes = row["properties"]["assignableScopes"]
    return any(within(scope, each) or (below and within(each, scope)) for each in scopes)


@ROUTER.get(_ROOT)
@ROUTER.get(_PATH)
def list_definitions(request: Request, world: World) -> Response:
    """Definitions usable at the scope; ``$filter``: ``roleName eq``, ``type eq``, ``atScopeAndBelow()``."""
    scope, text = _scope(request), request.query.get("$filter", "")
    if scope != "/":
        rbac.require(world, caller(request, world), f"{TYPE}/read", scope)
    name = re.search(r"roleName eq '([^']*)'", text, re.IGNORECASE)
    kind = re.search(r"type eq '([^']*)'", text, re.IGNORECASE)
    below = "atscopeandbelow()" in text.lower()
    rest = re.sub(r"(roleName|type) eq '[^']*'|atScopeAndBelow\(\)|\band\b|\s", "", text, flags=re.IGNORECASE)
    if rest:
        raise errors.refused(400, "UnsupportedQuery", f"The filter '{text}' is not supported.")
    found = []
    for row in (*BUILT_IN.values(), *world.table("arm.role_definitions").where(lambda row: True)):
        properties = row["properties"]
        named = not name or properties["roleName"].lower() == name[1].lower()
        if named and (not kind or properties["type"].lower() == kind[1].lower()) and _visible(row, scope, below or scope == "/"):
            found.append(shown(row, scope))
    return Response(200, {"value": found})


@ROUTER.get(_ROOT + "/{name}")
@ROUTER.get(_PATH + "/{name}")
def get_definition(request: Request, world: World) -> Response:
    """One definition by its GUID."""
    scope, name = _scope(request), request.params["name"]
    if scope != "/":
        rbac.require(world, caller(request, world), f"{TYPE}/read", scope)
    row = rbac.role_definition(world, name)
    if row is None or not _visible(row, scope, scope == "/"):
        raise errors.refused(404, "RoleDefinitionDoesNotExist", f"The specified role definition with ID '{name}' does not exist.")
    return Response(200, shown(row, scope))


@ROUTER.put(_PATH + "/{name}")
def put_definition(request: Request, world: World) -> Response:
    """Create or change a custom role; the caller needs ``roleDefinitions/write`` at every assignable scope."""
    scope, name, who = _scope(request), request.params["name"].lower(), caller(request, world)
    rbac.require(world, who, f"{TYPE}/write", f"{scope}{_ROOT}/{name}")
    if not is_guid(name):
        message = f"The role definition ID '{name}' is not valid. The role definition ID must be a GUID."
        raise errors.refused(400, "InvalidRoleDefinitionId", message)
    if name in BUILT_IN:
        raise errors.refused(400, "RoleDefinitionIsBuiltIn", f"The role definition '{name}' is built in and cannot be changed.")
    wished = body(request).get("properties") or {}
    row = _checked(world, who, name, wished)
    table, now = world.table("arm.role_definitions"), world.clock.iso()
    key = f"{_ROOT}/{name}".lower()
    before = table.get(key)
    row["properties"] |= {
        "createdOn": before["properties"]["createdOn"] if before else now,
        "updatedOn": now,
        "createdBy": before["properties"]["createdBy"] if before else who.object_id,
        "updatedBy": who.object_id,
    }
    table[key] = row
    return Response(201, shown(row, scope))


def _checked(world: World, who: Principal, name: str, wished: Json) -> Json:
    """The row to keep, or the refusal that the body deserves."""
    scopes = wished.get("assignableScopes") or []
    role_name = str(wished.get("roleName") or "")
    if not role_name or not scopes or not wished.get("permissions"):
        raise errors.refused(400, "RoleDefinitionMissingMembers", "The role definition needs a name, permissions and assignable scopes.")
    for each in scopes:
        parts = parse(each)
        if parts is None or parts.subscription.lower() not in world.table("arm.subscriptions") or parts.namespace:
            raise errors.refused(400, "LinkedInvalidPropertyId", f"Property id '{each}' at path 'properties.assignableScopes' is invalid.")
        rbac.require(world, who, f"{TYPE}/write", each)
    for row in world.table("arm.role_definitions").rows.values():
        if row["name"] != name and row["properties"]["roleName"].lower() == role_name.lower():
            message = f"A custom role with the same name already exists in this directory. Use a different name. ({role_name})"
            raise errors.refused(409, "RoleDefinitionWithSameNameExists", message)
    blocks = [{member: list(block.get(member) or []) for member in _MEMBERS} for block in wished["permissions"]]
    for action in (action for block in blocks for actions in block.values() for action in actions):
        if not _ACTION.fullmatch(action):
            message = f"'{action}' does not match any of the actions supported by the providers."
            raise errors.refused(400, "InvalidActionOrNotAction", message)
    properties = {
        "roleName": role_name,
        "type": "CustomRole",
        "description": wished.get("description") or "",
        "assignableScopes": list(scopes),
        "permissions": blocks,
    }
    return {"id": f"{_ROOT}/{name}", "name": name, "type": TYPE, "properties": properties}


@ROUTER.delete(_PATH + "/{name}")
def delete_definition(request: Request, world: World) -> Response:
    """Delete a custom role that nobody holds; 204 where there is none."""
    scope, name = _scope(request), request.params["name"].lower()
    rbac.require(world, caller(request, world), f"{TYPE}/delete", f"{scope}{_ROOT}/{name}")
    if name in BUILT_IN:
        raise errors.refused(400, "RoleDefinitionIsBuiltIn", f"The role definition '{name}' is built in and cannot be deleted.")
    row = world.table("arm.role_definitions").get(f"{_ROOT}/{name}".lower())
    if row is None:
        return Response(204)
    if any(each["properties"]["roleDefinitionId"].lower().endswith(name) for each in world.table("arm.role_assignments").rows.values()):
        message = "There are existing role assignments referencing role (code: RoleDefinitionHasAssignments)."
        raise errors.refused(400, "RoleDefinitionHasAssignments", message)
    del world.table("arm.role_definitions")[f"{_ROOT}/{name}".lower()]
    return Response(200, shown(row, scope))
