"""Resource groups.

Owns ``arm.groups`` and ``_arm.deleting`` (a group on its way out, shown until it is gone). A deletion takes its content with
it at once and the group itself after a while. Not emulated: ``forceDeletionTypes``, ``exportTemplate``, moving resources.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import checks, errors, models, operations, policy, rbac
from wizard.sandbox.arm.catalog import REGIONS, region_name
from wizard.sandbox.arm.filters import paged, tags_match
from wizard.sandbox.arm.ids import parse
from wizard.sandbox.arm.kinds import kind_of
from wizard.sandbox.arm.router import ROUTER, body, caller
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.login.tokens import Principal
    from wizard.sandbox.world import World

Json = Any
DELETION_SECONDS = 90.0
ACTION = "Microsoft.Resources/subscriptions/resourceGroups"
_NAME = re.compile(r"[\w().-]{1,90}")


def _id(request: Request) -> str:
    return f"/subscriptions/{request.params['subscription']}/resourceGroups/{request.params['group']}"


def _found(world: World, resource_id: str) -> Json | None:
    """The group, or what is left of one that is being deleted."""
    key = resource_id.lower()
    deleting = world.table("_arm.deleting").get(key)
    if deleting and world.clock.now() < deleting["until"]:
        return models.group_body(deleting["group"], "Deleting")
    row = world.table("arm.groups").get(key)
    return models.group_body(row) if row else None


@ROUTER.head("/subscriptions/{subscription}/resourcegroups/{group}")
def exists(request: Request, world: World) -> Response:
    """204 or 404, both without a body."""
    rbac.require(world, caller(request, world), f"{ACTION}/read", _id(request))
    return Response(204 if _found(world, _id(request)) else 404)


@ROUTER.get("/subscriptions/{subscription}/resourcegroups/{group}")
def get_group(request: Request, world: World) -> Response:
    """One group."""
    rbac.require(world, caller(request, world), f"{ACTION}/read", _id(request))
    found = _found(world, _id(request))
    if found is None:
        raise errors.group_not_found(request.params["group"])
    return Response(200, found)


@ROUTER.get("/subscriptions/{subscription}/resourcegroups")
def list_groups(request: Request, world: World) -> Response:
    """The groups that the caller may read; ``AuthorizationFailed`` for one without any role in the subscription."""
    who, subscription = caller(request, world), request.params["subscription"]
    scope = f"/subscriptions/{subscription}"
    if not rbac.has_any_role(world, who, subscription):
        raise errors.authorization_failed(who, f"{ACTION}/read", scope)
    tags = tags_match(request.query.get("$filter", ""))
    rows = world.table("arm.groups").where(lambda row: row["id"].lower().startswith(f"{scope.lower()}/") and tags(row.get("tags") or {}))
    found = [models.group_body(row) for row in rows if rbac.allowed(world, who, f"{ACTION}/read", row["id"])]
    return Response(200, {"value": paged(found, request)})


@ROUTER.put("/subscriptions/{subscription}/resourcegroups/{group}")
def put_group(request: Request, world: World) -> Response:
    """Create a group, or replace its tags; its location is fixed for ever."""
    return write_group(world, caller(request, world), _id(request), body(request))


def write_group(world: World, who: Principal, group_id: str, wished: Json) -> Response:
    """What PUT does, for template deployments too: 201 for a new group, 200 otherwise."""
    key, name = group_id.lower(), group_id.split("/")[-1]
    rbac.require(world, who, f"{ACTION}/write", group_id)
    if not _NAME.fullmatch(name) or name.endswith("."):
        wrong = re.sub(r"[\w().-]", "", name)
        message = (
            f"The provided resource group name '{name}' has these invalid characters: '{wrong}'. The name can only be a letter, digit, "
            "'-', '.', '(', ')' or '_'."
        )
        raise errors.refused(400, "InvalidResourceGroup", message)
    before = world.table("arm.groups").get(key)
    if before is None and (found := _found(world, group_id)) is not None:
        raise errors.group_being_deleted(found["name"])
    if not wished.get("location"):
        raise errors.location_required()
    location = region_name(str(wished["location"]))
    if not location:
        raise errors.location_unavailable(str(wished["location"]), "resource group", list(REGIONS))
    if before and before["location"] != location:
        message = f"Invalid resource group location '{location}'. The Resource group already exists in location '{before['location']}'."
        raise errors.refused(409, "InvalidResourceGroupLocation", message)
    checks.require_unlocked(world, group_id, "write")
    policy.require_compliant(world, group_id, wished)
    row = {
        "id": before["id"] if before else f"/subscriptions/{group_id.split('/')[2]}/resourceGroups/{name}",
        "name": before["name"] if before else name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": location,
        "tags": wished.get("tags") or {},
        "properties": {"provisioningState": "Succeeded"},
    }
    if managed_by := wished.get("managedBy") or (before or {}).get("managedBy"):
        row["managedBy"] = managed_by
    world.table("arm.groups")[key] = row
    return Response(200 if before else 201, models.group_body(row))


@ROUTER.patch("/subscriptions/{subscription}/resourcegroups/{group}")
def patch_group(request: Request, world: World) -> Response:
    """Replace the tags of a group."""
    rbac.require(world, caller(request, world), f"{ACTION}/write", _id(request))
    checks.group_of(world, _id(request))
    checks.require_unlocked(world, _id(request), "write")
    row = world.table("arm.groups")[_id(request).lower()]
    wished = body(request)
    if "tags" in wished:
        row["tags"] = wished["tags"] or {}
    policy.require_compliant(world, _id(request), row)
    world.table("arm.groups")[_id(request).lower()] = row
    return Response(200, models.group_body(row))


@ROUTER.delete("/subscriptions/{subscription}/resourcegroups/{group}")
def delete_group(request: Request, world: World) -> Response:
    """Delete a group with everything in it: 202 and a ``Location``; a group that is going already answers the same."""
    group_id, who = _id(request), caller(request, world)
    rbac.require(world, who, f"{ACTION}/delete", group_id)
    found = _found(world, group_id)
    if found is None:
        raise errors.group_not_found(request.params["group"])
    if found["properties"]["provisioningState"] == "Deleting":
        moment = world.table("_arm.deleting")[group_id.lower()]["until"]
    else:
        checks.require_unlocked(world, group_id, "delete")
        remove_group(world, group_id)
        moment = world.table("_arm.deleting")[group_id.lower()]["until"]
    return Response(202, None, operations.begin(world, request, request.params["subscription"], "group", moment))


def remove_group(world: World, group_id: str) -> None:
    """Take a group and its content out of the world; what its types do on deletion (soft-delete) is done."""
    key = group_id.lower()
    inside = sorted((each for each in world.table("arm.resources") if each.startswith(f"{key}/")), key=len)
    for each in inside:
        document = world.table("arm.resources").get(each)
        if document is not None:
            kind_of(document["type"]).delete(world, document["id"])
    for name in ("arm.resources", "arm.role_assignments", "arm.deployments"):
        table = world.table(name)
        for each in [each for each in table if each.startswith(f"{key}/")]:
            del table[each]
    group = world.table("arm.groups").pop(key)
    world.table("_arm.deleting")[key] = {"group": group, "until": operations.until(world, DELETION_SECONDS)}


def group_rows(world: World, subscription: str) -> list[Json]:
    """The groups of a subscription, for other folders."""
    start = f"/subscriptions/{subscription.lower()}/"
    return [row for row in world.table("arm.groups").where(lambda row: row["id"].lower().startswith(start)) if parse(row["id"])]
