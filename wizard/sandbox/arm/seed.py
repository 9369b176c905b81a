"""Subscriptions, who holds which role where, policies and resources, from a world description.

Owns what the ``arm.*`` tables hold at the start. Everything seeded is old: it works at once. Forms beyond the published
ones: a ``deny`` entry is ``{name, principal, actions, not_actions, except, scope}``, a policy is
``{name, effect: deny, scope, types, allowed_locations, required_tags, required, forbidden}`` (see ``policy``), a
subscription may say how many ``cores`` a region has, and ``custom_roles`` holds ``{name, actions, not_actions, data_actions,
not_data_actions, description}``: roles of the tenant, assignable in every subscription, that ``roles`` may name.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import identities
from wizard.sandbox.arm.built_in_roles import by_name
from wizard.sandbox.arm.ids import is_guid, parse
from wizard.sandbox.arm.principals import principal_type
from wizard.sandbox.login.directory import tenant

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any
QUOTAS = {"pay-as-you-go": "PayAsYouGo_2014-09-01", "free-trial": "FreeTrial_2014-09-01"}
_ROLES = "/providers/Microsoft.Authorization/roleDefinitions"


def seed(world: World, description: dict[str, Json]) -> None:
    """Fill the tables; call it after the Graph folder's seed, whose principals it names."""
    scopes = [f"/subscriptions/{str(told['id']).lower()}" for told in description.get("subscriptions") or ()]
    for entry in description.get("custom_roles") or ():
        _custom_role(world, entry, scopes)
    for told in description.get("subscriptions") or ():
        subscription = str(told["id"]).lower()
        world.table("arm.subscriptions")[subscription] = {
            "subscriptionId": subscription,
            "displayName": told["name"],
            "state": told.get("state", "Enabled"),
            "tenantId": tenant(world)["id"],
            "quotaId": QUOTAS.get(told.get("quota", "pay-as-you-go"), told.get("quota", "")),
            "cores": told.get("cores"),
        }
        for namespace in told.get("providers") or ():
            row = {"namespace": namespace, "registrationState": "Registered"}
            world.table("arm.providers")[f"{subscription}/{namespace}".lower()] = row
        for index, entry in enumerate(told.get("roles") or ()):
            _assignment(world, subscription, entry, index)
        for index, entry in enumerate(told.get("eligible") or ()):
            _eligible(world, subscription, entry, index)
        for entry in told.get("deny") or ():
            _denial(world, subscription, entry)
        for entry in told.get("policies") or ():
            _policy(world, subscription, entry)
    for document in sorted(description.get("resources") or (), key=lambda each: str(each["id"]).count("/")):
        _resource(world, dict(document))


def _custom_role(world: World, entry: Json, scopes: list[str]) -> None:
    name = str(uuid.uuid5(uuid.UUID(int=0), f"custom role/{entry['name']}"))
    members = {"actions": "actions", "notActions": "not_actions", "dataActions": "data_actions", "notDataActions": "not_data_actions"}
    properties = {
        "roleName": entry["name"],
        "type": "CustomRole",
        "description": entry.get("description", ""),
        "assignableScopes": scopes,
        "permissions": [{member: list(entry.get(told) or []) for member, told in members.items()}],
        "createdOn": world.clock.iso(),
        "updatedOn": world.clock.iso(),
        "createdBy": "",
        "updatedBy": "",
    }
    row: Json = {"id": f"{_ROLES}/{name}", "name": name, "type": "Microsoft.Authorization/roleDefinitions", "properties": properties}
    world.table("arm.role_definitions")[row["id"].lower()] = row


def _role(world: World, named: str) -> str:
    """The GUID of a role that is named or given by GUID, custom or built in."""
    own = world.table("arm.role_definitions").rows.values()
    found = next((row["name"] for row in own if row["properties"]["roleName"].lower() == named.lower()), "")
    return str(found) or (named if is_guid(named) else by_name(named))


def _object_id(world: World, name: str) -> str:
    """The object id of a user, group or service principal that is named in the description."""
    if is_guid(name):
        return name.lower()
    for table, members in (
        ("graph.users", ("userPrincipalName",)),
        ("graph.groups", ("displayName",)),
        ("graph.service_principals", ("displayName", "appId")),
    ):
        for row in world.table(table).rows.values():
            if any(str(row.get(member, "")).lower() == name.lower() for member in members):
                return str(row["id"])
    raise KeyError(f"no principal {name} in this world")


def _scope(subscription: str, relative: str) -> str:
    return f"/subscriptions/{subscription}" + (f"/{relative.strip('/')}" if relative else "")


def _common(world: World, subscription: str, entry: Json, index: int, kind: str) -> Json:
    """Name, scope, role and principal of a role entry."""
    scope, principal = _scope(subscription, entry.get("scope") or ""), _object_id(world, entry["principal"])
    role = _role(world, str(entry["role"]))
    return {
        "name": str(uuid.uuid5(uuid.UUID(int=0), f"{kind}/{scope}/{principal}/{role}/{index}")),
        "scope": scope,
        "roleDefinitionId": f"/subscriptions/{subscription}{_ROLES}/{role}",
        "principalId": principal,
        "principalType": principal_type(world, principal) or "ServicePrincipal",
        "condition": entry.get("condition") or None,
        "conditionVersion": "2.0" if entry.get("condition") else None,
    }


def _assignment(world: World, subscription: str, entry: Json, index: int) -> None:
    found = _common(world, subscription, entry, index, "assignment")
    name, now = found.pop("name"), world.clock.iso()
    assignment_id = f"{found['scope']}/providers/Microsoft.Authorization/roleAssignments/{name}"
    dates = {"createdOn": now, "updatedOn": now, "createdBy": "", "updatedBy": "", "delegatedManagedIdentityResourceId": None}
    document = {"id": assignment_id, "name": name, "type": "Microsoft.Authorization/roleAssignments"}
    properties = found | dates | {"description": entry.get("description")}
    world.table("arm.role_assignments")[assignment_id.lower()] = document | {"properties": properties}


def _eligible(world: World, subscription: str, entry: Json, index: int) -> None:
    found = _common(world, subscription, entry, index, "eligible")
    name, kind = found.pop("name"), "Microsoft.Authorization/roleEligibilityScheduleInstances"
    instance_id = f"{found['scope']}/providers/{kind}/{name}"
    schedule = f"{found['scope']}/providers/Microsoft.Authorization/roleEligibilitySchedules/{name}"
    properties = found | {
        "roleEligibilityScheduleId": schedule,
        "startDateTime": world.clock.iso(),
        "memberType": "Direct",
        "status": "Provisioned",
        "createdOn": world.clock.iso(),
    }
    world.table("arm.eligible")[instance_id.lower()] = {"id": instance_id, "name": name, "type": kind, "properties": properties}


def _denial(world: World, subscription: str, entry: Json) -> None:
    scope, name = _scope(subscription, entry.get("scope") or ""), world.new_id("denial")
    denial_id = f"{scope}/providers/Microsoft.Authorization/denyAssignments/{name}"
    everyone = {"id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined"}
    named = entry.get("principal")
    spared = [_object_id(world, each) for each in entry.get("except") or ()]
    permission = {
        "actions": entry.get("actions") or ["*"],
        "notActions": entry.get("not_actions") or [],
        "dataActions": [],
        "notDataActions": [],
    }
    world.table("arm.deny_assignments")[denial_id.lower()] = {
        "id": denial_id,
        "name": name,
        "type": "Microsoft.Authorization/denyAssignments",
        "properties": {
            "denyAssignmentName": entry.get("name", name),
            "description": entry.get("description", ""),
            "permissions": [permission],
            "scope": scope,
            "doNotApplyToChildScopes": False,
            "principals": [_named(world, named)] if named else [everyone],
            "excludePrincipals": [{"id": each, "type": principal_type(world, each)} for each in spared],
            "isSystemProtected": True,
        },
    }


def _named(world: World, name: str) -> Json:
    object_id = _object_id(world, name)
    return {"id": object_id, "type": principal_type(world, object_id)}


def _policy(world: World, subscription: str, entry: Json) -> None:
    scope, name = _scope(subscription, entry.get("scope") or ""), world.new_id("policy").replace("-", "")[:24]
    policy_id = f"{scope}/providers/Microsoft.Authorization/policyAssignments/{name}"
    definition = f"/subscriptions/{subscription}/providers/Microsoft.Authorization/policyDefinitions/{world.new_id('policy')}"
    rule = {key: value for key, value in entry.items() if key not in ("name", "effect", "scope")}
    if entry.get("effect", "deny") != "deny":
        return
    world.table("arm.policy_assignments")[policy_id.lower()] = {
        "id": policy_id,
        "name": name,
        "type": "Microsoft.Authorization/policyAssignments",
        "properties": {
            "displayName": entry["name"],
            "policyDefinitionId": definition,
            "scope": scope,
            "notScopes": [],
            "parameters": {},
            "enforcementMode": "Default",
        },
        "rule": rule,
    }


def _resource(world: World, document: Json) -> None:
    """A resource as it stands; an identity gets its service principal, a group that is only implied is made too."""
    parts = parse(document["id"])
    if parts is None:
        raise ValueError(f"not an ARM id: {document['id']}")
    key = document["id"].lower()
    document.setdefault("name", parts.name.split("/")[-1])
    document.setdefault("type", parts.type)
    if parts.is_group:
        document["type"] = "Microsoft.Resources/resourceGroups"
        world.table("arm.groups")[key] = document
        return
    group = f"/subscriptions/{parts.subscription}/resourceGroups/{parts.group}"
    if parts.group and group.lower() not in world.table("arm.groups"):
        _resource(
            world, {"id": group, "location": document.get("location", "westeurope"), "properties": {"provisioningState": "Succeeded"}}
        )
    if parts.type.lower() == "microsoft.managedidentity/userassignedidentities" and "properties" not in document:
        _identity(world, document)
        return
    world.table("arm.resources")[key] = document


def _identity(world: World, document: Json) -> None:
    identities.create(world, document["id"], document)
    principal_id = world.table("arm.resources")[document["id"].lower()]["properties"]["principalId"]
    world.consistency.forgotten("principal", principal_id)
