"""``/servicePrincipals``: list, create, read, update, delete, upsert by ``appId``; owners.

Owns the table ``graph.service_principals``. Service principals of managed identities are there to be read; they are made and
deleted with their identity. Not emulated: app role assignments, permission grants, single sign-on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.graph import errors, rights
from wizard.sandbox.graph.applications import owner_shown, soft_delete
from wizard.sandbox.graph.defaults import SERVICE_PRINCIPAL
from wizard.sandbox.graph.models import FIRST_PARTY, new_service_principal
from wizard.sandbox.graph.query import page, selected
from wizard.sandbox.graph.router import CONTEXT, ROUTER, body_of
from wizard.sandbox.router import Refusal, Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.login.directory import Principal
    from wizard.sandbox.world import World

Json = Any

MEMBERS = frozenset(SERVICE_PRINCIPAL) | {
    *("id", "appId", "createdDateTime", "appDisplayName", "displayName", "appDescription", "appOwnerOrganizationId"),
    *("servicePrincipalNames", "servicePrincipalType", "signInAudience", "isAuthorizationServiceEnabled"),
}
READ_ONLY = frozenset({"id", "createdDateTime", "deletedDateTime", "appDisplayName", "appOwnerOrganizationId", "servicePrincipalType"})


def _keyed(world: World, key: str, *, settled: bool = True) -> Json:
    name, _, value = key.rpartition("=")
    rows = world.table("graph.service_principals").where(lambda row: str(row.get(name or "id") or "").lower() == value.lower())
    if not rows or (settled and not world.consistency.visible("principal", rows[0]["id"])):
        raise errors.not_found(world, value)
    return rows[0]


@ROUTER.get("/v1.0/servicePrincipals")
def listing(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/serviceprincipal-list"""
    rights.may_read(world, rights.caller(request, world), "application")
    rows = [row for row in world.table("graph.service_principals").values() if world.consistency.visible("principal", row["id"])]
    return Response(200, page(request, world, rows, lambda row: row, "servicePrincipals", MEMBERS))


@ROUTER.get("/v1.0/servicePrincipals/{key}")
def reading(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/serviceprincipal-get"""
    rights.may_read(world, rights.caller(request, world), "application")
    found = _keyed(world, request.params["key"])
    return Response(200, {"@odata.context": f"{CONTEXT}servicePrincipals/$entity", **selected(request, world, found, MEMBERS)})


@ROUTER.post("/v1.0/servicePrincipals")
def creating(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/serviceprincipal-post-serviceprincipals"""
    return Response(201, _created(world, rights.caller(request, world), body_of(request)))


def _created(world: World, who: Principal, body: Json) -> Json:
    app_id = str(body.get("appId", ""))
    _check(world, body)
    if not app_id:
        raise errors.bad_request(world, "Property 'appId' of resource 'ServicePrincipal' is required but missing or empty.")
    applications = world.table("graph.applications").where(lambda row: row["appId"].lower() == app_id.lower())
    application = applications[0] if applications else None
    if application is not None and not world.consistency.visible("application", application["id"]):
        raise errors.no_backing_application(world, app_id)
    if application is None and app_id not in FIRST_PARTY:
        raise errors.no_backing_application(world, app_id)
    rights.may_create_service_principal(world, who, application)
    if world.table("graph.service_principals").where(lambda row: row["appId"].lower() == app_id.lower()):
        raise errors.service_principal_exists(world, app_id)
    made = new_service_principal(world, application["appId"] if application else app_id, body)
    world.table("graph.owners")[made["id"]] = {"owners": [who.object_id] if application else []}
    world.consistency.written("principal", made["id"])
    return {"@odata.context": f"{CONTEXT}servicePrincipals/$entity", **made}


def _check(world: World, body: Json) -> None:
    for name in body:
        if name not in MEMBERS and "@" not in name:
            raise errors.unknown_property(world, name, "ServicePrincipal")
        if name in READ_ONLY:
            raise errors.bad_request(world, f"Property '{name}' is read-only and cannot be set.")


@ROUTER.patch("/v1.0/servicePrincipals/{key}")
def updating(request: Request, world: World) -> Response:
    """Update, or with ``Prefer: create-if-missing`` upsert by ``appId``.

    https://learn.microsoft.com/graph/api/serviceprincipal-upsert
    """
    who = rights.caller(request, world)
    key, body = request.params["key"], body_of(request)
    upsert = "create-if-missing" in request.headers.get("prefer", "").lower() and key.lower().startswith("appid=")
    try:
        found = _keyed(world, key, settled=not upsert)
    except Refusal:
        if not upsert:
            raise
        return Response(201, _created(world, who, body | {"appId": key.partition("=")[2]}))
    rights.may_change(world, who, found["id"])
    _check(world, body)
    changed = found | {name: value for name, value in body.items() if "@" not in name and name != "appId"}
    if changed != found:
        world.table("graph.service_principals")[found["id"]] = changed
    return Response(204)


@ROUTER.delete("/v1.0/servicePrincipals/{key}")
def deleting(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/serviceprincipal-delete"""
    who = rights.caller(request, world)
    found = _keyed(world, request.params["key"], settled=False)
    if found["servicePrincipalType"] == "ManagedIdentity":
        raise errors.denied(world, "Managed identities cannot be deleted through Microsoft Graph.")
    rights.may_change(world, who, found["id"])
    soft_delete(world, "servicePrincipal", found)
    return Response(204)


@ROUTER.get("/v1.0/servicePrincipals/{key}/owners")
def owners(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/serviceprincipal-list-owners"""
    rights.may_read(world, rights.caller(request, world), "application")
    found = _keyed(world, request.params["key"])
    kept = world.table("graph.owners").get(found["id"], {"owners": []})["owners"]
    return Response(200, {"@odata.context": f"{CONTEXT}directoryObjects", "value": [owner_shown(world, key) for key in kept]})
