"""People who sign in: authorization code with PKCE, device code, refresh token.

Owns the ephemeral tables ``_login.codes`` and ``_login.device_codes``. Whoever opens the authorize page is taken for the
world's operator; a device code waits until ``approve`` is called, or a moment where the tenant says ``device_login: automatic``.
Where it says ``device_login: blocked``, the page refuses whoever enters a code, and the program that waits is told nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any

from wizard.sandbox.login import errors
from wizard.sandbox.login.directory import principal, tenant, user_named
from wizard.sandbox.login.grants import FAMILY_OF_CLIENTS, REFRESH_LIFETIME, user_answer
from wizard.sandbox.login.resources import audience_of
from wizard.sandbox.login.seed import operator

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

CODE_LIFETIME = 600.0
DEVICE_LIFETIME = 900
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def _answer(world: World, object_id: str, form: dict[str, str], *, mfa: bool, v1: bool, nonce: str = "", scope: str = "") -> Json:
    user = world.table("graph.users").get(object_id)
    if user is None:
        raise errors.unknown_user(world, tenant(world)["displayName"])
    if not user.get("accountEnabled", True):
        raise errors.disabled_user(world)
    asked = form if v1 or form.get("scope") else form | {"scope": scope}
    audience = audience_of(world, asked, v1=v1, delegated=True)
    if not mfa and _asks_for_mfa(form.get("claims", "")):
        raise errors.mfa_required(world, audience)
    who = principal(world, object_id, app_id=form.get("client_id", ""), scopes=scopes_for(audience), mfa=mfa)
    granted = " ".join(f"{audience}/{name}" for name in who.scopes) + f" {audience}/.default"
    return user_answer(world, who, audience, granted, nonce=nonce, v1=v1)


def scopes_for(audience: str) -> tuple[str, ...]:
    """The delegated permissions that the Azure CLI is pre-authorised for."""
    if "graph.microsoft.com" in audience or audience.startswith("00000003-0000-0000-c000"):
        return (
            "Application.ReadWrite.All",
            "AppRoleAssignment.ReadWrite.All",
            "AuditLog.Read.All",
            "Directory.AccessAsUser.All",
            "User.Read.All",
        )
    return ("user_impersonation",)


def _asks_for_mfa(claims: str) -> bool:
    try:
        asked = json.loads(claims).get("access_token") or {}
    except (ValueError, AttributeError):
        return False
    return "acrs" in asked or "amr" in asked


def refresh(world: World, form: dict[str, str], *, v1: bool) -> Json:
    """The answer to ``grant_type=refresh_token``."""
    table = world.table("_login.refresh_tokens")
    row = table.get(form.get("refresh_token", ""))
    client = form.get("client_id", "")
    family = client in FAMILY_OF_CLIENTS
    if row is None or not (row["client"] == client or (family and row["client"] in FAMILY_OF_CLIENTS)):
        raise errors.wrong_grant(world, "The provided value for the input parameter 'refresh_token' or 'assertion' is not valid.")
    if row["revoked"]:
        raise errors.revoked(world, int(row["revoked"]), row["issued"])
    if world.clock.now() - row["issued"] > REFRESH_LIFETIME:
        raise errors.revoked(world, 700082, row["issued"])
    return _answer(world, row["principal"], form, mfa=row["mfa"], v1=v1)


def new_code(world: World, query: dict[str, str]) -> str:
    """An authorization code for the operator, bound to client, address and PKCE challenge of the request."""
    upn = query.get("login_hint") or operator(world)
    user = user_named(world, upn)
    if user is None:
        raise errors.unknown_user(world, tenant(world)["displayName"])
    code = "1.C" + world.new_secret("authorization_code", 64)
    kept = {name: query.get(name, "") for name in ("client_id", "redirect_uri", "code_challenge", "nonce", "scope")}
    world.table("_login.codes")[code] = kept | {"user": user["id"], "expires": world.clock.now() + CODE_LIFETIME, "redeemed": False}
    return code


def authorization_code(world: World, form: dict[str, str], *, v1: bool) -> Json:
    """The answer to ``grant_type=authorization_code``."""
    table = world.table("_login.codes")
    row = table.get(form.get("code", ""))
    if row is None or row["client_id"] != form.get("client_id") or row["redirect_uri"] != form.get("redirect_uri", ""):
        raise errors.wrong_grant(world, "The provided value for the 'code' parameter is not valid.")
    if row["redeemed"]:
        raise errors.redeemed(world)
    if world.clock.now() > row["expires"]:
        raise errors.wrong_grant(world, "The provided authorization code or refresh token has expired due to inactivity.")
    digest = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
    if row["code_challenge"] and digest != row["code_challenge"]:
        raise errors.wrong_verifier(world)
    table[form["code"]] = row | {"redeemed": True}
    return _answer(world, row["user"], form, mfa=True, v1=v1, nonce=row["nonce"], scope=row["scope"])


def new_device_code(world: World, form: dict[str, str]) -> Json:
    """The answer of the devicecode endpoint."""
    device = world.new_secret("device_code", 64)
    digest = hashlib.sha256(device.encode()).digest()
    user_code = "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:9])
    now = world.clock.now()
    row = {
        "user_code": user_code,
        "client": form.get("client_id", ""),
        "scope": form.get("scope", ""),
        "resource": form.get("resource", ""),
    }
    world.table("_login.device_codes")[device] = row | {"asked": now, "expires": now + DEVICE_LIFETIME, "user": "", "declined": False}
    address = "https://login.microsoft.com/device"
    return {
        "user_code": user_code,
        "device_code": device,
        "verification_uri": address,
        "expires_in": DEVICE_LIFETIME,
        "interval": 5 if world.latency >= 1 else 1,
        "message": f"To sign in, use a web browser to open the page {address} and enter the code {user_code} to authenticate.",
    }


def approve(world: World, user_code: str, upn: str = "", *, declined: bool = False) -> None:
    """What the person does in the browser: enter the code and sign in (as the operator unless named), or decline.

    Raises ``PermissionError`` where the tenant's policy blocks this way in:
    https://learn.microsoft.com/entra/identity/conditional-access/policy-block-authentication-flows
    """
    table = world.table("_login.device_codes")
    device = next((key for key, row in table.items() if row["user_code"] == user_code.strip().upper()), None)
    user = user_named(world, upn or operator(world))
    if device is None or user is None:
        raise KeyError(f"no device code {user_code}, or no such user")
    if tenant(world).get("device_login") == "blocked":
        raise PermissionError("53003")
    table[device] = table[device] | {"user": user["id"], "declined": declined}


def device_code(world: World, form: dict[str, str], *, v1: bool) -> Json:
    """The answer to ``grant_type=urn:ietf:params:oauth:grant-type:device_code``."""
    table = world.table("_login.device_codes")
    code = form.get("device_code") or form.get("code", "")
    row = table.get(code)
    if row is None or row["client"] != form.get("client_id", ""):
        raise errors.wrong_grant(world, "The provided value for the input parameter 'device_code' is not valid.")
    if row["declined"]:
        raise errors.declined(world)
    if world.clock.now() > row["expires"]:
        raise errors.late(world)
    if not row["user"] and tenant(world).get("device_login") == "automatic" and world.clock.now() - row["asked"] > 1.5:
        user = user_named(world, operator(world))
        row["user"] = user["id"] if user else ""
    if not row["user"]:
        raise errors.pending(world)
    del table[code]
    asked = form if form.get("resource") or not v1 else form | {"resource": row["resource"]}
    return _answer(world, row["user"], asked, mfa=True, v1=v1, scope=row["scope"])
