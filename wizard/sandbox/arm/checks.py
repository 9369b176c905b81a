"""What holds for every resource of every type before it is read, written or deleted.

Owns the order of the checks: permission, resource group, registration, locks, policy. Whoever writes ARM resources in
this cloud (generic calls, resource providers, template deployments) calls these first. It changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from wizard.sandbox.arm import errors, policy, rbac
from wizard.sandbox.arm.catalog import ALWAYS_REGISTERED, namespace_name, type_name
from wizard.sandbox.arm.ids import ResourceId, parse, within
from wizard.sandbox.arm.router import ROUTER
from wizard.sandbox.router import Refusal, Request

if TYPE_CHECKING:
    from wizard.sandbox.login.tokens import Principal
    from wizard.sandbox.world import World

Json = Any
LOCKS = "Microsoft.Authorization/locks"


def parsed(resource_id: str) -> ResourceId:
    """The parts of an id; ``InvalidResourceId`` where it is none."""
    parts = parse(resource_id)
    if parts is None:
        raise errors.refused(400, "InvalidResourceId", f"The resource identifier '{resource_id}' is malformed or invalid.")
    return parts


def group_of(world: World, resource_id: str) -> Json | None:
    """The resource group that an id names, if it lies in one; ``ResourceGroupNotFound`` where it does not exist."""
    parts = parsed(resource_id)
    if not parts.group:
        return None
    key = f"/subscriptions/{parts.subscription}/resourcegroups/{parts.group}".lower()
    if (deleting := world.table("_arm.deleting").get(key)) and world.clock.now() < deleting["until"]:
        raise errors.group_being_deleted(parts.group)
    group = world.table("arm.groups").get(key)
    if group is None:
        raise errors.group_not_found(parts.group)
    return group


def registration_state(world: World, subscription: str, namespace: str) -> str:
    """``Registered``, ``Registering`` or ``NotRegistered``."""
    if namespace.lower() in ALWAYS_REGISTERED:
        return "Registered"
    key = f"{subscription}/{namespace}".lower()
    row = world.table("arm.providers").get(key)
    if row is None:
        return "NotRegistered"
    pending = world.table("_arm.registering").get(key)
    if row["registrationState"] == "Registered" and pending and world.clock.now() < pending["until"]:
        return "Registering"
    return str(row["registrationState"])


def require_registered(world: World, subscription: str, namespace: str) -> None:
    """``MissingSubscriptionRegistration`` unless the registration is finished."""
    if registration_state(world, subscription, namespace) != "Registered":
        raise errors.not_registered(namespace_name(namespace) or namespace)


def locks_against(world: World, scope: str, operation: str) -> list[str]:
    """The locked scopes that stand against ``write`` or ``delete`` at a scope.

    *ReadOnly* stands against both, *CanNotDelete* against deletion; both are inherited downwards, and what holds a
    locked thing cannot be deleted either.
    """
    found = []
    for row in world.table("arm.resources").rows.values():
        if row["type"].lower() != LOCKS.lower():
            continue
        locked = row["id"].lower().rsplit("/providers/microsoft.authorization/locks/", 1)[0]
        level = row["properties"]["level"].lower()
        applies = within(scope, locked) or (operation == "delete" and within(locked, scope))
        if applies and (level == "readonly" or operation == "delete"):
            found.append(row["id"][: len(locked)])
    return found


def require_unlocked(world: World, scope: str, operation: str) -> None:
    """``ScopeLocked`` where a lock stands against the operation."""
    if locks := locks_against(world, scope, operation):
        raise errors.locked(scope, operation, locks)


def before_read(world: World, principal: Principal, resource_id: str) -> None:
    """Whether the caller may read that resource."""
    parts = parsed(resource_id)
    rbac.require(world, principal, f"{type_name(parts.type) or parts.type}/read", resource_id)
    group_of(world, resource_id)
    if parts.namespace:
        require_registered(world, parts.subscription, parts.namespace)


def before_write(world: World, principal: Principal, resource_id: str, body: Json) -> None:
    """Whether the caller may create or change that resource with that body."""
    parts = parsed(resource_id)
    rbac.require(world, principal, f"{type_name(parts.type) or parts.type}/write", resource_id)
    group_of(world, resource_id)
    if parts.namespace:
        require_registered(world, parts.subscription, parts.namespace)
    if parts.parent and parts.parent.lower() not in world.table("arm.resources"):
        raise errors.parent_not_found(type_name(parts.type) or parts.type, parts.parent)
    require_unlocked(world, resource_id, "write")
    policy.require_compliant(world, resource_id, body)


def before_delete(world: World, principal: Principal, resource_id: str) -> None:
    """Whether the caller may delete that resource."""
    parts = parsed(resource_id)
    rbac.require(world, principal, f"{type_name(parts.type) or parts.type}/delete", resource_id)
    group_of(world, resource_id)
    if parts.namespace:
        require_registered(world, parts.subscription, parts.namespace)
    require_unlocked(world, resource_id, "delete")


def before_action(world: World, principal: Principal, resource_id: str, action: str) -> None:
    """Whether the caller may POST ``action`` (``Microsoft.Storage/storageAccounts/listKeys/action``); a ReadOnly lock stands against it."""
    parts = parsed(resource_id)
    rbac.require(world, principal, action, resource_id)
    group_of(world, resource_id)
    if parts.namespace:
        require_registered(world, parts.subscription, parts.namespace)
    require_unlocked(world, resource_id, "write")


def standing(request: Request, world: World) -> Refusal | None:
    """What stands against a write of a resource in the path, whatever handler answers: registration, locks, policy.

    Roles, locks and policies of ``Microsoft.Authorization`` and deployments have rules of their own.
    """
    parts = parse(unquote(request.path))
    if parts is None or not parts.namespace or parts.namespace.lower() in ALWAYS_REGISTERED:
        return None
    try:
        group_of(world, parts.text)
        require_registered(world, parts.subscription, parts.namespace)
        require_unlocked(world, parts.text, "delete" if request.method == "DELETE" else "write")
        if request.method == "PUT":
            policy.require_compliant(world, parts.text, _sent(request))
    except Refusal as refusal:
        return refusal
    return None


def _sent(request: Request) -> Json:
    try:
        found = request.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


ROUTER.standing.append(standing)
