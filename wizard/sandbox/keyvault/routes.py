"""The data plane ``{vault}.vault.azure.net``: secrets, their versions, deleted secrets.

Owns paths, paging and sign-in of the data plane. A vault that is deleted, purged or not yet registered has no name on
the network: ``resolves`` says so, for a proxy that can refuse the host; a request that arrives nevertheless gets 503
``VaultNotOnTheNetwork``, which no client takes for an answer of a vault. A vault of somebody else's tenant
(``keyvault.taken_names``) is there and answers everybody here with a challenge for that tenant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.keyvault import access, control, secrets
from wizard.sandbox.keyvault.errors import bad_parameter, refused, secret_disabled, unauthorized
from wizard.sandbox.keyvault.models import AUDIENCES, DNS_SUFFIX, deleted_members, secret_bundle, secret_item
from wizard.sandbox.keyvault.vaults import answers_on_the_network, find_vault
from wizard.sandbox.login.tokens import authenticate
from wizard.sandbox.router import Request, Response, Router

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

CONTROL_PLANE = control
"""Its routes are on the router of Resource Manager: importing it is enough."""

VERSIONS = ("2016-10-01", "7.0", "7.1", "7.2", "7.3", "7.4", "7.5", "7.6", "2025-07-01", "2026-04-01")
PAGE = 25
FOREIGN_TENANT = "9d4c1f0e-3b7a-4e52-8c6d-5a1b2c3d4e5f"


class Vaults(Router):
    """The router of all vaults' host names; a host is there when its vault is."""

    def resolves(self, host: str, world: World) -> bool:
        """Whether the host name has an address now."""
        name = host.lower().removesuffix(DNS_SUFFIX)
        return answers_on_the_network(world, name) or name in world.table("keyvault.taken_names")


def guard(request: Request, world: World) -> None:
    """The name, the token, the api-version, in this order."""
    if _vault_name(request) in world.table("keyvault.taken_names"):
        sent = "authorization" in request.headers
        raise unauthorized(FOREIGN_TENANT, "AKV10032: Invalid issuer." if sent else "AKV10000: Request is missing a Bearer or PoP token.")
    if not answers_on_the_network(world, _vault_name(request)):
        raise refused(503, "VaultNotOnTheNetwork", f"The name {request.host} does not resolve: there is no such vault, or not yet.")
    authenticate(request, world, AUDIENCES)
    version = request.query.get("api-version", "")
    if version not in VERSIONS:
        raise bad_parameter(
            f"The specified version ({version}) is not recognized. Consider using the latest supported version ({VERSIONS[-1]})."
        )


ROUTER = Vaults("keyvault", r"[a-z0-9-]+\.vault\.azure\.net", guard=guard)


def _vault_name(request: Request) -> str:
    return request.host.lower().partition(":")[0].removesuffix(DNS_SUFFIX)


def _vault(request: Request, world: World, operation: access.Operation, secret: str = "") -> Json:
    """The vault that was called, once its network and the caller's rights allow the operation."""
    vault = find_vault(world, _vault_name(request))
    assert vault is not None
    if secret:
        secrets.check_name(secret)
    access.require(world, authenticate(request, world, AUDIENCES), vault, operation, secret)
    return vault


def _body(request: Request) -> Json:
    try:
        return request.json() or {}
    except ValueError:
        raise bad_parameter("The request body is not valid JSON.") from None


def _page(request: Request, items: list[Json]) -> Response:
    """At most ``maxresults`` (25) entries, and a link to the rest."""
    text = request.query.get("maxresults", str(PAGE))
    if not text.isdigit() or not 1 <= int(text) <= PAGE:
        raise bad_parameter(f"Value for parameter 'maxresults' must be between 1 and {PAGE}.")
    start, size = int(request.query.get("$skiptoken", "0") or 0), int(text)
    more = start + size < len(items)
    link = f"https://{request.host}{request.path}?api-version={request.query['api-version']}&$skiptoken={start + size}&maxresults={size}"
    return Response(200, {"value": items[start : start + size], "nextLink": link if more else None})


@ROUTER.put("/secrets/{name}")
def set_secret(request: Request, world: World) -> Response:
    name = request.params["name"]
    vault = _vault(request, world, access.SET, name)
    version, row = secrets.put(world, vault, name, _body(request))
    return Response(200, secret_bundle(vault, row, version))


@ROUTER.get("/secrets/{name}")
def get_latest_secret(request: Request, world: World) -> Response:
    return _get(request, world, "")


@ROUTER.get("/secrets/{name}/{version}")
def get_secret(request: Request, world: World) -> Response:
    return _get(request, world, request.params["version"])


def _get(request: Request, world: World, version: str) -> Response:
    """A disabled secret is not given out; one before ``nbf`` or after ``exp`` is."""
    name = request.params["name"]
    vault = _vault(request, world, access.GET, name)
    version, row = secrets.find(world, vault, name, version)
    if not row["attributes"]["enabled"]:
        raise secret_disabled()
    return Response(200, secret_bundle(vault, row, version))


@ROUTER.get("/secrets/{name}/versions")
def list_versions(request: Request, world: World) -> Response:
    name = request.params["name"]
    vault = _vault(request, world, access.LIST, name)
    return _page(request, [secret_item(vault, row, version) for version, row in secrets.versions(world, vault, name)])


@ROUTER.get("/secrets")
def list_secrets(request: Request, world: World) -> Response:
    vault = _vault(request, world, access.LIST)
    return _page(request, [secret_item(vault, secrets.versions(world, vault, name)[-1][1]) for name in secrets.names(world, vault)])


@ROUTER.patch("/secrets/{name}")
def update_latest_secret(request: Request, world: World) -> Response:
    return _update(request, world, "")


@ROUTER.patch("/secrets/{name}/{version}")
def update_secret(request: Request, world: World) -> Response:
    return _update(request, world, request.params["version"])


def _update(request: Request, world: World, version: str) -> Response:
    name = request.params["name"]
    vault = _vault(request, world, access.UPDATE, name)
    version, row = secrets.change(world, vault, name, version, _body(request))
    return Response(200, secret_item(vault, row, version))


@ROUTER.delete("/secrets/{name}")
def delete_secret(request: Request, world: World) -> Response:
    name = request.params["name"]
    vault = _vault(request, world, access.DELETE, name)
    version, document = secrets.delete(world, vault, name)
    return Response(200, {**secret_item(vault, document["versions"][version], version), **deleted_members(vault, document)})


@ROUTER.get("/deletedsecrets")
def list_deleted_secrets(request: Request, world: World) -> Response:
    vault = _vault(request, world, access.LIST)
    items = [{**secret_item(vault, secrets.latest(row)[1]), **deleted_members(vault, row)} for row in secrets.all_deleted(world, vault)]
    return _page(request, items)


@ROUTER.get("/deletedsecrets/{name}")
def get_deleted_secret(request: Request, world: World) -> Response:
    name = request.params["name"]
    vault = _vault(request, world, access.GET_DELETED, name)
    document = secrets.deleted(world, vault, name)
    version, row = secrets.latest(document)
    return Response(200, {**secret_item(vault, row, version), **deleted_members(vault, document)})


@ROUTER.post("/deletedsecrets/{name}/recover")
def recover_secret(request: Request, world: World) -> Response:
    name = request.params["name"]
    vault = _vault(request, world, access.RECOVER, name)
    version, row = secrets.recover(world, vault, name)
    return Response(200, secret_item(vault, row, version))


@ROUTER.delete("/deletedsecrets/{name}")
def purge_secret(request: Request, world: World) -> Response:
    name = request.params["name"]
    vault = _vault(request, world, access.PURGE, name)
    secrets.purge(world, vault, name)
    return Response(204)
