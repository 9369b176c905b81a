"""Requests into a world that holds a workspace ``dbw-one`` and a vault ``kv-one``, both Ada's."""

from __future__ import annotations

from typing import Any

from tests.sandbox.keyvault.calls import ADA, DEV, Calls
from tests.sandbox.keyvault.test_vault_control_plane import V, vault_at, vault_body
from wizard.sandbox.arm import types
from wizard.sandbox.login.directory import service_principal_of
from wizard.sandbox.router import Response

__all__ = ["Lakehouse", "types"]

APPLICATION = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"


class Lakehouse(Calls):
    """``api`` sends to the workspace."""

    def __init__(self) -> None:
        super().__init__()
        for namespace in ("Microsoft.Databricks", "Microsoft.KeyVault"):
            self.call("POST", f"/subscriptions/{DEV}/providers/{namespace}/register?api-version=2022-09-01", b"")
        self.later(60)
        self.group = self.prepare(DEV, "rg-a")
        self.workspace = f"{self.group}/providers/Microsoft.Databricks/workspaces/dbw-one"
        managed = f"/subscriptions/{DEV}/resourceGroups/rg-a-managed"
        body = {"location": "westeurope", "sku": {"name": "premium"}, "properties": {"managedResourceGroupId": managed}}
        made = self.call("PUT", f"{self.workspace}?api-version=2024-05-01", body)
        assert made.status in (200, 201, 202), made.body
        self.later(400)
        self.vault = vault_at(self.group)
        assert self.call("PUT", self.vault + V, vault_body()).status == 201
        self.later(30)
        found = self.call("GET", f"{self.workspace}?api-version=2024-05-01").body["properties"]
        self.reader()
        self.host, self.number = str(found["workspaceUrl"]), str(found["workspaceId"])

    def api(self, method: str, path: str, body: Any = None, **more: Any) -> Response:
        return self.call(method, f"https://{self.host}{path}", body, **more)

    def reader(self) -> str:
        """Object id of AzureDatabricks in this tenant."""
        if service_principal_of(self.world, APPLICATION) is None:
            made = self.call("POST", "https://graph.microsoft.com/v1.0/servicePrincipals", {"appId": APPLICATION}, who="gus@contoso.com")
            assert made.status == 201, made.body
            self.later(60)
        found = service_principal_of(self.world, APPLICATION)
        assert found is not None
        return str(found["id"])

    def vault_scope(self, name: str = "shop", **more: Any) -> Response:
        metadata = {"resource_id": self.vault, "dns_name": "https://kv-one.vault.azure.net/"}
        body = {"scope": name, "scope_backend_type": "AZURE_KEYVAULT", "backend_azure_keyvault": metadata}
        return self.api("POST", "/api/2.0/secrets/scopes/create", body, **more)

    def automation(self) -> tuple[str, str]:
        """Object id and application id of the world's automation principal."""
        rows = self.world.table("graph.service_principals").where(lambda row: row["displayName"] == "lakestrap-automation")
        return str(rows[0]["id"]), str(rows[0]["appId"])

    def token_of(self, who: str = ADA) -> str:
        return str(self.api("POST", "/api/2.0/token/create", {"comment": "test", "lifetime_seconds": 3600}, who=who).body["token_value"])
