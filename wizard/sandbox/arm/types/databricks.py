"""``Microsoft.Databricks``: workspaces and access connectors.

Owns their members, the rules of compute modes, the managed resource group and the workspace's address. The workspace's
own API is another service. Decided strictly: a serverless workspace takes none of the members that only clusters in
one's own subscription need. https://learn.microsoft.com/azure/templates/microsoft.databricks/workspaces
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import errors
from wizard.sandbox.arm.ids import parse
from wizard.sandbox.arm.types.shape import shape
from wizard.sandbox.arm.types.table import ResourceType, Writing, add
from wizard.sandbox.databricks.models import forget_workspace

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any
COMPUTE_MODES_SINCE = "2025-10-01"
HYBRID_ONLY = ("managedResourceGroupId", "parameters", "requiredNsgRules", "defaultCatalog", "accessConnector", "defaultStorageFirewall")
_TEXT = "{type: Bool|Object|String~, value: string!}"
_TRUTH = "{type: Bool|Object|String~, value: bool!}"
_KEY = "{keyName: string!, keyVaultUri: string!, keyVersion: string!}"
_MEMBERS = f"""
    accessConnector: {{id: string!, identityType: SystemAssigned|UserAssigned!, userAssignedIdentityId: string}},
    authorizations: [{{principalId: string!, roleDefinitionId: string!}}],
    createdBy: map~, updatedBy: map~, createdDateTime: string~,
    defaultCatalog: {{initialName: string, initialType: HiveMetastore|UnityCatalog}},
    defaultStorageFirewall: Disabled|Enabled,
    diskEncryptionSetId: string~,
    encryption: {{entities: {{
        managedDisk: {{keySource: Microsoft.Keyvault!, keyVaultProperties: {_KEY}!, rotationToLatestKeyVersionEnabled: bool}},
        managedServices: {{keySource: Microsoft.Keyvault!, keyVaultProperties: {_KEY}}}}}!}},
    enhancedSecurityCompliance: {{
        automaticClusterUpdate: {{value: Enabled|Disabled}},
        complianceSecurityProfile: {{complianceStandards: [string], value: Enabled|Disabled}},
        enhancedSecurityMonitoring: {{value: Enabled|Disabled}}}},
    isUcEnabled: bool~, managedDiskIdentity: map~, privateEndpointConnections: [map]~, provisioningState: string~,
    parameters: {{
        amlWorkspaceId: {_TEXT}, customPrivateSubnetName: {_TEXT}, customPublicSubnetName: {_TEXT}, customVirtualNetworkId: {_TEXT},
        enableNoPublicIp: {_TRUTH},
        encryption: {{type: Bool|Object|String~,
            value: {{KeyName: string, keySource: Default|Microsoft.Keyvault, keyvaulturi: string, keyversion: string}}}},
        loadBalancerBackendPoolName: {_TEXT}, loadBalancerId: {_TEXT}, natGatewayName: {_TEXT}, prepareEncryption: {_TRUTH},
        publicIpName: {_TEXT}, requireInfrastructureEncryption: {_TRUTH}, resourceTags: map~, storageAccountName: {_TEXT},
        storageAccountSkuName: {_TEXT}, vnetAddressPrefix: {_TEXT}}},
    publicNetworkAccess: Enabled|Disabled,
    requiredNsgRules: AllRules|NoAzureDatabricksRules|NoAzureServiceRules,
    storageAccountIdentity: map~, uiDefinitionUri: string, workspaceId: string~, workspaceUrl: string~,
"""
WORKSPACE = shape(_MEMBERS + "computeMode: Serverless|Hybrid!, managedResourceGroupId: string")
WORKSPACE_BEFORE_MODES = shape(_MEMBERS + "managedResourceGroupId: string!")


def _bad(message: str, code: str = "InvalidRequestContent") -> Exception:
    return errors.refused(400, code, message)


def _check_workspace(writing: Writing) -> None:
    properties, before = writing.properties, writing.before
    serverless = str(properties.get("computeMode", "Hybrid")).lower() == "serverless"
    if serverless and (present := [name for name in HYBRID_ONLY if properties.get(name) is not None]):
        raise _bad(f"The property '{present[0]}' is not allowed for a workspace of compute mode 'Serverless'.", "BadRequest")
    if not serverless and not properties.get("managedResourceGroupId"):
        raise _bad("Required property 'managedResourceGroupId' not found in JSON. Path 'properties'")
    if bool(properties.get("accessConnector")) != bool(properties.get("defaultStorageFirewall")):
        raise _bad("The properties 'accessConnector' and 'defaultStorageFirewall' must be set together.", "BadRequest")
    sku = str((writing.body.get("sku") or {}).get("name", "")).lower()
    if sku and sku not in ("premium", "standard", "trial") and not sku.startswith("["):
        raise _bad(f"The SKU '{sku}' is not valid; it must be one of 'premium', 'standard', 'trial'.", "BadRequest")
    _check_network(properties.get("parameters") or {})
    if not serverless:
        _check_access(properties)
        _check_subnets(writing, properties.get("parameters") or {})
    if before:
        _check_unchanged(writing, before)
    elif not serverless:
        _check_managed_group(writing, str(properties["managedResourceGroupId"]))


def _check_network(parameters: Json) -> None:
    own = [name for name in ("customVirtualNetworkId", "customPublicSubnetName", "customPrivateSubnetName") if parameters.get(name)]
    if own and len(own) != 3:
        raise _bad(
            "The parameters 'customVirtualNetworkId', 'customPublicSubnetName' and 'customPrivateSubnetName' must be set together.",
            "InvalidParameters",
        )


def _check_access(properties: Json) -> None:
    """Without public access, clusters have to reach the control plane through an endpoint, from a network of one's own."""
    rules, access = str(properties.get("requiredNsgRules", "AllRules")), str(properties.get("publicNetworkAccess", "Enabled"))
    own = (properties.get("parameters") or {}).get("customVirtualNetworkId")
    if access.lower() == "disabled" and rules.lower() == "allrules":
        raise _bad(
            "The property 'requiredNsgRules' must be 'NoAzureDatabricksRules' when 'publicNetworkAccess' is 'Disabled'.", "BadRequest"
        )
    if rules.lower() == "noazuredatabricksrules" and not own:
        raise _bad("The value 'NoAzureDatabricksRules' of 'requiredNsgRules' needs a virtual network of one's own.", "BadRequest")


def _check_subnets(writing: Writing, parameters: Json) -> None:
    """Both subnets are delegated to Databricks, have security rules, and are no other workspace's."""
    network = str((parameters.get("customVirtualNetworkId") or {}).get("value", ""))
    names = [str((parameters.get(name) or {}).get("value", "")) for name in ("customPublicSubnetName", "customPrivateSubnetName")]
    if not network or writing.tolerant:
        return
    if names[0].lower() == names[1].lower():
        raise _bad("The subnets 'customPublicSubnetName' and 'customPrivateSubnetName' must be different.", "InvalidParameters")
    resources = writing.world.table("arm.resources").rows
    for name in names:
        properties = (resources.get(f"{network}/subnets/{name}".lower()) or {}).get("properties")
        if properties is None:
            continue
        services = [str(each["properties"].get("serviceName")).lower() for each in properties.get("delegations") or []]
        if "microsoft.databricks/workspaces" not in services:
            message = f"Subnet '{name}' in virtual network '{network}' must be delegated to 'Microsoft.Databricks/workspaces'."
            raise _bad(message, "InvalidSubnetDelegation")
        if not properties.get("networkSecurityGroup"):
            raise _bad(
                f"Subnet '{name}' in virtual network '{network}' must have a network security group.", "SubnetWithoutNetworkSecurityGroup"
            )
    for row in resources.values():
        if row["type"] == "Microsoft.Databricks/workspaces" and row["id"].lower() != writing.resource_id.lower():
            theirs = (row["properties"].get("parameters") or {}) if network else {}
            same = str((theirs.get("customVirtualNetworkId") or {}).get("value", "")).lower() == network.lower()
            used = {
                str((theirs.get(part) or {}).get("value", "")).lower() for part in ("customPublicSubnetName", "customPrivateSubnetName")
            }
            if same and used & {name.lower() for name in names}:
                raise errors.refused(409, "SubnetInUse", f"A subnet of '{network}' is already used by the workspace '{row['id']}'.")


def _check_unchanged(writing: Writing, before: Json) -> None:
    old, new = before["properties"], writing.properties
    if new.get("computeMode") and str(new["computeMode"]).lower() != str(old.get("computeMode", "Hybrid")).lower():
        raise _bad("The property 'computeMode' of a workspace cannot be changed.", "BadRequest")
    for name in ("customVirtualNetworkId", "customPublicSubnetName", "customPrivateSubnetName"):
        given, held = (((each.get("parameters") or {}).get(name) or {}).get("value") for each in (new, old))
        if str(given or "").lower() != str(held or "").lower() and not (isinstance(given, str) and given.startswith("[")):
            raise _bad(f"The parameter '{name}' of a workspace cannot be changed here.", "BadRequest")
    wished, present = str(new.get("managedResourceGroupId", "")), str(old.get("managedResourceGroupId", ""))
    if wished and present and wished.lower() != present.lower():
        message = f"The given managed resource group '{wished}' did not match that in the existing appliance definition '{present}'."
        raise errors.refused(409, "ApplianceManagedResourceGroupMismatch", message)


def _check_managed_group(writing: Writing, group_id: str) -> None:
    if writing.tolerant and "[" in group_id:
        return
    parts = parse(group_id)
    if parts is None or not parts.is_group:
        raise _bad(f"The managed resource group id '{group_id}' is not valid.", "InvalidManagedResourceGroupId")
    home = parse(writing.resource_id)
    if home is not None and (home.subscription.lower(), home.group.lower()) == (parts.subscription.lower(), parts.group.lower()):
        raise _bad(
            "The managed resource group must be another one than that of the workspace.", "ApplianceManagedResourceGroupSameAsResource"
        )
    if group_id.lower() in writing.world.table("arm.groups"):
        message = f"The managed resource group '{group_id}' already exists. Please specify a new non-existent managed resource group"
        raise errors.refused(409, "ApplianceProvisioningFailed", message)


def workspace_number(world: World, resource_id: str) -> int:
    """The number of a workspace: sixteen digits that depend on the world's seed and the id."""
    digest = hashlib.sha256(f"{world.seed}/{resource_id.lower()}".encode()).digest()
    return 10**15 + int.from_bytes(digest[:8], "big") % (9 * 10**15)


def _finish_workspace(writing: Writing, document: Json) -> None:
    properties, before = document["properties"], (writing.before or {}).get("properties") or {}
    number = workspace_number(writing.world, writing.resource_id)
    maker = {"oid": writing.principal.object_id, "puid": "", "applicationId": writing.principal.app_id}
    properties |= {
        "workspaceId": str(number),
        "workspaceUrl": f"adb-{number}.{number % 20}.azuredatabricks.net",
        "isUcEnabled": True,
        "createdBy": before.get("createdBy", maker),
        "updatedBy": maker,
        "createdDateTime": before.get("createdDateTime", writing.world.clock.iso()),
        "authorizations": properties.get("authorizations") or [{
            "principalId": "9a74af6f-d153-4348-988a-e2672920bee9", "roleDefinitionId": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        }],
    }  # fmt: skip
    if writing.api_version >= COMPUTE_MODES_SINCE or before.get("computeMode"):
        properties["computeMode"] = properties.get("computeMode") or before.get("computeMode") or "Hybrid"
    if properties.get("computeMode") != "Serverless":
        no_public_ip = (properties.get("parameters") or {}).get("enableNoPublicIp") or {"value": True}
        properties["parameters"] = {
            **(properties.get("parameters") or {}),
            "enableNoPublicIp": {"type": "Bool", "value": no_public_ip["value"]},
        }
        if not writing.before:
            _make_managed_group(writing, document)
    document["sku"] = document.get("sku") or {"name": "premium"}


def _make_managed_group(writing: Writing, document: Json) -> None:
    """The group that holds what the provider makes, and the deny assignment by which nobody else changes it."""
    world, group_id = writing.world, document["properties"]["managedResourceGroupId"]
    world.table("arm.groups")[group_id.lower()] = {
        "id": group_id,
        "name": group_id.rsplit("/", 1)[-1],
        "type": "Microsoft.Resources/resourceGroups",
        "location": document["location"],
        "tags": document.get("tags") or {},
        "managedBy": document["id"],
        "properties": {"provisioningState": "Succeeded"},
    }
    name = world.new_id("deny")
    deny_id = f"{group_id}/providers/Microsoft.Authorization/denyAssignments/{name}"
    world.table("arm.deny_assignments")[deny_id.lower()] = {
        "id": deny_id,
        "name": name,
        "type": "Microsoft.Authorization/denyAssignments",
        "properties": {
            "denyAssignmentName": f"System deny assignment created by Azure Databricks {document['id']}",
            "description": "",
            "permissions": [{"actions": ["*"], "notActions": ["*/read"], "dataActions": [], "notDataActions": []}],
            "scope": group_id,
            "doNotApplyToChildScopes": False,
            "principals": [{"id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined", "displayName": "All Principals"}],
            "excludePrincipals": [],
            "isSystemProtected": True,
        },
    }


def _remove_workspace(world: World, document: Json) -> None:
    forget_workspace(world, str(document["properties"].get("workspaceId", "")))
    group = str(document["properties"].get("managedResourceGroupId", "")).lower()
    if not group:
        return
    for name in ("arm.groups", "arm.resources", "arm.deny_assignments", "arm.role_assignments"):
        table = world.table(name)
        for key in list(table):
            if key == group or key.startswith(f"{group}/"):
                del table[key]


add(
    ResourceType(
        "Microsoft.Databricks/workspaces", WORKSPACE, older=((COMPUTE_MODES_SINCE, WORKSPACE_BEFORE_MODES),), envelope=frozenset({"sku"}),
        required=("location", "properties"), names=r"[\w-]{3,64}", name_code="InvalidWorkspaceName",
        name_rule="The workspace name must be 3 to 64 characters of letters, digits, underscores and hyphens.",
        seconds=150.0, working="Creating", check=_check_workspace, finish=_finish_workspace, gone=_remove_workspace,
    ),
    ResourceType(
        "Microsoft.Databricks/accessConnectors", shape("provisioningState: string~, referedBy: [string]~"),
        envelope=frozenset({"identity"}),
        names=r"[\w-]{3,64}", name_rule="The access connector name must be 3 to 64 characters of letters, digits, underscores and hyphens.",
        seconds=15.0, working="Creating",
    ),
)  # fmt: skip
