"""The rendered proof, played in the local cloud: it succeeds with the pipeline's roles and fails without any one of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.render.projects import project
from tests.render.test_deployable import GROUP, calls, deployed
from tests.sandbox.actions import shop
from tests.sandbox.keyvault.calls import Calls
from wizard.render import render
from wizard.sandbox.arm.built_in_roles import by_name

__all__ = ["calls"]
Json = Any
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-shop-dev-26smk"
DATABRICKS = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"
ROLES = {"Contributor": GROUP, "Key Vault Secrets User": VAULT}


def prepared(calls: Calls, without: str = "", change: tuple[str, str] = ("", "")) -> None:
    """Everything that set-up makes for ``dev``, and the rendered workflow in the repository."""
    outputs = deployed(calls, project())["properties"]["outputs"]
    calls.prepare(group="rg-shop-dev-ops")
    properties = {
        "tenantId": shop.TENANT,
        "sku": {"family": "A", "name": "standard"},
        "enableRbacAuthorization": True,
        "accessPolicies": [],
    }
    answer = calls.call("PUT", f"{VAULT}?api-version=2023-07-01", {"location": "westeurope", "properties": properties})
    assert answer.status in (200, 201), answer.body
    calls.later(60)
    text = next(file.text for file in render(project()) if file.path == shop.PATH)
    assert change[0] in text
    shop.filled(calls.world, text.replace(*change) if change[0] else text)
    del calls.world.table("arm.role_assignments")[f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/{shop.READER}".lower()]
    for role, scope in ROLES.items():
        if role != without:
            shop.put_role(calls.world, by_name(role), scope)
    first_party = {"id": "99999999-0009-4d5e-8f60-a1b2c3d4e509", "appId": DATABRICKS, "displayName": "AzureDatabricks", "tags": []}
    calls.world.table("graph.service_principals")[str(first_party["id"])] = first_party | {
        "servicePrincipalType": "Application",
        "accountEnabled": True,
    }
    shop.put_variable(calls.world, "dev", "KEY_VAULT_NAME", VAULT.rsplit("/", 1)[-1])
    shop.put_variable(calls.world, "dev", "DATABRICKS_HOST", f"https://{outputs['workspaceUrl']['value']}")


def test_it_succeeds_as_rendered(calls: Calls) -> None:
    prepared(calls)
    conclusion, log = shop.played(calls.world, shop.dispatched(calls.world))
    assert conclusion == "success", log


@pytest.mark.parametrize("role", ROLES)
def test_it_fails_without_a_role(calls: Calls, role: str) -> None:
    prepared(calls, without=role)
    conclusion, log = shop.played(calls.world, shop.dispatched(calls.world))
    assert conclusion == "failure", log


@pytest.mark.parametrize(
    "change",
    [
        ("      id-token: write", "      contents: read"),
        ("vars.AZURE_TENANT_ID", "vars.ARM_TENANT_ID"),
        ("vars.KEY_VAULT_NAME", "vars.VAULT"),
    ],
)
def test_a_planted_mistake_fails_as_on_github(calls: Calls, change: tuple[str, str]) -> None:
    prepared(calls, change=change)
    conclusion, log = shop.played(calls.world, shop.dispatched(calls.world))
    assert conclusion == "failure", log
