"""The wire forms of Graph's objects, and the making of new ones.

Owns the default members of applications, service principals and password credentials. Knows no right and no route.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from wizard.sandbox.graph.defaults import APPLICATION, SERVICE_PRINCIPAL

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

FIRST_PARTY = {
    "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d": "AzureDatabricks",
    "d9327919-6775-4843-9037-3fb0fb0473cb": "Azure Databricks Resource Provider",
    "797f4846-ba00-4fd7-ba43-dac1f8f63013": "Windows Azure Service Management API",
    "cfa8b339-82a2-471a-a3c9-0fc0be7a4093": "Azure Key Vault",
    "00000003-0000-0000-c000-000000000000": "Microsoft Graph",
    "04b07795-8ddb-461a-bbee-02f9e1bf7b46": "Microsoft Azure CLI",
}
"""Microsoft's own applications that any tenant may have a service principal of."""

MICROSOFT_TENANT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"


def new_application(world: World, body: Json, *, app_id: str | None = None) -> Json:
    """Store an application made from a request body and return it; its ``appId`` is drawn unless given."""
    tenant = world.table("login.tenant").get("tenant") or {}
    application: Json = copy.deepcopy(APPLICATION) | {
        "id": world.new_id("application"),
        "appId": app_id or world.new_id("application.appId"),
        "createdDateTime": world.clock.iso(),
        "publisherDomain": tenant.get("domain"),
    }
    application |= {key: value for key, value in body.items() if "@" not in key}
    world.table("graph.applications")[application["id"]] = application
    world.table("graph.owners")[application["id"]] = {"owners": []}
    return application


def new_service_principal(
    world: World, app_id: str, body: Json, *, object_id: str | None = None, name: str = "", kind: str = "Application"
) -> Json:
    """Store a service principal of an application, a first-party one or a managed identity (``kind``); returns it."""
    application: Json = next((row for row in world.table("graph.applications").rows.values() if row["appId"] == app_id), {})
    tenant = world.table("login.tenant").get("tenant") or {}
    first_party = app_id in FIRST_PARTY
    display = name or application.get("displayName") or FIRST_PARTY.get(app_id)
    principal: Json = copy.deepcopy(SERVICE_PRINCIPAL) | {
        "id": object_id or world.new_id("service_principal"),
        "appId": app_id,
        "createdDateTime": world.clock.iso(),
        "appDisplayName": display,
        "displayName": display,
        "appDescription": application.get("description"),
        "appOwnerOrganizationId": MICROSOFT_TENANT if first_party else tenant.get("id"),
        "servicePrincipalNames": [*application.get("identifierUris", []), app_id],
        "servicePrincipalType": kind,
        "signInAudience": "AzureADMultipleOrgs" if first_party else application.get("signInAudience", "AzureADMyOrg"),
    }
    principal |= {key: value for key, value in body.items() if "@" not in key and key != "appId"}
    world.table("graph.service_principals")[principal["id"]] = principal
    world.table("graph.owners")[principal["id"]] = {"owners": []}
    return principal


PROVISIONED = {"microsoft.databricks": "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"}
"""Whose service principal comes into the tenant when a resource provider is registered, by namespace."""


def provision_first_party(world: World, namespace: str) -> None:
    """What registering a resource provider does in the directory: its own service principal, visible late as any."""
    app_id = PROVISIONED.get(namespace.lower())
    if app_id and not world.table("graph.service_principals").where(lambda row: row["appId"] == app_id):
        world.consistency.written("principal", new_service_principal(world, app_id, {})["id"])


def two_years_on(moment: str) -> str:
    """The default end of a secret: the same day two years later."""
    return f"{int(moment[:4]) + 2}{moment[4:]}".replace("-02-29T", "-02-28T")


def new_password(world: World, object_id: str, display_name: str | None, start: str | None, end: str | None) -> Json:
    """Add a password credential to an application; returns it *with* ``secretText``, as Graph does this once only."""
    secret = world.new_secret("client_secret", 40)
    begins = start or world.clock.iso()
    credential: Json = {
        "customKeyIdentifier": None,
        "displayName": display_name,
        "endDateTime": end or two_years_on(begins),
        "hint": secret[:3],
        "keyId": world.new_id("password"),
        "secretText": None,
        "startDateTime": begins,
    }
    application = world.table("graph.applications")[object_id]
    application["passwordCredentials"].append(credential)
    world.table("graph.applications")[object_id] = application
    world.table("graph.passwords")[credential["keyId"]] = {"secretText": secret, "application": object_id}
    return credential | {"secretText": secret}


def shown_credential(row: Json) -> Json:
    """A federated credential as Graph answers it."""
    members = ("id", "name", "issuer", "subject", "description", "audiences")
    return {key: row.get(key) for key in members}
