"""Keys of storage accounts and log workspaces: minted when they are first listed.

Owns ``arm.keys`` and the routes that list them. https://learn.microsoft.com/rest/api/storagerp/storage-accounts/list-keys
"""

from __future__ import annotations

import base64
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


def _pair(world: World, resource_id: str) -> list[str]:
    table, key = world.table("arm.keys"), resource_id.lower()
    if key not in table:
        table[key] = [base64.b64encode(world.new_secret("account_key", 64).encode()).decode() for _ in range(2)]
    return list(table[key])


def account_keys(world: World, resource_id: str) -> Json:
    """``{"keys": [{keyName, value, permissions}]}``."""
    pair = _pair(world, resource_id)
    return {"keys": [{"keyName": f"key{at + 1}", "value": value, "permissions": "FULL"} for at, value in enumerate(pair)]}


def workspace_keys(world: World, resource_id: str) -> Json:
    """``{"primarySharedKey", "secondarySharedKey"}``."""
    first, second = _pair(world, resource_id)
    return {"primarySharedKey": first, "secondarySharedKey": second}


def _listed(request: Request, world: World, type_: str, action: str) -> str:
    given = request.params
    resource_id = f"/subscriptions/{given['subscription']}/resourceGroups/{given['group']}/providers/{type_}/{given['name']}"
    checks.before_action(world, caller(request, world), resource_id, f"{type_}/{action}/action")
    if resource_id.lower() not in world.table("arm.resources"):
        raise errors.resource_not_found(type_, given["name"], given["group"])
    return resource_id


@ROUTER.post(_GROUP + _ACCOUNT + "/{name}/listKeys")
def list_account_keys(request: Request, world: World) -> Response:
    """The two keys of a storage account."""
    return Response(200, account_keys(world, _listed(request, world, _ACCOUNT, "listKeys")))


@ROUTER.post(_GROUP + _WORKSPACE + "/{name}/sharedKeys")
def list_workspace_keys(request: Request, world: World) -> Response:
    """The two keys of a log workspace."""
    return Response(200, workspace_keys(world, _listed(request, world, _WORKSPACE, "sharedKeys")))


@ROUTER.post("/subscriptions/{subscription}/providers/Microsoft.Storage/checkNameAvailability")
def check_account_name(request: Request, world: World) -> Response:
    """Whether a storage account may have that name."""
    scope = f"/subscriptions/{request.params['subscription']}"
    rbac.require(world, caller(request, world), "Microsoft.Storage/checknameavailability/read", scope)
    return Response(200, availability(world, str(body(request).get("name", ""))))
