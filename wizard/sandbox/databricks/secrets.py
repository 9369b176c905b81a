"""Secrets in scopes: written ones of Databricks' own, and those read through a scope from a Key Vault.

Owns the reading through a vault, in which Databricks' first-party service principal (AzureDatabricks) is the caller:
without *Key Vault Secrets User*, or an access policy, the scope is there and nothing can be read.
https://docs.databricks.com/api/azure/workspace/secrets
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks.errors import denied, invalid, missing, refused
from wizard.sandbox.databricks.models import APPLICATION, below, done, milliseconds
from wizard.sandbox.databricks.router import WORKSPACES, body, caller, needed
from wizard.sandbox.databricks.scopes import PATH, require, scope_of
from wizard.sandbox.keyvault import access
from wizard.sandbox.keyvault import secrets as vault_secrets
from wizard.sandbox.keyvault.vaults import answers_on_the_network, find_vault
from wizard.sandbox.login.directory import principal, service_principal_of
from wizard.sandbox.router import Refusal, Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

KEY = re.compile(r"[\w.@_-]{1,128}")
LONGEST = 128 * 1024


@WORKSPACES.post(PATH + "/put")
def put_secret(request: Request, world: World) -> Response:
    who, given = caller(request, world), body(request)
    scope_name, key = needed(given, "scope", "key")
    scope = scope_of(world, who.workspace, scope_name)
    require(world, who, scope, "WRITE")
    if scope["backend_type"] == "AZURE_KEYVAULT":
        raise refused(400, "BAD_REQUEST", f"Cannot write secrets to Azure KeyVault-backed scope {scope_name}")
    if not KEY.fullmatch(key):
        raise invalid("Secret key must consist of alphanumerics, dashes, underscores, and periods, and cannot exceed 128 characters!")
    if ("string_value" in given) == ("bytes_value" in given):
        raise refused(400, "MALFORMED_REQUEST", "Exactly one of string_value and bytes_value must be given.")
    value = base64.b64encode(given["string_value"].encode()).decode() if "string_value" in given else given["bytes_value"]
    if len(base64.b64decode(value)) > LONGEST:
        raise invalid("The secret value exceeds 128 KB.")
    row = {"key": key, "value": value, "last_updated_timestamp": milliseconds(world)}
    world.table("databricks.secrets")[f"{who.workspace}/{scope_name}/{key}"] = row
    return done()


@WORKSPACES.get(PATH + "/list")
def list_secrets(request: Request, world: World) -> Response:
    who = caller(request, world)
    (name,) = needed(request.query, "scope")
    scope = scope_of(world, who.workspace, name)
    require(world, who, scope, "READ")
    if scope["backend_type"] == "AZURE_KEYVAULT":
        vault = _vault(world, scope, access.LIST)
        latest = {key: vault_secrets.versions(world, vault, key)[-1][1] for key in vault_secrets.names(world, vault)}
        stamps = [{"key": key, "last_updated_timestamp": row["attributes"]["updated"] * 1000} for key, row in latest.items()]
        return done({"secrets": stamps})
    rows = below(world, "databricks.secrets", f"{who.workspace}/{name}").values()
    return done({"secrets": [{"key": row["key"], "last_updated_timestamp": row["last_updated_timestamp"]} for row in rows]})


@WORKSPACES.get(PATH + "/get")
def get_secret(request: Request, world: World) -> Response:
    """The value, base64-encoded; what ``dbutils.secrets.get`` asks for."""
    who = caller(request, world)
    name, key = needed(request.query, "scope", "key")
    scope = scope_of(world, who.workspace, name)
    require(world, who, scope, "READ")
    if scope["backend_type"] == "AZURE_KEYVAULT":
        return done({"key": key, "value": base64.b64encode(_read(world, scope, key).encode()).decode()})
    row = world.table("databricks.secrets").get(f"{who.workspace}/{name}/{key}")
    if row is None:
        raise missing(f"Secret does not exist with scope: {name} and key: {key}")
    return done({"key": key, "value": row["value"]})


@WORKSPACES.post(PATH + "/delete")
def delete_secret(request: Request, world: World) -> Response:
    who = caller(request, world)
    name, key = needed(body(request), "scope", "key")
    scope = scope_of(world, who.workspace, name)
    require(world, who, scope, "WRITE")
    if scope["backend_type"] == "AZURE_KEYVAULT":
        raise refused(400, "BAD_REQUEST", f"Cannot delete secrets from Azure KeyVault-backed scope {name}")
    if world.table("databricks.secrets").pop(f"{who.workspace}/{name}/{key}", None) is None:
        raise missing(f"Secret does not exist with scope: {name} and key: {key}")
    return done()


def _read(world: World, scope: Json, key: str) -> str:
    vault = _vault(world, scope, access.GET, key)
    found = vault_secrets.versions(world, vault, key)
    if not found or not found[-1][1]["attributes"]["enabled"]:
        raise missing(f"Secret does not exist with scope: {scope['name']} and key: {key}")
    return str(found[-1][1]["value"])


def _vault(world: World, scope: Json, operation: access.Operation, key: str = "") -> Json:
    """The scope's vault, once it lets AzureDatabricks in; ``INVALID_STATE`` or ``PERMISSION_DENIED`` otherwise."""
    dns_name = str(scope["keyvault_metadata"]["dns_name"])
    name = dns_name.removeprefix("https://").partition(".")[0]
    vault = find_vault(world, name) if answers_on_the_network(world, name) else None
    reader = service_principal_of(world, APPLICATION)
    if vault is None or reader is None:
        raise refused(400, "INVALID_STATE", f"Databricks could not access keyvault: {dns_name}.")
    caller_of_vault = principal(world, reader["id"])
    try:
        access.check_network(world, caller_of_vault, vault, trusted=True)
    except Refusal:
        raise refused(400, "INVALID_STATE", f"Databricks could not access keyvault: {dns_name}.") from None
    if not access.permitted(world, caller_of_vault, vault, operation, key):
        if operation is access.LIST:
            raise refused(400, "INVALID_STATE", f"Databricks could not access keyvault: {dns_name}.")
        raise denied(
            f"Invalid permissions on the specified KeyVault {dns_name}. Wrapped Message: Status code 403, Caller: name=AzureDatabricks;"
            f"appid={APPLICATION};oid={reader['id']} Action: '{operation.action}' DecisionReason: 'DeniedWithNoValidRBAC'"
        )
    return vault
