"""Key Vault's error answers, word for word where known, as functions that return a ``Refusal``.

Data plane: ``{"error": {"code", "message", "innererror": {"code"}}}``; control plane: ARM's ``{"error": {"code", "message"}}``.
"""

from __future__ import annotations

from typing import Any

from wizard.sandbox.keyvault.models import CLIENT_ADDRESS
from wizard.sandbox.router import Refusal, Response

Json = Any


def refused(status: int, code: str, message: str, inner: str = "", headers: dict[str, str] | None = None) -> Refusal:
    error: Json = {"code": code, "message": message}
    if inner:
        error["innererror"] = {"code": inner}
    return Refusal(Response(status, {"error": error}, headers or {}))


# --- control plane -----------------------------------------------------------------------------------------------


def bad_request(message: str) -> Refusal:
    return refused(400, "BadRequest", message)


def vault_name_invalid(name: str) -> Refusal:
    return refused(400, "VaultNameNotValid", invalid_name_message(name))


def invalid_name_message(name: str) -> str:
    return (
        f"The vault name '{name}' is invalid. A vault's name must be between 3-24 alphanumeric characters. The name must begin with a "
        f"letter, end with a "
        "letter or digit, and not contain consecutive hyphens. Follow this link for more information: "
        "https://go.microsoft.com/fwlink/?linkid=2147742"
    )


def taken_message(name: str) -> str:
    return (
        f"The vault name '{name}' is already in use. Vault names are globally unique so it is possible that the name is already taken. "
        f"If you are sure that "
        "the vault name was not taken then it is possible that a vault with the same name was recently deleted but not purged after "
        "being placed in a "
        "recoverable state. If the vault is in a recoverable state then the vault will need to be purged before reusing the name. For "
        "more information about "
        "VaultAlreadyExists, soft delete and purging a vault follow this link https://go.microsoft.com/fwlink/?linkid=2147740."
    )


def vault_already_exists(name: str) -> Refusal:
    return refused(409, "VaultAlreadyExists", taken_message(name))


def deleted_vault_in_the_way() -> Refusal:
    return refused(
        409,
        "ConflictError",
        "A vault with the same name already exists in deleted state. You need to either recover or purge existing key vault. Follow this "
        "link "
        "https://go.microsoft.com/fwlink/?linkid=2149745 for more information on soft delete.",
    )


def nothing_to_recover() -> Refusal:
    return refused(
        404,
        "SoftDeletedVaultDoesNotExist",
        "A soft deleted vault with the given name does not exist. Ensure that the name for the vault that is being attempted to recover "
        "is in a recoverable "
        "state. For more information on soft delete please follow this link https://go.microsoft.com/fwlink/?linkid=2149745",
    )


def deleted_vault_not_found(name: str) -> Refusal:
    return refused(404, "DeletedVaultNotFound", f"The specified deleted vault '{name}' does not exist.")


def purge_not_allowed() -> Refusal:
    return refused(405, "MethodNotAllowed", "Operation 'DeletedVaultPurge' is not allowed.")


def vault_not_found(name: str, group: str) -> Refusal:
    return refused(
        404,
        "ResourceNotFound",
        f"The Resource 'Microsoft.KeyVault/vaults/{name}' under resource group '{group}' was not found. For more details please go to "
        "https://aka.ms/ARMResourceNotFoundFix",
    )


# --- data plane --------------------------------------------------------------------------------------------------


def unauthorized(tenant: str, message: str) -> Refusal:
    challenge = f'Bearer authorization="https://login.microsoftonline.com/{tenant}", resource="https://vault.azure.net"'
    return refused(401, "Unauthorized", message, headers={"WWW-Authenticate": challenge})


def forbidden_by_rbac(caller: str, action: str, resource: str, vault: Json) -> Refusal:
    message = (
        "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were "
        "changed recently, "
        f"please observe propagation time.\r\nCaller: {caller}\r\nAction: '{action}'\r\nResource: '{resource}'\r\nAssignment: (not "
        f"found)\r\n"
        f"DenyAssignmentId: null\r\nDecisionReason: 'DeniedWithNoValidRBAC' \r\nVault: {vault['name']};location={vault['location']}\r\n"
    )
    return refused(403, "Forbidden", message, "ForbiddenByRbac")


def forbidden_by_policy(caller: str, permission: str, vault: Json) -> Refusal:
    message = (
        f"The user, group or application '{caller}' does not have secrets {permission} permission on key vault "
        f"'{vault['name']};location={vault['location']}'. For help resolving this issue, please see "
        f"https://go.microsoft.com/fwlink/?linkid=2125287"
    )
    return refused(403, "Forbidden", message, "ForbiddenByPolicy")


def forbidden_by_firewall(caller: str, vault: Json) -> Refusal:
    message = (
        f"Client address is not authorized and caller is not a trusted service.\r\nClient address: {CLIENT_ADDRESS}\r\nCaller: {caller}\r\n"
        f"Vault: {vault['name']};location={vault['location']}"
    )
    return refused(403, "Forbidden", message, "ForbiddenByFirewall")


def forbidden_by_connection(caller: str, vault: Json) -> Refusal:
    message = (
        "Public network access is disabled and request is not from a trusted service nor via an approved private link.\r\n"
        f"Caller: {caller}\r\nVault: {vault['name']};location={vault['location']}"
    )
    return refused(403, "Forbidden", message, "ForbiddenByConnection")


def bad_parameter(message: str) -> Refusal:
    return refused(400, "BadParameter", message)


def secret_not_found(name: str) -> Refusal:
    message = (
        f"A secret with (name/id) {name} was not found in this key vault. If you recently deleted this secret you may be able to recover "
        f"it using the correct "
        "recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182"
    )
    return refused(404, "SecretNotFound", message)


def deleted_secret_not_found(name: str) -> Refusal:
    return refused(404, "SecretNotFound", f"Deleted Secret not found: {name}")


def secret_is_deleted(name: str) -> Refusal:
    message = (
        f"Secret {name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can "
        f"only be recovered or purged."
    )
    return refused(409, "Conflict", message, "ObjectIsDeletedButRecoverable")


def secret_is_being(name: str, doing: str) -> Refusal:
    inner = {"deleted": "ObjectIsBeingDeleted", "recovered": "ObjectIsBeingRecovered"}[doing]
    return refused(409, "Conflict", f"Secret {name} is currently being {doing} and cannot be re-created; retry later.", inner)


def secret_disabled() -> Refusal:
    return refused(403, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled")


def purge_protected() -> Refusal:
    return refused(403, "Forbidden", 'Operation "purge" is not allowed on this vault.', "PurgeNotAllowed")
