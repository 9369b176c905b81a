"""Role assignments: creating, reading, listing and deleting them.

Owns ``arm.role_assignments``. A new assignment takes effect late (``world.consistency``, kind ``role_assignment``) but is listed at
once. Decided strictly where nothing is known: a body without ``principalType`` has none for conditions; any change of
role, principal or scope of an existing name is refused. Not emulated: management groups, delegated managed identities.
https://learn.microsoft.com/azure/role-based-access-control/troubleshooting
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import assignment_filters, checks, conditions, errors, rbac
from wizard.sandbox.arm.ids import ResourceId, is_guid, last_guid, parse, subscription_of, within
from wizard.sandbox.arm.locks import require_scope
from wizard.sandbox.arm.principals import require_principal
from wizard.sandbox.arm.router import ROUTER, body, caller
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.login.tokens import Principal
    from wizard.sandbox.world import World

Json = Any
TYPE = "Microsoft.Authorization/roleAssignments"
_PATH = "/{scope:path}/providers/Microsoft.Authorization/roleAssignments"


def _ids(request: Request) -> tuple[str, str]:
    """Scope and id of the assignment."""
    scope = f"/{request.params['scope'].strip('/')}"
    return scope, f"{scope}/providers/{TYPE}/{request.params['name']}"


@ROUTER.put(_PATH + "/{name}")
def put_assignment(request: Request, world: World) -> Response:
    """Give a role; 201 for a new assignment, 200 where only description or condition change."""
    scope, _ = _ids(request)
    return write_assignment(world, caller(request, world), scope, request.params["name"], body(request))


def write_assignment(world: World, who: Principal, scope: str, name: str, wished: Json) -> Response:
    """What PUT does, for template deployments too. Raises the vendor's refusals in the vendor's order, as far as known."""
    assignment_id = f"{scope}/providers/{TYPE}/{name}"
    table = world.table("arm.role_assignments")
    same_name = next((row for row in table.rows.values() if row["name"].lower() == name.lower()), None)
    rbac.require(world, who, f"{TYPE}/write", assignment_id, request_body=wished, resource_body=same_name)
    if not is_guid(name):
        message = f"The role assignment ID '{name}' is not valid. The role assignment ID must be a GUID."
        raise errors.refused(400, "InvalidRoleAssignmentId", message)
    require_scope(world, scope)
    checks.require_unlocked(world, scope, "write")
    properties = wished.get("properties") or {}
    role = _role(world, scope, str(properties.get("roleDefinitionId") or ""))
    _check_condition(properties)
    principal_id = str(properties.get("principalId") or "").lower()
    if same_name is not None:
        return _update(world, who, same_name, (scope, role, principal_id), properties)
    _check_equal(world, (scope, role, principal_id))
    kind = require_principal(world, principal_id, str(properties.get("principalType") or ""))
    now = world.clock.iso()
    document = {
        "id": assignment_id,
        "name": name,
        "type": TYPE,
        "properties": {
            "roleDefinitionId": _role_id(scope, role),
            "principalId": principal_id,
            "principalType": kind,
            "scope": scope,
            "condition": properties.get("condition"),
            "conditionVersion": properties.get("conditionVersion"),
            "createdOn": now,
            "updatedOn": now,
            "createdBy": who.object_id,
            "updatedBy": who.object_id,
            "delegatedManagedIdentityResourceId": properties.get("delegatedManagedIdentityResourceId"),
            "description": properties.get("description"),
        },
    }
    table[assignment_id.lower()] = document
    world.consistency.written("role_assignment", assignment_id.lower())
    return Response(201, document)


def _role_id(scope: str, role: str) -> str:
    subscription = subscription_of(scope)
    return f"{f'/subscriptions/{subscription}' if subscription else ''}/providers/Microsoft.Authorization/roleDefinitions/{role}"


def _role(world: World, scope: str, role_definition_id: str) -> str:
    """The GUID of the role, which must exist and be assignable at the scope."""
    parts: ResourceId | None = parse(role_definition_id)
    if parts is None or parts.type.lower() != "microsoft.authorization/roledefinitions":
        raise errors.refused(400, "BadRequestFormat", "The request was incorrectly formatted.")
    guid = last_guid(role_definition_id)
    row = rbac.role_definition(world, guid)
    if row is None or not any(within(scope, each) for each in row["properties"]["assignableScopes"]):
        raise errors.refused(404, "RoleDefinitionDoesNotExist", f"The specified role definition with ID '{guid}' does not exist.")
    return guid


def _check_condition(properties: Json) -> None:
    condition = properties.get("condition")
    if not condition:
        return
    if properties.get("conditionVersion") != "2.0":
        raise errors.refused(400, "InvalidConditionVersion", "A role assignment condition needs the condition version '2.0'.")
    try:
        conditions.parse(condition)
    except conditions.ConditionInvalid as problem:
        raise errors.refused(400, "InvalidRoleAssignmentCondition", f"The given role assignment condition is invalid: {problem}.") from None


def _check_equal(world: World, triple: tuple[str, str, str]) -> None:
    """``RoleAssignmentExists`` where the same principal has the same role at the same scope under another name."""
    for row in world.table("arm.role_assignments").rows.values():
        if _triple(row) == (triple[0].lower(), triple[1], triple[2]):
            number = row["name"].replace("-", "")
            message = f"The role assignment already exists. The ID of the existing role assignment is {number}."
            raise errors.refused(409, "RoleAssignmentExists", message)


def _triple(row: Json) -> tuple[str, str, str]:
    properties = row["properties"]
    return properties["scope"].lower(), last_guid(properties["roleDefinitionId"]), properties["principalId"].lower()


def _update(world: World, who: Principal, row: Json, triple: tuple[str, str, str], wished: Json) -> Response:
    if _triple(row) != (triple[0].lower(), triple[1], triple[2]):
        message = "Tenant ID, application ID, principal ID, and scope are not allowed to be updated."
        raise errors.refused(400, "RoleAssignmentUpdateNotPermitted", message)
    require_principal(world, triple[2], str(wished.get("principalType") or row["properties"]["principalType"]))
    changed = {name: wished.get(name) for name in ("condition", "conditionVersion", "description")}
    document = {**row, "properties": {**row["properties"], **changed, "updatedOn": world.clock.iso(), "updatedBy": who.object_id}}
    world.table("arm.role_assignments")[row["id"].lower()] = document
    world.consistency.written("role_assignment", row["id"].lower())
    return Response(200, document)


@ROUTER.get(_PATH + "/{name}")
def get_assignment(request: Request, world: World) -> Response:
    """One assignment."""
    _, assignment_id = _ids(request)
    rbac.require(world, caller(request, world), f"{TYPE}/read", assignment_id)
    row = world.table("arm.role_assignments").get(assignment_id.lower())
    if row is None:
        raise errors.refused(404, "RoleAssignmentNotFound", f"The role assignment '{request.params['name']}' is not found.")
    return Response(200, row)


@ROUTER.delete(_PATH + "/{name}")
def delete_assignment(request: Request, world: World) -> Response:
    """Take a role away: 200 with what it was, 204 where there was none. A *CanNotDelete* lock protects assignments too."""
    scope, assignment_id = _ids(request)
    row = world.table("arm.role_assignments").get(assignment_id.lower())
    rbac.require(world, caller(request, world), f"{TYPE}/delete", assignment_id, resource_body=row)
    if row is None:
        return Response(204)
    if locks := [each for each in checks.locks_against(world, scope, "delete") if within(scope, each)]:
        raise errors.locked(scope, "delete", locks)
    del world.table("arm.role_assignments")[assignment_id.lower()]
    world.consistency.forgotten("role_assignment", assignment_id.lower())
    return Response(200, row)


@ROUTER.get(_PATH)
def list_assignments(request: Request, world: World) -> Response:
    """Assignments at the scope, inherited ones, and those below; narrowed by ``atScope()``, ``principalId eq``, ``assignedTo()``."""
    scope = f"/{request.params['scope'].strip('/')}"
    rbac.require(world, caller(request, world), f"{TYPE}/read", scope)
    if scope.strip("/").lower() not in ("", f"subscriptions/{subscription_of(scope)}"):
        require_scope(world, scope)
    test = assignment_filters.parsed(world, scope, request.query.get("$filter", ""))
    return Response(200, {"value": world.table("arm.role_assignments").where(test)})
