"""What a successful sign-in hands out: refresh tokens, id tokens, ``client_info``, and the answer that carries them.

Owns the ephemeral table ``_login.refresh_tokens`` (token -> ``principal, client, mfa, issued, revoked``). It must
never decide whether a sign-in succeeds.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from wizard.sandbox.login.directory import Principal, tenant
from wizard.sandbox.login.keys import sign
from wizard.sandbox.login.tokens import LIFETIME, mint

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

REFRESH_LIFETIME = 90 * 86400.0
"""Seconds of inactivity after which a refresh token is of no use (AADSTS700082)."""
FAMILY_OF_CLIENTS = ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "1950a258-227b-4e31-a9cf-717495945fc2")
"""Azure CLI and Azure PowerShell share refresh tokens (``foci``)."""


def new_refresh_token(world: World, object_id: str, client: str, *, mfa: bool = True) -> str:
    """A fresh opaque refresh token for a user, good at one client (or its family)."""
    token = "1.A" + world.new_secret("refresh_token", 96)
    row = {"principal": object_id, "client": client, "mfa": mfa, "issued": world.clock.now(), "revoked": ""}
    world.table("_login.refresh_tokens")[token] = row
    return token


def revoke(world: World, reason: str = "50173", object_id: str = "") -> None:
    """Make refresh tokens useless, for everybody or one user.

    ``reason`` is the number of the refusal to come: 50173 (password changed), 70043 (sign-in frequency), 700082 (unused too long).
    """
    table = world.table("_login.refresh_tokens")
    for key, row in table.items():
        if object_id in ("", row["principal"]):
            table[key] = row | {"revoked": reason}


def client_info(world: World, object_id: str) -> str:
    """Base64url of ``{"uid", "utid"}``: by this MSAL knows the account."""
    text = json.dumps({"uid": object_id, "utid": tenant(world)["id"]})
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def id_token(world: World, object_id: str, client: str, nonce: str = "") -> str:
    """A signed id token (version 2.0 claims) of a user for a client."""
    user = world.table("graph.users")[object_id]
    tenant_id = tenant(world)["id"]
    now = int(world.clock.now())
    claims = {
        "aud": client,
        "iss": f"https://login.microsoftonline.com/{tenant_id}/v2.0",
        "iat": now,
        "nbf": now,
        "exp": now + int(LIFETIME),
        "name": user["displayName"],
        "oid": object_id,
        "preferred_username": user["userPrincipalName"],
        "sub": object_id,
        "tid": tenant_id,
        "uti": world.new_id("uti"),
        "ver": "2.0",
    }
    return sign(world, claims | ({"nonce": nonce} if nonce else {}))


def user_answer(world: World, who: Principal, audience: str, scope: str, *, nonce: str = "", v1: bool = False) -> Json:
    """The token answer of a user's sign-in: access, refresh and id token, ``client_info``, ``foci``."""
    lifetime = int(LIFETIME)
    answer: Json = {
        "token_type": "Bearer",
        "scope": scope,
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": mint(world, who, audience, client=who.app_id),
        "refresh_token": new_refresh_token(world, who.object_id, who.app_id, mfa=who.mfa),
        "id_token": id_token(world, who.object_id, who.app_id, nonce),
        "client_info": client_info(world, who.object_id),
    }
    if who.app_id in FAMILY_OF_CLIENTS:
        answer["foci"] = "1"
    return _in_version_one(world, answer, audience) if v1 else answer


def application_answer(world: World, who: Principal, audience: str, *, secretless: bool, v1: bool = False) -> Json:
    """The token answer of an application or managed identity: an access token only."""
    lifetime = 86399 if world.table("graph.service_principals")[who.object_id]["servicePrincipalType"] == "ManagedIdentity" else 3599
    token = mint(world, who, audience, lifetime=lifetime, secretless=secretless)
    answer: Json = {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime, "access_token": token}
    return _in_version_one(world, answer, audience) if v1 else answer


def _in_version_one(world: World, answer: Json, audience: str) -> Json:
    """Version 1.0 writes its numbers as text and repeats the resource."""
    now = int(world.clock.now())
    texts = {"expires_in": str(answer["expires_in"]), "ext_expires_in": str(answer["ext_expires_in"])}
    return answer | texts | {"expires_on": str(now + int(answer["expires_in"])), "not_before": str(now), "resource": audience}
