"""What a caller may do, and what stands in the way: permissions, deny assignments, eligible and active roles.

Owns ``arm.eligible`` (roles that a principal may activate through Privileged Identity Management) and the reading of deny
assignments. Not emulated: activating an eligible role, writing deny assignments (only deployment stacks and Azure itself do).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import assignment_filters, errors, rbac
from wizard.sandbox.arm.locks import require_scope
from wizard.sandbox.arm.router import ROUTER, caller
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any
_PATH = "/{scope:path}/providers/Microsoft.Authorization/"


def _scope(request: Request) -> str:
    return f"/{request.params['scope'].strip('/')}"


@ROUTER.get(_PATH + "permissions")
def permissions(request: Request, world: World) -> Response:
    """The permission blocks that the caller has at the scope; neither conditions nor deny assignments are taken off."""
    scope, who = _scope(request), caller(request, world)
    require_scope(world, scope)
    found = []
    for grant in rbac.grants(world, who, scope):
        block = {name: list(grant.permission.get(name) or []) for name in ("actions", "notActions", "dataActions", "notDataActions")}
        found.append(block)
    return Response(200, {"value": found})


@ROUTER.get(_PATH + "denyAssignments")
def list_denials(request: Request, world: World) -> Response:
    """Deny assignments at the scope, inherited and below."""
    scope = _scope(request)
    rbac.require(world, caller(request, world), "Microsoft.Authorization/denyAssignments/read", scope)
    test = assignment_filters.parsed(world, scope, request.query.get("$filter", ""))
    return Response(200, {"value": world.table("arm.deny_assignments").where(test)})


@ROUTER.get(_PATH + "denyAssignments/{name}")
def get_denial(request: Request, world: World) -> Response:
    """One deny assignment."""
    scope, name = _scope(request), request.params["name"]
    rbac.require(world, caller(request, world), "Microsoft.Authorization/denyAssignments/read", scope)
    row = world.table("arm.deny_assignments").get(f"{scope}/providers/microsoft.authorization/denyassignments/{name}".lower())
    if row is None:
        raise errors.refused(404, "DenyAssignmentNotFound", f"The deny assignment '{name}' is not found.")
    return Response(200, row)


def _own_filter(request: Request, world: World) -> bool:
    """Whether only the caller's own are asked for; for others' one needs ``roleAssignments/read``."""
    own = "astarget()" in request.query.get("$filter", "").lower()
    who = caller(request, world)
    if not own:
        rbac.require(world, who, "Microsoft.Authorization/roleAssignments/read", _scope(request))
    return own


@ROUTER.get(_PATH + "roleEligibilityScheduleInstances")
def list_eligible(request: Request, world: World) -> Response:
    """Roles that could be activated: the caller's own with ``asTarget()``, else everybody's."""
    scope, who = _scope(request), caller(request, world)
    _own_filter(request, world)
    test = assignment_filters.parsed(world, scope, request.query.get("$filter", ""), target=who.object_id)
    return Response(200, {"value": world.table("arm.eligible").where(test)})


@ROUTER.get(_PATH + "roleAssignmentScheduleInstances")
def list_active(request: Request, world: World) -> Response:
    """Active role assignments as Privileged Identity Management sees them."""
    scope, who = _scope(request), caller(request, world)
    _own_filter(request, world)
    test = assignment_filters.parsed(world, scope, request.query.get("$filter", ""), target=who.object_id)
    return Response(200, {"value": [_active(row) for row in world.table("arm.role_assignments").where(test)]})


def _active(row: Json) -> Json:
    properties = row["properties"]
    shown = {name: properties[name] for name in ("scope", "roleDefinitionId", "principalId", "principalType", "createdOn")}
    return {
        "id": row["id"].replace("/roleAssignments/", "/roleAssignmentScheduleInstances/"),
        "name": row["name"],
        "type": "Microsoft.Authorization/roleAssignmentScheduleInstances",
        "properties": {
            **shown,
            "assignmentType": "Assigned",
            "memberType": "Direct",
            "status": "Provisioned",
            "originRoleAssignmentId": row["id"],
            "startDateTime": properties["createdOn"],
        },
    }
