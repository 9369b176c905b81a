"""Who may do what: a table over the built-in roles, inheritance, groups, denials, and young assignments."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.keyvault.calls import ADA, ANA, DEV, PROD, Calls
from wizard.sandbox.arm import rbac
from wizard.sandbox.arm.built_in_roles import by_name
from wizard.sandbox.login.tokens import principal

GROUP = f"/subscriptions/{DEV}/resourceGroups/rg-a"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-a"
GROUP_WRITE = "Microsoft.Resources/subscriptions/resourceGroups/write"
ASSIGN = "Microsoft.Authorization/roleAssignments/write"
PURGE = "Microsoft.KeyVault/locations/deletedVaults/purge/action"
SECRET_READ, SECRET_SET = "Microsoft.KeyVault/vaults/secrets/getSecret/action", "Microsoft.KeyVault/vaults/secrets/setSecret/action"
BLOB_READ = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"


def give(calls: Calls, who: str, role: str, scope: str, *, young: bool = False, condition: str = "") -> None:
    """Put an assignment into the world directly."""
    name = calls.world.new_id("given")
    assignment_id = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"
    definition = f"/subscriptions/{DEV}/providers/Microsoft.Authorization/roleDefinitions/{by_name(role)}"
    properties = {
        "roleDefinitionId": definition,
        "principalId": who,
        "principalType": "User",
        "scope": scope,
        "condition": condition or None,
    }
    calls.world.table("arm.role_assignments")[assignment_id.lower()] = {
        "id": assignment_id, "name": name, "type": "Microsoft.Authorization/roleAssignments", "properties": properties,
    }  # fmt: skip
    if young:
        calls.world.consistency.written("role_assignment", assignment_id.lower())


@pytest.mark.parametrize(
    ("role", "given_at", "action", "asked_at", "data", "expected"),
    [
        ("Owner", f"/subscriptions/{DEV}", ASSIGN, GROUP, False, True),
        ("Owner", f"/subscriptions/{DEV}", GROUP_WRITE, f"/subscriptions/{PROD}", False, False),
        ("Owner", GROUP, GROUP_WRITE, f"/subscriptions/{DEV}", False, False),
        ("Owner", f"/subscriptions/{DEV}", SECRET_READ, VAULT, True, False),
        ("Contributor", f"/subscriptions/{DEV}", GROUP_WRITE, GROUP, False, True),
        ("Contributor", f"/subscriptions/{DEV}", ASSIGN, GROUP, False, False),
        ("Contributor", f"/subscriptions/{DEV}", "Microsoft.Authorization/locks/write", GROUP, False, False),
        ("Contributor", f"/subscriptions/{DEV}", "Microsoft.Authorization/roleAssignments/read", GROUP, False, True),
        ("Reader", GROUP, "Microsoft.KeyVault/vaults/read", VAULT, False, True),
        ("Reader", f"{GROUP}-else", "Microsoft.KeyVault/vaults/read", VAULT, False, False),
        ("Reader", GROUP, "Microsoft.KeyVault/vaults/write", VAULT, False, False),
        ("User Access Administrator", GROUP, ASSIGN, VAULT, False, True),
        ("User Access Administrator", GROUP, "Microsoft.Authorization/locks/delete", VAULT, False, True),
        ("Role Based Access Control Administrator", GROUP, ASSIGN, VAULT, False, True),
        ("Role Based Access Control Administrator", GROUP, "Microsoft.Authorization/locks/delete", VAULT, False, False),
        ("Key Vault Secrets User", VAULT, SECRET_READ, VAULT, True, True),
        ("Key Vault Secrets User", VAULT, SECRET_SET, VAULT, True, False),
        ("Key Vault Secrets User", VAULT, SECRET_READ, VAULT, False, False),
        ("Key Vault Secrets Officer", GROUP, SECRET_SET, VAULT, True, True),
        ("Key Vault Reader", GROUP, "Microsoft.KeyVault/vaults/secrets/readMetadata/action", VAULT, True, True),
        ("Key Vault Reader", GROUP, SECRET_READ, VAULT, True, False),
        ("Key Vault Administrator", GROUP, SECRET_SET, VAULT, True, True),
        ("Key Vault Contributor", GROUP, "Microsoft.KeyVault/vaults/write", VAULT, False, True),
        ("Key Vault Contributor", GROUP, SECRET_READ, VAULT, True, False),
        (
            "Key Vault Contributor",
            f"/subscriptions/{DEV}",
            PURGE,
            f"/subscriptions/{DEV}",
            False,
            False,
        ),
        (
            "Key Vault Purge Operator",
            f"/subscriptions/{DEV}",
            PURGE,
            f"/subscriptions/{DEV}",
            False,
            True,
        ),
        ("Storage Blob Data Reader", GROUP, BLOB_READ, GROUP, True, True),
        ("Storage Blob Data Contributor", GROUP, BLOB_READ.replace("read", "write"), GROUP, True, True),
        ("Storage Account Contributor", GROUP, BLOB_READ, GROUP, True, False),
        ("Managed Identity Operator", GROUP, "Microsoft.ManagedIdentity/userAssignedIdentities/write", GROUP, False, False),
        ("Network Contributor", GROUP, "Microsoft.Network/virtualNetworks/subnets/write", GROUP, False, True),
    ],
)
def test_built_in_roles(calls: Calls, role: str, given_at: str, action: str, asked_at: str, data: bool, expected: bool) -> None:
    ana = calls.user_id(ANA)
    give(calls, ana, role, given_at)
    assert rbac.allowed(calls.world, principal(calls.world, ana), action, asked_at, data) is expected


def test_nothing_is_allowed_without_a_role(calls: Calls) -> None:
    ana = principal(calls.world, calls.user_id(ANA))
    assert not rbac.allowed(calls.world, ana, "Microsoft.Resources/subscriptions/resourceGroups/read", GROUP)
    answer = calls.call("GET", f"{GROUP}?api-version=2024-03-01", who=ANA)
    assert answer.status == 403
    assert answer.body["error"]["message"] == (
        f"The client '{ANA}' with object id '{ana.object_id}' does not have authorization to perform action "
        f"'Microsoft.Resources/subscriptions/resourceGroups/read' over scope '{GROUP}' or the scope is invalid. If access was recently "
        "granted, please refresh your credentials."
    )


def test_a_group_gives_its_members_its_roles(calls: Calls) -> None:
    group = next(iter(calls.world.table("graph.groups")))
    give(calls, group, "Reader", GROUP)
    assert rbac.allowed(calls.world, principal(calls.world, calls.user_id(ANA)), "Microsoft.KeyVault/vaults/read", VAULT)
    assert not rbac.allowed(calls.world, principal(calls.world, calls.user_id("gus@contoso.com")), "Microsoft.KeyVault/vaults/read", VAULT)


def test_a_young_assignment_does_not_work_yet(calls: Calls) -> None:
    ana = calls.user_id(ANA)
    give(calls, ana, "Contributor", GROUP, young=True)
    assert not rbac.allowed(calls.world, principal(calls.world, ana), GROUP_WRITE, GROUP)
    calls.later(120)
    assert rbac.allowed(calls.world, principal(calls.world, ana), GROUP_WRITE, GROUP)


DENYING: Any = {
    "extends": "owner",
    "subscriptions": [
        {
            "name": "Contoso Dev",
            "id": DEV,
            "roles": [{"principal": ADA, "role": "Owner"}, {"principal": "bea@contoso.com", "role": "Owner"}],
            "deny": [
                {"name": "stack", "actions": ["*/write"], "not_actions": ["Microsoft.Resources/tags/write"], "except": ["bea@contoso.com"]}
            ],
        }
    ],
}


@pytest.mark.parametrize("world_description", [DENYING])
def test_a_denial_stands_against_an_owner_but_not_against_who_is_spared(calls: Calls) -> None:
    refused = calls.call("PUT", f"{GROUP}?api-version=2024-03-01", {"location": "westeurope"})
    assert (refused.status, calls.code(refused)) == (403, "DenyAssignmentAuthorizationFailed")
    assert calls.call("PUT", f"{GROUP}?api-version=2024-03-01", {"location": "westeurope"}, who="bea@contoso.com").status == 201
    listed = calls.call("GET", f"/subscriptions/{DEV}/providers/Microsoft.Authorization/denyAssignments?api-version=2022-04-01")
    assert listed.body["value"][0]["properties"]["denyAssignmentName"] == "stack"
