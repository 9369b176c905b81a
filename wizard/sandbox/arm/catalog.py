"""What Azure offers: regions, and the resource providers and types that this cloud emulates.

Owns tables; decides nothing. A type that is not here answers 501. Api-versions are those of the vendor's present
SDKs and of the templates that we write, newest first; a call with another well-formed version is served all the same.
"""

from __future__ import annotations

from typing import Any

Json = Any

REGIONS: dict[str, tuple[str, str, str]] = {
    "eastus": ("East US", "US", "westus"),
    "eastus2": ("East US 2", "US", "centralus"),
    "centralus": ("Central US", "US", "eastus2"),
    "northcentralus": ("North Central US", "US", "southcentralus"),
    "southcentralus": ("South Central US", "US", "northcentralus"),
    "westus": ("West US", "US", "eastus"),
    "westus2": ("West US 2", "US", "westcentralus"),
    "westus3": ("West US 3", "US", "eastus"),
    "canadacentral": ("Canada Central", "Canada", "canadaeast"),
    "canadaeast": ("Canada East", "Canada", "canadacentral"),
    "brazilsouth": ("Brazil South", "South America", "southcentralus"),
    "northeurope": ("North Europe", "Europe", "westeurope"),
    "westeurope": ("West Europe", "Europe", "northeurope"),
    "uksouth": ("UK South", "UK", "ukwest"),
    "ukwest": ("UK West", "UK", "uksouth"),
    "francecentral": ("France Central", "Europe", "francesouth"),
    "germanywestcentral": ("Germany West Central", "Europe", "germanynorth"),
    "norwayeast": ("Norway East", "Europe", "norwaywest"),
    "swedencentral": ("Sweden Central", "Europe", "swedensouth"),
    "switzerlandnorth": ("Switzerland North", "Europe", "switzerlandwest"),
    "italynorth": ("Italy North", "Europe", ""),
    "spaincentral": ("Spain Central", "Europe", ""),
    "polandcentral": ("Poland Central", "Europe", ""),
    "eastasia": ("East Asia", "Asia Pacific", "southeastasia"),
    "southeastasia": ("Southeast Asia", "Asia Pacific", "eastasia"),
    "japaneast": ("Japan East", "Asia Pacific", "japanwest"),
    "japanwest": ("Japan West", "Asia Pacific", "japaneast"),
    "koreacentral": ("Korea Central", "Asia Pacific", "koreasouth"),
    "australiaeast": ("Australia East", "Asia Pacific", "australiasoutheast"),
    "australiasoutheast": ("Australia Southeast", "Asia Pacific", "australiaeast"),
    "centralindia": ("Central India", "Asia Pacific", "southindia"),
    "southafricanorth": ("South Africa North", "Africa", "southafricawest"),
    "uaenorth": ("UAE North", "Middle East", "uaecentral"),
    "israelcentral": ("Israel Central", "Middle East", ""),
    "qatarcentral": ("Qatar Central", "Middle East", ""),
}
"""Display name, geography group and paired region by name."""

ALWAYS_REGISTERED = frozenset({"microsoft.resources", "microsoft.authorization", "microsoft.subscription", "microsoft.consumption"})

_MSI, _NET, _STORAGE = ("2024-11-30", "2023-01-31"), ("2026-03-01", "2024-05-01", "2024-01-01"), ("2026-09-01", "2026-04-01", "2023-05-01")
_LOGS, _KEYVAULT, _FACTORY = ("2025-07-01", "2023-09-01"), ("2026-05-15", "2026-02-01", "2023-07-01"), ("2018-06-01",)

NAMESPACES: dict[str, dict[str, tuple[str, ...]]] = {
    "Microsoft.Resources": {
        "subscriptions": ("2022-12-01",),
        "resourceGroups": ("2025-04-01", "2024-03-01", "2022-09-01"),
        "deployments": ("2026-06-01", "2025-04-01", "2022-09-01"),
        "deploymentScripts": ("2023-08-01",),
        "tags": ("2025-04-01", "2022-09-01"),
    },
    "Microsoft.Authorization": {
        "roleAssignments": ("2022-04-01",),
        "roleDefinitions": ("2022-04-01",),
        "denyAssignments": ("2022-04-01",),
        "permissions": ("2022-04-01",),
        "locks": ("2020-05-01", "2016-09-01"),
        "policyAssignments": ("2024-04-01", "2022-06-01"),
        "roleEligibilityScheduleInstances": ("2020-10-01",),
        "roleAssignmentScheduleInstances": ("2020-10-01",),
    },
    "Microsoft.KeyVault": {
        "vaults": _KEYVAULT,
        "vaults/secrets": _KEYVAULT,
        "vaults/accessPolicies": _KEYVAULT,
        "deletedVaults": _KEYVAULT,
    },
    "Microsoft.ManagedIdentity": {
        "userAssignedIdentities": _MSI,
        "userAssignedIdentities/federatedIdentityCredentials": _MSI,
    },
    "Microsoft.Databricks": {
        "workspaces": ("2026-01-01", "2024-05-01"),
        "accessConnectors": ("2026-01-01", "2024-05-01"),
        "workspaces/privateEndpointConnections": ("2026-01-01", "2024-05-01"),
    },
    "Microsoft.Storage": {
        "storageAccounts": _STORAGE,
        "storageAccounts/blobServices": _STORAGE,
        "storageAccounts/blobServices/containers": _STORAGE,
        "storageAccounts/managementPolicies": _STORAGE,
    },
    "Microsoft.Network": {
        "virtualNetworks": _NET,
        "virtualNetworks/subnets": _NET,
        "networkSecurityGroups": _NET,
        "networkSecurityGroups/securityRules": _NET,
        "natGateways": _NET,
        "publicIPAddresses": _NET,
        "routeTables": _NET,
        "privateEndpoints": _NET,
        "privateEndpoints/privateDnsZoneGroups": _NET,
        "privateDnsZones": ("2024-06-01", "2020-06-01"),
        "privateDnsZones/virtualNetworkLinks": ("2024-06-01", "2020-06-01"),
    },
    "Microsoft.OperationalInsights": {"workspaces": _LOGS},
    "Microsoft.Insights": {
        "diagnosticSettings": ("2021-05-01-preview",),
        "components": ("2020-02-02",),
        "actionGroups": ("2023-01-01",),
    },
    "Microsoft.DataFactory": {
        "factories": _FACTORY,
        "factories/linkedservices": _FACTORY,
        "factories/pipelines": _FACTORY,
        "factories/datasets": _FACTORY,
        "factories/triggers": _FACTORY,
        "factories/managedVirtualNetworks": _FACTORY,
        "factories/integrationRuntimes": _FACTORY,
    },
    "Microsoft.Consumption": {"budgets": ("2023-11-01",)},
    "Microsoft.Compute": {
        "virtualMachines": ("2024-11-01",),
        "locations/usages": ("2024-11-01", "2024-03-01"),
        "skus": ("2021-07-01",),
    },
}
"""Resource types with their api-versions, by namespace."""

_NAMESPACE_NAMES = {name.lower(): name for name in NAMESPACES}
_TYPE_NAMES = {f"{name}/{kind}".lower(): f"{name}/{kind}" for name, kinds in NAMESPACES.items() for kind in kinds}


def namespace_name(text: str) -> str:
    """The namespace as Azure writes it, empty where it is unknown here."""
    return _NAMESPACE_NAMES.get(text.lower(), "")


def type_name(text: str) -> str:
    """The resource type as Azure writes it, empty where it is unknown here."""
    return _TYPE_NAMES.get(text.lower(), "")


def region_name(text: str) -> str:
    """``West Europe`` and ``westeurope`` are one: the short name; empty where there is no such region."""
    name = text.replace(" ", "").lower()
    return name if name in REGIONS else ""


def provider_body(subscription: str, namespace: str, state: str) -> Json:
    """The wire form of a resource provider."""
    regions = [display for display, _, _ in REGIONS.values()]
    return {
        "id": f"/subscriptions/{subscription}/providers/{namespace}",
        "namespace": namespace,
        "registrationPolicy": "RegistrationFree" if namespace.lower() in ALWAYS_REGISTERED else "RegistrationRequired",
        "registrationState": state,
        "resourceTypes": [
            {
                "resourceType": kind,
                "locations": regions if "/" not in kind else [],
                "apiVersions": list(versions),
                "defaultApiVersion": versions[0],
                "capabilities": "CrossResourceGroupResourceMove, CrossSubscriptionResourceMove, SupportsTags, SupportsLocation",
            }
            for kind, versions in NAMESPACES.get(namespace, {}).items()
        ],
    }


def location_body(subscription: str, name: str) -> Json:
    """The wire form of a region."""
    display, geography, paired = REGIONS[name]
    pairs = [{"name": paired, "id": f"/subscriptions/{subscription}/locations/{paired}"}] if paired else []
    return {
        "id": f"/subscriptions/{subscription}/locations/{name}",
        "name": name,
        "type": "Region",
        "displayName": display,
        "regionalDisplayName": f"({geography}) {display}",
        "metadata": {
            "regionType": "Physical",
            "regionCategory": "Recommended",
            "geography": geography,
            "geographyGroup": geography,
            "pairedRegion": pairs,
        },
    }
