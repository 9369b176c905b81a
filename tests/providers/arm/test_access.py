"""What the preflight says of the operator's rights: roles, conditions, denials, eligible roles, quota."""

from __future__ import annotations

from typing import Any

import pytest

from wizard.engine.resource import Permission
from wizard.errors import ServiceRefused
from wizard.providers.arm.access import can, effective_permissions, forget, registered, suggested_role, vcpu_quota
from wizard.providers.arm.errors import translated
from wizard.providers.session import Session
from wizard.providers.verdict import Answer

DEV = "11111111-0001-4d5e-8f60-a1b2c3d4e501"
SUBSCRIPTION = f"/subscriptions/{DEV}"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-not-there"
READER, OWNER = "acdd72a7-3385-48ef-bd42-f606fba81ae7", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
WRITE = Permission("arm", "Microsoft.Resources/subscriptions/resourceGroups/write", SUBSCRIPTION)
ASSIGN = Permission("arm", "Microsoft.Authorization/roleAssignments/write", GROUP)
SECRETS = Permission("keyvault", "Microsoft.KeyVault/vaults/secrets/setSecret/action", f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv")
CONDITION = (
    "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR (@Request[Microsoft.Authorization/roleAssignments:"
    f"RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{READER}}}))"
)
VAULT: Any = {
    "location": "westeurope",
    "properties": {
        "tenantId": "3f2c6a1e-5b0d-4c8e-9a71-2d4f8b6c1e90",
        "sku": {"family": "A", "name": "standard"},
        "enableRbacAuthorization": True,
    },
}
ADA, BEA = "ada@contoso.com", "bea@contoso.com"


def world(*roles: dict[str, str], **more: Any) -> dict[str, Any]:
    """The shipped world with one subscription in which Ada holds these roles."""
    given = [{"principal": ADA, **role} for role in roles]
    return {"extends": "owner", "subscriptions": [{"name": "Contoso Dev", "id": DEV, "roles": given, **more}]}


async def test_an_owner_can(session: Session) -> None:
    assert (await can(session, WRITE)).answer is Answer.YES
    assert (await can(session, ASSIGN)).answer is Answer.YES
    secrets = await can(session, SECRETS)
    assert secrets.answer is Answer.NO
    assert "Key Vault Secrets Officer" in secrets.hint
    held = await effective_permissions(session, GROUP)
    assert held.scope == SUBSCRIPTION, "a group that is to be made inherits from its subscription"
    assert not held.unreadable


async def test_roles_are_read_once(session: Session, sandbox: Any) -> None:
    await can(session, WRITE)
    before = len(sandbox.exchanges)
    await can(session, WRITE)
    assert len(sandbox.exchanges) == before
    forget(session)
    await can(session, WRITE)
    assert len(sandbox.exchanges) > before


@pytest.mark.parametrize("sandbox_world", [world({"role": "Contributor"})])
async def test_a_contributor_cannot_assign_roles(session: Session) -> None:
    assert (await can(session, WRITE)).answer is Answer.YES
    verdict = await can(session, ASSIGN)
    assert verdict.answer is Answer.NO
    assert "az role assignment create --assignee-object-id" in verdict.hint
    assert "Role Based Access Control Administrator" in verdict.hint
    assert suggested_role(Permission("arm", "Microsoft.Authorization/locks/write")) == "Locks Contributor"


@pytest.mark.parametrize("sandbox_world", [world({"role": "Owner", "condition": CONDITION})])
async def test_a_condition_on_ones_own_role(session: Session) -> None:
    assert (await can(session, WRITE)).answer is Answer.YES, "the condition is about assigning roles only"
    assert (await can(session, ASSIGN)).answer is Answer.UNKNOWN
    listed = {"role": READER, "principal_type": "ServicePrincipal"}
    assert (await can(session, ASSIGN, listed)).answer is Answer.YES
    refused = await can(session, ASSIGN, listed | {"role": OWNER})
    assert refused.answer is Answer.NO
    assert "condition" in refused.why


@pytest.mark.parametrize("sandbox_world", [world({"role": "Contributor"}, eligible=[{"principal": ADA, "role": "Owner"}])])
async def test_an_eligible_role_is_named(session: Session) -> None:
    verdict = await can(session, ASSIGN)
    assert verdict.answer is Answer.NO
    assert verdict.why.startswith("Owner at")
    assert "eligible but not active" in verdict.why
    assert "portal.azure.com" in verdict.hint


@pytest.mark.parametrize(
    ("sandbox_world", "expected"),
    [
        (world({"role": "Owner"}, deny=[{"name": "stack", "actions": ["*/write"]}]), Answer.NO),
        (world({"role": "Owner"}, deny=[{"name": "stack", "actions": ["*/delete"]}]), Answer.YES),
        (world({"role": "Owner"}, deny=[{"name": "stack", "actions": ["*/write"], "except": [ADA]}]), Answer.YES),
        (world({"role": "Owner"}, deny=[{"name": "stack", "actions": ["*/write"], "except": ["data-operators"]}]), Answer.UNKNOWN),
        (world({"role": "Owner"}, deny=[{"name": "stack", "actions": ["*/write"], "principal": BEA}]), Answer.YES),
    ],
)
async def test_deny_assignments(session: Session, expected: Answer) -> None:
    assert (await can(session, WRITE)).answer is expected


@pytest.mark.parametrize("sandbox_world", [world({"role": "Key Vault Secrets User"})])
async def test_roles_that_may_not_be_read_leave_it_unknown(session: Session) -> None:
    verdict = await can(session, WRITE)
    assert verdict.answer is Answer.UNKNOWN
    assert "roleAssignments/read" in verdict.why


@pytest.mark.parametrize("sandbox_world", [world({"role": "Owner"}, quota="free-trial", providers=["Microsoft.Compute"])])
async def test_registration_and_quota(session: Session) -> None:
    assert await registered(session, DEV, "Microsoft.Compute") == "Registered"
    assert await registered(session, DEV, "Microsoft.Databricks") == "NotRegistered"
    assert (await vcpu_quota(session, DEV, "westeurope")).free == 4


async def test_the_quota_is_unknown_without_the_compute_provider(session: Session) -> None:
    quota = await vcpu_quota(session, DEV, "westeurope")
    assert quota.free is None
    assert "not registered" in quota.why


async def test_no_call_registers_a_provider_by_itself(session: Session, sandbox: Any) -> None:
    await session.resources(DEV).resource_groups.create_or_update("rg-a", {"location": "westeurope"})
    before = len(sandbox.mutating())
    vaults, identities = session.vaults(DEV).vaults, session.identities(DEV).user_assigned_identities
    with pytest.raises(ServiceRefused) as refused, translated("make a vault"):
        await vaults.begin_create_or_update("rg-a", "kv-shop-dev-abcde", VAULT, polling=False)
    assert refused.value.code == "MissingSubscriptionRegistration"
    assert refused.value.hints == ("az provider register --namespace Microsoft.KeyVault --wait",)
    with pytest.raises(ServiceRefused, match="MissingSubscriptionRegistration"), translated("make an identity"):
        await identities.create_or_update("rg-a", "id-a", {"location": "westeurope"})
    assert len(sandbox.mutating()) == before
    assert await registered(session, DEV, "Microsoft.ManagedIdentity") == "NotRegistered"
