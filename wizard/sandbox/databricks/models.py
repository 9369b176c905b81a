"""Tables and wire forms of a workspace. No rules: those are in the files that own them.

The workspace itself is an ARM resource (``arm.resources``, ``Microsoft.Databricks/workspaces``); ``W`` is its numeric
``workspaceId``. Keys of every table of a workspace begin with ``W/``.

| table | key | document |
| --- | --- | --- |
| ``databricks.account`` | ``account``, ``groups`` | ``id``; ``groups: [{name, members: [user names, application ids]}]`` |
| ``databricks.metastores`` | region | ``metastore_id, name, region, automatic?, storage_root?, admins?, grants?`` |
| ``databricks.unity`` | ``metastore id/kind/full name`` | the securable, ``grants: {principal: […]}``, ``bindings: [W]`` |
| ``databricks.principals`` | ``W/scim id`` | ``id, kind, name (upn or application id), displayName, externalId, entitlements, active`` |
| ``databricks.groups`` | ``W/scim id`` | ``id, displayName, members: [scim ids], entitlements`` |
| ``databricks.tokens`` | ``W/token id`` | ``token_id, value, comment, creation_time, expiry_time, owner: scim id`` |
| ``databricks.oauth_secrets`` | ``W/secret id`` | ``id, value, owner: scim id, create_time, update_time, expire_time, secret_hash`` |
| ``databricks.scopes`` | ``W/scope`` | ``name, backend_type, keyvault_metadata?, acls: {principal: permission}`` |
| ``databricks.secrets`` | ``W/scope/key`` | ``key, value (base64), last_updated_timestamp`` |
| ``databricks.permissions`` | ``W/type/id`` | ``access_control_list`` as it was set |
| ``databricks.objects`` | ``W/path`` | ``path, object_type, object_id, language?, content (base64)?, created_at, modified_at`` |
| ``databricks.jobs`` | ``W/id`` | ``job_id, settings, creator_user_name, run_as_user_name, created_time`` |
| ``databricks.runs`` | ``W/id`` | ``run_id, job_id, tasks, start_time, ends, …``; its state is computed from the clock |
| ``databricks.clusters`` | ``W/id`` | ``spec, creator, changed, target (RUNNING, TERMINATED)`` |
| ``databricks.cluster_policies`` | ``W/id`` | the policy |
| ``databricks.cluster_libraries`` | ``W/cluster id`` | ``libraries: [...]`` that are installed |
| ``databricks.instance_pools`` | ``W/id`` | the pool |
| ``databricks.global_init_scripts`` | ``W/id`` | the script, its text as ``script`` in Base64 |
| ``databricks.dbfs`` | ``W/path`` | ``content`` (base64) of a file |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm.kinds import kind_of
from wizard.sandbox.router import Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

WORKSPACE_TYPE = "microsoft.databricks/workspaces"
APPLICATION = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
SERVICE_PRINCIPAL = "urn:ietf:params:scim:schemas:core:2.0:ServicePrincipal"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def workspace_at(world: World, host: str) -> Json | None:
    """The workspace resource whose URL has that host, once its provisioning is over."""
    name = host.lower().partition(":")[0]
    for row in world.table("arm.resources").rows.values():
        if row["type"].lower() == WORKSPACE_TYPE and str((row.get("properties") or {}).get("workspaceUrl", "")).lower() == name:
            found = kind_of(WORKSPACE_TYPE).find(world, row["id"])
            return found if found and found["properties"].get("provisioningState", "Succeeded") == "Succeeded" else None
    return None


def forget_workspace(world: World, workspace: str) -> None:
    """The resource was deleted: nothing of what was in it comes back with a new one of the same name."""
    for name in [name for name in world.tables if name.startswith("databricks.")]:
        table = world.table(name)
        for key in [key for key in table if key.startswith(f"{workspace}/")]:
            del table[key]


def below(world: World, table: str, workspace: str) -> dict[str, Json]:
    """Rows of one workspace, by the rest of their key."""
    prefix = f"{workspace}/"
    rows = world.table(table)
    return {key[len(prefix) :]: rows[key] for key in rows if key.startswith(prefix)}


def numeric_id(world: World, kind: str) -> int:
    """A fresh 15-digit number, as Databricks gives them; the same seed gives the same ones."""
    number = world.next_number(f"databricks.{kind}")
    return int(world.share("databricks", kind, str(number)) * 8 * 10**14) + 10**14


def milliseconds(world: World) -> int:
    return int(world.clock.now() * 1000)


def done(body: Json = None) -> Response:
    """200 with an object: a method without an answer returns ``{}``."""
    return Response(200, {} if body is None else body)
