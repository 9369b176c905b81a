"""Management locks: extension resources that stand against deleting or writing.

Owns reading and writing of locks (rows of ``arm.resources``); what they forbid is ``checks``. Only Owner and User Access
Administrator (and roles with ``Microsoft.Authorization/locks/*``) may write them. Not emulated: lock owners.
https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import checks, errors, rbac
from wizard.sandbox.arm.ids import within
from wizard.sandbox.arm.router import ROUTER, body, caller
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any
_LEVELS = {"cannotdelete": "CanNotDelete", "readonly": "ReadOnly"}
_PATH = "/{scope:path}/providers/Microsoft.Authorization/locks"


def _ids(request: Request) -> tuple[str, str]:
    """Scope and id of the lock."""
    scope = f"/{request.params['scope'].strip('/')}"
    return scope, f"{scope}/providers/Microsoft.Authorization/locks/{request.params['name']}"


@ROUTER.put(_PATH + "/{name}")
def put_lock(request: Request, world: World) -> Response:
    """Create or change a lock: ``level`` is *CanNotDelete* or *ReadOnly*."""
    scope, lock_id = _ids(request)
    rbac.require(world, caller(request, world), f"{checks.LOCKS}/write", lock_id)
    require_scope(world, scope)
    properties = body(request).get("properties") or {}
    level = _LEVELS.get(str(properties.get("level", "")).lower())
    if level is None:
        raise errors.refused(400, "InvalidLockLevel", f"The lock level '{properties.get('level')}' is not valid.")
    kept = {"level": level} | {name: properties[name] for name in ("notes", "owners") if properties.get(name) is not None}
    existed = lock_id.lower() in world.table("arm.resources")
    document = {"id": lock_id, "name": request.params["name"], "type": checks.LOCKS, "properties": kept}
    world.table("arm.resources")[lock_id.lower()] = document
    return Response(200 if existed else 201, document)


def require_scope(world: World, scope: str) -> None:
    """404 unless the subscription, group or resource at that scope exists."""
    parts = checks.parsed(scope)
    checks.group_of(world, scope)
    if parts.namespace and scope.lower() not in world.table("arm.resources"):
        raise errors.resource_not_found(parts.type, parts.name, parts.group)


@ROUTER.get(_PATH + "/{name}")
def get_lock(request: Request, world: World) -> Response:
    """One lock; ``LockNotFound`` where there is none."""
    _, lock_id = _ids(request)
    rbac.require(world, caller(request, world), f"{checks.LOCKS}/read", lock_id)
    row = world.table("arm.resources").get(lock_id.lower())
    if row is None:
        raise errors.refused(404, "LockNotFound", f"The lock '{request.params['name']}' could not be found.")
    return Response(200, row)


@ROUTER.delete(_PATH + "/{name}")
def delete_lock(request: Request, world: World) -> Response:
    """Take a lock away: 200, or 204 where there was none."""
    _, lock_id = _ids(request)
    rbac.require(world, caller(request, world), f"{checks.LOCKS}/delete", lock_id)
    return Response(200 if world.table("arm.resources").pop(lock_id.lower(), None) else 204)


@ROUTER.get(_PATH)
def list_locks(request: Request, world: World) -> Response:
    """Locks at the scope, inherited ones, and those below; with ``atScope()`` none from below."""
    scope = f"/{request.params['scope'].strip('/')}"
    rbac.require(world, caller(request, world), f"{checks.LOCKS}/read", scope)
    checks.group_of(world, scope)
    only_here = "atscope()" in request.query.get("$filter", "").lower()

    def wanted(row: Json) -> bool:
        if row["type"].lower() != checks.LOCKS.lower():
            return False
        locked = row["id"].lower().rsplit("/providers/microsoft.authorization/locks/", 1)[0]
        return within(scope, locked) or (not only_here and within(locked, scope))

    return Response(200, {"value": world.table("arm.resources").where(wanted)})
