"""What happens when a resource of a tabled type is written, read and deleted.

Owns the order: table, provider's own checks, document, provider's own additions, provisioning. Registers every tabled type
with ``kinds``. The checks that hold for every type are made before (``checks``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import errors, kinds, operations
from wizard.sandbox.arm.catalog import REGIONS, region_name
from wizard.sandbox.arm.ids import parse
from wizard.sandbox.arm.types.identity import check_identity, fill_identity, forget_principal
from wizard.sandbox.arm.types.links import check_links
from wizard.sandbox.arm.types.shape import normal, problems, shape
from wizard.sandbox.arm.types.table import TYPES, ResourceType, Writing, type_of
from wizard.sandbox.router import Response

if TYPE_CHECKING:
    from wizard.sandbox.login.directory import Principal
    from wizard.sandbox.world import World

Json = Any
EVERYWHERE = frozenset({"properties", "location", "tags", "name", "type", "id", "apiVersion", "scale", "dependsOn", "systemData"})
ENVELOPE = ("tags", "sku", "kind", "identity", "zones", "placement", "extendedLocation")
PENDING = "_arm.provisioning"
MOST_TAGS = 50
SHAPED = shape("tags: map, sku: map, identity: map, zones: [string], kind: string, location: string, properties: map")


def shown(world: World, document: Json) -> Json:
    """The document as a client sees it now: still *Creating* while its provisioning lasts."""
    row = world.table(PENDING).get(document["id"].lower())
    if row and world.clock.now() < row["until"] and "provisioningState" in document.get("properties", {}):
        document["properties"]["provisioningState"] = row["state"]
    return document


def find(world: World, resource_id: str) -> Json | None:
    """The wire body of a stored resource, or ``None``."""
    document = world.table("arm.resources").get(resource_id.lower())
    return None if document is None else shown(world, document)


def checked(writing: Writing, record: ResourceType) -> None:
    """Refuse a body that the type does not take; writes nothing."""
    body, name = writing.body, writing.name
    if not (writing.tolerant and name.startswith("[")) and not record.name_fits(name):
        raise errors.refused(
            400, record.name_code, record.name_rule or f"The resource name '{name}' is not valid for type '{record.name}'."
        )
    if writing.before is None and "location" in record.required and not body.get("location"):
        raise errors.location_required()
    missing = [member for member in record.required if body.get(member) is None and member != "location"]
    if missing:
        raise errors.invalid_content(f"Required property '{missing[0]}' not found in JSON. Path ''")
    strange = [member for member in body if member not in EVERYWHERE | record.envelope]
    if strange:
        raise errors.invalid_content(f"Could not find member '{strange[0]}' on object of type 'ResourceDefinition'. Path '{strange[0]}'")
    found = list(problems({name: body[name] for name in SHAPED.members if name in body}, SHAPED, "", tolerant=writing.tolerant))
    if found:
        raise errors.invalid_content(found[0])
    if len(body.get("tags") or {}) > MOST_TAGS:
        message = f"The resource has '{len(body['tags'])}' tags; the maximum number of tags is '{MOST_TAGS}'."
        raise errors.refused(400, "TooManyTags", message)
    found = list(problems(body.get("properties") or {}, record.shape_at(writing.api_version), "properties", tolerant=writing.tolerant))
    if found:
        raise errors.invalid_content(found[0])
    _check_location(writing, record)
    if "identity" in record.envelope:
        check_identity(writing)
    record.check(writing)
    check_links(writing, record.name)


def _check_location(writing: Writing, record: ResourceType) -> None:
    location, before = str(writing.body.get("location") or ""), writing.before
    if not location or (writing.tolerant and location.startswith("[")):
        return
    if not region_name(location) and location.lower() != "global":
        raise errors.location_unavailable(location, record.name, list(REGIONS))
    here = (region_name(location) or "global") if before else ""
    if before and before.get("location", here) != here:
        message = (
            f"The resource '{writing.name}' already exists in location '{before['location']}' in resource group "
            f"'{writing.resource_id.split('/')[4]}'. A resource with the same name cannot be created in location '{location}'. "
            "Please select a new resource name."
        )
        raise errors.refused(409, "InvalidResourceLocation", message)


def put(world: World, principal: Principal, resource_id: str, api_version: str, body: Json) -> Response:
    """Create or replace; 201 with the body of a new resource, 200 with that of a changed one."""
    record = _record(resource_id)
    before = world.table("arm.resources").get(resource_id.lower())
    writing = Writing(world, principal, resource_id, api_version, body, before)
    checked(writing, record)
    document: Json = {"id": before["id"] if before else resource_id, "name": writing.name, "type": record.name}
    location = str(body.get("location") or (before or {}).get("location") or "")
    if location:
        document["location"] = region_name(location) or "global"
    document |= {name: body[name] for name in ENVELOPE if body.get(name) is not None}
    document["properties"] = {**record.defaults, **normal(body.get("properties") or {}, record.shape_at(api_version))}
    if "identity" in record.envelope:
        fill_identity(writing, document)
    record.finish(writing, document)
    if record.with_state:
        document["properties"]["provisioningState"] = "Succeeded"
    world.table("arm.resources")[resource_id.lower()] = document
    if record.with_state:
        state = record.working if before is None else record.updating
        until = operations.until(world, record.seconds if before is None else min(record.seconds, 10.0))
        world.table(PENDING)[resource_id.lower()] = {"until": until, "state": state}
    return Response(200 if before else 201, shown(world, document))


def patch(world: World, principal: Principal, resource_id: str, body: Json) -> Response:
    """Lay what was sent over what there is, and write the whole."""
    before = world.table("arm.resources")[resource_id.lower()]
    record = _record(resource_id)
    whole = {name: before[name] for name in ("location", *ENVELOPE) if name in before}
    if "identity" in whole:
        whole["identity"] = _sent_identity(whole["identity"])
    whole["properties"] = {k: v for k, v in before["properties"].items() if k in record.properties.members}
    whole |= {name: value for name, value in body.items() if name != "properties"}
    whole["properties"] = {**whole["properties"], **(body.get("properties") or {})}
    if isinstance(whole.get("sku"), dict):
        whole["sku"] = {"name": whole["sku"].get("name")}
    return put(world, principal, resource_id, "9999-12-31", whole)


def _sent_identity(identity: Json) -> Json:
    return {name: identity[name] for name in ("type", "userAssignedIdentities") if name in identity}


def delete(world: World, resource_id: str) -> Response:
    """Remove the resource and what came with it; 204 where there was none."""
    document = world.table("arm.resources").get(resource_id.lower())
    if document is None:
        return Response(204)
    record = _record(resource_id)
    children = [key for key in world.table("arm.resources") if key.startswith(f"{resource_id.lower()}/")]
    for key in sorted(children, key=len, reverse=True):
        if key in world.table("arm.resources"):
            row = world.table("arm.resources")[key]
            kinds.kind_of(row["type"]).delete(world, row["id"])
    record.gone(world, document)
    if (document.get("identity") or {}).get("principalId"):
        forget_principal(world, document["identity"]["principalId"])
    world.table(PENDING).pop(resource_id.lower(), None)
    return kinds.delete_stored(world, resource_id)


def _record(resource_id: str) -> ResourceType:
    parts = parse(resource_id)
    record = type_of(parts.type) if parts else None
    if record is None:
        raise LookupError(f"no table for {resource_id}")
    return record


def register() -> None:
    """Let this file answer for every tabled type that no other file answers for."""
    kind = kinds.Kind(find=find, put=put, patch=patch, delete=delete)
    for record in TYPES.values():
        if not record.foreign:
            kinds.register(record.name, kind)
