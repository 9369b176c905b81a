"""Who may do what on the data plane: the vault's network first, then roles or access policies.

Owns the order and the words of the refusals; changes nothing. Every client of the local cloud comes from one public
address, and from the networks in which the vault has a private endpoint; only first-party services (AzureDatabricks) are trusted ones.
https://learn.microsoft.com/azure/key-vault/general/rbac-guide, https://learn.microsoft.com/azure/key-vault/general/network-security
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.sandbox.keyvault import errors
from wizard.sandbox.keyvault.models import CLIENT_ADDRESS

if TYPE_CHECKING:
    from wizard.sandbox.login.directory import Principal
    from wizard.sandbox.world import World

Json = Any


@dataclass(frozen=True, slots=True)
class Operation:
    """A data-plane operation: the data action that RBAC wants, the permission an access policy must hold."""

    action: str
    permission: str


SECRETS = "Microsoft.KeyVault/vaults/secrets/"
GET = Operation(SECRETS + "getSecret/action", "get")
SET = Operation(SECRETS + "setSecret/action", "set")
LIST = Operation(SECRETS + "readMetadata/action", "list")
UPDATE = Operation(SECRETS + "update/action", "set")
DELETE = Operation(SECRETS + "delete", "delete")
GET_DELETED = Operation(SECRETS + "readMetadata/action", "get")
RECOVER = Operation(SECRETS + "recover/action", "recover")
PURGE = Operation(SECRETS + "purge/action", "purge")


def caller_text(principal: Principal) -> str:
    """How Key Vault names a caller: ``appid=…;oid=…;iss=…``."""
    return f"appid={principal.app_id};oid={principal.object_id};iss=https://sts.windows.net/{principal.tenant}/"


def check_network(world: World, principal: Principal, vault: Json, *, trusted: bool = False) -> None:
    """Raise ForbiddenByConnection or ForbiddenByFirewall where the vault's network keeps the client out."""
    from wizard.sandbox.arm.private_links import reached

    if reached(world, vault["id"], "vault"):
        return
    properties = vault["properties"]
    rules = properties.get("networkAcls") or {}
    if trusted and rules.get("bypass", "AzureServices") == "AzureServices":
        return
    if str(properties.get("publicNetworkAccess") or "Enabled").lower() == "disabled":
        raise errors.forbidden_by_connection(caller_text(principal), vault)
    if rules.get("defaultAction", "Allow") == "Deny" and not _allowed_address(rules):
        raise errors.forbidden_by_firewall(caller_text(principal), vault)


def _allowed_address(rules: Json) -> bool:
    address = ipaddress.ip_address(CLIENT_ADDRESS)
    return any(address in ipaddress.ip_network(rule["value"], strict=False) for rule in rules.get("ipRules") or [])


def permitted(world: World, principal: Principal, vault: Json, operation: Operation, secret: str = "") -> bool:
    """Whether roles (or, on a vault without RBAC, access policies) allow the operation; the network is not looked at."""
    if vault["properties"].get("enableRbacAuthorization"):
        from wizard.sandbox.arm import rbac

        scope = vault["id"] + (f"/secrets/{secret}" if secret else "")
        return bool(rbac.allowed(world, principal, operation.action, scope, data=True))
    return _by_policy(principal, vault, operation.permission)


def _by_policy(principal: Principal, vault: Json, permission: str) -> bool:
    identities = {principal.object_id.lower(), *(group.lower() for group in principal.groups)}
    for policy in vault["properties"].get("accessPolicies") or []:
        held = {str(name).lower() for name in policy["permissions"].get("secrets") or []}
        if str(policy["objectId"]).lower() in identities and held & {permission, "all"} and not policy.get("applicationId"):
            return True
    return False


def require(world: World, principal: Principal, vault: Json, operation: Operation, secret: str = "") -> None:
    """Raise 403 unless network and rights allow the operation."""
    check_network(world, principal, vault)
    if permitted(world, principal, vault, operation, secret):
        return
    if not vault["properties"].get("enableRbacAuthorization"):
        raise errors.forbidden_by_policy(caller_text(principal), operation.permission, vault)
    resource = vault["id"].lower() + (f"/secrets/{secret}" if secret else "")
    raise errors.forbidden_by_rbac(caller_text(principal), operation.action, resource, vault)
