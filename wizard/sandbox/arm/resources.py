"""Generic resources: by id, and lists of them.

Owns the calls that are the same for every type; what a type does with them is registered in ``kinds``. The least literal
of all routes: whatever has one of its own goes there first. Not emulated: types outside ``catalog`` (501), polymorphic
POST actions, moving resources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import checks, errors, rbac
from wizard.sandbox.arm.catalog import type_name
from wizard.sandbox.arm.filters import paged, resources_match
from wizard.sandbox.arm.ids import ResourceId, parse
from wizard.sandbox.arm.kinds import kind_of
from wizard.sandbox.arm.router import ROUTER, body, caller, version
from wizard.sandbox.router import Refusal, Request, Response, not_emulated

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any
_HIDDEN = ("properties", "identity")
_SHOWN = ("createdTime", "changedTime", "provisioningState")


def _named(request: Request) -> ResourceId:
    """The parts of the id in the path; 501 where the path is none or its type is unknown here."""
    parts = parse(f"/{request.params['resource'].strip('/')}")
    if parts is None or not parts.namespace or not type_name(parts.type):
        raise Refusal(not_emulated(request))
    return parts


def _missing(parts: ResourceId) -> Refusal:
    return errors.resource_not_found(type_name(parts.type), parts.name, parts.group)


@ROUTER.get("/{resource:path}")
def get_resource(request: Request, world: World) -> Response:
    """One resource of whatever type, or the list of a type in a subscription or a group."""
    parts = parse(f"/{request.params['resource'].strip('/')}")
    if parts is None:
        return _list_of_type(request, world)
    parts = _named(request)
    checks.before_read(world, caller(request, world), parts.text)
    document = kind_of(parts.type).find(world, parts.text)
    if document is None:
        raise _missing(parts)
    return Response(200, document)


def _list_of_type(request: Request, world: World) -> Response:
    path = f"/{request.params['resource'].strip('/')}"
    pieces = parse(f"{path}/any")
    if pieces is None or not type_name(pieces.type) or len(pieces.types) > 1:
        raise Refusal(not_emulated(request))
    who, scope, kind = caller(request, world), pieces.scope, type_name(pieces.type)
    rbac.require(world, who, f"{kind}/read", scope)
    checks.group_of(world, scope)
    checks.require_registered(world, pieces.subscription, pieces.namespace)
    rows = world.table("arm.resources").where(
        lambda row: row["type"].lower() == kind.lower() and row["id"].lower().startswith(f"{scope.lower()}/")
    )
    found = [kind_of(kind).find(world, row["id"]) for row in rows]
    return Response(200, {"value": [each for each in found if each is not None]})


@ROUTER.head("/{resource:path}")
def resource_exists(request: Request, world: World) -> Response:
    """204 or 404, without a body."""
    parts = _named(request)
    checks.before_read(world, caller(request, world), parts.text)
    return Response(204 if kind_of(parts.type).find(world, parts.text) else 404)


@ROUTER.put("/{resource:path}")
def put_resource(request: Request, world: World) -> Response:
    """Create or replace a resource."""
    parts = _named(request)
    return write_resource(request, world, parts, body(request))


def write_resource(request: Request, world: World, parts: ResourceId, wished: Json) -> Response:
    """All checks, then what the type does."""
    who = caller(request, world)
    checks.before_write(world, who, parts.text, wished)
    return kind_of(parts.type).put(world, who, parts.text, version(request), wished)


@ROUTER.patch("/{resource:path}")
def patch_resource(request: Request, world: World) -> Response:
    """Change a resource that exists."""
    parts, who, wished = _named(request), caller(request, world), body(request)
    kind = kind_of(parts.type)
    document = kind.find(world, parts.text)
    merged = {**(document or {}), **{name: value for name, value in wished.items() if name != "properties"}}
    merged["properties"] = {**(document or {}).get("properties", {}), **(wished.get("properties") or {})}
    checks.before_write(world, who, parts.text, merged)
    if document is None:
        raise _missing(parts)
    return kind.patch(world, who, parts.text, wished)


@ROUTER.delete("/{resource:path}")
def delete_resource(request: Request, world: World) -> Response:
    """Delete a resource: 200, or 204 where there was none."""
    parts = _named(request)
    checks.before_delete(world, caller(request, world), parts.text)
    return kind_of(parts.type).delete(world, parts.text)


def _listed(world: World, request: Request, scope: str) -> Response:
    who, test = caller(request, world), resources_match(request.query.get("$filter", ""))
    expand = request.query.get("$expand", "").lower()
    found = []
    for row in world.table("arm.resources").where(lambda row: row["id"].lower().startswith(f"{scope.lower()}/") and "location" in row):
        if test(row) and rbac.allowed(world, who, f"{row['type']}/read", row["id"]):
            shown = {name: value for name, value in row.items() if name not in _HIDDEN}
            if "provisioningstate" in expand:
                shown["provisioningState"] = row.get("properties", {}).get("provisioningState", "Succeeded")
            found.append(shown)
    return Response(200, {"value": paged(found, request)})


@ROUTER.get("/subscriptions/{subscription}/resources")
def list_in_subscription(request: Request, world: World) -> Response:
    """Tracked resources (those with a location) of a subscription that the caller may read."""
    who, subscription = caller(request, world), request.params["subscription"]
    if not rbac.has_any_role(world, who, subscription):
        raise errors.authorization_failed(who, "Microsoft.Resources/subscriptions/resources/read", f"/subscriptions/{subscription}")
    return _listed(world, request, f"/subscriptions/{subscription}")


@ROUTER.get("/subscriptions/{subscription}/resourceGroups/{group}/resources")
def list_in_group(request: Request, world: World) -> Response:
    """Tracked resources of a group."""
    scope = f"/subscriptions/{request.params['subscription']}/resourceGroups/{request.params['group']}"
    rbac.require(world, caller(request, world), "Microsoft.Resources/subscriptions/resourceGroups/resources/read", scope)
    checks.group_of(world, scope)
    return _listed(world, request, scope)
