"""Role assignments and definitions: what is given, refused, listed and taken away."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.sandbox.keyvault.calls import ANA, BEA, DEV, Calls
from wizard.sandbox.arm.built_in_roles import by_name
from wizard.sandbox.graph.models import new_application, new_service_principal

SUBSCRIPTION = f"/subscriptions/{DEV}"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-a"
V = "api-version=2022-04-01"
READER, OWNER, CONTRIBUTOR = by_name("Reader"), by_name("Owner"), by_name("Contributor")
DELEGATE = by_name("Role Based Access Control Administrator")
CONDITION = (
    "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR (@Request[Microsoft.Authorization/roleAssignments:"
    f"RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{READER}}} AND @Request[Microsoft.Authorization/roleAssignments:PrincipalType] "
    "ForAnyOfAnyValues:StringEqualsIgnoreCase {'ServicePrincipal'})) AND ((!(ActionMatches{'Microsoft.Authorization/roleAssignments/"
    "delete'})) OR (@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals "
    f"{{{READER}}}))"
)


def body(role: str, principal: str, kind: str = "", **more: Any) -> Any:
    definition = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    kinds = {"principalType": kind} if kind else {}
    return {"properties": {"roleDefinitionId": definition, "principalId": principal, **kinds, **more}}


def path(scope: str, name: str = "") -> str:
    return f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name or uuid.uuid4()}?{V}"


@pytest.fixture
def group(calls: Calls) -> str:
    assert calls.call("PUT", f"{GROUP}?api-version=2024-03-01", {"location": "westeurope"}).status == 201
    return GROUP


def someone(calls: Calls, *, young: bool = False) -> tuple[str, str]:
    """A fresh service principal and its application, as object ids."""
    application = new_application(calls.world, {"displayName": "someone"})
    principal = new_service_principal(calls.world, application["appId"], {})
    if young:
        calls.world.consistency.written("principal", principal["id"])
    return principal["id"], application["id"]


def test_the_life_of_an_assignment(calls: Calls, group: str) -> None:
    name, ana = str(uuid.uuid4()), calls.user_id(ANA)
    made = calls.call("PUT", path(group, name), body(READER, ana, description="lakestrap:shop"))
    assert made.status == 201
    assert made.body["properties"]["principalType"] == "User"
    assert made.body["properties"]["description"] == "lakestrap:shop"
    assert calls.call("PUT", path(group, name), body(READER, ana, description="other")).status == 200
    equal = calls.call("PUT", path(group), body(READER, ana))
    assert (equal.status, calls.code(equal)) == (409, "RoleAssignmentExists")
    assert name.replace("-", "") in equal.body["error"]["message"]
    assert calls.code(calls.call("PUT", path(group, name), body(OWNER, ana))) == "RoleAssignmentUpdateNotPermitted"
    assert calls.call("GET", path(group, name)).body["properties"]["description"] == "other"
    assert calls.call("DELETE", path(group, name)).status == 200
    assert calls.call("DELETE", path(group, name)).status == 204
    assert calls.code(calls.call("GET", path(group, name))) == "RoleAssignmentNotFound"


@pytest.mark.parametrize(
    ("wished", "code"),
    [
        (body(READER, str(uuid.uuid4())), "PrincipalNotFound"),
        (body(READER, str(uuid.uuid4()), "ServicePrincipal"), "PrincipalNotFound"),
        (body(str(uuid.uuid4()), "a0a0c1d2-0003-4e5f-8a9b-000000000003"), "RoleDefinitionDoesNotExist"),
        (body(READER, "a0a0c1d2-0003-4e5f-8a9b-000000000003", "ServicePrincipal"), "UnmatchedPrincipalType"),
        ({"properties": {"roleDefinitionId": READER, "principalId": "a0a0c1d2-0003-4e5f-8a9b-000000000003"}}, "BadRequestFormat"),
        (body(READER, "a0a0c1d2-0003-4e5f-8a9b-000000000003", condition="x", conditionVersion="1.0"), "InvalidConditionVersion"),
        (body(READER, "a0a0c1d2-0003-4e5f-8a9b-000000000003", condition="((", conditionVersion="2.0"), "InvalidRoleAssignmentCondition"),
    ],
)
def test_assignments_that_are_refused(calls: Calls, group: str, wished: Any, code: str) -> None:
    assert calls.code(calls.call("PUT", path(group), wished)) == code


def test_where_and_under_which_name(calls: Calls, group: str) -> None:
    ana = calls.user_id(ANA)
    assert calls.code(calls.call("PUT", path(group, "not-a-guid"), body(READER, ana))) == "InvalidRoleAssignmentId"
    assert calls.code(calls.call("PUT", path(f"{group}-none"), body(READER, ana))) == "ResourceGroupNotFound"


def test_a_young_principal_needs_its_type_named(calls: Calls, group: str) -> None:
    principal, application = someone(calls, young=True)
    assert calls.code(calls.call("PUT", path(group), body(READER, principal))) == "PrincipalNotFound"
    assert calls.call("PUT", path(group), body(READER, principal, "ServicePrincipal")).status == 201
    assert calls.code(calls.call("PUT", path(group), body(READER, application, "ServicePrincipal"))) == "PrincipalTypeNotSupported"
    other, _ = someone(calls, young=True)
    calls.later(60)
    assert calls.call("PUT", path(group), body(READER, other)).status == 201


def test_a_condition_allows_the_listed_role_and_refuses_others(calls: Calls, group: str) -> None:
    principal, _ = someone(calls)
    given = body(DELEGATE, calls.user_id(ANA), condition=CONDITION, conditionVersion="2.0")
    assert calls.call("PUT", path(group), given).body["properties"]["condition"] == CONDITION
    calls.later(120)
    listed = str(uuid.uuid4())
    assert calls.call("PUT", path(group, listed), body(READER, principal, "ServicePrincipal"), who=ANA).status == 201
    refused = calls.call("PUT", path(group), body(OWNER, principal, "ServicePrincipal"), who=ANA)
    assert (refused.status, calls.code(refused)) == (403, "AuthorizationFailed")
    assert "does not have authorization or an ABAC condition not fulfilled to perform action" in refused.body["error"]["message"]
    assert calls.call("PUT", path(group), body(READER, calls.user_id(BEA), "User"), who=ANA).status == 403
    assert calls.call("PUT", path(group), body(READER, someone(calls)[0]), who=ANA).status == 403
    other = str(uuid.uuid4())
    assert calls.call("PUT", path(group, other), body(CONTRIBUTOR, principal, "ServicePrincipal")).status == 201
    assert calls.call("DELETE", path(group, other), who=ANA).status == 403
    assert calls.call("DELETE", path(group, listed), who=ANA).status == 200


def test_lists_are_filtered(calls: Calls, group: str) -> None:
    ana, team = calls.user_id(ANA), next(iter(calls.world.table("graph.groups")))
    calls.call("PUT", path(group), body(READER, ana))
    calls.call("PUT", path(SUBSCRIPTION), body(CONTRIBUTOR, team, "Group"))

    def roles(scope: str, text: str) -> list[str]:
        listed = calls.call("GET", f"{scope}/providers/Microsoft.Authorization/roleAssignments?{V}&$filter={text.replace(' ', '%20')}")
        assert listed.status == 200, listed.body
        return sorted(each["properties"]["roleDefinitionId"].split("/")[-1] for each in listed.body["value"])

    assert roles(group, f"principalId eq '{ana}'") == [READER]
    assert roles(group, f"assignedTo('{ana}')") == sorted([READER, CONTRIBUTOR])
    assert roles(SUBSCRIPTION, f"principalId eq '{ana}'") == [READER]
    assert roles(SUBSCRIPTION, f"atScope() and assignedTo('{ana}')") == [CONTRIBUTOR]
    assert OWNER in roles(group, "atScope()")
    unknown = f"{group}/providers/Microsoft.Authorization/roleAssignments?{V}&$filter=roleDefinitionId%20eq%20'x'"
    assert calls.code(calls.call("GET", unknown)) == "UnsupportedQuery"


def test_a_lock_protects_assignments(calls: Calls, group: str) -> None:
    name = str(uuid.uuid4())
    calls.call("PUT", path(group, name), body(READER, calls.user_id(ANA)))
    lock = f"{group}/providers/Microsoft.Authorization/locks/keep?api-version=2020-05-01"
    calls.call("PUT", lock, {"properties": {"level": "CanNotDelete"}})
    assert calls.code(calls.call("DELETE", path(group, name))) == "ScopeLocked"
    calls.call("DELETE", lock)
    assert calls.call("DELETE", path(group, name)).status == 200


def test_the_life_of_a_custom_role(calls: Calls, group: str) -> None:
    guid, definitions = str(uuid.uuid4()), f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
    wished: Any = {
        "properties": {
            "roleName": "Plan reader",
            "description": "d",
            "type": "CustomRole",
            "permissions": [{"actions": ["*/read", "Microsoft.Resources/deployments/whatIf/action"], "notActions": []}],
            "assignableScopes": [SUBSCRIPTION],
        }
    }
    assert calls.call("PUT", f"{definitions}/{guid}?{V}", wished).status == 201
    clash = calls.call("PUT", f"{definitions}/{uuid.uuid4()}?{V}", wished)
    assert (clash.status, calls.code(clash)) == (409, "RoleDefinitionWithSameNameExists")
    wrong = {"properties": wished["properties"] | {"roleName": "x", "permissions": [{"actions": ["nonsense"]}]}}
    assert calls.code(calls.call("PUT", f"{definitions}/{uuid.uuid4()}?{V}", wrong)) == "InvalidActionOrNotAction"
    assert calls.call("GET", f"{definitions}/{guid}?{V}").body["properties"]["type"] == "CustomRole"
    by_filter = calls.call("GET", f"{definitions}?{V}&$filter=roleName%20eq%20'Plan%20reader'").body["value"]
    assert [each["name"] for each in by_filter] == [guid]
    assert len(calls.call("GET", f"{definitions}?{V}").body["value"]) > 20
    name = str(uuid.uuid4())
    assert calls.call("PUT", path(group, name), body(guid, calls.user_id(ANA))).status == 201
    calls.later(120)
    what_if = "Microsoft.Resources/subscriptions/resourceGroups/read"
    assert calls.call("GET", f"{group}?api-version=2024-03-01", who=ANA).status == 200, what_if
    assert calls.call("PATCH", f"{group}?api-version=2024-03-01", {"tags": {}}, who=ANA).status == 403
    assert calls.code(calls.call("DELETE", f"{definitions}/{guid}?{V}")) == "RoleDefinitionHasAssignments"
    calls.call("DELETE", path(group, name))
    assert calls.call("DELETE", f"{definitions}/{guid}?{V}").status == 200
    assert calls.call("DELETE", f"{definitions}/{guid}?{V}").status == 204
    assert calls.code(calls.call("GET", f"{definitions}/{guid}?{V}")) == "RoleDefinitionDoesNotExist"


ELIGIBLE: Any = {
    "extends": "owner",
    "subscriptions": [
        {
            "name": "Contoso Dev",
            "id": DEV,
            "roles": [{"principal": "ada@contoso.com", "role": "Contributor"}, {"principal": "bea@contoso.com", "role": "Owner"}],
            "eligible": [{"principal": "ada@contoso.com", "role": "Owner"}, {"principal": "bea@contoso.com", "role": "Reader"}],
        }
    ],
}


@pytest.mark.parametrize("world_description", [ELIGIBLE])
def test_eligible_roles_and_permissions(calls: Calls) -> None:
    scope = f"{SUBSCRIPTION}/providers/Microsoft.Authorization"
    own = calls.call("GET", f"{scope}/roleEligibilityScheduleInstances?api-version=2020-10-01&$filter=asTarget()").body["value"]
    assert [each["properties"]["roleDefinitionId"].split("/")[-1] for each in own] == [OWNER]
    active = calls.call("GET", f"{scope}/roleAssignmentScheduleInstances?api-version=2020-10-01&$filter=asTarget()").body["value"]
    assert [each["properties"]["roleDefinitionId"].split("/")[-1] for each in active] == [CONTRIBUTOR]
    calls.call("PUT", f"{GROUP}?api-version=2024-03-01", {"location": "westeurope"})
    held = calls.call("GET", f"{GROUP}/providers/Microsoft.Authorization/permissions?{V}").body["value"]
    assert held[0]["actions"] == ["*"]
    assert "Microsoft.Authorization/*/Write" in held[0]["notActions"]
