"""``/applications``: list, create, read, update, delete and upsert by ``uniqueName``; owners.

Owns the table ``graph.applications`` and its soft deletion. A young application is not found by every replica yet: reads of
it answer 404, uniqueness is checked where it was written. Not emulated: templates, extensions, logos, verified publishers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.graph import errors, rights
from wizard.sandbox.graph.defaults import APPLICATION
from wizard.sandbox.graph.models import new_application, new_password
from wizard.sandbox.graph.query import page, selected
from wizard.sandbox.graph.router import CONTEXT, ROUTER, body_of
from wizard.sandbox.router import Refusal, Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.login.directory import Principal
    from wizard.sandbox.world import World

Json = Any

MEMBERS = frozenset(APPLICATION) | {"id", "appId", "createdDateTime", "publisherDomain"}
READ_ONLY = frozenset({"id", "appId", "createdDateTime", "publisherDomain", "deletedDateTime", "disabledByMicrosoftStatus"})
AUDIENCES = ("AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount")


def application_keyed(world: World, key: str, *, settled: bool = True) -> Json:
    """The application for a path key (object id, ``appId=…``, ``uniqueName=…``); 404 where this replica has none.

    ``settled=False`` asks the replica that was written to, as a write does.
    """
    name, _, value = key.rpartition("=")
    rows = world.table("graph.applications").where(lambda row: str(row.get(name or "id") or "").lower() == value.lower())
    if not rows or (settled and not world.consistency.visible("application", rows[0]["id"])):
        raise errors.not_found(world, value)
    return rows[0]


@ROUTER.get("/v1.0/applications")
def listing(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/application-list"""
    rights.may_read(world, rights.caller(request, world), "application")
    rows = [row for row in world.table("graph.applications").values() if world.consistency.visible("application", row["id"])]
    return Response(200, page(request, world, rows, lambda row: row, "applications", MEMBERS))


@ROUTER.get("/v1.0/applications/{key}")
def reading(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/application-get"""
    rights.may_read(world, rights.caller(request, world), "application")
    found = application_keyed(world, request.params["key"])
    return Response(200, {"@odata.context": f"{CONTEXT}applications/$entity", **selected(request, world, found, MEMBERS)})


@ROUTER.post("/v1.0/applications")
def creating(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/application-post-applications"""
    who = rights.caller(request, world)
    rights.may_create_application(world, who)
    return Response(201, _created(world, who, body_of(request)))


def _created(world: World, who: Principal, body: Json) -> Json:
    _check(world, body)
    if not body.get("displayName"):
        raise errors.bad_request(world, "Value specified for property 'displayName' of resource 'Application' is missing or invalid.")
    unique_name = body.get("uniqueName")
    if unique_name and unique_name in _unique_names(world):
        raise errors.unique_name_taken(world)
    passwords = body.pop("passwordCredentials", ())
    application = new_application(world, body)
    world.table("graph.owners")[application["id"]] = {"owners": [who.object_id]}
    world.consistency.written("application", application["id"])
    made = [add_password(world, application["id"], row) for row in passwords]
    shown = world.table("graph.applications")[application["id"]] | ({"passwordCredentials": made} if made else {})
    return {"@odata.context": f"{CONTEXT}applications/$entity", **shown}


def _unique_names(world: World) -> set[str]:
    """Names in use; a soft-deleted application keeps its own. (The stricter reading: the documents do not say.)"""
    deleted = [row["object"] for row in world.table("graph.deleted").rows.values()]
    rows = [*world.table("graph.applications").rows.values(), *deleted]
    return {str(row["uniqueName"]) for row in rows if row.get("uniqueName")}


def _check(world: World, body: Json) -> None:
    for name in body:
        if name not in MEMBERS and "@" not in name:
            raise errors.unknown_property(world, name, "Application")
        if name in READ_ONLY:
            raise errors.bad_request(world, f"Property '{name}' is read-only and cannot be set.")
    if body.get("signInAudience", AUDIENCES[0]) not in AUDIENCES:
        raise errors.invalid_value(world, "signInAudience")
    for name, longest in (("displayName", 256), ("notes", 1024), ("uniqueName", 120)):
        if isinstance(body.get(name), str) and len(body[name]) > longest:
            raise errors.invalid_value(world, name)
    tags = body.get("tags", [])
    if not isinstance(tags, list) or any(not isinstance(tag, str) or not 1 <= len(tag) <= 256 for tag in tags):
        raise errors.invalid_value(world, "tags")


def add_password(world: World, object_id: str, asked: Json) -> Json:
    """A new password credential, its text included. Refused by the tenant's policy where secrets are blocked."""
    if world.table("graph.policies").rows.get("applications", {}).get("secrets_blocked"):
        raise errors.secrets_blocked(world)
    if asked.get("secretText"):
        raise errors.bad_request(world, "Setting the value of 'secretText' is not supported: it is generated by the service.")
    made = new_password(world, object_id, asked.get("displayName"), asked.get("startDateTime"), asked.get("endDateTime"))
    if made["endDateTime"] <= made["startDateTime"]:
        raise errors.invalid_value(world, "endDateTime")
    world.consistency.written("client_secret", made["keyId"])
    return made


@ROUTER.patch("/v1.0/applications/{key}")
def updating(request: Request, world: World) -> Response:
    """Update, or with ``Prefer: create-if-missing`` upsert by ``uniqueName``.

    https://learn.microsoft.com/graph/api/application-update, https://learn.microsoft.com/graph/api/application-upsert
    """
    who = rights.caller(request, world)
    key, body = request.params["key"], body_of(request)
    upsert = "create-if-missing" in request.headers.get("prefer", "").lower() and key.lower().startswith("uniquename=")
    try:
        found = application_keyed(world, key, settled=not upsert)
    except Refusal:
        if not upsert:
            raise
        rights.may_create_application(world, who)
        return Response(201, _created(world, who, body | {"uniqueName": key.partition("=")[2]}))
    rights.may_change(world, who, found["id"])
    _check(world, body)
    if "passwordCredentials" in body:
        raise errors.bad_request(world, "Updating passwordCredentials is not supported: use addPassword and removePassword.")
    if body.get("uniqueName", found["uniqueName"]) != found["uniqueName"]:
        raise errors.bad_request(world, "Property 'uniqueName' is immutable once it is set.")
    changed = found | {name: value for name, value in body.items() if "@" not in name}
    if changed != found:
        world.table("graph.applications")[found["id"]] = changed
    return Response(204)


@ROUTER.delete("/v1.0/applications/{key}")
def deleting(request: Request, world: World) -> Response:
    """Soft deletion: for thirty days it can be restored. Its service principal goes with it."""
    who = rights.caller(request, world)
    found = application_keyed(world, request.params["key"], settled=False)
    rights.may_change(world, who, found["id"])
    soft_delete(world, "application", found)
    for principal in world.table("graph.service_principals").where(lambda row: row["appId"] == found["appId"]):
        soft_delete(world, "servicePrincipal", principal)
    return Response(204)


TABLES = {"application": "graph.applications", "servicePrincipal": "graph.service_principals"}


def soft_delete(world: World, kind: str, found: Json) -> None:
    """Move an object to the deleted items."""
    del world.table(TABLES[kind])[found["id"]]
    deleted = {"kind": kind, "object": found | {"deletedDateTime": world.clock.iso()}}
    world.table("graph.deleted")[found["id"]] = deleted


@ROUTER.get("/v1.0/applications/{key}/owners")
def owners(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/application-list-owners"""
    rights.may_read(world, rights.caller(request, world), "application")
    found = application_keyed(world, request.params["key"])
    return Response(
        200, {"@odata.context": f"{CONTEXT}directoryObjects", "value": [owner_shown(world, key) for key in _owners(world, found["id"])]}
    )


def _owners(world: World, object_id: str) -> list[str]:
    return list(world.table("graph.owners").get(object_id, {"owners": []})["owners"])


def owner_shown(world: World, object_id: str) -> Json:
    """A person or service principal as a directory object."""
    user = world.table("graph.users").get(object_id)
    if user is not None:
        names = ("id", "displayName", "userPrincipalName", "mail", "givenName", "surname")
        return {"@odata.type": "#microsoft.graph.user", **{name: user.get(name) for name in names}}
    group = world.table("graph.groups").get(object_id)
    if group is not None:
        return {"@odata.type": "#microsoft.graph.group", "id": object_id, "displayName": group["displayName"]}
    principal = world.table("graph.service_principals")[object_id]
    return {"@odata.type": "#microsoft.graph.servicePrincipal", **principal}


@ROUTER.post("/v1.0/applications/{key}/owners/$ref")
def owner_added(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/application-post-owners"""
    who = rights.caller(request, world)
    found = application_keyed(world, request.params["key"], settled=False)
    rights.may_change(world, who, found["id"])
    owner = str(body_of(request).get("@odata.id", "")).rpartition("/")[2]
    if owner not in world.table("graph.users") and owner not in world.table("graph.service_principals"):
        raise errors.not_found(world, owner)
    kept = _owners(world, found["id"])
    if owner in kept:
        raise errors.bad_request(
            world, "One or more added object references already exist for the following modified properties: 'owners'."
        )
    world.table("graph.owners")[found["id"]] = {"owners": [*kept, owner]}
    return Response(204)


@ROUTER.delete("/v1.0/applications/{key}/owners/{owner}/$ref")
def owner_removed(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/application-delete-owners"""
    who = rights.caller(request, world)
    found = application_keyed(world, request.params["key"], settled=False)
    rights.may_change(world, who, found["id"])
    kept = _owners(world, found["id"])
    if request.params["owner"] not in kept:
        raise errors.not_found(world, request.params["owner"])
    world.table("graph.owners")[found["id"]] = {"owners": [owner for owner in kept if owner != request.params["owner"]]}
    return Response(204)
