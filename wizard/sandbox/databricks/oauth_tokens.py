"""Access tokens that a workspace itself issues: minting them, and whose one is.

Owns their claims and their check. What their bearer may do is decided where every member's rights are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt

from wizard.sandbox.databricks.errors import invalid_token
from wizard.sandbox.databricks.models import below
from wizard.sandbox.login.keys import sign, signature_holds

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

KEY = "databricks"
LIFETIME = 3600
"""Seconds that an access token lives."""


def mint(world: World, host: str, workspace: str, client: str) -> str:
    """A token for the service principal of that application id."""
    now = int(world.clock.now())
    claims = {"iss": f"https://{host}/oidc", "aud": workspace, "sub": client, "client_id": client, "scope": "all-apis"}
    return sign(world, claims | {"iat": now, "exp": now + LIFETIME, "jti": world.new_id("databricks.oauth")}, KEY)


def is_ours(host: str, text: str) -> bool:
    """Whether a bearer token says that this workspace issued it; whether that is true is ``owner_of``'s to say."""
    try:
        claims = jwt.decode(text, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return False
    return str(claims.get("iss", "")) == f"https://{host}/oidc"


def owner_of(world: World, workspace: str, text: str) -> Json:
    """The member that a token of this workspace belongs to; raises 403 where it has ended or is forged."""
    if not signature_holds(world, text, KEY):
        raise invalid_token()
    claims = jwt.decode(text, options={"verify_signature": False})
    if claims["exp"] <= world.clock.now() or claims["aud"] != workspace:
        raise invalid_token()
    for row in below(world, "databricks.principals", workspace).values():
        if row["name"].lower() == claims["sub"].lower():
            return row
    raise invalid_token()
