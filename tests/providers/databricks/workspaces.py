"""Where the tests of the Databricks kinds work: a workspace ``dbw-shop-dev`` and a vault beside it."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.providers.keyvault.places import DEV, SHARED, Place, made
from wizard.providers.arm.provider_registration import ProviderRegistration
from wizard.providers.databricks.secret_acl import SecretAcl
from wizard.providers.databricks.secret_scope import SecretScope
from wizard.providers.databricks.service_principal import ServicePrincipal
from wizard.providers.entra.first_party import AZURE_DATABRICKS, FirstParty
from wizard.providers.session import Session
from wizard.sandbox.arm import types

__all__ = ["Workspace", "types"]


class Workspace:
    """``host`` is the workspace's; ``application`` the client id of the automation principal."""

    def __init__(self, sandbox: Any, session: Session) -> None:
        self.sandbox, self.session = sandbox, session
        self.place = Place(sandbox, session)
        self.host = ""
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

    def principal(self, **more: Any) -> ServicePrincipal:
        fixed = {"host": self.host, "application_id": self.application, "display_name": "shop-dev-deploy", **SHARED}
        return ServicePrincipal(**{"name": "dev", **fixed, **more})

    def scope(self, **more: Any) -> SecretScope:
        return SecretScope(**{"name": "dev", "host": self.host, "scope": "shop", "vault_id": self.place.id_of(), **SHARED, **more})

    def acl(self, **more: Any) -> SecretAcl:
        fixed = {"host": self.host, "scope": "shop", "principal": self.application, **SHARED}
        return SecretAcl(**{"name": "dev/deploy", **fixed, **more})
