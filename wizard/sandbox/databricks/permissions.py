"""Access control lists of jobs, clusters, directories and the like, returned as they were set.

Owns the lists only; what a level allows is not enforced beyond this: administrators and managers change a list. A job
always has exactly one owner. https://docs.databricks.com/api/azure/workspace/permissions
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks.errors import denied, invalid, missing
from wizard.sandbox.databricks.identity import ADMINS, Member, groups_holding
from wizard.sandbox.databricks.models import below, done
from wizard.sandbox.databricks.router import WORKSPACES, body, caller

if TYPE_CHECKING:
    from wizard.sandbox.router import Request, Response
    from wizard.sandbox.world import World

Json = Any

PATH = "/api/2.0/permissions/{type}/{id}"
WORKSPACE_OBJECTS = {"directories": "directory", "notebooks": "notebook", "files": "file"}
SINGULAR = {"jobs": "job", "clusters": "cluster", "cluster-policies": "cluster-policy", **WORKSPACE_OBJECTS}
LEVELS = {
    "jobs": ("CAN_VIEW", "CAN_MANAGE_RUN", "CAN_MANAGE", "IS_OWNER"),
    "clusters": ("CAN_ATTACH_TO", "CAN_RESTART", "CAN_MANAGE"),
    "cluster-policies": ("CAN_USE",),
    **dict.fromkeys(WORKSPACE_OBJECTS, ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE")),
}
PRINCIPALS = ("user_name", "group_name", "service_principal_name")


def creator_entry(who: Member, level: str) -> Json:
    """The entry that the creator of an object gets."""
    return {"user_name" if who.row["kind"] == "user" else "service_principal_name": who.name, "permission_level": level}


def set_initial(world: World, who: Member, kind: str, object_id: object, level: str) -> None:
    world.table("databricks.permissions")[f"{who.workspace}/{kind}/{object_id}"] = {"access_control_list": [creator_entry(who, level)]}


def forget(world: World, workspace: str, kind: str, object_id: object) -> None:
    world.table("databricks.permissions").pop(f"{workspace}/{kind}/{object_id}", None)


def _check_object(world: World, workspace: str, kind: str, object_id: str) -> None:
    if kind not in LEVELS:
        raise invalid(f"{kind} is not a supported object type.")
    if kind in WORKSPACE_OBJECTS:
        wanted = {"directories": "DIRECTORY", "notebooks": "NOTEBOOK", "files": "FILE"}[kind]
        rows = below(world, "databricks.objects", workspace).values()
        found = any(str(row["object_id"]) == object_id and row["object_type"] == wanted for row in rows)
    else:
        table = {"jobs": "databricks.jobs", "clusters": "databricks.clusters"}.get(kind, "databricks.cluster_policies")
        found = f"{workspace}/{object_id}" in world.table(table)
    if not found:
        raise missing(f"{SINGULAR[kind].title()} {object_id} does not exist.")


def _shown(kind: str, object_id: str, entries: Json) -> Json:
    shown = []
    for entry in entries:
        name = next(member for member in PRINCIPALS if entry.get(member))
        level = {"permission_level": entry["permission_level"], "inherited": False}
        shown.append({name: entry[name], "display_name": entry[name], "all_permissions": [level]})
    if kind != "cluster-policies":
        level = {"permission_level": "CAN_MANAGE", "inherited": True, "inherited_from_object": [f"/{kind}/"]}
        shown.append({"group_name": ADMINS, "all_permissions": [level]})
    return {"object_id": f"/{kind}/{object_id}", "object_type": SINGULAR[kind], "access_control_list": shown}


def _checked(kind: str, given: Json) -> list[Json]:
    for entry in given or []:
        if sum(1 for name in PRINCIPALS if entry.get(name)) != 1:
            raise invalid("Exactly one of user_name, group_name and service_principal_name must be given.")
        if entry.get("permission_level") not in LEVELS[kind]:
            raise invalid(f"Permission {entry.get('permission_level')} is not supported for object type {SINGULAR[kind]}.")
    return list(given or [])


def _store(world: World, who: Member, kind: str, object_id: str, entries: list[Json]) -> Response:
    if kind == "jobs" and sum(1 for entry in entries if entry["permission_level"] == "IS_OWNER") != 1:
        raise invalid("The job must have exactly one owner.")
    world.table("databricks.permissions")[f"{who.workspace}/{kind}/{object_id}"] = {"access_control_list": entries}
    return done(_shown(kind, object_id, entries))


def _entries(world: World, workspace: str, kind: str, object_id: str) -> list[Json]:
    row = world.table("databricks.permissions").get(f"{workspace}/{kind}/{object_id}") or {"access_control_list": []}
    return list(row["access_control_list"])


def _require_manager(world: World, who: Member, entries: list[Json]) -> None:
    mine = {who.name, *groups_holding(world, who.workspace, who.row["id"])}
    held = any(
        entry.get(name) in mine and entry["permission_level"] in ("CAN_MANAGE", "IS_OWNER") for entry in entries for name in PRINCIPALS
    )
    if not who.admin and not held:
        raise denied(
            f"{who.name} does not have Manage permissions on this object. Please contact the owner or an administrator for access."
        )


@WORKSPACES.get(PATH)
def get_permissions(request: Request, world: World) -> Response:
    workspace, kind, object_id = caller(request, world).workspace, request.params["type"], request.params["id"]
    _check_object(world, workspace, kind, object_id)
    return done(_shown(kind, object_id, _entries(world, workspace, kind, object_id)))


@WORKSPACES.put(PATH)
def set_permissions(request: Request, world: World) -> Response:
    who, kind, object_id = caller(request, world), request.params["type"], request.params["id"]
    _check_object(world, who.workspace, kind, object_id)
    _require_manager(world, who, _entries(world, who.workspace, kind, object_id))
    return _store(world, who, kind, object_id, _checked(kind, body(request).get("access_control_list")))


@WORKSPACES.patch(PATH)
def update_permissions(request: Request, world: World) -> Response:
    who, kind, object_id = caller(request, world), request.params["type"], request.params["id"]
    _check_object(world, who.workspace, kind, object_id)
    before = _entries(world, who.workspace, kind, object_id)
    _require_manager(world, who, before)
    sent = _checked(kind, body(request).get("access_control_list"))
    named = {(name, entry[name]) for entry in sent for name in PRINCIPALS if entry.get(name)}
    kept = [entry for entry in before if not any((name, entry.get(name)) in named for name in PRINCIPALS)]
    return _store(world, who, kind, object_id, kept + sent)


@WORKSPACES.get(PATH + "/permissionLevels")
def levels(request: Request, world: World) -> Response:
    workspace, kind = caller(request, world).workspace, request.params["type"]
    _check_object(world, workspace, kind, request.params["id"])
    return done({"permission_levels": [{"permission_level": level, "description": level} for level in LEVELS[kind]]})
