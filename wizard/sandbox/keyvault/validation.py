"""What a vault's body may say: members, types, enums, and what can be changed at all. Knows nothing of who asks.

Members that no version of the description names are refused, the stricter of what the resource provider does.
https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/create-or-update
"""

from __future__ import annotations

import re
from typing import Any

from wizard.sandbox.keyvault.errors import bad_request

Json = Any

GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
IP_RULE = re.compile(r"\d{1,3}(\.\d{1,3}){3}(/\d{1,2})?")
BOOLEANS = (
    "enabledForDeployment",
    "enabledForDiskEncryption",
    "enabledForTemplateDeployment",
    "enableSoftDelete",
    "enableRbacAuthorization",
    "enablePurgeProtection",
)
READ_ONLY = ("vaultUri", "provisioningState", "hsmPoolResourceId", "privateEndpointConnections")
OTHERS = ("tenantId", "sku", "accessPolicies", "softDeleteRetentionInDays", "createMode", "networkAcls", "publicNetworkAccess")
MEMBERS = frozenset((*BOOLEANS, *READ_ONLY, *OTHERS))
SECRET_PERMISSIONS = ("all", "get", "list", "set", "delete", "backup", "restore", "recover", "purge")
KINDS = ("keys", "secrets", "certificates", "storage")
MOST_POLICIES = 1024


def check_properties(properties: Json, tenant: str, *, partial: bool) -> None:
    """Raise 400 where the members of a vault's ``properties`` are wrong; ``partial`` for PATCH."""
    if not isinstance(properties, dict):
        raise bad_request("The property 'properties' is missing or is not an object.")
    unknown = sorted(set(properties) - MEMBERS)
    if unknown:
        raise bad_request(f"Could not find member '{unknown[0]}' on object of type 'VaultProperties'.")
    for name in BOOLEANS:
        if properties.get(name) is not None and not isinstance(properties[name], bool):
            raise bad_request(f"An invalid value was provided for '{name}'.")
    if (not partial or "tenantId" in properties) and str(properties.get("tenantId", "")).lower() != tenant.lower():
        raise bad_request("An invalid value was provided for 'tenantId'.")
    if not partial or "sku" in properties:
        _check_sku(properties.get("sku"))
    if properties.get("createMode") not in (None, "default", "recover"):
        raise bad_request("An invalid value was provided for 'createMode'.")
    if str(properties.get("publicNetworkAccess") or "").lower() not in ("enabled", "disabled", ""):
        raise bad_request("An invalid value was provided for 'publicNetworkAccess'.")
    if properties.get("accessPolicies") is not None:
        check_policies(properties["accessPolicies"])
    if properties.get("networkAcls") is not None:
        _check_network(properties["networkAcls"])


def _check_sku(sku: Json) -> None:
    if not isinstance(sku, dict) or str(sku.get("name", "")).lower() not in ("standard", "premium") or sku.get("family") != "A":
        raise bad_request("An invalid value was provided for 'sku'.")


def _check_network(rules: Json) -> None:
    if not isinstance(rules, dict) or set(rules) - {"bypass", "defaultAction", "ipRules", "virtualNetworkRules"}:
        raise bad_request("An invalid value was provided for 'networkAcls'.")
    known = rules.get("bypass", "AzureServices") in ("AzureServices", "None") and rules.get("defaultAction", "Allow") in ("Allow", "Deny")
    if not known:
        raise bad_request("An invalid value was provided for 'networkAcls'.")
    for rule in rules.get("ipRules") or []:
        if not isinstance(rule, dict) or not IP_RULE.fullmatch(str(rule.get("value", ""))):
            raise bad_request("An invalid value was provided for 'ipRules'.")


def check_policies(policies: Json) -> None:
    """Raise 400 where an access policy is no such thing."""
    if not isinstance(policies, list):
        raise bad_request("An invalid value was provided for 'accessPolicies'.")
    if len(policies) > MOST_POLICIES:
        raise bad_request(f"The number of access policies must not exceed {MOST_POLICIES}.")
    for policy in policies:
        ids = [str(policy.get(name, "")) for name in ("objectId", "tenantId")] if isinstance(policy, dict) else [""]
        if not all(GUID.fullmatch(text) for text in ids):
            raise bad_request("An invalid value was provided for 'accessPolicies'.")
        permissions = policy.get("permissions")
        if not isinstance(permissions, dict) or set(permissions) - set(KINDS):
            raise bad_request("An invalid value was provided for 'permissions'.")
        for permission in permissions.get("secrets") or []:
            if str(permission).lower() not in SECRET_PERMISSIONS:
                raise bad_request(f"Invalid value '{permission}' was provided for 'secrets' permissions.")


def check_change(before: Json, properties: Json) -> None:
    """Raise 400 where an existing vault would lose what cannot be taken back."""
    if properties.get("enablePurgeProtection") is False:
        raise purge_protection_is_final()
    if properties.get("enableSoftDelete") is False:
        raise soft_delete_is_final()
    days = properties.get("softDeleteRetentionInDays")
    if days is not None and days != before.get("softDeleteRetentionInDays", 90):
        raise bad_request('The property "softDeleteRetentionInDays" has been set already and it can\'t be modified.')


def check_creation(properties: Json) -> None:
    """Raise 400 where a new vault cannot be like that."""
    if properties.get("enablePurgeProtection") is False:
        raise purge_protection_is_final()
    if properties.get("enableSoftDelete") is False:
        raise soft_delete_is_final()
    days = properties.get("softDeleteRetentionInDays")
    if days is not None and (not isinstance(days, int) or isinstance(days, bool) or not 7 <= days <= 90):
        raise bad_request('The property "softDeleteRetentionInDays" must be between 7 and 90 days.')


def purge_protection_is_final() -> Exception:
    return bad_request(
        'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection for a vault is an irreversible action.'
    )


def soft_delete_is_final() -> Exception:
    return bad_request(
        "The property \"enableSoftDelete\" can be set to false only for creating new vault. Enabling the 'soft delete' functionality is "
        "an irreversible action."
    )
