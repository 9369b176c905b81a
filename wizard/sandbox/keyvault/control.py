"""Key Vault's resource provider: vaults, access policies, deleted vaults, names, and secrets without their values.

Owns paths, permissions and long-running answers on ``management.azure.com``; the rules are in ``vaults`` and
``secrets``. A vault has no operation resource: who creates one polls it until ``provisioningState`` is ``Succeeded``.
Not emulated: keys, private endpoint connections, managed HSMs.
https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import checks, rbac
from wizard.sandbox.arm.kinds import Kind, register
from wizard.sandbox.arm.router import ROUTER, body, caller, version
from wizard.sandbox.keyvault import secrets, vaults
from wizard.sandbox.keyvault.errors import bad_request, refused
from wizard.sandbox.keyvault.models import VAULT_TYPE, arm_secret_body, deleted_vault_body, pending, subscription_of, vault_body
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.login.directory import Principal
    from wizard.sandbox.world import World

Json = Any

PROVIDER = "/providers/Microsoft.KeyVault"
SUBSCRIPTION = "/subscriptions/{subscription}" + PROVIDER
GROUP = "/subscriptions/{subscription}/resourceGroups/{group}" + PROVIDER
VAULT = GROUP + "/vaults/{vault}"
VERSIONS = (
    "2019-09-01", "2021-10-01", "2022-07-01", "2022-11-01", "2023-02-01", "2023-07-01",
    "2024-11-01", "2025-05-01", "2026-02-01", "2026-03-01-preview", "2026-05-15",
)  # fmt: skip


def vault_id(request: Request) -> str:
    """The vault's id with the names as they were written in the path."""
    given = request.params
    return f"/subscriptions/{given['subscription']}/resourceGroups/{given['group']}/providers/{VAULT_TYPE}/{given['vault']}"


def _check_version(request: Request) -> None:
    if version(request).lower() not in VERSIONS:
        message = (
            f"No registered resource provider found for location 'global' and API version '{version(request)}' for type 'vaults'. "
            f"The supported api-versions are '{', '.join(VERSIONS)}'."
        )
        raise refused(400, "NoRegisteredProviderFound", message)


def _allow(request: Request, world: World, action: str, scope: str) -> None:
    """The api-version is one of ours, the provider is registered, the action is allowed, or the refusal."""
    _check_version(request)
    rbac.require(world, caller(request, world), f"Microsoft.KeyVault/{action}", scope)
    checks.require_registered(world, request.params["subscription"], "Microsoft.KeyVault")


@ROUTER.put(VAULT)
def put_vault(request: Request, world: World) -> Response:
    resource_id, who, wished = vault_id(request), caller(request, world), body(request)
    _check_version(request)
    checks.before_write(world, who, resource_id, wished)
    return vaults.put_vault(world, who, resource_id, version(request), wished)


@ROUTER.get(VAULT)
def get_vault(request: Request, world: World) -> Response:
    resource_id = vault_id(request)
    _check_version(request)
    checks.before_read(world, caller(request, world), resource_id)
    return Response(200, vault_body(world, vaults.vault_at(world, resource_id)))


@ROUTER.patch(VAULT)
def patch_vault(request: Request, world: World) -> Response:
    resource_id, who, wished = vault_id(request), caller(request, world), body(request)
    _check_version(request)
    before = vaults.find_at(world, resource_id) or {}
    properties = {**before.get("properties", {}), **(wished.get("properties") or {})}
    checks.before_write(world, who, resource_id, {**before, **wished, "properties": properties})
    return vaults.patch_vault(world, who, resource_id, wished)


@ROUTER.delete(VAULT)
def delete_vault(request: Request, world: World) -> Response:
    resource_id = vault_id(request)
    _check_version(request)
    checks.before_delete(world, caller(request, world), resource_id)
    return vaults.delete_vault(world, resource_id)


@ROUTER.put(VAULT + "/accessPolicies/{operation}")
def change_policies(request: Request, world: World) -> Response:
    resource_id, operation = vault_id(request), request.params["operation"].lower()
    if operation not in ("add", "replace", "remove"):
        raise bad_request(f"Invalid value '{operation}' for the operation on access policies.")
    _allow(request, world, "vaults/accessPolicies/write", resource_id)
    checks.require_unlocked(world, resource_id, "write")
    return vaults.change_policies(world, resource_id, operation, body(request))


@ROUTER.get(GROUP + "/vaults")
def list_group(request: Request, world: World) -> Response:
    given = request.params
    return _listed(request, world, f"/subscriptions/{given['subscription']}/resourceGroups/{given['group']}")


@ROUTER.get(SUBSCRIPTION + "/vaults")
def list_subscription(request: Request, world: World) -> Response:
    return _listed(request, world, f"/subscriptions/{request.params['subscription']}")


def _listed(request: Request, world: World, scope: str) -> Response:
    """The vaults below a scope that the caller may read; ARM filters a list, it does not refuse it."""
    who = caller(request, world)
    below = scope.lower() + "/"
    rows = world.table("arm.resources").where(lambda row: row["type"].lower() == VAULT_TYPE.lower() and row["id"].lower().startswith(below))
    seen = [vault_body(world, row) for row in rows if rbac.allowed(world, who, "Microsoft.KeyVault/vaults/read", row["id"])]
    return Response(200, {"value": seen})


@ROUTER.post(SUBSCRIPTION + "/checkNameAvailability")
def check_name(request: Request, world: World) -> Response:
    _allow(request, world, "checkNameAvailability/read", f"/subscriptions/{request.params['subscription']}")
    given = body(request)
    if given.get("type") != VAULT_TYPE or not isinstance(given.get("name"), str):
        raise bad_request("The parameter 'type' must be 'Microsoft.KeyVault/vaults' and 'name' must be given.")
    return Response(200, vaults.name_availability(world, given["name"]))


@ROUTER.get(SUBSCRIPTION + "/deletedVaults")
def list_deleted(request: Request, world: World) -> Response:
    subscription = request.params["subscription"].lower()
    _allow(request, world, "deletedVaults/read", f"/subscriptions/{subscription}")
    rows = world.table("keyvault.deleted_vaults").where(lambda row: subscription_of(row["vaultId"]) == subscription)
    return Response(200, {"value": [deleted_vault_body(row) for row in rows]})


@ROUTER.get(SUBSCRIPTION + "/locations/{location}/deletedVaults/{vault}")
def get_deleted(request: Request, world: World) -> Response:
    subscription = request.params["subscription"]
    _allow(request, world, "locations/deletedVaults/read", f"/subscriptions/{subscription}")
    return Response(200, deleted_vault_body(vaults.deleted_vault(world, subscription, request.params["vault"])))


@ROUTER.post(SUBSCRIPTION + "/locations/{location}/deletedVaults/{vault}/purge")
def purge(request: Request, world: World) -> Response:
    """202 with ``Location``: poll it until it answers 200."""
    subscription, name = request.params["subscription"], request.params["vault"]
    _allow(request, world, "locations/deletedVaults/purge/action", f"/subscriptions/{subscription}")
    vaults.purge_vault(world, subscription, name)
    place = f"/subscriptions/{subscription}{PROVIDER}/locations/{request.params['location']}/operationResults/{name.lower()}"
    headers = {"Location": f"https://management.azure.com{place}?api-version={version(request)}"}
    return Response(202, None, headers | _soon(world))


def _soon(world: World) -> dict[str, str]:
    return {"Retry-After": "5"} if world.latency else {"retry-after-ms": "100"}


@ROUTER.get(SUBSCRIPTION + "/locations/{location}/operationResults/{operation}")
def purge_result(request: Request, world: World) -> Response:
    _allow(request, world, "locations/operationResults/read", f"/subscriptions/{request.params['subscription']}")
    if pending(world, "purge", request.params["operation"].lower()):
        location = {"Location": request.url}
        return Response(202, None, location | _soon(world))
    return Response(200, {})


@ROUTER.get(VAULT + "/secrets")
def list_secrets(request: Request, world: World) -> Response:
    resource_id = vault_id(request)
    _allow(request, world, "vaults/secrets/read", resource_id)
    vault = vaults.vault_at(world, resource_id)
    latest = {name: secrets.versions(world, vault, name)[-1] for name in secrets.names(world, vault)}
    return Response(200, {"value": [arm_secret_body(vault, name, *found) for name, found in latest.items()]})


def find_secret(world: World, resource_id: str) -> Json | None:
    """The secret with that ARM id (``…/vaults/V/secrets/S``), latest version, without its value."""
    place, _, name = resource_id.rpartition("/secrets/")
    vault = vaults.vault_at(world, place)
    found = secrets.versions(world, vault, name)
    return arm_secret_body(vault, found[-1][1]["name"], *found[-1]) if found else None


@ROUTER.get(VAULT + "/secrets/{secret}")
def get_secret(request: Request, world: World) -> Response:
    name = request.params["secret"]
    resource_id = f"{vault_id(request)}/secrets/{name}"
    _allow(request, world, "vaults/secrets/read", resource_id)
    found = find_secret(world, resource_id)
    if found is None:
        raise refused(404, "SecretNotFound", f"A secret with (name/id) {name} was not found in this key vault.")
    return Response(200, found)


@ROUTER.put(VAULT + "/secrets/{secret}")
def put_secret(request: Request, world: World) -> Response:
    resource_id = f"{vault_id(request)}/secrets/{request.params['secret']}"
    _allow(request, world, "vaults/secrets/write", resource_id)
    checks.require_unlocked(world, resource_id, "write")
    return put_vault_secret(world, caller(request, world), resource_id, version(request), body(request))


def put_vault_secret(world: World, principal: Principal, resource_id: str, api_version: str, given: Json) -> Response:
    """Create or replace a secret through Resource Manager, as a template does: 201 or 200, without the value."""
    place, _, name = resource_id.rpartition("/secrets/")
    vault = vaults.vault_at(world, place)
    properties = given.get("properties") or {}
    if unknown := sorted(set(properties) - {"value", "contentType", "attributes"}):
        raise bad_request(f"Could not find member '{unknown[0]}' on object of type 'SecretProperties'.")
    if not isinstance(properties.get("value"), str):
        raise bad_request("The secret's value is missing.")
    known = bool(secrets.versions(world, vault, name))
    sent = {**properties, "tags": given.get("tags")}
    secret_version, row = secrets.put(world, vault, name, {member: value for member, value in sent.items() if value is not None})
    return Response(200 if known else 201, arm_secret_body(vault, name, secret_version, row))


def _put_policies(world: World, principal: Principal, resource_id: str, api_version: str, given: Json) -> Response:
    place, _, operation = resource_id.rpartition("/accessPolicies/")
    return vaults.change_policies(world, place, operation.lower(), given)


def _keep(world: World, resource_id: str) -> Response:
    """What hangs below a vault is not deleted through Resource Manager: there is no such call."""
    raise refused(405, "MethodNotAllowed", f"The resource '{resource_id}' cannot be deleted through Resource Manager.")


register(VAULT_TYPE, Kind(vaults.find_at, vaults.put_vault, vaults.patch_vault, vaults.delete_vault))
register(f"{VAULT_TYPE}/secrets", Kind(find=find_secret, put=put_vault_secret, delete=_keep))
register(f"{VAULT_TYPE}/accessPolicies", Kind(put=_put_policies, delete=_keep))
