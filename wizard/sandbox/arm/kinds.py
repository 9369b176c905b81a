"""How resources of one type are found, written and deleted: a registry, with a plain default.

Owns the registry and the default. A folder that knows a type better registers it here; generic calls by id, resource
group deletion and template deployments then go through it. The checks that hold for every type (permission,
registration, locks, policy) are ``checks.py``'s and are made before these functions are called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import errors
from wizard.sandbox.arm.catalog import REGIONS, region_name, type_name
from wizard.sandbox.arm.ids import parse
from wizard.sandbox.router import Response
from wizard.sandbox.world import World

if TYPE_CHECKING:
    from wizard.sandbox.login.tokens import Principal

Json = Any
Find = Callable[[World, str], Json | None]
"""World and resource id; the wire body, or ``None``."""
Put = Callable[[World, "Principal", str, str, Json], Response]
"""World, caller, resource id, api-version, body; 201 for a new one, 200 (or 202) otherwise."""
Patch = Callable[[World, "Principal", str, Json], Response]
Delete = Callable[[World, str], Response]
"""World and resource id; 200 (or 202), or 204 where there is none."""


def find_stored(world: World, resource_id: str) -> Json | None:
    """The document of ``arm.resources`` as it is."""
    return world.table("arm.resources").get(resource_id.lower())


def put_stored(world: World, principal: Principal, resource_id: str, api_version: str, body: Json) -> Response:
    """Keep what was sent, with the envelope ARM adds; ``provisioningState`` is *Succeeded* at once."""
    parts = parse(resource_id)
    assert parts is not None
    before = find_stored(world, resource_id)
    kept = {name: body[name] for name in ("tags", "sku", "kind", "identity", "managedBy", "plan", "zones") if body.get(name) is not None}
    location = str(body.get("location") or "")
    if before and location and region_name(location) not in ("", before.get("location", region_name(location))):
        message = (
            f"The resource '{parts.names[-1]}' already exists in location '{before['location']}' in resource group '{parts.group}'. A "
            f"resource with the same name cannot be created in location '{location}'. Please select a new resource name."
        )
        raise errors.refused(409, "InvalidResourceLocation", message)
    if location:
        if not region_name(location) and location.lower() != "global":
            raise errors.location_unavailable(location, type_name(parts.type) or parts.type, list(REGIONS))
        kept["location"] = region_name(location) or "global"
    document = {
        "id": before["id"] if before else resource_id,
        "name": parts.names[-1],
        "type": type_name(parts.type) or parts.type,
        **kept,
        "properties": {**(body.get("properties") or {}), "provisioningState": "Succeeded"},
    }
    world.table("arm.resources")[resource_id.lower()] = document
    return Response(200 if before else 201, document)


def patch_stored(world: World, principal: Principal, resource_id: str, body: Json) -> Response:
    """Replace tags, lay the sent properties over the stored ones."""
    document = find_stored(world, resource_id)
    assert document is not None
    for name in ("tags", "sku", "identity"):
        if name in body:
            document[name] = body[name]
    document["properties"] = {**document.get("properties", {}), **(body.get("properties") or {})}
    world.table("arm.resources")[resource_id.lower()] = document
    return Response(200, document)


def delete_stored(world: World, resource_id: str) -> Response:
    """Remove the document and what hangs below it (children, locks, role assignments)."""
    resources = world.table("arm.resources")
    if resource_id.lower() not in resources:
        return Response(204)
    for name in ("arm.resources", "arm.role_assignments"):
        table = world.table(name)
        for key in list(table):
            if key == resource_id.lower() or key.startswith(f"{resource_id.lower()}/"):
                del table[key]
                world.consistency.forgotten("role_assignment", key)
    return Response(200)


@dataclass(frozen=True, slots=True)
class Kind:
    """The functions of one resource type."""

    find: Find = find_stored
    put: Put = put_stored
    patch: Patch = patch_stored
    delete: Delete = delete_stored


_KINDS: dict[str, Kind] = {}
_DEFAULT = Kind()


def register(resource_type: str, kind: Kind) -> None:
    """Let ``kind`` answer for every resource of that type."""
    _KINDS[resource_type.lower()] = kind


def kind_of(resource_type: str) -> Kind:
    """The functions for a type; the plain default where nobody registered it."""
    return _KINDS.get(resource_type.lower(), _DEFAULT)
