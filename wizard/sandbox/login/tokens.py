"""Access tokens: minting them, and telling from a request who sends it.

Owns the claims of an access token and the check of a bearer token. The words of a refusal are those of the service
that was called (``wizard.sandbox.login.refusals``). It must never decide what a principal may do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt

from wizard.sandbox.login import refusals
from wizard.sandbox.login.directory import (
    Principal,
    alive,
    groups_of,
    principal,
    tenant,
    user_named,
)
from wizard.sandbox.login.keys import sign, signature_holds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wizard.sandbox.router import Request
    from wizard.sandbox.world import World

__all__ = ["ARM_AUDIENCES", "AZURE_CLI", "DATABRICKS", "GRAPH_AUDIENCES", "LIFETIME", "VAULT_AUDIENCES", "Principal"]
__all__ += ["authenticate", "demand_mfa", "mint", "principal"]

Json = Any

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
DATABRICKS = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"
ARM_AUDIENCES = ("https://management.azure.com", "https://management.core.windows.net", "797f4846-ba00-4fd7-ba43-dac1f8f63013")
GRAPH_AUDIENCES = ("https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000")
VAULT_AUDIENCES = ("https://vault.azure.net", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093")
LIFETIME = 3900.0
"""Seconds that an access token lives. Entra draws 60 to 90 minutes for each."""


def mint(
    world: World, who: Principal | str, audience: str, *, lifetime: float = LIFETIME, client: str = AZURE_CLI, secretless: bool = False
) -> str:
    """An access token (JWT, version 1.0 claims) for a principal, or for the user or object of that name or id.

    ``client`` is the application a user signs in through; ``secretless`` marks a service principal that showed an
    assertion instead of a secret (``appidacr`` 2). https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
    """
    if isinstance(who, str):
        user = user_named(world, who)
        who = principal(world, user["id"] if user else who, app_id=client)
    now = int(world.clock.now())
    claims: dict[str, Json] = {
        "aud": audience,
        "iss": f"https://sts.windows.net/{who.tenant}/",
        "iat": now,
        "nbf": now,
        "exp": now + int(lifetime),
        "appid": who.app_id or client,
        "oid": who.object_id,
        "sub": who.object_id,
        "tid": who.tenant,
        "uti": world.new_id("uti"),
        "ver": "1.0",
    }
    if who.kind == "user":
        found = world.table("graph.users")[who.object_id]
        names = {"name": who.name, "upn": found["userPrincipalName"], "unique_name": found["userPrincipalName"]}
        claims |= names | {"idtyp": "user", "acr": "1", "appidacr": "0"}
        claims |= {"amr": ["pwd", "mfa"] if who.mfa else ["pwd"], "scp": " ".join(who.scopes) or "user_impersonation"}
        claims["puid"] = who.object_id.replace("-", "")[:16].upper()
        if who.groups:
            claims["groups"] = list(who.groups)
    else:
        claims |= {"idtyp": "app", "appidacr": "2" if secretless else "1", "idp": claims["iss"]}
        if who.roles and audience.rstrip("/") in GRAPH_AUDIENCES:
            claims["roles"] = list(who.roles)
    return sign(world, claims)


def authenticate(request: Request, world: World, audiences: Iterable[str]) -> Principal:
    """Who sends this request. Raises the ``Refusal`` (401) that the called service would answer.

    ``audiences`` are the accepted ``aud`` claims; a slash at the end makes no difference. A principal that was deleted
    or disabled since is refused at once: the stricter of what continuous access evaluation does.
    """
    header = request.headers.get("authorization", "")
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise refusals.missing(request, world)
    try:
        claims = jwt.decode(token.strip(), options={"verify_signature": False})
    except jwt.InvalidTokenError:
        raise refusals.invalid(request, world) from None
    if not signature_holds(world, token.strip()):
        raise refusals.invalid(request, world)
    accepted = [audience.rstrip("/").lower() for audience in audiences]
    if str(claims.get("aud", "")).rstrip("/").lower() not in accepted:
        raise refusals.wrong_audience(request, world, str(claims.get("aud", "")), audiences)
    if world.clock.now() >= float(claims.get("exp", 0)):
        raise refusals.expired(request, world, float(claims.get("exp", 0)))
    if claims.get("tid") != tenant(world)["id"]:
        raise refusals.wrong_tenant(request, world, str(claims.get("iss", "")))
    object_id = str(claims.get("oid", ""))
    if not alive(world, object_id):
        raise refusals.invalid(request, world)
    return _principal(world, claims, object_id)


def _principal(world: World, claims: dict[str, Json], object_id: str) -> Principal:
    user = claims.get("idtyp") == "user"
    return Principal(
        object_id=object_id,
        app_id=str(claims.get("appid", "")),
        tenant=str(claims["tid"]),
        kind="user" if user else "servicePrincipal",
        name=str(claims.get("upn", "")) if user else world.table("graph.service_principals")[object_id]["displayName"],
        groups=groups_of(world, object_id),
        scopes=tuple(str(claims.get("scp", "")).split()),
        roles=tuple(claims.get("roles", ())),
        mfa=not user or "mfa" in claims.get("amr", ()),
        claims=claims,
    )


def demand_mfa(request: Request, world: World, who: Principal) -> None:
    """Refuse a user's write that no second factor stands behind, where the tenant asks for one.

    ARM answers 401 with a claims challenge since the second phase of mandatory MFA; workloads are exempt.
    """
    if who.kind == "user" and not who.mfa and tenant(world).get("mfa") == "required" and request.method not in ("GET", "HEAD"):
        raise refusals.mfa_required(request, world)
