"""The built-in role definitions that a bootstrap meets, with their real GUIDs, actions and data actions.

Owns a table; decides nothing. Taken from Microsoft's generated reference of 2026-07-01
(https://learn.microsoft.com/azure/role-based-access-control/built-in-roles). Left out: every other built-in role; one
that is asked for is refused as unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

Json = Any

_READ = "Microsoft.Authorization/*/read"
_ALERTS = "Microsoft.Insights/alertRules/*"
_DEPLOY = "Microsoft.Resources/deployments/*"
_GROUPS = "Microsoft.Resources/subscriptions/resourceGroups/read"
_SUPPORT = "Microsoft.Support/*"
_HEALTH = "Microsoft.ResourceHealth/availabilityStatuses/read"
_ASSIGN = ("Microsoft.Authorization/roleAssignments/write", "Microsoft.Authorization/roleAssignments/delete")
_VAULT = (
    _READ, _ALERTS, _DEPLOY, _GROUPS, _SUPPORT,
    "Microsoft.KeyVault/checkNameAvailability/read", "Microsoft.KeyVault/deletedVaults/read", "Microsoft.KeyVault/locations/*/read",
    "Microsoft.KeyVault/vaults/*/read", "Microsoft.KeyVault/operations/read",
)  # fmt: skip
_CONTAINERS = "Microsoft.Storage/storageAccounts/blobServices/containers"
_DELEGATION_KEY = "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action"
_VAULT_ROLES = (
    "00482a5a-887f-4fb3-b363-3b7fe8e74483, a4417e6f-fecd-4de8-b567-7b0420556985, 14b46e9e-c2b7-41b4-b07b-48a6ebf60603, "
    "e147488a-f6f5-4113-8e2d-b22465e65bf6, 12338af0-0e69-4776-bea7-57ae8d297424, 21090545-7ca7-4776-b22c-e363652d74d2, "
    "b86a8fe4-44ce-4948-aee5-eccb2c155cd7, 4633458b-17de-408a-b874-0445c86b69e6"
)
_VAULT_CONDITION = (
    "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR "
    f"(@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals{{{_VAULT_ROLES}}})) AND "
    "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'})) OR "
    f"(@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals{{{_VAULT_ROLES}}}))"
)
_RBAC_ONLY = "Only works for key vaults that use the 'Azure role-based access control' permission model."

BUILT_IN: dict[str, Json] = {}
"""Wire bodies by GUID."""


def _role(
    guid: str,
    name: str,
    description: str,
    actions: Sequence[str] = (),
    not_actions: Sequence[str] = (),
    data: Sequence[str] = (),
    *,
    condition: str = "",
) -> None:
    permission: dict[str, Json] = {
        "actions": list(actions), "notActions": list(not_actions), "dataActions": list(data), "notDataActions": [],
    }  # fmt: skip
    if condition:
        permission |= {"condition": condition, "conditionVersion": "2.0"}
    BUILT_IN[guid] = {
        "id": f"/providers/Microsoft.Authorization/roleDefinitions/{guid}",
        "name": guid,
        "type": "Microsoft.Authorization/roleDefinitions",
        "properties": {
            "roleName": name,
            "type": "BuiltInRole",
            "description": description,
            "assignableScopes": ["/"],
            "permissions": [permission],
            "createdOn": "2015-02-02T21:55:09.8806423Z",
            "updatedOn": "2026-07-01T00:00:00.0000000Z",
            "createdBy": None,
            "updatedBy": None,
        },
    }


def by_name(name: str) -> str:
    """The GUID of the built-in role of that name. Raises ``KeyError`` where there is none."""
    for guid, role in BUILT_IN.items():
        if role["properties"]["roleName"].lower() == name.lower():
            return guid
    raise KeyError(f"no built-in role {name}")


# --- general and privileged
_role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner",
      "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.", ["*"])  # fmt: skip
_role("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor",
      "Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC, manage assignments in Azure "
      "Blueprints, or share image galleries.", ["*"], [
          "Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write", "Microsoft.Authorization/elevateAccess/Action",
          "Microsoft.Blueprint/blueprintAssignments/write", "Microsoft.Blueprint/blueprintAssignments/delete",
          "Microsoft.Compute/galleries/share/action", "Microsoft.Purview/consents/write", "Microsoft.Purview/consents/delete",
          "Microsoft.Resources/deploymentStacks/manageDenySetting/action", "Microsoft.Subscription/cancel/action",
          "Microsoft.Subscription/enable/action"])  # fmt: skip
_role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", "View all resources, but does not allow you to make any changes.", ["*/read"])
_role("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator", "Lets you manage user access to Azure resources.",
      ["*/read", "Microsoft.Authorization/*", _SUPPORT])  # fmt: skip
_role("f58310d9-a9f6-439a-9e8d-f62e7b41a168", "Role Based Access Control Administrator",
      "Manage access to Azure resources by assigning roles using Azure RBAC. This role does not allow you to manage access using other "
      "ways, such as Azure Policy.", [*_ASSIGN, "*/read", _SUPPORT])  # fmt: skip
_role("28bf596f-4eb7-45ce-b5bc-6cf482fec137", "Locks Contributor", "Can Manage Locks Operations.",
      [f"Microsoft.Authorization/locks/{verb}" for verb in ("read", "write", "delete")])  # fmt: skip
# --- Key Vault
_role("00482a5a-887f-4fb3-b363-3b7fe8e74483", "Key Vault Administrator",
      "Perform all data plane operations on a key vault and all objects in it, including certificates, keys, and secrets. Cannot manage "
      f"key vault resources or manage role assignments. {_RBAC_ONLY}", _VAULT, (), ["Microsoft.KeyVault/vaults/*"])  # fmt: skip
_role("b86a8fe4-44ce-4948-aee5-eccb2c155cd7", "Key Vault Secrets Officer",
      f"Perform any action on the secrets of a key vault, except manage permissions. {_RBAC_ONLY}", _VAULT, (),
      ["Microsoft.KeyVault/vaults/secrets/*"])  # fmt: skip
_role("4633458b-17de-408a-b874-0445c86b69e6", "Key Vault Secrets User", f"Read secret contents. {_RBAC_ONLY}", (), (),
      ["Microsoft.KeyVault/vaults/secrets/getSecret/action", "Microsoft.KeyVault/vaults/secrets/readMetadata/action"])  # fmt: skip
_role("21090545-7ca7-4776-b22c-e363652d74d2", "Key Vault Reader",
      "Read metadata of key vaults and its certificates, keys, and secrets. Cannot read sensitive values such as secret contents or key "
      f"material. {_RBAC_ONLY}", _VAULT, (),
      ["Microsoft.KeyVault/vaults/*/read", "Microsoft.KeyVault/vaults/secrets/readMetadata/action"])  # fmt: skip
_role("f25e0fa2-a7c8-4377-a976-54943a77a395", "Key Vault Contributor", "Lets you manage key vaults, but not access to them.",
      [_READ, _ALERTS, "Microsoft.KeyVault/*", _DEPLOY, _GROUPS, _SUPPORT],
      ["Microsoft.KeyVault/locations/deletedVaults/purge/action",
       "Microsoft.KeyVault/hsmPools/*", "Microsoft.KeyVault/managedHsms/*"])  # fmt: skip
_role("a68e7c17-0ab2-4c09-9a58-125dae29748c", "Key Vault Purge Operator", "Allows permanent deletion of soft-deleted vaults.",
      ["Microsoft.KeyVault/locations/deletedVaults/read", "Microsoft.KeyVault/locations/deletedVaults/purge/action",
       "Microsoft.KeyVault/locations/operationResults/read", "Microsoft.KeyVault/deletedVaults/read"])  # fmt: skip
_role("8b54135c-b56d-4d72-a534-26097cfdc8d8", "Key Vault Data Access Administrator",
      "Manage access to Azure Key Vault by adding or removing role assignments for the Key Vault Administrator, Key Vault Certificates "
      "Officer, Key Vault Crypto Officer, Key Vault Crypto Service Encryption User, Key Vault Crypto User, Key Vault Reader, Key Vault "
      "Secrets Officer, or Key Vault Secrets User roles. Includes an ABAC condition to constrain role assignments.",
      [*_ASSIGN, _READ, _DEPLOY, _GROUPS, "Microsoft.Resources/subscriptions/read", "Microsoft.Management/managementGroups/read",
       _DEPLOY, _SUPPORT, "Microsoft.KeyVault/vaults/*/read"], condition=_VAULT_CONDITION)  # fmt: skip
# --- storage
_role("17d1049b-9a84-46fb-8f53-869881c3d3ab", "Storage Account Contributor",
      "Lets you manage storage accounts, including accessing storage account keys which provide full access to storage account data.",
      [_READ, _ALERTS, "Microsoft.Insights/diagnosticSettings/*", "Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action",
       _HEALTH, _DEPLOY, _GROUPS, "Microsoft.Storage/storageAccounts/*", _SUPPORT])  # fmt: skip
_role("ba92f5b4-2d11-453d-a403-e96b0029c9fe", "Storage Blob Data Contributor",
      "Allows for read, write and delete access to Azure Storage blob containers and data",
      [f"{_CONTAINERS}/delete", f"{_CONTAINERS}/read", f"{_CONTAINERS}/write", _DELEGATION_KEY], (),
      [f"{_CONTAINERS}/blobs/{verb}" for verb in ("delete", "read", "write", "move/action", "add/action")])  # fmt: skip
_role("b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "Storage Blob Data Owner",
      "Allows for full access to Azure Storage blob containers and data, including assigning POSIX access control.",
      [f"{_CONTAINERS}/*", _DELEGATION_KEY], (), [f"{_CONTAINERS}/blobs/*"])  # fmt: skip
_role("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "Storage Blob Data Reader",
      "Allows for read access to Azure Storage blob containers and data", [f"{_CONTAINERS}/read", _DELEGATION_KEY], (),
      [f"{_CONTAINERS}/blobs/read"])  # fmt: skip
# --- identity
_IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"
_role("e40ec5ca-96e0-45a2-b4ff-59039f2c2b59", "Managed Identity Contributor", "Create, Read, Update, and Delete User Assigned Identity",
      [*(f"{_IDENTITY}/{verb}" for verb in ("read", "write", "delete")),
       *(f"{_IDENTITY}/federatedIdentityCredentials/{verb}" for verb in ("read", "write", "delete")),
       f"{_IDENTITY}/revokeTokens/action", _READ, _ALERTS, _GROUPS, _DEPLOY, _SUPPORT])  # fmt: skip
_role("f1a07417-d97a-45cb-824c-7a7467783830", "Managed Identity Operator", "Read and Assign User Assigned Identity",
      [f"{_IDENTITY}/*/read", f"{_IDENTITY}/*/assign/action", _READ, _ALERTS, _GROUPS, _DEPLOY, _SUPPORT])  # fmt: skip
# --- network, monitoring, data
_role("4d97b98b-1d4f-4787-a291-c67834d212e7", "Network Contributor", "Lets you manage networks, but not access to them.",
      [_READ, _ALERTS, "Microsoft.Network/*", _HEALTH, _DEPLOY, _GROUPS, _SUPPORT])  # fmt: skip
_role("b12aa53e-6015-4669-85d0-8515ebb3ae7f", "Private DNS Zone Contributor",
      "Lets you manage private DNS zone resources, but not the virtual networks they are linked to.",
      [_ALERTS, _DEPLOY, _GROUPS, _SUPPORT, _READ, "Microsoft.Network/privateDnsZones/*", "Microsoft.Network/privateDnsOperationResults/*",
       "Microsoft.Network/privateDnsOperationStatuses/*", "Microsoft.Network/virtualNetworks/read",
       "Microsoft.Network/virtualNetworks/join/action"])  # fmt: skip
_role("43d0d8ad-25c7-4714-9337-8ba259a9fe05", "Monitoring Reader", "Can read all monitoring data.",
      ["*/read", "Microsoft.OperationalInsights/workspaces/search/action", _SUPPORT])  # fmt: skip
_role("749f88d5-cbae-40b8-bcfc-e573ddc772fa", "Monitoring Contributor",
      "Can read all monitoring data and update monitoring settings.",
      ["*/read", "Microsoft.AlertsManagement/alerts/*", "Microsoft.AlertsManagement/alertsSummary/*", "Microsoft.Insights/actiongroups/*",
       "Microsoft.Insights/activityLogAlerts/*", "Microsoft.Insights/AlertRules/*", "Microsoft.Insights/components/*",
       "Microsoft.Insights/createNotifications/*", "Microsoft.Insights/dataCollectionEndpoints/*",
       "Microsoft.Insights/dataCollectionRules/*", "Microsoft.Insights/dataCollectionRuleAssociations/*",
       "Microsoft.Insights/DiagnosticSettings/*", "Microsoft.Insights/eventtypes/*", "Microsoft.Insights/LogDefinitions/*",
       "Microsoft.Insights/metricalerts/*", "Microsoft.Insights/MetricDefinitions/*", "Microsoft.Insights/Metrics/*",
       "Microsoft.Insights/notificationStatus/*", "Microsoft.Insights/Register/Action", "Microsoft.Insights/scheduledqueryrules/*",
       "Microsoft.Insights/webtests/*", "Microsoft.Insights/workbooks/*", "Microsoft.Insights/workbooktemplates/*",
       "Microsoft.Insights/privateLinkScopes/*", "Microsoft.Insights/privateLinkScopeOperationStatuses/*",
       "Microsoft.Monitor/accounts/*", "Microsoft.OperationalInsights/locations/workspaces/failover/action",
       "Microsoft.OperationalInsights/workspaces/failback/action", "Microsoft.OperationalInsights/workspaces/write",
       "Microsoft.OperationalInsights/workspaces/intelligencepacks/*", "Microsoft.OperationalInsights/workspaces/savedSearches/*",
       "Microsoft.OperationalInsights/workspaces/search/action", "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
       "Microsoft.OperationalInsights/workspaces/sharedKeys/read", "Microsoft.OperationalInsights/workspaces/storageinsightconfigs/*",
       _SUPPORT, "Microsoft.AlertsManagement/smartDetectorAlertRules/*", "Microsoft.AlertsManagement/actionRules/*",
       "Microsoft.AlertsManagement/smartGroups/*", "Microsoft.AlertsManagement/migrateFromSmartDetection/*",
       "Microsoft.AlertsManagement/investigations/*", "Microsoft.AlertsManagement/prometheusRuleGroups/*",
       "Microsoft.Monitor/investigations/*"])  # fmt: skip
_role("3913510d-42f4-4e42-8a64-420c390055eb", "Monitoring Metrics Publisher", "Enables publishing metrics against Azure resources",
      ["Microsoft.Insights/Register/Action", _SUPPORT, _GROUPS], (),
      ["Microsoft.Insights/Metrics/Write", "Microsoft.Insights/Telemetry/Write"])  # fmt: skip
_role("92aaf0da-9dab-42b6-94a3-d43ce8d16293", "Log Analytics Contributor",
      "Log Analytics Contributor can read all monitoring data and edit monitoring settings. Editing monitoring settings includes adding "
      "the VM extension to VMs; reading storage account keys to be able to configure collection of logs from Azure Storage; adding "
      "solutions; and configuring Azure diagnostics on all Azure resources.",
      ["*/read", "Microsoft.ClassicCompute/virtualMachines/extensions/*", "Microsoft.ClassicStorage/storageAccounts/listKeys/action",
       "Microsoft.Compute/virtualMachines/extensions/*", "Microsoft.HybridCompute/machines/extensions/write", _ALERTS,
       "Microsoft.Insights/diagnosticSettings/*", "Microsoft.OperationalInsights/*", "Microsoft.OperationsManagement/*", _DEPLOY,
       "Microsoft.Resources/subscriptions/resourcegroups/deployments/*", "Microsoft.Storage/storageAccounts/listKeys/action",
       _SUPPORT])  # fmt: skip
_role("73c42c96-874c-492b-b04d-ab87d138a893", "Log Analytics Reader",
      "Log Analytics Reader can view and search all monitoring data as well as and view monitoring settings, including viewing the "
      "configuration of Azure diagnostics on all Azure resources.",
      ["*/read", "Microsoft.OperationalInsights/workspaces/analytics/query/action",
       "Microsoft.OperationalInsights/workspaces/search/action", _SUPPORT],
      ["Microsoft.OperationalInsights/workspaces/sharedKeys/read"])  # fmt: skip
_role("673868aa-7521-48a0-acc6-0f60742d39f5", "Data Factory Contributor",
      "Create and manage data factories, as well as child resources within them.",
      [_READ, "Microsoft.DataFactory/dataFactories/*", "Microsoft.DataFactory/factories/*", _ALERTS, _HEALTH, _DEPLOY, _GROUPS, _SUPPORT,
       "Microsoft.EventGrid/eventSubscriptions/write"])  # fmt: skip
