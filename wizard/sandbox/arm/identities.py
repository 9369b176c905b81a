"""User-assigned managed identities (``Microsoft.ManagedIdentity``).

Owns their life: making one makes a service principal in the directory (type *ManagedIdentity*, its object id is
``principalId``), deleting one takes it away; its role assignments stay behind, without a principal. Not emulated:
system-assigned identities, ``associatedResources``, revoking tokens.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import checks, errors, rbac
from wizard.sandbox.arm.catalog import REGIONS, region_name
from wizard.sandbox.arm.kinds import Kind, find_stored, register
from wizard.sandbox.arm.router import ROUTER, caller
from wizard.sandbox.graph.models import new_service_principal
from wizard.sandbox.login.directory import tenant
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.login.tokens import Principal
    from wizard.sandbox.world import World

Json = Any
TYPE = "Microsoft.ManagedIdentity/userAssignedIdentities"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,127}")


def put_identity(world: World, who: Principal, resource_id: str, api_version: str, body: Json) -> Response:
    """Create an identity with its service principal, or replace its tags."""
    return create(world, resource_id, body)


def create(world: World, resource_id: str, body: Json) -> Response:
    """What PUT does; the seed calls it too."""
    name = resource_id.split("/")[-1]
    if not _NAME.fullmatch(name):
        message = f"The resource name '{name}' is invalid: 3 to 128 letters, digits, '-' and '_', the first a letter or a digit."
        raise errors.refused(400, "InvalidResourceName", message)
    if not body.get("location"):
        raise errors.location_required()
    location = region_name(str(body["location"]))
    if not location:
        raise errors.location_unavailable(str(body["location"]), TYPE, list(REGIONS))
    before = find_stored(world, resource_id)
    if before and before["location"] != location:
        message = f"The resource '{name}' already exists in location '{before['location']}'. A resource with the same name cannot be created in location '{location}'. Please select a new resource name."  # noqa: E501
        raise errors.refused(409, "InvalidResourceLocation", message)
    document = {
        "id": before["id"] if before else resource_id,
        "name": name,
        "type": TYPE,
        "location": location,
        "tags": body.get("tags") or {},
        "properties": before["properties"] if before else _enrolled(world, resource_id, name),
    }
    world.table("arm.resources")[resource_id.lower()] = document
    return Response(200 if before else 201, document)


def _enrolled(world: World, resource_id: str, name: str) -> Json:
    """Make the service principal; what the identity shows of it."""
    app_id = world.new_id("identity.client")
    names = {"alternativeNames": ["isExplicit=True", resource_id]}
    principal = new_service_principal(world, app_id, names, name=name, kind="ManagedIdentity")
    world.consistency.written("principal", principal["id"])
    return {"tenantId": tenant(world)["id"], "principalId": principal["id"], "clientId": app_id}


def patch_identity(world: World, who: Principal, resource_id: str, body: Json) -> Response:
    """Replace the tags; nothing else of an identity can be changed."""
    document = find_stored(world, resource_id)
    assert document is not None
    if "tags" in body:
        document["tags"] = body["tags"] or {}
        world.table("arm.resources")[resource_id.lower()] = document
    return Response(200, document)


def delete_identity(world: World, resource_id: str) -> Response:
    """Delete the identity, its credentials and its service principal."""
    document = find_stored(world, resource_id)
    if document is None:
        return Response(204)
    principal_id = document["properties"]["principalId"]
    for key in [key for key in world.table("graph.federated_credentials") if key.startswith(f"{principal_id}/")]:
        del world.table("graph.federated_credentials")[key]
        world.consistency.forgotten("federated_credential", key)
    world.table("graph.service_principals").pop(principal_id, None)
    world.table("graph.owners").pop(principal_id, None)
    del world.table("arm.resources")[resource_id.lower()]
    return Response(200)


register(TYPE, Kind(put=put_identity, patch=patch_identity, delete=delete_identity))


def identity_at(world: World, resource_id: str) -> Json:
    """The identity with that id, or 404."""
    document = find_stored(world, resource_id)
    if document is None:
        parts = checks.parsed(resource_id)
        raise errors.resource_not_found(TYPE, parts.name, parts.group)
    return document


@ROUTER.get("/subscriptions/{subscription}/providers/Microsoft.ManagedIdentity/userAssignedIdentities")
def list_identities(request: Request, world: World) -> Response:
    """Every identity of the subscription."""
    scope = f"/subscriptions/{request.params['subscription']}"
    rbac.require(world, caller(request, world), f"{TYPE}/read", scope)
    checks.require_registered(world, request.params["subscription"], "Microsoft.ManagedIdentity")
    found = world.table("arm.resources").where(lambda row: row["type"] == TYPE and row["id"].lower().startswith(f"{scope.lower()}/"))
    return Response(200, {"value": found})
