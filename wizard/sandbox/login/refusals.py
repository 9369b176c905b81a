"""401 answers: how each service refuses a request that bears no usable token, in its own words.

Owns the wording and the ``WWW-Authenticate`` header by host. It must never look at what was asked for.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from wizard.sandbox.login.directory import tenant
from wizard.sandbox.router import Refusal, Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wizard.sandbox.world import World

Json = Any
MFA_POLICY_GUIDANCE = "https://aka.ms/MFAforAzure"


def _refused(request: Request, world: World, code: str, arm: str, graph: str, vault: str, databricks: str) -> Refusal:
    tenant_id = tenant(world)["id"]
    host = request.host.lower().partition(":")[0]
    if host.endswith(".vault.azure.net"):
        header = f'Bearer authorization="https://login.microsoftonline.com/{tenant_id}", resource="https://vault.azure.net"'
        return Refusal(Response(401, {"error": {"code": "Unauthorized", "message": vault}}, {"WWW-Authenticate": header}))
    if host == "graph.microsoft.com":
        inner = {"date": world.clock.iso().rstrip("Z"), "request-id": world.new_id("request"), "client-request-id": world.new_id("request")}
        return Refusal(Response(401, {"error": {"code": "InvalidAuthenticationToken", "message": graph, "innerError": inner}}))
    if host.endswith(".azuredatabricks.net"):
        return Refusal(Response(401, {"error_code": "401", "message": databricks}))
    header = f'Bearer authorization_uri="https://login.windows.net/{tenant_id}", error="invalid_token", error_description="{arm}"'
    return Refusal(Response(401, {"error": {"code": code, "message": arm}}, {"WWW-Authenticate": header}))


def missing(request: Request, world: World) -> Refusal:
    """No bearer token at all."""
    arm = "Authentication failed. The 'Authorization' header is missing."
    databricks = "Credential was not sent or was of an unsupported type for this API."
    vault = "AKV10000: Request is missing a Bearer or PoP token."
    return _refused(request, world, "AuthenticationFailed", arm, "Access token is empty.", vault, databricks)


def invalid(request: Request, world: World) -> Refusal:
    """Not a token, not signed by us, or of a principal that is gone."""
    return _refused(
        request, world, "InvalidAuthenticationToken", "The access token is invalid.",
        "Signing key is invalid.", "AKV10016: Unable to validate the token.", "Invalid access token.",
    )  # fmt: skip


def expired(request: Request, world: World, moment: float) -> Refusal:
    """The token's time is over."""
    arm = f"The access token expiry UTC time '{world.clock.iso(moment)}' is earlier than current UTC time '{world.clock.iso()}'."
    return _refused(
        request, world, "ExpiredAuthenticationToken", arm, "Lifetime validation failed, the token is expired.",
        "[TokenExpired] Error validating token: 'S2S12086'.", "Token is expired.",
    )  # fmt: skip


def wrong_audience(request: Request, world: World, audience: str, accepted: Iterable[str]) -> Refusal:
    """The token was made for another service."""
    allowed = ",".join(f"{name.rstrip('/')}/" if "://" in name else name for name in accepted)
    arm = (
        f"The access token has been obtained for wrong audience or resource '{audience}'. "
        f"It should exactly match with one of the allowed audiences '{allowed}'."
    )
    vault = f"AKV10022: Invalid audience. Expected https://vault.azure.net, found: {audience}."
    graph = "Access token validation failure. Invalid audience."
    return _refused(request, world, "InvalidAuthenticationTokenAudience", arm, graph, vault, "Invalid access token.")


def wrong_tenant(request: Request, world: World, issuer: str) -> Refusal:
    """The token comes from another tenant."""
    own = f"https://sts.windows.net/{tenant(world)['id']}/"
    arm = f"The access token is from the wrong issuer '{issuer}'. It must match the tenant '{own}' associated with this subscription."
    vault = f"AKV10032: Invalid issuer. Expected one of {own}, found {issuer}."
    return _refused(request, world, "InvalidAuthenticationTokenTenant", arm, "Invalid issuer.", vault, "Invalid access token.")


def mfa_required(request: Request, world: World) -> Refusal:
    """A user's write without a second factor: a claims challenge that MSAL understands."""
    claims = base64.b64encode(json.dumps({"access_token": {"acrs": {"essential": True, "values": ["p1"]}}}).encode()).decode()
    tenant_id = tenant(world)["id"]
    header = (
        f'Bearer realm="", authorization_uri="https://login.microsoftonline.com/{tenant_id}/oauth2/authorize", '
        f'error="insufficient_claims", claims="{claims}"'
    )
    message = (
        "Resource was disallowed by policy. Reasons: Users must authenticate using multi-factor authentication to create, "
        f"update or delete resources. Learn more: {MFA_POLICY_GUIDANCE}."
    )
    return Refusal(Response(401, {"error": {"code": "RequestDisallowedByAzure", "message": message}}, {"WWW-Authenticate": header}))
