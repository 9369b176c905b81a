"""Principals as Resource Manager sees them: of which type, and whether they have arrived yet.

Owns nothing: it reads ``graph.*``. A principal that was just made is not visible to ARM for a while
(``world.consistency``, kind ``principal``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import errors
from wizard.sandbox.login.directory import tenant

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any
_TABLES = (("graph.users", "User"), ("graph.groups", "Group"), ("graph.service_principals", "ServicePrincipal"))


def principal_type(world: World, object_id: str) -> str:
    """``User``, ``Group`` or ``ServicePrincipal`` (managed identities too); empty where there is none."""
    return next((kind for table, kind in _TABLES if object_id in world.table(table)), "")


def require_principal(world: World, object_id: str, claimed: str) -> str:
    """The type of the principal, or the refusal that role assignments get.

    With ``principalType`` a young principal is taken as it is; without it, it is not found until it has spread. One that
    does not exist at all is refused either way.
    """
    kind = principal_type(world, object_id)
    if not kind:
        if object_id in world.table("graph.applications"):
            message = "Principals of type Application cannot validly be used in role assignments."
            raise errors.refused(400, "PrincipalTypeNotSupported", message)
        raise _not_found(world, object_id)
    if not claimed and not world.consistency.visible("principal", object_id):
        raise _not_found(world, object_id)
    if claimed and claimed.lower() != kind.lower():
        number = object_id.replace("-", "")
        message = f"The PrincipalId '{number}' has type '{kind}' , which is different from specified PrinciaplType '{claimed}'."
        raise errors.refused(400, "UnmatchedPrincipalType", message)
    return kind


def _not_found(world: World, object_id: str) -> Exception:
    message = (
        f"Principal {object_id.replace('-', '')} does not exist in the directory {tenant(world)['id']}. Check that you have the correct "
        "principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a "
        "replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or "
        "Group.  See https://aka.ms/docs-principaltype"
    )
    return errors.refused(400, "PrincipalNotFound", message)
