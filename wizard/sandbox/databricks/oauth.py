"""Databricks' own OAuth: the token endpoint of a workspace.

Owns the client_credentials grant, by which a service principal trades a secret of its own for an access token that lives an hour,
whatever becomes of the secret meanwhile. The words of its refusals are those that public issues quote. Not emulated: authorization
codes, refresh tokens, federation, the account's endpoint; all of them answer 400 or 501.
https://learn.microsoft.com/azure/databricks/dev-tools/auth/oauth-m2m
"""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks.models import below, workspace_at
from wizard.sandbox.databricks.oauth_tokens import KEY, LIFETIME, mint
from wizard.sandbox.databricks.router import WORKSPACES
from wizard.sandbox.login.keys import public_jwks
from wizard.sandbox.router import Refusal, Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

SCOPES = frozenset({"all-apis", "offline_access"})


def _refused(status: int, error: str, description: str) -> Refusal:
    """RFC 6749, section 5.2."""
    return Refusal(Response(status, {"error": error, "error_description": description}, {"Cache-Control": "no-store"}))


@WORKSPACES.post("/oidc/v1/token")
def token(request: Request, world: World) -> Response:
    """An access token for a service principal's id and secret, by Basic authorization or in the form."""
    resource, form = workspace_at(world, request.host), request.form()
    assert resource is not None
    grant = form.get("grant_type", "")
    if grant != "client_credentials":
        error = "unsupported_grant_type" if grant else "invalid_request"
        raise _refused(400, error, f"The grant type {grant or '(none)'} is not supported here")
    scope = form.get("scope", "")
    if not scope or not set(scope.split()) <= SCOPES:
        raise _refused(400, "invalid_scope", f"The scope '{scope}' is not valid")
    client, secret = _client(request, form)
    workspace = str(resource["properties"]["workspaceId"])
    if not _knows(world, workspace, client, secret):
        raise _refused(401, "invalid_client", "Client authentication failed")
    answer = {
        "access_token": mint(world, request.host, workspace, client),
        "scope": "all-apis",
        "token_type": "Bearer",
        "expires_in": LIFETIME,
    }
    return Response(200, answer, {"Cache-Control": "no-store"})


@WORKSPACES.get("/oidc/jwks.json")
def keys(request: Request, world: World) -> Response:
    """The public key of those tokens."""
    return Response(200, public_jwks(world, KEY))


def _client(request: Request, form: dict[str, str]) -> tuple[str, str]:
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client, secret


def _knows(world: World, workspace: str, client: str, secret: str) -> bool:
    """Whether an active member of that application id has a secret of that value that has not ended."""
    owners = [row for row in below(world, "databricks.principals", workspace).values() if row["name"].lower() == client.lower()]
    if not secret or not owners or not owners[0]["active"] or owners[0]["kind"] != "servicePrincipal":
        return False
    held = below(world, "databricks.oauth_secrets", workspace).values()
    return any(row["owner"] == owners[0]["id"] and row["value"] == secret and alive(world, row) for row in held)


def alive(world: World, row: Json) -> bool:
    """Whether a secret has not ended yet."""
    return datetime.fromisoformat(row["expire_time"]) > datetime.fromtimestamp(world.clock.now(), UTC)
