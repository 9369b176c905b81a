"""The environment ``dev`` of the project ``shop`` as set-up leaves it: group, vault, identity, roles, repository, variables.

Owns only the state; made by requests to the local cloud, as its owner. The pipeline's roles are those that the blueprint gives.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.sandbox.actions import shop
from wizard.blueprint.roles import CONTRIBUTOR, RBAC_ADMINISTRATOR, SECRETS_USER, delegation
from wizard.project.model import Project
from wizard.render.assets import PROVIDERS
from wizard.render.files import File, render
from wizard.sandbox.login.tokens import mint
from wizard.sandbox.router import Request

if TYPE_CHECKING:
    from tests.conftest import Sandbox

Json = Any

DATABRICKS = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"
VAULT_NAME = "kv-shop-dev-1"
VAULT = f"{shop.GROUP}/providers/Microsoft.KeyVault/vaults/{VAULT_NAME}"


def project() -> Project:
    given = {"version": 1, "name": "shop", "region": "westeurope", "github": {"repository": shop.NAME}}
    return Project.model_validate({**given, "environments": [{"name": "dev", "subscription": "Contoso Dev"}]})


class ShopInAzure:
    """The state, and what a test may take from it or add to it."""

    subscription = shop.SUBSCRIPTION
    group = "rg-shop-dev"
    vault = VAULT_NAME

    def __init__(self, sandbox: Sandbox) -> None:
        self.world, self._lock = sandbox.world, sandbox.lock
        with self._lock:
            self.files = render(project())
            workflows = {file.path: file.text for file in self.files if file.path.startswith(".github/workflows/")}
            shop.filled(self.world, workflows.pop(shop.PATH))
            self._make()

    def _make(self) -> None:
        for namespace in (*PROVIDERS, "Microsoft.KeyVault", "Microsoft.ManagedIdentity"):
            self.arm("POST", f"/subscriptions/{shop.SUBSCRIPTION}/providers/{namespace}/register", "2022-09-01")
        self.world.clock.forward(600)
        principal: Json = {"id": DATABRICKS[:-1] + "0", "appId": DATABRICKS, "displayName": "AzureDatabricks", "tags": []}
        principals = self.world.table("graph.service_principals")
        principals[principal["id"]] = {**principal, "servicePrincipalType": "Application", "accountEnabled": True}
        vault = {"sku": {"family": "A", "name": "standard"}, "tenantId": shop.TENANT, "enableRbacAuthorization": True}
        self.arm("PUT", VAULT, "2023-07-01", {"location": "westeurope", "properties": vault})
        self.world.clock.forward(60)
        shop.put_variable(self.world, "dev", "KEY_VAULT_NAME", VAULT_NAME)
        self.withdraw(shop.READER)
        self.give(CONTRIBUTOR)
        self.give(RBAC_ADMINISTRATOR, condition=delegation())
        self.give(SECRETS_USER, VAULT)

    def arm(self, method: str, path: str, version: str, body: Json = None) -> Json:
        """One request to Resource Manager as the owner of the subscription."""
        token = mint(self.world, "ada@contoso.com", "https://management.azure.com")
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        data = b"" if body is None else json.dumps(body).encode()
        answer = shop.sent(self.world, Request(method, "management.azure.com", path, f"api-version={version}", headers, data))
        assert answer.status < 300, answer.body
        return answer.body

    def give(self, role: str, scope: str = shop.GROUP, condition: str = "") -> None:
        """A role for the pipeline's identity."""
        with self._lock:
            shop.put_role(self.world, role, scope)
            key = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{role}".lower()
            row = self.world.table("arm.role_assignments")[key]
            row["properties"] |= {"condition": condition, "conditionVersion": "2.0"} if condition else {}
            self.world.table("arm.role_assignments")[key] = row

    def withdraw(self, role: str) -> None:
        """Take a role from the pipeline's identity."""
        with self._lock:
            table = self.world.table("arm.role_assignments")
            for key in [key for key, row in table.items() if row["properties"]["principalId"] == shop.PRINCIPAL and key.endswith(role)]:
                del table[key]

    def later(self, seconds: float) -> None:
        """Let time pass in the clouds."""
        with self._lock:
            self.world.clock.forward(seconds)

    def written_to(self, folder: Path) -> Path:
        """The repository's files in a folder, as a job that has checked out sees them."""
        for file in self.files:
            self._write(folder, file)
        return folder

    def _write(self, folder: Path, file: File) -> None:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")
