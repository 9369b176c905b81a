"""Samples of the kinds of Azure: Resource Manager, managed identities, Key Vault."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.contract.samples.stage import DEV, GROUP_ID, NAMED, SHARED, Sample, Stage, plain
from tests.providers.keyvault.places import Place
from wizard.engine.resource import Observed, Resource
from wizard.providers.arm.deployment import Deployment
from wizard.providers.arm.lock import Lock
from wizard.providers.arm.provider_registration import ProviderRegistration
from wizard.providers.arm.resource_group import ResourceGroup
from wizard.providers.arm.role_assignment import RoleAssignment
from wizard.providers.arm.role_definition import RoleDefinition
from wizard.providers.arm.system_identity import SystemIdentity
from wizard.providers.identity.existing_trust import IdentityTrust
from wizard.providers.identity.federated_credential import IdentityFederatedCredential
from wizard.providers.identity.managed_identity import ManagedIdentity
from wizard.providers.keyvault.access_policy import AccessPolicy
from wizard.providers.keyvault.secret import VaultSecret
from wizard.providers.storage.account_key import AccountKey
from wizard.secret import Secret

ANA = "a0a0c1d2-0003-4e5f-8a9b-000000000003"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
ISSUER = "https://token.actions.githubusercontent.com"
CONNECTOR = f"{GROUP_ID}/providers/Microsoft.Databricks/accessConnectors/dbac-shop-dev"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
CONDITION = f"@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{READER}}}"


def _template(*resources: Mapping[str, object]) -> str:
    return json.dumps({"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": resources})


def _account(name: str) -> str:
    return _template(
        {
            "type": "Microsoft.Storage/storageAccounts",
            "apiVersion": "2023-05-01",
            "name": name,
            "location": "westeurope",
            "kind": "StorageV2",
            "sku": {"name": "Standard_LRS"},
        }
    )


def _by_id(observed: Observed) -> str:
    return observed.id


async def _deployment(stage: Stage) -> Resource:
    await stage.group()
    return Deployment(subscription=DEV, group="rg-shop-dev", deployment_name="lakestrap-shop-dev", template=_account("stshopone"), **NAMED)


async def _lock(stage: Stage) -> Resource:
    return Lock(scope=await stage.group(), lock_name="lakestrap-shop", **NAMED)


async def _assignment(stage: Stage) -> Resource:
    return RoleAssignment(scope=await stage.group(), role=READER, principal_id=ANA, principal_type="User", **NAMED)


async def _system_identity(stage: Stage) -> Resource:
    await stage.group()
    await stage.registered("Microsoft.Databricks")
    connector = {
        "type": "Microsoft.Databricks/accessConnectors",
        "apiVersion": "2023-05-01",
        "name": "dbac-shop-dev",
        "location": "westeurope",
        "identity": {"type": "SystemAssigned"},
        "properties": {},
    }
    template = _template(connector)
    await stage.made(Deployment(subscription=DEV, group="rg-shop-dev", deployment_name="connector", template=template, **NAMED))
    return SystemIdentity(resource_id=CONNECTOR, api_version="2023-05-01", **NAMED)


async def _identity(stage: Stage) -> ManagedIdentity:
    await stage.group()
    await stage.registered("Microsoft.ManagedIdentity")
    return ManagedIdentity(subscription=DEV, group="rg-shop-dev", identity="id-shop-dev", location="westeurope", **NAMED)


async def _identity_credential(stage: Stage) -> Resource:
    await stage.made(await _identity(stage))
    return IdentityFederatedCredential(
        subscription=DEV,
        group="rg-shop-dev",
        identity="id-shop-dev",
        credential="github-dev",
        issuer=ISSUER,
        subject="repo:contoso/shop:environment:dev",
        **NAMED,
    )


async def _identity_trust(stage: Stage) -> Resource:
    made = await stage.made(await _identity(stage))
    subject = "repo:contoso/shop:environment:dev"
    return IdentityTrust(identity_id=made.id, credential="github-dev", issuer=ISSUER, subject=subject, **NAMED)


async def _place(stage: Stage) -> Place:
    place = Place(stage.sandbox, stage.session)
    await place.prepare()
    return place


async def _vault(stage: Stage) -> Resource:
    return (await _place(stage)).vault()


async def _policy(stage: Stage) -> Resource:
    place = await _place(stage)
    await stage.made(place.vault(rbac=False))
    return AccessPolicy(vault_id=place.id_of(), principal_id=ANA, tenant=stage.session.tenant, **NAMED)


async def _secret(stage: Stage) -> Resource:
    place = await _place(stage)
    await stage.made(place.vault())
    await place.officer()
    return VaultSecret(name="dev/salt", vault_id=place.id_of(), secret_name="salt", value=Secret("correct-horse-battery"), **SHARED)


async def _account_key(stage: Stage) -> Resource:
    group = await stage.group()
    await stage.made(Deployment(subscription=DEV, group="rg-shop-dev", deployment_name="account", template=_account("stshopone"), **NAMED))
    return AccountKey(account_id=f"{group}/providers/Microsoft.Storage/storageAccounts/stshopone", **NAMED)


_GROUP = ResourceGroup(subscription=DEV, group="rg-shop-dev", location="westeurope", tags={"cost": "1"}, **NAMED)
_ROLE = RoleDefinition(scope=f"/subscriptions/{DEV}", role_name="Lakestrap plan shop", description="Reads.", actions=("*/read",), **NAMED)

SAMPLES: Mapping[str, Sample] = {
    "arm.deployment": Sample(_deployment, {"template": _account("stshoptwo")}),
    "arm.lock": Sample(_lock, {"level": "ReadOnly"}, _by_id),
    "arm.provider_registration": Sample(
        plain(ProviderRegistration(subscription=DEV, namespace="Microsoft.KeyVault", **NAMED)),
    ),
    "arm.resource_group": Sample(plain(_GROUP), {"tags": {"cost": "2"}}, _by_id),
    "arm.role_assignment": Sample(_assignment, {"condition": CONDITION}, _by_id),
    "arm.role_definition": Sample(plain(_ROLE), {"actions": ("*/read", "Microsoft.Resources/deployments/whatIf/action")}, _by_id),
    "arm.system_identity": Sample(_system_identity),
    "identity.existing_trust": Sample(_identity_trust),
    "identity.federated_credential": Sample(_identity_credential, {"subject": "repo:contoso/store:environment:dev"}),
    "identity.managed_identity": Sample(_identity, {"tags": {"cost": "2"}}, _by_id),
    "keyvault.access_policy": Sample(_policy, {"permissions": frozenset({"get", "list", "set"})}),
    "keyvault.secret": Sample(_secret),
    "keyvault.vault": Sample(_vault, {"tags": {"cost": "2"}}, _by_id),
    "storage.account_key": Sample(_account_key),
}
