"""Keys of storage accounts and log workspaces: minted when they are first listed, and made anew on demand.

Owns ``arm.keys`` and the routes that list them and make them anew; minting is no change that a client asked for. Making one anew
waits for nobody: the earlier value is dead at once. Kerberos keys are not emulated.
https://learn.microsoft.com/rest/api/storagerp/storage-accounts/list-keys
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import checks, errors, rbac
from wizard.sandbox.arm.router import ROUTER, body, caller
from wizard.sandbox.arm.types.storage import availability
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any
_GROUP = "/subscriptions/{subscription}/resourceGroups/{group}/providers/"
_ACCOUNT = "Microsoft.Storage/storageAccounts"
_WORKSPACE = "Microsoft.OperationalInsights/workspaces"
_NAMES = ("key1", "key2")


def _fresh(world: World) -> str:
    return base64.b64encode(world.new_secret("account_key", 64).encode()).decode()


def _stamp(world: World) -> str:
    """Round-trip form: seven digits of a second, UTC."""
    return datetime.fromtimestamp(world.clock.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def _pair(world: World, resource_id: str) -> Json:
    """``{key1: {value, created}, key2: …}``. Minted past the transaction: to list them changes nothing."""
    rows, key = world.table("arm.keys").rows, resource_id.lower()
    if key not in rows:
        properties = (world.table("arm.resources").get(key) or {}).get("properties") or {}
        created = properties.get("keyCreationTime") or {}
        rows[key] = {name: {"value": _fresh(world), "created": created.get(name) or _stamp(world)} for name in _NAMES}
    return world.table("arm.keys")[key]


def account_keys(world: World, resource_id: str) -> Json:
    """``{"keys": [{keyName, value, permissions, creationTime}]}``."""
    pair = _pair(world, resource_id)
    return {
        "keys": [
            {"creationTime": pair[name]["created"], "keyName": name, "value": pair[name]["value"], "permissions": "Full"} for name in _NAMES
        ]
    }


def workspace_keys(world: World, resource_id: str) -> Json:
    """``{"primarySharedKey", "secondarySharedKey"}``."""
    pair = _pair(world, resource_id)
    return {"primarySharedKey": pair["key1"]["value"], "secondarySharedKey": pair["key2"]["value"]}


def _asked(request: Request, world: World, type_: str, action: str) -> str:
    given = request.params
    resource_id = f"/subscriptions/{given['subscription']}/resourceGroups/{given['group']}/providers/{type_}/{given['name']}"
    checks.before_action(world, caller(request, world), resource_id, f"{type_}/{action}/action")
    if resource_id.lower() not in world.table("arm.resources"):
        raise errors.resource_not_found(type_, given["name"], given["group"])
    return resource_id


@ROUTER.post(_GROUP + _ACCOUNT + "/{name}/listKeys")
def list_account_keys(request: Request, world: World) -> Response:
    """The two keys of a storage account, whether or not requests may be signed with them."""
    return Response(200, account_keys(world, _asked(request, world, _ACCOUNT, "listKeys")))


@ROUTER.post(_GROUP + _ACCOUNT + "/{name}/regenerateKey")
def regenerate_account_key(request: Request, world: World) -> Response:
    """One key anew. The words for an unknown name are ours."""
    resource_id = _asked(request, world, _ACCOUNT, "regenerateKey")
    name = str(body(request).get("keyName") or "")
    if name not in _NAMES:
        message = f"The value '{name}' is not allowed for property keyName. Allowed values are key1, key2."
        raise errors.refused(400, "InvalidRequestPropertyValue", message)
    pair, stamp = _pair(world, resource_id), _stamp(world)
    world.table("arm.keys")[resource_id.lower()] = pair | {name: {"value": _fresh(world), "created": stamp}}
    account = world.table("arm.resources")[resource_id.lower()]
    account["properties"]["keyCreationTime"] = (account["properties"].get("keyCreationTime") or {}) | {name: stamp}
    world.table("arm.resources")[resource_id.lower()] = account
    return Response(200, account_keys(world, resource_id))


@ROUTER.post(_GROUP + _WORKSPACE + "/{name}/sharedKeys")
def list_workspace_keys(request: Request, world: World) -> Response:
    """The two keys of a log workspace."""
    return Response(200, workspace_keys(world, _asked(request, world, _WORKSPACE, "sharedKeys")))


@ROUTER.post("/subscriptions/{subscription}/providers/Microsoft.Storage/checkNameAvailability")
def check_account_name(request: Request, world: World) -> Response:
    """Whether a storage account may have that name."""
    scope = f"/subscriptions/{request.params['subscription']}"
    rbac.require(world, caller(request, world), "Microsoft.Storage/checknameavailability/read", scope)
    return Response(200, availability(world, str(body(request).get("name", ""))))
