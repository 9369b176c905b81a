"""Federated credentials of managed identities.

Owns their rules: one audience, twenty credentials, issuer and subject unique, and no two writes to one identity at the same
time (409). With latency a write is under way until its answer goes out; without latency no two overlap. They are rows
of ``graph.federated_credentials`` under the identity's principal id and spread late. Unlike an application's they have
no description. https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import checks, errors, rbac
from wizard.sandbox.arm.identities import TYPE as IDENTITY
from wizard.sandbox.arm.identities import identity_at
from wizard.sandbox.arm.kinds import Kind, register
from wizard.sandbox.arm.router import ROUTER, caller
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.login.tokens import Principal
    from wizard.sandbox.world import World

Json = Any
TYPE = f"{IDENTITY}/federatedIdentityCredentials"
WRITE_SECONDS = 0.2
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,119}")
_IDENTITY_PATH = (
    "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{identity}"
)


def _parent(resource_id: str) -> str:
    return resource_id.rsplit("/", 2)[0]


def _key(identity: Json, name: str) -> str:
    return f"{identity['properties']['principalId']}/{name}"


def _body(identity: Json, row: Json) -> Json:
    properties = {name: row[name] for name in ("issuer", "subject", "audiences")}
    return {
        "id": f"{identity['id']}/federatedIdentityCredentials/{row['name']}",
        "name": row["name"],
        "type": TYPE,
        "properties": properties,
    }


def find_credential(world: World, resource_id: str) -> Json | None:
    """The wire body of a credential; 404 for its identity, ``None`` for itself."""
    identity = identity_at(world, _parent(resource_id))
    row = _row(world, identity, resource_id.split("/")[-1])
    return _body(identity, row) if row else None


def _row(world: World, identity: Json, name: str) -> Json | None:
    wanted = _key(identity, name).lower()
    return next((row for key, row in world.table("graph.federated_credentials").items() if key.lower() == wanted), None)


def _bad_request(message: str) -> Exception:
    return errors.refused(400, "BadRequest", message)


def _claim_turn(world: World, identity: Json) -> None:
    """Refuse a write while another one to the same identity is under way."""
    table, key, now = world.table("_arm.credential_writes"), identity["id"].lower(), world.clock.now()
    if (row := table.get(key)) and now < row["until"]:
        message = (
            f"Too many Federated Identity Credentials are written concurrently for the managed identity '{identity['id']}'. Concurrent "
            "Federated Identity Credentials writes under the same managed identity are not supported."
        )
        raise errors.refused(409, "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity", message)
    if world.latency:
        table[key] = {"until": now + WRITE_SECONDS * world.latency}


def put_credential(world: World, who: Principal, resource_id: str, api_version: str, body: Json) -> Response:
    """Create a credential, or replace its issuer, subject and audience."""
    identity, name = identity_at(world, _parent(resource_id)), resource_id.split("/")[-1]
    if not _NAME.fullmatch(name):
        message = f"The name '{name}' is invalid: 3 to 120 letters, digits, '-' and '_', the first a letter or a digit."
        raise errors.refused(400, "InvalidResourceName", message)
    properties = body.get("properties") or {}
    for member in ("issuer", "subject", "audiences"):
        if not properties.get(member):
            raise _bad_request(f"The federated identity credential must have the property '{member}'.")
    if not isinstance(properties["audiences"], list) or len(properties["audiences"]) != 1:
        raise _bad_request("The federated identity credential must have exactly one audience.")
    if not str(properties["issuer"]).startswith("https://"):
        raise _bad_request("The issuer of the federated identity credential must be an https URL.")
    _claim_turn(world, identity)
    before = _row(world, identity, name)
    siblings = [row for row in _rows(world, identity) if row["name"].lower() != name.lower()]
    if any((row["issuer"], row["subject"]) == (properties["issuer"], properties["subject"]) for row in siblings):
        message = "Issuer and subject combination already exists for this Managed Identity."
        raise errors.refused(409, "FederatedIdentityCredentialAlreadyExists", message)
    if before is None and len(siblings) >= 20:
        raise _bad_request("A managed identity can have at most 20 federated identity credentials.")
    row = {
        "name": before["name"] if before else name,
        "issuer": properties["issuer"],
        "subject": properties["subject"],
        "audiences": list(properties["audiences"]),
        "description": None,
        "parent": identity["properties"]["principalId"],
    }
    key = _key(identity, row["name"])
    world.table("graph.federated_credentials")[key] = row
    world.consistency.written("federated_credential", key)
    return Response(200 if before else 201, _body(identity, row))


def _rows(world: World, identity: Json) -> list[Json]:
    parent = identity["properties"]["principalId"]
    return world.table("graph.federated_credentials").where(lambda row: bool(row.get("parent") == parent))


def delete_credential(world: World, resource_id: str) -> Response:
    """Delete a credential: 200, or 204 where there was none."""
    identity = identity_at(world, _parent(resource_id))
    row = _row(world, identity, resource_id.split("/")[-1])
    if row is None:
        return Response(204)
    _claim_turn(world, identity)
    key = _key(identity, row["name"])
    del world.table("graph.federated_credentials")[key]
    world.consistency.forgotten("federated_credential", key)
    return Response(200)


def _unpatchable(world: World, who: Principal, resource_id: str, body: Json) -> Response:
    raise errors.refused(405, "MethodNotAllowed", "The requested resource does not support http method 'PATCH'.")


register(TYPE, Kind(find=find_credential, put=put_credential, patch=_unpatchable, delete=delete_credential))


@ROUTER.get(_IDENTITY_PATH + "/federatedIdentityCredentials")
def list_credentials(request: Request, world: World) -> Response:
    """The credentials of an identity."""
    path = _IDENTITY_PATH.format(**request.params)
    rbac.require(world, caller(request, world), f"{TYPE}/read", path)
    checks.require_registered(world, request.params["subscription"], "Microsoft.ManagedIdentity")
    checks.group_of(world, path)
    identity = identity_at(world, path)
    return Response(200, {"value": [_body(identity, row) for row in _rows(world, identity)]})
