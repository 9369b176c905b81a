"""Small templates as Bicep would compile them, for the tests of deployments.

Owns text only: a workspace with storage, access connector and role assignment; a loop; nested deployments.
"""

from __future__ import annotations

from typing import Any

Json = Any
CONTRIBUTOR_OF_BLOBS = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"


def template(resources: Json, **sections: Json) -> Json:
    """A template with these resources: a list, or symbolic names with language version 2.0."""
    head: Json = {"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0"}
    head |= {"languageVersion": "2.0"} if isinstance(resources, dict) else {}
    return {**head, **sections, "resources": resources}


def account(name: str = "stone", **more: Json) -> Json:
    """A storage account."""
    return {
        "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01", "name": name, "location": "westeurope",
        "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, **more,
    }  # fmt: skip


def nested(name: str, inner: Json, *, scope: str = "inner", parameters: Json = None, **more: Json) -> Json:
    """A nested deployment."""
    properties: Json = {"mode": "Incremental", "expressionEvaluationOptions": {"scope": scope}, "template": inner}
    properties |= {"parameters": parameters} if parameters else {}
    return {"type": "Microsoft.Resources/deployments", "apiVersion": "2025-04-01", "name": name, "properties": properties, **more}


LAKE: Json = template(
    {
        "storage": {
            "type": "Microsoft.Storage/storageAccounts",
            "apiVersion": "2023-05-01",
            "name": "[parameters('storageName')]",
            "location": "[parameters('location')]",
            "kind": "StorageV2",
            "sku": {"name": "Standard_LRS"},
            "properties": {"isHnsEnabled": True, "minimumTlsVersion": "TLS1_2", "allowBlobPublicAccess": False},
        },
        "connector": {
            "type": "Microsoft.Databricks/accessConnectors",
            "apiVersion": "2024-05-01",
            "name": "dbac-shop",
            "location": "[parameters('location')]",
            "identity": {"type": "SystemAssigned"},
        },
        "workspace": {
            "type": "Microsoft.Databricks/workspaces",
            "apiVersion": "2024-05-01",
            "name": "dbw-shop",
            "location": "[parameters('location')]",
            "sku": {"name": "premium"},
            "properties": {
                "managedResourceGroupId": "[subscriptionResourceId('Microsoft.Resources/resourceGroups', 'rg-shop-databricks')]",
                "parameters": {"enableNoPublicIp": {"value": True}},
            },
        },
        "assignment": {
            "type": "Microsoft.Authorization/roleAssignments",
            "apiVersion": "2022-04-01",
            "scope": "[resourceId('Microsoft.Storage/storageAccounts', parameters('storageName'))]",
            "name": "[guid(resourceId('Microsoft.Storage/storageAccounts', parameters('storageName')), 'connector', variables('role'))]",
            "properties": {
                "roleDefinitionId": "[variables('role')]",
                "principalId": "[reference('connector', '2024-05-01', 'full').identity.principalId]",
                "principalType": "ServicePrincipal",
            },
            "dependsOn": ["connector", "storage"],
        },
    },
    parameters={
        "storageName": {"type": "string", "minLength": 3, "maxLength": 24},
        "location": {"type": "string", "defaultValue": "[resourceGroup().location]"},
    },
    variables={"role": f"[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '{CONTRIBUTOR_OF_BLOBS}')]"},
    outputs={
        "workspaceUrl": {"type": "string", "value": "[reference('workspace').workspaceUrl]"},
        "dfs": {"type": "string", "value": "[reference('storage').primaryEndpoints.dfs]"},
    },
)
