"""Who may do what: role assignments, deny assignments and conditions, deny by default.

Owns the decision for Resource Manager and for data planes that ask (Key Vault). Inheritance runs from the root over
the subscription and the group to the resource. A young role assignment does not work yet
(``world.consistency``, kind ``role_assignment``). Not emulated: management groups, classic administrators.
https://learn.microsoft.com/azure/role-based-access-control/overview#how-azure-rbac-determines-if-a-user-has-access-to-a-resource
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import errors
from wizard.sandbox.arm.built_in_roles import BUILT_IN
from wizard.sandbox.arm.conditions import Attributes, Facts, evaluate, matches
from wizard.sandbox.arm.ids import last_guid, within
from wizard.sandbox.login.directory import groups_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.sandbox.login.tokens import Principal
    from wizard.sandbox.world import World

Json = Any
EVERYONE = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission block that an assignment gives: the block of the role, the assignment, and both conditions."""

    assignment: Json
    permission: Json

    @property
    def conditions(self) -> tuple[str, ...]:
        own = self.assignment["properties"].get("condition"), self.permission.get("condition")
        return tuple(text for text in own if text)

    def covers(self, action: str, data: bool) -> bool:
        """Whether the action is in Actions (DataActions) and not in NotActions (NotDataActions)."""
        given, taken = ("dataActions", "notDataActions") if data else ("actions", "notActions")
        permission = self.permission
        return any(matches(p, action) for p in permission.get(given) or ()) and not any(
            matches(p, action) for p in permission.get(taken) or ()
        )


def role_definition(world: World, role: str) -> Json | None:
    """The definition, built-in or custom, with that GUID (or an id that ends in it)."""
    guid = last_guid(role)
    if guid in BUILT_IN:
        return BUILT_IN[guid]
    return next((row for row in world.table("arm.role_definitions").rows.values() if row["name"].lower() == guid), None)


def identities(world: World, principal: Principal | str) -> frozenset[str]:
    """The principal's object id and those of the groups that hold it."""
    object_id = principal if isinstance(principal, str) else principal.object_id
    more = () if isinstance(principal, str) else principal.groups
    return frozenset(each.lower() for each in (object_id, *groups_of(world, object_id), *more))


def assignments(world: World, principal: Principal | str, scope: str) -> Iterator[Json]:
    """Role assignments that work now for the principal at that scope: own and inherited, its own and its groups'."""
    mine = identities(world, principal)
    for key, row in list(world.table("arm.role_assignments").rows.items()):
        properties = row["properties"]
        if (
            properties["principalId"].lower() in mine
            and within(scope, properties["scope"])
            and world.consistency.visible("role_assignment", key)
        ):
            yield row


def grants(world: World, principal: Principal | str, scope: str) -> Iterator[Grant]:
    """The permission blocks that the principal has at a scope."""
    for assignment in assignments(world, principal, scope):
        role = role_definition(world, assignment["properties"]["roleDefinitionId"])
        for permission in role["properties"]["permissions"] if role else ():
            yield Grant(assignment, permission)


def denial(world: World, principal: Principal | str, action: str, scope: str, *, data: bool = False) -> Json | None:
    """The deny assignment that stands against the action, if any."""
    mine = identities(world, principal)
    given, taken = ("dataActions", "notDataActions") if data else ("actions", "notActions")
    for row in world.table("arm.deny_assignments").rows.values():
        properties = row["properties"]
        same = scope.lower().strip("/") == properties["scope"].lower().strip("/")
        if not (same if properties.get("doNotApplyToChildScopes") else within(scope, properties["scope"])):
            continue
        named = {each["id"].lower() for each in properties["principals"]}
        spared = {each["id"].lower() for each in properties.get("excludePrincipals") or ()}
        if not (named & mine or EVERYONE in named) or spared & mine:
            continue
        for permission in properties["permissions"]:
            if any(matches(p, action) for p in permission.get(given) or ()) and not any(
                matches(p, action) for p in permission.get(taken) or ()
            ):
                return dict(row)
    return None


def assignment_attributes(body: Json) -> Attributes:
    """What delegation conditions may ask about a role assignment (request body or stored one)."""
    properties = (body or {}).get("properties") or {}
    found = {
        "roledefinitionid": last_guid(str(properties.get("roleDefinitionId", ""))),
        "principalid": str(properties.get("principalId", "")).lower(),
        "principaltype": str(properties.get("principalType", "")),
    }
    return {name: [text] for name, text in found.items() if text}


def allowed(
    world: World,
    principal: Principal,
    action: str,
    scope: str,
    data: bool = False,
    request_body: Json = None,
    resource_body: Json = None,
) -> bool:
    """Whether the principal may do ``action`` at ``scope`` (an ARM id); ``data`` for data actions.

    ``request_body`` and ``resource_body`` are the role assignment that is to be written and the one that is there,
    for conditions that ask about them.
    """
    return _decide(world, principal, action, scope, data, request_body, resource_body)[0]


def _decide(
    world: World, principal: Principal, action: str, scope: str, data: bool, request_body: Json, resource_body: Json
) -> tuple[bool, bool]:
    """Allowed or not, and whether an unfulfilled condition was all that stood against it."""
    if denial(world, principal, action, scope, data=data):
        return False, False
    facts = Facts(action, assignment_attributes(request_body), assignment_attributes(resource_body))
    conditional = False
    for grant in grants(world, principal, scope):
        if grant.covers(action, data):
            if all(evaluate(condition, facts) for condition in grant.conditions):
                return True, False
            conditional = True
    return False, conditional


def require(
    world: World,
    principal: Principal,
    action: str,
    scope: str,
    *,
    data: bool = False,
    request_body: Json = None,
    resource_body: Json = None,
) -> None:
    """Raise the ``AuthorizationFailed`` (or ``DenyAssignmentAuthorizationFailed``) refusal unless it is allowed."""
    may, conditional = _decide(world, principal, action, scope, data, request_body, resource_body)
    if may:
        return
    deny = denial(world, principal, action, scope, data=data)
    if deny and any(grant.covers(action, data) for grant in grants(world, principal, scope)):
        raise errors.denied(principal, action, scope, deny)
    raise errors.authorization_failed(principal, action, scope, condition=conditional)


def has_any_role(world: World, principal: Principal, subscription: str) -> bool:
    """Whether the principal has any role in the subscription or below: then it sees it in the list."""
    mine = identities(world, principal)
    scope = f"/subscriptions/{subscription}"
    return any(
        row["properties"]["principalId"].lower() in mine
        and (within(row["properties"]["scope"], scope) or within(scope, row["properties"]["scope"]))
        and world.consistency.visible("role_assignment", key)
        for key, row in list(world.table("arm.role_assignments").rows.items())
    )
