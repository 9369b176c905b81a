"""``/directory/deletedItems``: soft-deleted applications and service principals, their restoration and their end.

Owns the table ``graph.deleted`` (object id -> ``kind, object``). An application that is restored comes back with its
credentials and owners but without its service principal, which is restored on its own: the stricter reading.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.graph import errors, rights
from wizard.sandbox.graph.applications import MEMBERS, TABLES
from wizard.sandbox.graph.query import page
from wizard.sandbox.graph.router import CONTEXT, ROUTER
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

KEPT_SECONDS = 30 * 86400


def _rows(world: World) -> list[Json]:
    horizon = world.clock.iso(world.clock.now() - KEPT_SECONDS)
    return world.table("graph.deleted").where(lambda row: row["object"]["deletedDateTime"] > horizon)


def _found(world: World, key: str) -> Json:
    rows = [row for row in _rows(world) if row["object"]["id"] == key]
    if not rows:
        raise errors.not_found(world, key)
    return rows[0]


def _shown(row: Json) -> Json:
    return {"@odata.type": f"#microsoft.graph.{row['kind']}", **row["object"]}


@ROUTER.get("/v1.0/directory/deletedItems/microsoft.graph.application")
def applications(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/directory-deleteditems-list"""
    rights.may_read(world, rights.caller(request, world), "application")
    rows = [row["object"] for row in _rows(world) if row["kind"] == "application"]
    return Response(200, page(request, world, rows, lambda row: row, "directoryObjects/microsoft.graph.application", MEMBERS))


@ROUTER.get("/v1.0/directory/deletedItems/microsoft.graph.servicePrincipal")
def service_principals(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/directory-deleteditems-list"""
    rights.may_read(world, rights.caller(request, world), "application")
    rows = [row["object"] for row in _rows(world) if row["kind"] == "servicePrincipal"]
    return Response(200, page(request, world, rows, lambda row: row, "directoryObjects/microsoft.graph.servicePrincipal", MEMBERS))


@ROUTER.get("/v1.0/directory/deletedItems/{key}")
def reading(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/directory-deleteditems-get"""
    rights.may_read(world, rights.caller(request, world), "application")
    found = _found(world, request.params["key"])
    return Response(200, {"@odata.context": f"{CONTEXT}directoryObjects/$entity", **_shown(found)})


@ROUTER.post("/v1.0/directory/deletedItems/{key}/restore")
def restoring(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/directory-deleteditems-restore"""
    who = rights.caller(request, world)
    found = _found(world, request.params["key"])
    rights.may_change(world, who, request.params["key"])
    restored = found["object"] | {"deletedDateTime": None}
    world.table(TABLES[found["kind"]])[restored["id"]] = restored
    del world.table("graph.deleted")[restored["id"]]
    return Response(200, {"@odata.context": f"{CONTEXT}directoryObjects/$entity", **_shown(found | {"object": restored})})


@ROUTER.delete("/v1.0/directory/deletedItems/{key}")
def purging(request: Request, world: World) -> Response:
    """Gone for good, with its credentials. https://learn.microsoft.com/graph/api/directory-deleteditems-delete"""
    who = rights.caller(request, world)
    found = _found(world, request.params["key"])
    key = found["object"]["id"]
    rights.may_change(world, who, key)
    del world.table("graph.deleted")[key]
    for credential in found["object"].get("passwordCredentials", ()):
        world.table("graph.passwords").pop(credential["keyId"], None)
    for name in [name for name in world.table("graph.federated_credentials") if name.startswith(f"{key}/")]:
        del world.table("graph.federated_credentials")[name]
    world.table("graph.owners").pop(key, None)
    return Response(204)
