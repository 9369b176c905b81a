"""A private ``AZURE_CONFIG_DIR`` in which somebody is already signed in, and the automation principal's credentials.

Owns the files that azure-cli-core and ``az`` read at start: ``azureProfile.json``, ``msal_token_cache.json``,
``clouds.config``, ``config``. Must never write outside the directory it is given.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from typing import TYPE_CHECKING, Any

from wizard.sandbox.login.directory import groups_of, tenant, user_named
from wizard.sandbox.login.grants import client_info, id_token, new_refresh_token
from wizard.sandbox.login.seed import operator
from wizard.sandbox.login.tokens import AZURE_CLI

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.sandbox.world import World

Json = Any

HOST = "login.microsoftonline.com"
AZ_VERSION = "2.91.0"
CONFIG = """[cloud]
name = AzureCloud

[core]
collect_telemetry = no
encrypt_token_cache = false
login_experience_v2 = off
enable_broker_on_windows = false
display_region_identified = no
survey_message = no

[auto-upgrade]
enable = no
"""


def write_profile(world: World, directory: Path, upn: str = "") -> None:
    """Sign ``upn`` (the operator where not given) in: files only, no request. Raises ``KeyError`` for nobody we know."""
    name = upn or operator(world)
    user = user_named(world, name)
    if user is None:
        raise KeyError(f"no user {name!r} in this world")
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    seen = subscriptions_of(world, user["id"])
    _write(directory / "azureProfile.json", json.dumps(_profile(world, user, seen), indent=2))
    _write(directory / "msal_token_cache.json", json.dumps(_token_cache(world, user), indent=2))
    _write(directory / "config", CONFIG)
    default = f"[AzureCloud]\nsubscription = {seen[0]['subscriptionId']}\n" if seen else "[AzureCloud]\n"
    _write(directory / "clouds.config", default)
    known = {"azure-cli": {"local": AZ_VERSION}, "core": {"local": AZ_VERSION}}  # an empty file makes az ask the network for newer ones
    _write(directory / "versionCheck.json", json.dumps({"versions": known, "update_time": str(datetime.now())}))


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)


def subscriptions_of(world: World, object_id: str) -> list[Json]:
    """The subscriptions that a principal sees: those in which it, or a group of it, holds any role."""
    mine = {object_id, *groups_of(world, object_id)}
    rows = world.table("arm.role_assignments").rows.values()
    scopes = [row["properties"]["scope"].lower() for row in rows if row["properties"]["principalId"] in mine]
    return [
        row
        for key, row in world.table("arm.subscriptions").items()
        if any(f"{scope}/".startswith(f"/subscriptions/{key.lower()}/") or scope in ("", "/") for scope in scopes)
    ]


def _profile(world: World, user: Json, seen: list[Json]) -> Json:
    told = tenant(world)
    rows = [
        {
            "id": row["subscriptionId"],
            "name": row["displayName"],
            "state": row.get("state", "Enabled"),
            "user": {"name": user["userPrincipalName"], "type": "user"},
            "isDefault": number == 0,
            "tenantId": told["id"],
            "environmentName": "AzureCloud",
            "homeTenantId": told["id"],
            "tenantDefaultDomain": told["domain"],
            "tenantDisplayName": told["displayName"],
            "managedByTenants": [],
        }
        for number, row in enumerate(seen or [_tenant_account(told)])
    ]
    return {"installationId": world.new_id("installation"), "subscriptions": rows}


def _tenant_account(told: Json) -> Json:
    return {"subscriptionId": told["id"], "displayName": "N/A(tenant level account)"}


def _token_cache(world: World, user: Json) -> Json:
    """MSAL's cache: an account, its id token and a refresh token of the family that the Azure CLI belongs to."""
    tenant_id = tenant(world)["id"]
    account = f"{user['id']}.{tenant_id}"
    same = {"home_account_id": account, "environment": HOST}
    refresh = new_refresh_token(world, user["id"], AZURE_CLI)
    return {
        "Account": {
            f"{account}-{HOST}-{tenant_id}": same
            | {
                "realm": tenant_id,
                "local_account_id": user["id"],
                "username": user["userPrincipalName"],
                "authority_type": "MSSTS",
                "account_source": "authorization_code",
                "client_info": client_info(world, user["id"]),
            }
        },
        "IdToken": {
            f"{account}-{HOST}-idtoken-{AZURE_CLI}-{tenant_id}-": same
            | {
                "credential_type": "IdToken",
                "secret": id_token(world, user["id"], AZURE_CLI),
                "realm": tenant_id,
                "client_id": AZURE_CLI,
            }
        },
        "RefreshToken": {
            f"{account}-{HOST}-refreshtoken-1--": same
            | {
                "credential_type": "RefreshToken",
                "secret": refresh,
                "client_id": AZURE_CLI,
                "target": "",
                "family_id": "1",
                "last_modification_time": str(int(world.clock.now())),
            }
        },
        "AppMetadata": {
            f"appmetadata-{HOST}-{AZURE_CLI}": {"client_id": AZURE_CLI, "environment": HOST, "family_id": "1"}
        },
    }  # fmt: skip


def automation_credentials(world: World) -> dict[str, str]:
    """``AZURE_TENANT_ID``, ``AZURE_CLIENT_ID``, ``AZURE_CLIENT_SECRET``, ``AZURE_SUBSCRIPTION_ID`` of the automation principal.

    Empty where the world has none; without a subscription where it sees none.
    """
    row = world.table("login.automation").get("automation")
    if row is None:
        return {}
    secret = world.table("graph.passwords")[row["keyId"]]["secretText"]
    found = {"AZURE_TENANT_ID": tenant(world)["id"], "AZURE_CLIENT_ID": row["appId"], "AZURE_CLIENT_SECRET": secret}
    seen = subscriptions_of(world, row["id"])
    return found | ({"AZURE_SUBSCRIPTION_ID": seen[0]["subscriptionId"]} if seen else {})
