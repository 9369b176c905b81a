"""Credentials of applications: ``addPassword``, ``removePassword`` and ``federatedIdentityCredentials``.

Owns the tables ``graph.passwords`` and, for applications, ``graph.federated_credentials``. Not emulated: certificates
(``addKey``), flexible expressions (beta only).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wizard.sandbox.graph import errors, rights
from wizard.sandbox.graph.applications import add_password, application_keyed
from wizard.sandbox.graph.models import shown_credential
from wizard.sandbox.graph.query import page, selected
from wizard.sandbox.graph.router import CONTEXT, ROUTER, body_of
from wizard.sandbox.router import Refusal, Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,119}")
MEMBERS = frozenset({"id", "name", "issuer", "subject", "description", "audiences"})
MOST = 20
COLLECTION = "/v1.0/applications/{key}/federatedIdentityCredentials"


@ROUTER.post("/v1.0/applications/{key}/addPassword")
def password_added(request: Request, world: World) -> Response:
    """Works on a young application too: ``az ad sp create-for-rbac`` adds its secret at once and never tries again.

    https://learn.microsoft.com/graph/api/application-addpassword
    """
    who = rights.caller(request, world)
    found = application_keyed(world, request.params["key"], settled=False)
    rights.may_change(world, who, found["id"])
    asked = body_of(request).get("passwordCredential") or {}
    made = add_password(world, found["id"], asked)
    return Response(200, {"@odata.context": f"{CONTEXT}microsoft.graph.passwordCredential", **made})


@ROUTER.post("/v1.0/applications/{key}/removePassword")
def password_removed(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/application-removepassword"""
    who = rights.caller(request, world)
    found = application_keyed(world, request.params["key"], settled=False)
    rights.may_change(world, who, found["id"])
    key_id = str(body_of(request).get("keyId", ""))
    kept = [row for row in found["passwordCredentials"] if row["keyId"] != key_id]
    if len(kept) == len(found["passwordCredentials"]):
        raise errors.no_such_password(world, key_id)
    world.table("graph.applications")[found["id"]] = found | {"passwordCredentials": kept}
    del world.table("graph.passwords")[key_id]
    return Response(204)


def _of(world: World, object_id: str) -> dict[str, Json]:
    """The federated credentials of one application, by table key."""
    return {key: row for key, row in world.table("graph.federated_credentials").items() if key.startswith(f"{object_id}/")}


def _found(world: World, object_id: str, key: str, *, settled: bool) -> tuple[str, Json]:
    """One credential by its id, its name or ``name=…``."""
    wanted = key.partition("=")[2] if key.lower().startswith("name=") else key
    for table_key, row in _of(world, object_id).items():
        if wanted in (row["id"], row["name"]) and (not settled or world.consistency.visible("federated_credential", table_key)):
            return table_key, row
    raise errors.not_found(world, wanted)


@ROUTER.get(COLLECTION)
def listing(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/application-list-federatedidentitycredentials"""
    rights.may_read(world, rights.caller(request, world), "application")
    found = application_keyed(world, request.params["key"])
    rows = [row for key, row in _of(world, found["id"]).items() if world.consistency.visible("federated_credential", key)]
    context = f"applications('{found['id']}')/federatedIdentityCredentials"
    return Response(200, page(request, world, rows, shown_credential, context, MEMBERS))


@ROUTER.get(COLLECTION + "/{name}")
def reading(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/federatedidentitycredential-get"""
    rights.may_read(world, rights.caller(request, world), "application")
    found = application_keyed(world, request.params["key"])
    _, row = _found(world, found["id"], request.params["name"], settled=True)
    context = f"{CONTEXT}applications('{found['id']}')/federatedIdentityCredentials/$entity"
    return Response(200, {"@odata.context": context, **selected(request, world, shown_credential(row), MEMBERS)})


@ROUTER.post(COLLECTION)
def creating(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/application-post-federatedidentitycredentials"""
    who = rights.caller(request, world)
    found = application_keyed(world, request.params["key"])
    rights.may_change(world, who, found["id"])
    return Response(201, _created(world, found["id"], body_of(request)))


def _created(world: World, object_id: str, body: Json) -> Json:
    for name in ("name", "issuer", "subject", "audiences"):
        if not body.get(name):
            raise errors.bad_request(world, f"Property '{name}' of resource 'FederatedIdentityCredential' is required but missing.")
    if not NAME.fullmatch(body["name"]):
        raise errors.bad_request(world, "Invalid value specified for property 'name' of resource 'FederatedIdentityCredential'.")
    key = f"{object_id}/{body['name']}"
    if key in world.table("graph.federated_credentials"):
        raise errors.federated_credential_exists(world, body["name"])
    if len(_of(world, object_id)) >= MOST:
        raise errors.too_many_federated_credentials(world)
    row = {"id": world.new_id("federated_credential"), "parent": object_id, **{name: body.get(name) for name in MEMBERS - {"id"}}}
    _check(world, object_id, row, body)
    world.table("graph.federated_credentials")[key] = row
    world.consistency.written("federated_credential", key)
    context = f"{CONTEXT}applications('{object_id}')/federatedIdentityCredentials/$entity"
    return {"@odata.context": context, **shown_credential(row)}


def _check(world: World, object_id: str, row: Json, body: Json) -> None:
    for name in body:
        if name not in MEMBERS and "@" not in name:
            raise errors.unknown_property(world, name, "FederatedIdentityCredential")
    if len(row["audiences"]) != 1 or not all(isinstance(item, str) for item in row["audiences"]):
        raise errors.bad_request(world, "FederatedIdentityCredential must have exactly one audience.")
    if not str(row["issuer"]).startswith("https://"):
        raise errors.bad_request(world, "Invalid value specified for property 'issuer' of resource 'FederatedIdentityCredential'.")
    for other in _of(world, object_id).values():
        if other["id"] != row["id"] and (other["issuer"], other["subject"]) == (row["issuer"], row["subject"]):
            raise errors.subject_taken(world, row["issuer"], row["subject"])


@ROUTER.patch(COLLECTION + "/{name}")
def updating(request: Request, world: World) -> Response:
    """Update, or with ``Prefer: create-if-missing`` upsert by name.

    https://learn.microsoft.com/graph/api/federatedidentitycredential-update
    """
    who = rights.caller(request, world)
    found = application_keyed(world, request.params["key"])
    rights.may_change(world, who, found["id"])
    key, body = request.params["name"], body_of(request)
    upsert = "create-if-missing" in request.headers.get("prefer", "").lower() and key.lower().startswith("name=")
    try:
        table_key, row = _found(world, found["id"], key, settled=False)
    except Refusal:
        if not upsert:
            raise
        return Response(201, _created(world, found["id"], body | {"name": key.partition("=")[2]}))
    if body.get("name", row["name"]) != row["name"]:
        raise errors.bad_request(world, "Property 'name' of resource 'FederatedIdentityCredential' is immutable.")
    changed = row | {name: value for name, value in body.items() if name in MEMBERS - {"id"}}
    _check(world, found["id"], changed, body)
    if changed != row:
        world.table("graph.federated_credentials")[table_key] = changed
        world.consistency.written("federated_credential", table_key)
    return Response(204)


@ROUTER.delete(COLLECTION + "/{name}")
def deleting(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/federatedidentitycredential-delete"""
    who = rights.caller(request, world)
    found = application_keyed(world, request.params["key"], settled=False)
    rights.may_change(world, who, found["id"])
    table_key, _ = _found(world, found["id"], request.params["name"], settled=False)
    del world.table("graph.federated_credentials")[table_key]
    world.consistency.forgotten("federated_credential", table_key)
    return Response(204)
