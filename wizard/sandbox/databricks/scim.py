"""SCIM v2: who I am, users, service principals and groups of a workspace.

Owns membership. A service principal must exist in Entra ID under that application id, the stricter of what the
workspaces do: the words of that refusal are ours. Only administrators change anything.
https://docs.databricks.com/api/azure/workspace/serviceprincipals
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks import errors
from wizard.sandbox.databricks.identity import USERS, Member, find_principal, groups_of_workspace, join, principal_row
from wizard.sandbox.databricks.models import LIST, SERVICE_PRINCIPAL, USER, below
from wizard.sandbox.databricks.router import WORKSPACES, body, caller
from wizard.sandbox.login.directory import service_principal_of, user_named
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

PATH = "/api/2.0/preview/scim/v2"
FILTER = re.compile(r"""(\w+)\s+(eq|co|sw)\s+["']?([^"']*)["']?""", re.IGNORECASE)
KINDS = {"Users": "user", "ServicePrincipals": "servicePrincipal"}
ENTITLEMENTS = ("allow-cluster-create", "allow-instance-pool-create", "databricks-sql-access", "workspace-access", "workspace-consume")


def shown(world: World, workspace: str, row: Json, *, as_user: bool = False) -> Json:
    """A member as SCIM answers it; ``Me`` shows service principals as users."""
    groups = [found for found in groups_of_workspace(world, workspace).values() if row["id"] in found["members"]]
    out: Json = {
        "id": row["id"],
        "displayName": row["displayName"],
        "active": row["active"],
        "groups": [
            {"display": found["displayName"], "value": found["id"], "type": "direct", "$ref": f"Groups/{found['id']}"} for found in groups
        ],
        "entitlements": [{"value": name} for name in row["entitlements"]],
        "roles": [],
    }
    if row["externalId"]:
        out["externalId"] = row["externalId"]
    if row["kind"] == "servicePrincipal" and not as_user:
        return out | {"schemas": [SERVICE_PRINCIPAL], "applicationId": row["name"]}
    out |= {"schemas": [USER, "urn:ietf:params:scim:schemas:extension:workspace:2.0:User"], "userName": row["name"]}
    if row["kind"] == "user":
        given, _, family = row["displayName"].partition(" ")
        out |= {"name": {"givenName": given, "familyName": family}, "emails": [{"type": "work", "value": row["name"], "primary": True}]}
    return out


def listed(request: Request, resources: list[Json]) -> Response:
    """One page, filtered by ``filter``; ``startIndex`` counts from 1."""
    query = request.query
    for name, operator, text in FILTER.findall(query.get("filter", "")):
        resources = [row for row in resources if _holds(str(row.get(name, "")), operator.lower(), text)]
    start, count = int(query.get("startIndex", "1")), int(query.get("count", "100"))
    page = resources[start - 1 : start - 1 + count]
    return Response(
        200, {"schemas": [LIST], "totalResults": len(resources), "startIndex": start, "itemsPerPage": len(page), "Resources": page}
    )


def _holds(value: str, operator: str, text: str) -> bool:
    value, text = value.lower(), text.lower()
    return {"eq": value == text, "co": text in value, "sw": value.startswith(text)}[operator]


def require_admin(who: Member) -> None:
    if not who.admin:
        raise errors.scim(403, "Request is not authorized")


@WORKSPACES.get(PATH + "/Me")
def me(request: Request, world: World) -> Response:
    who = caller(request, world)
    return Response(200, shown(world, who.workspace, who.row, as_user=True))


def _row(request: Request, world: World, workspace: str, kind: str) -> Json:
    row = world.table("databricks.principals").get(f"{workspace}/{request.params['id']}")
    if row is None or row["kind"] != kind:
        raise errors.scim(404, f"{'User' if kind == 'user' else 'ServicePrincipal'} with id {request.params['id']} not found.")
    return row


def _entitlements(given: Json) -> list[str]:
    names = [str(item.get("value")) for item in given or []]
    if unknown := [name for name in names if name not in ENTITLEMENTS]:
        raise errors.scim(400, f"Invalid entitlement: {unknown[0]}")
    return list(dict.fromkeys(names))


def _create(request: Request, world: World, kind: str) -> Response:
    who, given = caller(request, world), body(request)
    require_admin(who)
    name = str(given.get("userName" if kind == "user" else "applicationId") or "")
    found = user_named(world, name) if kind == "user" else _application(world, name)
    if find_principal(world, who.workspace, name):
        label = f"User with username {name}" if kind == "user" else f"Service principal with application ID {name}"
        raise errors.scim(409, f"{label} already exists.")
    display_name = str(given.get("displayName") or (found or {}).get("displayName") or name)
    row = principal_row(world, kind, name, display_name, str(given.get("externalId") or (found or {}).get("id") or ""))
    row["entitlements"] = _entitlements(given.get("entitlements")) or row["entitlements"]
    row["active"] = given.get("active", True)
    world.table("databricks.principals")[f"{who.workspace}/{row['id']}"] = row
    join(world, who.workspace, USERS, row["id"])
    return Response(201, shown(world, who.workspace, row))


def _application(world: World, application_id: str) -> Json:
    found = service_principal_of(world, application_id) if application_id else None
    if found is None or not world.consistency.visible("principal", found["id"]):
        message = f"INVALID_PARAMETER_VALUE: Service principal with application ID {application_id} was not found in Microsoft Entra ID."
        raise errors.scim(400, message)
    return found


def _patch(request: Request, world: World, kind: str) -> Response:
    who = caller(request, world)
    require_admin(who)
    row = _row(request, world, who.workspace, kind)
    for operation in body(request).get("Operations") or []:
        _apply(row, operation)
    world.table("databricks.principals")[f"{who.workspace}/{row['id']}"] = row
    return Response(204)


def _apply(row: Json, operation: Json) -> None:
    verb, path, value = str(operation.get("op", "")).lower(), str(operation.get("path") or ""), operation.get("value")
    if verb in ("add", "replace") and not path and isinstance(value, dict):
        for name, item in value.items():
            _apply(row, {"op": verb, "path": name, "value": item})
    elif path.startswith("entitlements"):
        named = re.findall(r'value eq "([^"]+)"', path) or _entitlements(value if isinstance(value, list) else [value] if value else [])
        kept = [name for name in row["entitlements"] if verb == "add" or (verb == "remove" and name not in named)]
        row["entitlements"] = kept if verb == "remove" else list(dict.fromkeys([*kept, *named]))
    elif path in ("displayName", "active", "externalId") and verb in ("add", "replace"):
        row[path] = value
    else:
        raise errors.scim(400, f"Unsupported operation {verb} on path '{path}'.")


def _delete(request: Request, world: World, kind: str) -> Response:
    who = caller(request, world)
    require_admin(who)
    row = _row(request, world, who.workspace, kind)
    del world.table("databricks.principals")[f"{who.workspace}/{row['id']}"]
    for key, group in below(world, "databricks.groups", who.workspace).items():
        if row["id"] in group["members"]:
            group["members"].remove(row["id"])
            world.table("databricks.groups")[f"{who.workspace}/{key}"] = group
    return Response(204)


def _serve(plural: str, kind: str) -> None:
    """The same five routes for users and for service principals."""

    @WORKSPACES.get(f"{PATH}/{plural}")
    def every(request: Request, world: World) -> Response:
        who = caller(request, world)
        rows = [row for row in below(world, "databricks.principals", who.workspace).values() if row["kind"] == kind]
        return listed(request, [shown(world, who.workspace, row) for row in rows])

    @WORKSPACES.get(f"{PATH}/{plural}/{{id}}")
    def one(request: Request, world: World) -> Response:
        who = caller(request, world)
        return Response(200, shown(world, who.workspace, _row(request, world, who.workspace, kind)))

    WORKSPACES.post(f"{PATH}/{plural}")(lambda request, world: _create(request, world, kind))
    WORKSPACES.patch(f"{PATH}/{plural}/{{id}}")(lambda request, world: _patch(request, world, kind))
    WORKSPACES.delete(f"{PATH}/{plural}/{{id}}")(lambda request, world: _delete(request, world, kind))


for _plural, _kind in KINDS.items():
    _serve(_plural, _kind)
