"""Secret scopes and their access control lists.

Owns who may do what with a scope: administrators everything, others what the list says. A Key Vault scope can be made
only with an Entra token whose identity may write the vault in Azure: Databricks then puts an access policy (get, list)
for its own service principal on the vault, also on one in RBAC mode, where it does nothing.
https://learn.microsoft.com/azure/databricks/security/secrets/secret-scopes
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks.errors import cannot_grant, denied, exists, invalid, missing, refused
from wizard.sandbox.databricks.identity import Member, find_principal, groups_holding, groups_of_workspace
from wizard.sandbox.databricks.models import APPLICATION, below, done
from wizard.sandbox.databricks.router import WORKSPACES, body, caller, needed
from wizard.sandbox.login.directory import service_principal_of

if TYPE_CHECKING:
    from wizard.sandbox.router import Request, Response
    from wizard.sandbox.world import World

Json = Any

PATH = "/api/2.0/secrets"
NAME = re.compile(r"[\w.@_/-]{1,128}")
MOST_SCOPES = 1000
RANKS = {"READ": 1, "WRITE": 2, "MANAGE": 3}


def scope_of(world: World, workspace: str, name: str) -> Json:
    """The scope, or 404."""
    row = world.table("databricks.scopes").get(f"{workspace}/{name}")
    if row is None:
        raise missing(f"Scope {name} does not exist!")
    return row


def require(world: World, who: Member, scope: Json, permission: str) -> None:
    """403 unless the caller is an administrator or the list gives at least that permission."""
    mine = {who.name, *groups_holding(world, who.workspace, who.row["id"])}
    held = max((RANKS[given] for name, given in scope["acls"].items() if name in mine), default=0)
    if not who.admin and held < RANKS[permission]:
        raise denied(f"User {who.name} does not have {permission} permission on scope {scope['name']}")


@WORKSPACES.post(PATH + "/scopes/create")
def create_scope(request: Request, world: World) -> Response:
    who, given = caller(request, world), body(request)
    name = str(given.get("scope") or "")
    if not NAME.fullmatch(name):
        raise invalid(
            "Scope name must be non-empty, at most 128 characters, and consist of alphanumerics, dashes, underscores, and periods!"
        )
    if f"{who.workspace}/{name}" in world.table("databricks.scopes"):
        raise exists(f"Scope {name} already exists!")
    if len(below(world, "databricks.scopes", who.workspace)) >= MOST_SCOPES:
        raise refused(400, "RESOURCE_LIMIT_EXCEEDED", f"Cannot create more than {MOST_SCOPES} secret scopes in a workspace.")
    backend = given.get("scope_backend_type") or "DATABRICKS"
    if backend not in ("DATABRICKS", "AZURE_KEYVAULT"):
        raise invalid(f"Invalid scope backend type {backend}.")
    if given.get("initial_manage_principal") not in (None, "", "users", who.name):
        raise invalid("The only supported principal for the initial permission is the group 'users' containing all users in the workspace.")
    row: Json = {"name": name, "backend_type": backend, "acls": {given.get("initial_manage_principal") or who.name: "MANAGE"}}
    if backend == "AZURE_KEYVAULT":
        row["keyvault_metadata"] = _connect(world, who, given.get("backend_azure_keyvault"))
    world.table("databricks.scopes")[f"{who.workspace}/{name}"] = row
    return done()


def _connect(world: World, who: Member, metadata: Json) -> Json:
    """Check the vault and the caller's right to it, and put the access policy on it."""
    from wizard.sandbox.arm import rbac
    from wizard.sandbox.keyvault.vaults import change_policies

    if not isinstance(metadata, dict) or not metadata.get("resource_id") or not metadata.get("dns_name"):
        raise invalid("Scope with Azure KeyVault must have AzureKeyVaultSecretScopeMetadata defined!")
    if who.entra is None:
        raise invalid("Scope with Azure KeyVault must have userAADToken defined!")
    vault = world.table("arm.resources").get(str(metadata["resource_id"]).lower())
    dns_name = str(metadata["dns_name"])
    if vault is None or vault["properties"].get("vaultUri", "").rstrip("/") != dns_name.rstrip("/").lower():
        raise refused(400, "BAD_REQUEST", "Azure KeyVault is not available")
    reader = service_principal_of(world, APPLICATION)
    if reader is None:
        raise cannot_grant(dns_name, f"Service principal {APPLICATION} was not found in the tenant.")
    if not rbac.allowed(world, who.entra, "Microsoft.KeyVault/vaults/write", vault["id"]):
        raise cannot_grant(dns_name, "Status code 403, AuthorizationFailed")
    if not _holds_policy(vault, reader["id"]):
        policy = {"tenantId": who.entra.tenant, "objectId": reader["id"], "permissions": {"secrets": ["get", "list"]}}
        change_policies(world, vault["id"], "add", {"properties": {"accessPolicies": [policy]}})
    return {"resource_id": metadata["resource_id"], "dns_name": dns_name}


def _holds_policy(vault: Json, object_id: str) -> bool:
    return any(policy["objectId"] == object_id for policy in vault["properties"].get("accessPolicies") or [])


@WORKSPACES.get(PATH + "/scopes/list")
def list_scopes(request: Request, world: World) -> Response:
    workspace = caller(request, world).workspace
    shown = ("name", "backend_type", "keyvault_metadata")
    rows = below(world, "databricks.scopes", workspace).values()
    return done({"scopes": [{name: row[name] for name in shown if name in row} for row in rows]})


@WORKSPACES.post(PATH + "/scopes/delete")
def delete_scope(request: Request, world: World) -> Response:
    who = caller(request, world)
    (name,) = needed(body(request), "scope")
    require(world, who, scope_of(world, who.workspace, name), "MANAGE")
    del world.table("databricks.scopes")[f"{who.workspace}/{name}"]
    rows = world.table("databricks.secrets")
    for key in list(rows):
        if key.startswith(f"{who.workspace}/{name}/"):
            del rows[key]
    return done()


@WORKSPACES.post(PATH + "/acls/put")
def put_acl(request: Request, world: World) -> Response:
    who = caller(request, world)
    scope_name, principal, permission = needed(body(request), "scope", "principal", "permission")
    scope = scope_of(world, who.workspace, scope_name)
    require(world, who, scope, "MANAGE")
    if permission not in RANKS:
        raise invalid(f"Invalid permission {permission}.")
    if not _known(world, who.workspace, principal):
        raise invalid(f"Principal {principal} does not exist.")
    scope["acls"][principal] = permission
    world.table("databricks.scopes")[f"{who.workspace}/{scope_name}"] = scope
    return done()


def _known(world: World, workspace: str, principal: str) -> bool:
    """A user name, an application id, or a group's name."""
    groups = groups_of_workspace(world, workspace).values()
    return find_principal(world, workspace, principal) is not None or any(row["displayName"] == principal for row in groups)


@WORKSPACES.get(PATH + "/acls/list")
def list_acls(request: Request, world: World) -> Response:
    who = caller(request, world)
    (name,) = needed(request.query, "scope")
    scope = scope_of(world, who.workspace, name)
    require(world, who, scope, "MANAGE")
    return done({"items": [{"principal": principal, "permission": given} for principal, given in scope["acls"].items()]})


@WORKSPACES.get(PATH + "/acls/get")
def get_acl(request: Request, world: World) -> Response:
    who = caller(request, world)
    name, principal = needed(request.query, "scope", "principal")
    scope = scope_of(world, who.workspace, name)
    require(world, who, scope, "MANAGE")
    if principal not in scope["acls"]:
        raise missing(f"No ACL is set for principal {principal} on scope {name}.")
    return done({"principal": principal, "permission": scope["acls"][principal]})


@WORKSPACES.post(PATH + "/acls/delete")
def delete_acl(request: Request, world: World) -> Response:
    who = caller(request, world)
    name, principal = needed(body(request), "scope", "principal")
    scope = scope_of(world, who.workspace, name)
    require(world, who, scope, "MANAGE")
    if scope["acls"].pop(principal, None) is None:
        raise missing(f"No ACL is set for principal {principal} on scope {name}.")
    world.table("databricks.scopes")[f"{who.workspace}/{name}"] = scope
    return done()
