"""Where the tests of the Databricks kinds work: a workspace ``dbw-shop-dev`` and a vault beside it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tests.providers.keyvault.places import DEV, SHARED, Place, made
from wizard.blueprint.roles import BLOB_DATA_CONTRIBUTOR
from wizard.engine.resource import Resource
from wizard.providers.arm.deployment import Deployment
from wizard.providers.arm.provider_registration import ProviderRegistration
from wizard.providers.arm.role_assignment import RoleAssignment
from wizard.providers.databricks.catalog import Catalog
from wizard.providers.databricks.existing_catalog import ExistingCatalog
from wizard.providers.databricks.external_location import ExternalLocation
from wizard.providers.databricks.grant import Grant
from wizard.providers.databricks.metastore_assignment import MetastoreAssignment
from wizard.providers.databricks.schema import Schema
from wizard.providers.databricks.secret_acl import SecretAcl
from wizard.providers.databricks.secret_scope import SecretScope
from wizard.providers.databricks.service_principal import ServicePrincipal
from wizard.providers.databricks.storage_credential import StorageCredential
from wizard.providers.entra.first_party import AZURE_DATABRICKS, FirstParty
from wizard.providers.session import Session
from wizard.sandbox.arm import types

__all__ = ["LAKE", "Workspace", "types"]

LAKE = "abfss://bronze@stshopdev.dfs.core.windows.net/"


class Workspace:
    """``host`` is the workspace's; ``application`` the client id of the automation principal."""

    def __init__(self, sandbox: Any, session: Session) -> None:
        self.sandbox, self.session = sandbox, session
        self.place = Place(sandbox, session)
        self.host = self.connector = self.storage = ""
        self.application = "d3d3c1d2-0001-4e5f-8a9b-000000000001"

    async def prepare(self) -> None:
        await self.place.prepare()
        namespace = "Microsoft.Databricks"
        await made(ProviderRegistration(name=f"{DEV}/{namespace}", project="shop", subscription=DEV, namespace=namespace), self.session)
        await made(self.place.vault(), self.session)
        await made(self.place.vault("kv-shop-two"), self.session)
        self._make_first_party()
        group = f"/subscriptions/{DEV}/resourceGroups/{self.place.group}"
        properties = {"managedResourceGroupId": f"{group}-databricks"}
        body: Any = {"location": "westeurope", "sku": {"name": "premium"}, "properties": properties}
        resources = self.session.resources(DEV).resources
        workspace_id = f"{group}/providers/Microsoft.Databricks/workspaces/dbw-shop-dev"
        await resources.begin_create_or_update_by_id(workspace_id, body, api_version="2024-05-01", polling=False)
        for _ in range(200):
            found = (await resources.get_by_id(workspace_id, api_version="2024-05-01")).properties
            if found["provisioningState"] == "Succeeded":
                break
            await asyncio.sleep(0.05)
        self.host = str(found["workspaceUrl"])

    def _make_first_party(self) -> None:
        """As an application administrator would once for the tenant."""
        from wizard.sandbox.graph.models import new_service_principal
        from wizard.sandbox.login.directory import service_principal_of

        with self.sandbox.lock:
            if service_principal_of(self.sandbox.world, AZURE_DATABRICKS) is None:
                new_service_principal(self.sandbox.world, AZURE_DATABRICKS, {})

    async def reader(self) -> str:
        observed = await FirstParty(name="x", project="shop", application_id=AZURE_DATABRICKS).read(self.session)
        assert observed is not None
        return observed.id

    async def lake(self) -> None:
        """A data lake with a container ``bronze``, and an access connector whose identity may write it, everywhere already."""
        group = f"/subscriptions/{DEV}/resourceGroups/{self.place.group}/providers"
        self.connector = f"{group}/Microsoft.Databricks/accessConnectors/dbac-shop-dev"
        self.storage = f"{group}/Microsoft.Storage/storageAccounts/stshopdev"
        await made(self._deployment(), self.session)
        connector = await self.session.resources(DEV).resources.get_by_id(self.connector, api_version="2026-01-01")
        principal = connector.identity.principal_id
        grant = RoleAssignment(name="dev/lake", scope=self.storage, role=BLOB_DATA_CONTRIBUTOR, principal_id=principal, **SHARED)
        await made(grant, self.session)
        with self.sandbox.lock:
            self.sandbox.world.clock.forward(5)  # seconds; a role spreads in less than one here

    def _deployment(self) -> Deployment:
        properties = {"isHnsEnabled": True}
        storage = {"kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "location": "westeurope", "properties": properties}
        resources = [
            {"name": "dbac-shop-dev", "location": "westeurope", "identity": {"type": "SystemAssigned"}, "properties": {}},
            {"name": "stshopdev", **storage},
            {"name": "stshopdev/default/bronze", "properties": {}, "dependsOn": [self.storage]},
        ]
        types_ = {
            "Microsoft.Databricks/accessConnectors": "2026-01-01",
            "Microsoft.Storage/storageAccounts": "2026-04-01",
            "Microsoft.Storage/storageAccounts/blobServices/containers": "2026-04-01",
        }
        typed = [{"type": each, "apiVersion": types_[each], **row} for each, row in zip(types_, resources, strict=True)]
        schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
        template = json.dumps({"$schema": schema, "contentVersion": "1.0.0.0", "resources": typed})
        group = self.place.group
        return Deployment(name="dev", subscription=DEV, group=group, deployment_name="lake", template=template, parameters={}, **SHARED)

    def assignment(self, **more: Any) -> MetastoreAssignment:
        return MetastoreAssignment(**{"name": "dev", "host": self.host, "region": "westeurope", **SHARED, **more})

    def credential(self, **more: Any) -> StorageCredential:
        fixed = {"host": self.host, "credential": "shop_dev", "connector_id": self.connector, **SHARED}
        return StorageCredential(**{"name": "dev", **fixed, **more})

    def location(self, **more: Any) -> ExternalLocation:
        fixed = {"host": self.host, "location": "shop_dev_bronze", "url": LAKE, "credential": "shop_dev", **SHARED}
        return ExternalLocation(**{"name": "dev/bronze", **fixed, **more})

    def catalog(self, **more: Any) -> Catalog:
        fixed = {"host": self.host, "catalog": "shop_dev", "storage_root": f"{LAKE}managed/catalog", **SHARED}
        return Catalog(**{"name": "dev", **fixed, **more})

    @staticmethod
    def looked_up(catalog: Resource, **more: Any) -> ExistingCatalog:
        assert isinstance(catalog, Catalog)
        return ExistingCatalog(**{"name": "dev", "host": catalog.host, "catalog": catalog.catalog, **SHARED, **more})

    @staticmethod
    def schema_in(catalog: Resource, **more: Any) -> Schema:
        assert isinstance(catalog, Catalog)
        fixed = {"host": catalog.host, "catalog": catalog.catalog, "schema": "bronze", **SHARED}
        return Schema(**{"name": "dev/bronze", "storage_root": f"{LAKE}managed/schemas/bronze", **fixed, **more})

    @staticmethod
    def grant_on(catalog: Resource, **more: Any) -> Grant:
        assert isinstance(catalog, Catalog)
        fixed = {"host": catalog.host, "securable": "catalog", "full_name": catalog.catalog, "principal": "data-analysts", **SHARED}
        return Grant(**{"name": "dev/data-analysts", "privileges": frozenset({"USE_CATALOG", "SELECT"}), **fixed, **more})

    def principal(self, **more: Any) -> ServicePrincipal:
        fixed = {"host": self.host, "application_id": self.application, "display_name": "shop-dev-deploy", **SHARED}
        return ServicePrincipal(**{"name": "dev", **fixed, **more})

    def scope(self, **more: Any) -> SecretScope:
        return SecretScope(**{"name": "dev", "host": self.host, "scope": "shop", "vault_id": self.place.id_of(), **SHARED, **more})

    def acl(self, **more: Any) -> SecretAcl:
        fixed = {"host": self.host, "scope": "shop", "principal": self.application, **SHARED}
        return SecretAcl(**{"name": "dev/deploy", **fixed, **more})
