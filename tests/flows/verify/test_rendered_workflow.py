"""The workflow that we write, played against a vault and a workspace: it succeeds with the pipeline's roles, and fails with one less."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.actions import shop
from wizard.project.model import Project
from wizard.render.files import render
from wizard.sandbox.login.tokens import mint
from wizard.sandbox.router import Request
from wizard.sandbox.world import World

CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6"
DATABRICKS = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"
VAULT = f"{shop.GROUP}/providers/Microsoft.KeyVault/vaults/kv-shop-dev"
WORKSPACE = f"{shop.GROUP}/providers/Microsoft.Databricks/workspaces/dbw-shop-dev"


def rendered(mode: str = "federated") -> str:
    given = {"version": 1, "name": "shop", "region": "westeurope", "github": {"repository": shop.NAME}, "identity": {"mode": mode}}
    project = Project.model_validate({**given, "environments": [{"name": "dev", "subscription": "Contoso Dev"}]})
    return next(file.text for file in render(project) if file.path == shop.PATH)


def arm(world: World, method: str, path: str, version: str, body: Any = None) -> Any:
    """One request to Resource Manager as the owner of the subscription."""
    headers = {
        "authorization": f"Bearer {mint(world, 'ada@contoso.com', 'https://management.azure.com')}",
        "content-type": "application/json",
    }
    data = b"" if body is None else json.dumps(body).encode()
    answer = shop.sent(world, Request(method, "management.azure.com", path, f"api-version={version}", headers, data))
    assert answer.status < 300, answer.body
    return answer.body


@pytest.fixture
def world() -> World:
    return made(rendered())


def made(text: str) -> World:
    """The shop with a vault, a workspace, and an identity that holds the pipeline's roles."""
    world = shop.prepared(text)
    for namespace in ("Microsoft.KeyVault", "Microsoft.Databricks"):
        arm(world, "POST", f"/subscriptions/{shop.SUBSCRIPTION}/providers/{namespace}/register", "2022-09-01")
    world.clock.forward(600)
    first_party: dict[str, Any] = {"id": DATABRICKS[:-1] + "0", "appId": DATABRICKS, "displayName": "AzureDatabricks", "tags": []}
    world.table("graph.service_principals")[first_party["id"]] = {
        **first_party,
        "servicePrincipalType": "Application",
        "accountEnabled": True,
    }
    vault = {"sku": {"family": "A", "name": "standard"}, "tenantId": shop.TENANT, "enableRbacAuthorization": True}
    arm(world, "PUT", VAULT, "2023-07-01", {"location": "westeurope", "properties": vault})
    managed = f"/subscriptions/{shop.SUBSCRIPTION}/resourceGroups/rg-shop-dev-databricks"
    body = {"location": "westeurope", "sku": {"name": "premium"}, "properties": {"managedResourceGroupId": managed}}
    arm(world, "PUT", WORKSPACE, "2024-05-01", body)
    world.clock.forward(600)
    url = arm(world, "GET", WORKSPACE, "2024-05-01")["properties"]["workspaceUrl"]
    shop.put_variable(world, "dev", "DATABRICKS_HOST", f"https://{url}")
    shop.put_variable(world, "dev", "KEY_VAULT_NAME", "kv-shop-dev")
    world.table("arm.role_assignments").pop(f"{shop.GROUP}/providers/Microsoft.Authorization/roleAssignments/{shop.READER}".lower())
    shop.put_role(world, CONTRIBUTOR)
    shop.put_role(world, SECRETS_USER, VAULT)
    return world


def test_with_the_pipelines_roles_it_succeeds(world: World) -> None:
    conclusion, log = shop.played(world, shop.dispatched(world))
    assert conclusion == "success", log


@pytest.mark.parametrize(("role", "words"), [(CONTRIBUTOR, "AuthorizationFailed"), (SECRETS_USER, "ForbiddenByRbac")])
def test_with_one_role_less_it_fails(world: World, role: str, words: str) -> None:
    table = world.table("arm.role_assignments")
    (key,) = [key for key in table if key.endswith(role)]
    del table[key]
    conclusion, log = shop.played(world, shop.dispatched(world))
    assert conclusion == "failure"
    assert words in log


@pytest.mark.parametrize(
    "variable", ["AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_SUBSCRIPTION_ID", "AZURE_RESOURCE_GROUP", "KEY_VAULT_NAME", "DATABRICKS_HOST"]
)
def test_with_one_variable_less_it_fails(world: World, variable: str) -> None:
    del world.table("github.variables")[f"{shop.NAME}|dev|{variable}"]
    assert shop.played(world, shop.dispatched(world))[0] == "failure"


def test_with_a_client_secret_it_succeeds() -> None:
    world = made(rendered("client-secret"))
    application = world.table("graph.applications")[shop.APPLICATION]
    application["passwordCredentials"] = [{"keyId": "k1", "endDateTime": "2099-01-01T00:00:00Z", "displayName": ""}]
    world.table("graph.applications")[shop.APPLICATION] = application
    world.table("graph.passwords")["k1"] = {"secretText": "very-secret-text"}
    assert shop.played(world, shop.dispatched(world))[0] == "failure"
    shop.put_variable(world, "dev", "AZURE_CLIENT_SECRET", "very-secret-text", "github.secrets")
    conclusion, log = shop.played(world, shop.dispatched(world))
    assert conclusion == "success", log
    assert "very-secret-text" not in log
