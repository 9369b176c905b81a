"""Users, groups, policies and the automation principal, from a world description.

Owns what the ``graph.*`` tables hold at the start. Everything seeded is old: it is visible everywhere at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.graph.models import (
    FIRST_PARTY,
    new_application,
    new_password,
    new_service_principal,
)

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any


def seed(world: World, description: dict[str, Json]) -> None:
    """Fill users, groups, policies, applications and service principals."""
    told = description.get("tenant") or {}
    users = {user["upn"].lower(): _user(world, user) for user in told.get("users") or ()}
    for group in told.get("groups") or ():
        _group(world, group, users)
    restricted = told.get("secret_policy", "allowed") == "blocked"
    world.table("graph.policies")["authorization"] = {"members_create_applications": told.get("app_registration", "everyone") == "everyone"}
    world.table("graph.policies")["applications"] = {"secrets_blocked": restricted}
    for app_id in _first_parties(description):
        new_service_principal(world, app_id, {})
    for application in told.get("applications") or ():
        _application(world, application)
    if automation := told.get("automation"):
        found = _application(world, automation)
        key = new_password(world, found["id"], "automation", None, None)
        world.table("login.automation")["automation"] = {"appId": found["appId"], "id": automation["id"], "keyId": key["keyId"]}


def _first_parties(description: Json) -> list[str]:
    """Microsoft's own that every tenant has, and AzureDatabricks where a subscription has ever used Databricks."""
    providers = [name.lower() for row in description.get("subscriptions") or () for name in row.get("providers") or ()]
    used = "microsoft.databricks" in providers
    return [app_id for app_id, name in FIRST_PARTY.items() if used or "Databricks" not in name]


def _user(world: World, told: Json) -> Json:
    given, _, family = str(told.get("name", told["upn"])).partition(" ")
    user = {
        "id": told.get("id") or world.new_id("user"),
        "displayName": told.get("name", told["upn"]),
        "userPrincipalName": told["upn"],
        "mail": told.get("mail", told["upn"]),
        "givenName": given,
        "surname": family or None,
        "accountEnabled": told.get("enabled", True),
        "userType": told.get("type", "Member"),
        "directoryRoles": list(told.get("roles") or ()),
    }
    world.table("graph.users")[user["id"]] = user
    return user


def _group(world: World, told: Json, users: dict[str, Json]) -> None:
    members = [users[member.lower()]["id"] if member.lower() in users else member for member in told.get("members") or ()]
    group = {"id": told.get("id") or world.new_id("group"), "displayName": told["name"], "members": members}
    world.table("graph.groups")[group["id"]] = group | {"createdDateTime": world.clock.iso()}


def _application(world: World, told: Json) -> Json:
    """An application with its service principal; ``id`` in the description is the service principal's object id."""
    body = {"displayName": told["name"], "tags": list(told.get("tags") or ())}
    if "unique_name" in told:
        body["uniqueName"] = told["unique_name"]
    application = new_application(world, body, app_id=told.get("app_id"))
    if told.get("service_principal", True):
        principal = new_service_principal(world, application["appId"], {}, object_id=told.get("id"))
        world.table("graph.app_roles")[principal["id"]] = {"roles": list(told.get("graph_roles") or ())}
    return application
