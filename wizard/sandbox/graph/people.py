"""``/me``, ``/users``, ``/groups``, ``/organization``, memberships and ``/directoryObjects``: reading only.

Owns the wire forms of people, groups and the tenant. Not emulated: writing them, photos, licences, guests' restrictions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.graph import errors, rights
from wizard.sandbox.graph.applications import owner_shown
from wizard.sandbox.graph.query import page, selected
from wizard.sandbox.graph.router import CONTEXT, ROUTER, body_of
from wizard.sandbox.login.directory import groups_of, tenant
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

BASIC = ("businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation", "preferredLanguage")
USER = (*BASIC, "surname", "userPrincipalName", "id")
USER_MEMBERS = frozenset(USER) | {"accountEnabled", "userType", "mailNickname", "onPremisesImmutableId"}
GROUP_MEMBERS = frozenset(
    {"id", "displayName", "description", "mail", "mailEnabled", "mailNickname", "securityEnabled", "groupTypes", "createdDateTime"}
)


def _user(request: Request, world: World, row: Json) -> Json:
    names = [name for name in request.query.get("$select", "").split(",") if name] or USER
    for name in names:
        if name not in USER_MEMBERS:
            raise errors.bad_filter(world, f"Could not find a property named '{name}' on type 'microsoft.graph.user'.")
    return {name: row.get(name, [] if name == "businessPhones" else None) for name in names}


def _group(row: Json) -> Json:
    nickname = "".join(letter for letter in row["displayName"] if letter.isalnum())
    fixed: Json = {"description": None, "mail": None, "mailEnabled": False, "securityEnabled": True, "groupTypes": []}
    fixed["mailNickname"] = nickname
    return {"id": row["id"], "displayName": row["displayName"], "createdDateTime": row.get("createdDateTime"), **fixed}


def _named(world: World, table: str, key: str) -> Json:
    names = ("id", "userPrincipalName") if table == "graph.users" else ("id",)
    rows = world.table(table).where(lambda row: key.lower() in [str(row[name]).lower() for name in names])
    if not rows:
        raise errors.not_found(world, key)
    return rows[0]


def _me(request: Request, world: World) -> Json:
    who = rights.caller(request, world)
    if who.kind != "user":
        raise errors.delegated_only(world)
    return world.table("graph.users")[who.object_id]


@ROUTER.get("/v1.0/me")
def me(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/user-get"""
    return Response(200, {"@odata.context": f"{CONTEXT}users/$entity", **_user(request, world, _me(request, world))})


@ROUTER.get("/v1.0/users")
def users(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/user-list"""
    rights.may_read(world, rights.caller(request, world), "user")
    rows = world.table("graph.users").values()
    return Response(200, page(request, world, rows, lambda row: _user(request, world, row), "users", USER_MEMBERS))


@ROUTER.get("/v1.0/users/{key}")
def user(request: Request, world: World) -> Response:
    """By object id or sign-in name. https://learn.microsoft.com/graph/api/user-get"""
    rights.may_read(world, rights.caller(request, world), "user")
    found = _named(world, "graph.users", request.params["key"].removeprefix("userPrincipalName="))
    return Response(200, {"@odata.context": f"{CONTEXT}users/$entity", **_user(request, world, found)})


@ROUTER.get("/v1.0/groups")
def groups(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/group-list"""
    rights.may_read(world, rights.caller(request, world), "group")
    rows = [_group(row) for row in world.table("graph.groups").values()]
    return Response(200, page(request, world, rows, lambda row: row, "groups", GROUP_MEMBERS))


@ROUTER.get("/v1.0/groups/{key}")
def group(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/group-get"""
    rights.may_read(world, rights.caller(request, world), "group")
    found = _group(_named(world, "graph.groups", request.params["key"]))
    return Response(200, {"@odata.context": f"{CONTEXT}groups/$entity", **selected(request, world, found, GROUP_MEMBERS)})


@ROUTER.get("/v1.0/groups/{key}/members")
def members(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/group-list-members"""
    rights.may_read(world, rights.caller(request, world), "group")
    found = _named(world, "graph.groups", request.params["key"])
    rows = [owner_shown(world, member) for member in found["members"]]
    return Response(200, page(request, world, rows, lambda row: row, "directoryObjects", USER_MEMBERS | GROUP_MEMBERS))


@ROUTER.get("/v1.0/organization")
def organization(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/organization-list"""
    rights.may_read(world, rights.caller(request, world), "organization")
    told = tenant(world)
    domain = {
        "capabilities": "Email, OfficeCommunicationsOnline",
        "isDefault": True,
        "isInitial": True,
        "name": told["domain"],
        "type": "Managed",
    }
    row = {
        "id": told["id"],
        "displayName": told["displayName"],
        "tenantType": "AAD",
        "countryLetterCode": "NL",
        "verifiedDomains": [domain],
    }
    return Response(200, page(request, world, [row], lambda item: item, "organization", set(row)))


@ROUTER.get("/v1.0/me/memberOf")
@ROUTER.get("/v1.0/me/transitiveMemberOf")
def my_memberships(request: Request, world: World) -> Response:
    """Groups and active directory roles. https://learn.microsoft.com/graph/api/user-list-transitivememberof"""
    return _memberships(request, world, _me(request, world))


@ROUTER.get("/v1.0/users/{key}/memberOf")
@ROUTER.get("/v1.0/users/{key}/transitiveMemberOf")
def memberships(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/user-list-transitivememberof"""
    rights.may_read(world, rights.caller(request, world), "group")
    return _memberships(request, world, _named(world, "graph.users", request.params["key"]))


def _memberships(request: Request, world: World, found: Json) -> Response:
    transitive = "transitive" in request.path.lower()
    table = world.table("graph.groups")
    keys = groups_of(world, found["id"]) if transitive else [key for key, row in table.items() if found["id"] in row["members"]]
    rows = [{"@odata.type": "#microsoft.graph.group", **_group(table[key])} for key in keys]
    for role in found.get("directoryRoles", ()):
        shown = {"id": role_id(world, role), "displayName": role, "description": None, "roleTemplateId": role_id(world, role)}
        rows.append({"@odata.type": "#microsoft.graph.directoryRole", **shown})
    return Response(200, page(request, world, rows, lambda row: row, "directoryObjects", GROUP_MEMBERS | {"roleTemplateId"}))


ROLE_TEMPLATES = {
    "Global Administrator": "62e90394-69f5-4237-9190-012177145e10",
    "Application Administrator": "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
    "Cloud Application Administrator": "158c047a-c907-4556-b7ef-446551a6b5f7",
    "Application Developer": "cf1c38e5-3621-4004-a7cb-879624dced7c",
    "Global Reader": "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
}
"""https://learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference"""


def role_id(world: World, name: str) -> str:
    """The template id of a directory role."""
    return ROLE_TEMPLATES.get(name) or world.new_id("role")


@ROUTER.get("/v1.0/directoryObjects/{key}")
def directory_object(request: Request, world: World) -> Response:
    """https://learn.microsoft.com/graph/api/directoryobject-get"""
    return Response(200, {"@odata.context": f"{CONTEXT}directoryObjects/$entity", **_object(world, request.params["key"])})


def _object(world: World, key: str) -> Json:
    application = world.table("graph.applications").get(key)
    if application is not None:
        return {"@odata.type": "#microsoft.graph.application", **application}
    try:
        return owner_shown(world, key)
    except KeyError:
        raise errors.not_found(world, key) from None


@ROUTER.post("/v1.0/directoryObjects/getByIds")
def by_ids(request: Request, world: World) -> Response:
    """Unknown ids are left out. https://learn.microsoft.com/graph/api/directoryobject-getbyids"""
    body: Json = body_of(request)
    tables = ("graph.users", "graph.groups", "graph.service_principals", "graph.applications")
    known = [key for key in body.get("ids", ()) if any(key in world.table(name) for name in tables)]
    wanted = {f"#microsoft.graph.{kind}".lower() for kind in body.get("types", ())}
    rows = [row for row in (_object(world, key) for key in known) if not wanted or row["@odata.type"].lower() in wanted]
    return Response(200, {"@odata.context": f"{CONTEXT}directoryObjects", "value": rows})
