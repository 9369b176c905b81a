"""Types that other files of the local cloud own, written by templates: vaults, secrets, locks, roles, identities."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.arm_deployments.conftest import Cloud
from tests.sandbox.arm_deployments.templates import account, template
from tests.sandbox.keyvault.calls import DEV

Json = Any
V = "api-version=2024-03-01"


def vault(tenant: str, **properties: Json) -> Json:
    wished = {"tenantId": tenant, "sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": True, **properties}
    return {
        "type": "Microsoft.KeyVault/vaults", "apiVersion": "2023-07-01", "name": "kv-shop", "location": "westeurope", "properties": wished,
    }  # fmt: skip


def tenant(cloud: Cloud) -> str:
    return str(cloud.world.table("arm.subscriptions")[DEV]["tenantId"])


def test_a_vault_with_a_secret_and_a_lock(cloud: Cloud) -> None:
    secret: Json = {"type": "Microsoft.KeyVault/vaults/secrets", "apiVersion": "2023-07-01", "name": "kv-shop/sql"}
    secret |= {"dependsOn": ["kv-shop"]}
    secret |= {"properties": {"value": "hush"}}
    lock: Json = {"type": "Microsoft.Authorization/locks", "apiVersion": "2020-05-01", "name": "keep", "dependsOn": ["kv-shop"]}
    lock |= {"scope": "Microsoft.KeyVault/vaults/kv-shop", "properties": {"level": "CanNotDelete"}}
    outputs = {"uri": {"type": "string", "value": "[reference('kv-shop').vaultUri]"}}
    done = cloud.deploy(template([vault(tenant(cloud)), secret, lock], outputs=outputs))
    assert done["properties"]["provisioningState"] == "Succeeded", done
    assert done["properties"]["outputs"]["uri"]["value"] == "https://kv-shop.vault.azure.net/"
    assert [row["value"] for row in cloud.world.table("keyvault.secrets").values()] == ["hush"]
    assert cloud.resource("Microsoft.KeyVault/vaults/kv-shop/providers/Microsoft.Authorization/locks/keep") is not None
    path = f"{cloud.group}/providers/Microsoft.KeyVault/vaults/kv-shop?api-version=2023-07-01"
    assert cloud.code(cloud.call("DELETE", path)) == "ScopeLocked"


def test_a_parameter_from_a_vault(cloud: Cloud) -> None:
    secret: Json = {"type": "Microsoft.KeyVault/vaults/secrets", "apiVersion": "2023-07-01", "name": "kv-shop/sql"}
    secret |= {"dependsOn": ["kv-shop"]}
    secret |= {"properties": {"value": "stfromvault"}}
    cloud.deploy(template([vault(tenant(cloud), enabledForTemplateDeployment=True), secret]))
    asked = template([account("[parameters('n')]")], parameters={"n": {"type": "securestring"}})
    reference = {"keyVault": {"id": f"{cloud.group}/providers/Microsoft.KeyVault/vaults/kv-shop"}, "secretName": "sql"}
    path = f"{cloud.group}/providers/Microsoft.Resources/deployments/r?{V}"
    body: Json = {"properties": {"mode": "Incremental", "template": asked, "parameters": {"n": {"reference": reference}}}}
    assert cloud.call("PUT", path, body).status == 201
    cloud.later()
    assert cloud.resource("Microsoft.Storage/storageAccounts/stfromvault") is not None
    assert "stfromvault" not in str(cloud.call("GET", path).body["properties"]["parameters"])
    reference["secretName"] = "none"
    assert cloud.code(cloud.call("PUT", path.replace("/r?", "/q?"), body)) == "KeyVaultParameterReferenceSecretRetrieveFailed"


def test_an_identity_with_a_federated_credential_and_a_role(cloud: Cloud, subscription: str) -> None:
    identity = {
        "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
        "apiVersion": "2023-01-31",
        "name": "id-shop",
        "location": "westeurope",
    }
    credential: Json = {
        "type": "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials", "apiVersion": "2023-01-31",
        "name": "id-shop/github", "dependsOn": ["id-shop"],
        "properties": {"issuer": "https://token.actions.githubusercontent.com", "subject": "s", "audiences": ["api://AzureADTokenExchange"]},
    }  # fmt: skip
    definition = {
        "type": "Microsoft.Authorization/roleDefinitions", "apiVersion": "2022-04-01", "name": "[guid('role')]",
        "properties": {
            "roleName": "watcher", "type": "CustomRole", "permissions": [{"actions": ["*/read"]}],
            "assignableScopes": ["[subscription().id]"],
        },
    }  # fmt: skip
    done = cloud.deploy(template([identity, credential]))
    assert done["properties"]["provisioningState"] == "Succeeded", done
    principal = cloud.resource("Microsoft.ManagedIdentity/userAssignedIdentities/id-shop")["properties"]["principalId"]
    assert f"{principal}/github" in cloud.world.table("graph.federated_credentials")
    path = f"/subscriptions/{subscription}/providers/Microsoft.Resources/deployments/roles?{V}"
    body = cloud.body(template([definition])) | {"location": "westeurope"}
    assert cloud.call("PUT", path, body).status == 201
    cloud.later()
    assert cloud.call("GET", path).body["properties"]["provisioningState"] == "Succeeded"
    assert [row["properties"]["roleName"] for row in cloud.world.table("arm.role_definitions").values()] == ["watcher"]


def test_keys_are_listed_by_whom_may_do_it(cloud: Cloud) -> None:
    outputs = {"key": {"type": "securestring", "value": "[listKeys('stone', '2023-05-01').keys[0].value]"}}
    done = cloud.deploy(template([account()], outputs=outputs))
    assert done["properties"]["outputs"] == {"key": {"type": "SecureString"}}
    listed = cloud.call("POST", f"{cloud.group}/providers/Microsoft.Storage/storageAccounts/stone/listKeys?api-version=2023-05-01")
    assert [each["keyName"] for each in listed.body["keys"]] == ["key1", "key2"]
    unknown = cloud.deploy(
        template([account()], outputs={"k": {"type": "object", "value": "[listSecrets('stone', '2023-05-01')]"}}), name="u"
    )
    assert "not emulated" in unknown["properties"]["error"]["message"]


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({}, "Required property 'managedResourceGroupId'"),
        ({"computeMode": "Hybrid"}, "Required property 'managedResourceGroupId'"),
        ({"managedResourceGroupId": "G"}, "Required property 'computeMode'"),
        ({"computeMode": "Serverless", "managedResourceGroupId": "G"}, "'managedResourceGroupId' is not allowed"),
        ({"computeMode": "Serverless", "parameters": {"enableNoPublicIp": {"value": True}}}, "'parameters' is not allowed"),
        ({"computeMode": "Hybrid", "managedResourceGroupId": "G", "defaultStorageFirewall": "Enabled"}, "must be set together"),
        ({"computeMode": "Hybrid", "managedResourceGroupId": "G"}, ""),
        ({"computeMode": "Serverless"}, ""),
    ],
)
def test_compute_modes(cloud: Cloud, properties: Json, words: str) -> None:
    if "managedResourceGroupId" in properties:
        properties = properties | {"managedResourceGroupId": f"/subscriptions/{DEV}/resourceGroups/rg-managed"}
    workspace = {
        "type": "Microsoft.Databricks/workspaces", "apiVersion": "2026-01-01" if properties else "2024-05-01", "name": "dbw-shop",
        "location": "westeurope", "sku": {"name": "premium"}, "properties": properties,
    }  # fmt: skip
    done = cloud.deploy(template([workspace]))
    assert words in str(done.get("error") or done["properties"].get("error") or "")
    assert (cloud.resource("Microsoft.Databricks/workspaces/dbw-shop") is not None) is not bool(words)
    if not words:
        changed = dict(
            workspace, properties={**properties, "computeMode": "Serverless" if properties["computeMode"] == "Hybrid" else "Hybrid"}
        )
        changed["properties"].pop("managedResourceGroupId", None)
        assert "error" in cloud.deploy(template([changed]), name="changed")


def test_deleting_a_workspace_takes_its_managed_group(cloud: Cloud) -> None:
    managed = f"/subscriptions/{DEV}/resourceGroups/rg-managed"
    workspace = {
        "type": "Microsoft.Databricks/workspaces", "apiVersion": "2024-05-01", "name": "dbw-shop", "location": "westeurope",
        "sku": {"name": "premium"}, "properties": {"managedResourceGroupId": managed},
    }  # fmt: skip
    assert cloud.deploy(template([workspace]))["properties"]["provisioningState"] == "Succeeded"
    denied = cloud.call("PUT", f"{managed}/providers/Microsoft.Network/routeTables/r?api-version=2024-01-01", {"location": "westeurope"})
    cloud.recorder.exchanges.pop()  # route tables are in no description at hand
    assert cloud.code(denied) == "DenyAssignmentAuthorizationFailed"
    path = f"{cloud.group}/providers/Microsoft.Databricks/workspaces/dbw-shop?api-version=2024-05-01"
    assert cloud.call("DELETE", path).status in (200, 202)
    assert managed.lower() not in cloud.world.table("arm.groups")
    assert not cloud.world.table("arm.deny_assignments").rows


def test_tags_as_a_thing_of_their_own(cloud: Cloud) -> None:
    tags = {"type": "Microsoft.Resources/tags", "apiVersion": "2024-03-01", "name": "default", "properties": {"tags": {"a": "1", "b": "2"}}}
    done = cloud.deploy(template([tags]))
    assert done["properties"]["provisioningState"] == "Succeeded", done
    path = f"{cloud.group}/providers/Microsoft.Resources/tags/default?{V}"
    assert cloud.call("GET", path).body["properties"]["tags"] == {"a": "1", "b": "2"}
