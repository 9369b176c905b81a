"""The tenant and who is signed in, from a world description.

Owns the tables ``login.tenant`` (one row: ``id, displayName, domain, mfa``), ``login.operator`` (``upn``) and, filled by
the Graph folder's seed, ``login.automation`` (``appId, id, keyId``). To be called before that one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.login.directory import user_named

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any


def seed(world: World, description: dict[str, Json]) -> None:
    """Fill the tenant and name the operator."""
    told = description.get("tenant") or {}
    tenant_id = told.get("id") or world.new_id("tenant")
    name = told.get("name", "Contoso")
    domain = told.get("domain", "contoso.onmicrosoft.com")
    world.table("login.tenant")["tenant"] = {"id": tenant_id, "displayName": name, "domain": domain, "mfa": told.get("mfa", "")} | {
        "device_login": told.get("device_login", "")
    }
    if operator := description.get("operator"):
        world.table("login.operator")["operator"] = {"upn": operator}


def sign_in(world: World, upn: str) -> None:
    """Make that user the operator. Raises ``KeyError`` where there is no such user."""
    user = user_named(world, upn)
    if user is None:
        raise KeyError(f"no user {upn} in this world")
    world.table("login.operator")["operator"] = {"upn": user["userPrincipalName"]}


def operator(world: World) -> str:
    """The sign-in name of the operator; empty where nobody is signed in."""
    return str(world.table("login.operator").get("operator", {}).get("upn", ""))
