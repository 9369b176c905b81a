"""What a deployment would change: the difference between what a template says and what the world holds.

Owns change types and deltas. As in Azure, an expression that only run time can answer is compared as text and shows as a
change. Unlike Azure, members that the template does not mention (defaults that the provider set) are not reported as
deleted: the noise of the real service is not reproduced, except for tags.
https://learn.microsoft.com/azure/azure-resource-manager/templates/deploy-what-if
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import models
from wizard.sandbox.arm.catalog import region_name
from wizard.sandbox.arm.deployments_preflight import Planned
from wizard.sandbox.arm.kinds import kind_of
from wizard.sandbox.arm.template.resources import GROUP
from wizard.sandbox.arm.template.values import key_of

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any
UNKNOWN = (
    "Changes to the resource declared cannot be analyzed because its resource ID or API version cannot be calculated until the deployment "
    "is under way. Please see https://aka.ms/WhatIfUnidentifiableResource for more guidance."
)
COMPARED = ("location", "tags", "sku", "kind", "identity", "properties")


def current(world: World, resource_id: str, type_: str) -> Json | None:
    """What the world holds under the id, as a client would read it."""
    key = resource_id.lower()
    if type_.lower() == GROUP:
        row = world.table("arm.groups").get(key)
        return models.group_body(row) if row else None
    if type_.lower() == "microsoft.authorization/roleassignments":
        return world.table("arm.role_assignments").get(key)
    if type_.lower() == "microsoft.authorization/roledefinitions":
        return world.table("arm.role_definitions").get(key)
    try:
        return kind_of(type_).find(world, resource_id)
    except Exception:
        return None


def changes(world: World, items: list[Planned], *, group_id: str, complete: bool, full: bool) -> list[Json]:
    """One ``WhatIfChange`` a resource: those of the template, then those of the group that it does not name."""
    found: list[Json] = []
    named: set[str] = set()
    for item in items:
        if item.instance.is_deployment:
            continue
        if item.instance.unknown:
            found.append({"resourceId": item.instance.id, "changeType": "Unsupported", "unsupportedReason": UNKNOWN})
            continue
        named.add(item.instance.key)
        found.append(_change(world, item, full=full))
    if group_id:
        for row in world.table("arm.resources").where(lambda row: row["id"].lower().startswith(f"{group_id.lower()}/providers/")):
            if row["id"].lower() not in named and row["id"].count("/") == 8:
                before = kind_of(row["type"]).find(world, row["id"]) or row
                change = {"resourceId": row["id"], "changeType": "Delete" if complete else "Ignore"}
                found.append(change | ({"before": before} if full else {}))
    return sorted(found, key=lambda change: str(change["resourceId"]).lower())


def _change(world: World, item: Planned, *, full: bool) -> Json:
    instance, before = item.instance, current(world, item.instance.id, item.instance.type)
    after = {
        "id": instance.id,
        "name": instance.name.rsplit("/", 1)[-1],
        "type": instance.type,
        "apiVersion": instance.api_version,
        **item.body,
    }
    if before is None:
        return {"resourceId": instance.id, "changeType": "Create"} | ({"after": after} if full else {})
    if not full:
        return {"resourceId": instance.id, "changeType": "Deploy"}
    delta = [entry for name in COMPARED for entry in _member(name, before.get(name), item.body.get(name), name == "tags")]
    kind = "Modify" if delta else "NoChange"
    change: Json = {"resourceId": instance.id, "changeType": kind, "before": before, "after": after}
    return change | {"delta": delta}


def _member(path: str, before: Json, after: Json, whole: bool) -> list[Json]:
    """The property changes below a path; ``whole`` where what the template leaves out is deleted."""
    if after is None:
        return []
    if before is None:
        return [] if after in ({}, []) else [{"path": path, "propertyChangeType": "Create", "after": after}]
    if isinstance(before, dict) and isinstance(after, dict):
        out: list[Json] = []
        for name, value in after.items():
            key = key_of(before, name)
            out += _member(f"{path}.{name}", before[key] if key else None, value, whole)
        if whole:
            gone = [name for name in before if key_of(after, name) is None]
            out += [{"path": f"{path}.{name}", "propertyChangeType": "Delete", "before": before[name]} for name in gone]
        return out
    if isinstance(before, list) and isinstance(after, list):
        return _elements(path, before, after)
    if _same(path, before, after):
        return []
    return [{"path": path, "propertyChangeType": "Modify", "before": before, "after": after}]


def _elements(path: str, before: list[Json], after: list[Json]) -> list[Json]:
    children: list[Json] = []
    for at in range(max(len(before), len(after))):
        if at >= len(after):
            children.append({"path": str(at), "propertyChangeType": "Delete", "before": before[at]})
        elif at >= len(before):
            children.append({"path": str(at), "propertyChangeType": "Create", "after": after[at]})
        else:
            children += _member(str(at), before[at], after[at], False)
    return [{"path": path, "propertyChangeType": "Array", "before": before, "after": after, "children": children}] if children else []


def _same(path: str, before: Json, after: Json) -> bool:
    if path == "location":
        return (region_name(str(before)) or before) == (region_name(str(after)) or after)
    if isinstance(before, str) and isinstance(after, str):
        return before == after or ("/" in before and before.lower() == after.lower()) or _role(before) == _role(after) != ""
    return bool(before == after)


def _role(text: str) -> str:
    """Role definition ids mean the same whatever scope they are written with."""
    marker = "/providers/microsoft.authorization/roledefinitions/"
    return text.lower().rpartition(marker)[2] if marker in text.lower() else ""
