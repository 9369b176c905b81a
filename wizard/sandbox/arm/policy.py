"""Azure Policy, as far as it stands in the way: assignments with the effect *deny*.

Owns ``arm.policy_assignments`` (wire body by lower-case id, with our own ``rule``) and their listing. A rule is kept
simple: it denies a resource that is of one of its ``types`` (patterns; none: every type) and breaks one of
``allowed_locations``, ``required_tags``, ``required`` or ``forbidden`` (values by dotted path). Not emulated: policy
definitions, initiatives, exemptions, every effect but *deny*, and writing any of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import errors, rbac
from wizard.sandbox.arm.catalog import region_name
from wizard.sandbox.arm.conditions import matches
from wizard.sandbox.arm.ids import parse, within
from wizard.sandbox.arm.router import ROUTER, caller
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any
_EXTENSIONS = "microsoft.authorization"


def _at(body: Json, path: str) -> Json:
    for part in path.split("."):
        body = body.get(part) if isinstance(body, dict) else None
    return body


def _same(left: Json, right: Json) -> bool:
    return left.lower() == right.lower() if isinstance(left, str) and isinstance(right, str) else bool(left == right)


def broken(rule: Json, resource_type: str, body: Json) -> bool:
    """Whether a resource breaks the rule."""
    types = rule.get("types") or ["*"]
    if not any(matches(pattern, resource_type) for pattern in types):
        return False
    location = str(body.get("location") or "")
    allowed = [region_name(each) for each in rule.get("allowed_locations") or ()]
    if allowed and location and location.lower() != "global" and region_name(location) not in allowed:
        return True
    if any(name not in (body.get("tags") or {}) for name in rule.get("required_tags") or ()):
        return True
    if any(not _same(_at(body, path), value) for path, value in (rule.get("required") or {}).items()):
        return True
    if any(_same(_at(body, path), value) for path, value in (rule.get("forbidden") or {}).items()):
        return True
    nothing_else = not (allowed or rule.get("required_tags") or rule.get("required") or rule.get("forbidden"))
    return nothing_else and bool(rule.get("types"))


def denying(world: World, resource_id: str, body: Json) -> Json | None:
    """The policy assignment that denies this resource, if any. Locks, roles and policies themselves are exempt."""
    parts = parse(resource_id)
    if parts is None or parts.namespace.lower() == _EXTENSIONS:
        return None
    for row in world.table("arm.policy_assignments").rows.values():
        if within(resource_id, row["properties"]["scope"]) and broken(row["rule"], parts.type, body or {}):
            return dict(row)
    return None


def require_compliant(world: World, resource_id: str, body: Json) -> None:
    """``RequestDisallowedByPolicy`` where an assignment denies the resource."""
    if assignment := denying(world, resource_id, body):
        parts = parse(resource_id)
        raise errors.disallowed_by_policy(parts.name if parts else resource_id, assignment)


def _body(row: Json) -> Json:
    return {name: value for name, value in row.items() if name != "rule"}


@ROUTER.get("/{scope:path}/providers/Microsoft.Authorization/policyAssignments")
def list_assignments(request: Request, world: World) -> Response:
    """Assignments at the scope and inherited; with ``atExactScope()`` only the scope's own, without a filter also below."""
    scope = f"/{request.params['scope'].strip('/')}"
    rbac.require(world, caller(request, world), "Microsoft.Authorization/policyAssignments/read", scope)
    exact = "atexactscope()" in request.query.get("$filter", "").lower()
    above = "atscope()" in request.query.get("$filter", "").lower()

    def wanted(row: Json) -> bool:
        own = row["properties"]["scope"]
        if exact:
            return bool(own.lower() == scope.lower())
        return within(scope, own) or (not above and within(own, scope))

    return Response(200, {"value": [_body(row) for row in world.table("arm.policy_assignments").where(wanted)]})


@ROUTER.get("/{scope:path}/providers/Microsoft.Authorization/policyAssignments/{name}")
def get_assignment(request: Request, world: World) -> Response:
    """One assignment."""
    scope = f"/{request.params['scope'].strip('/')}"
    rbac.require(world, caller(request, world), "Microsoft.Authorization/policyAssignments/read", scope)
    key = f"{scope}/providers/microsoft.authorization/policyassignments/{request.params['name']}".lower()
    row = world.table("arm.policy_assignments").get(key)
    if row is None:
        name = request.params["name"]
        raise errors.refused(404, "PolicyAssignmentNotFound", f"The policy assignment '{name}' is not found.")
    return Response(200, _body(row))
