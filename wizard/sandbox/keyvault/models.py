"""Wire forms, names and tables of Key Vault. No rules: those are in ``vaults``, ``access`` and ``secrets``.

Tables (vaults themselves live in ``arm.resources`` under their lower-case ARM id, ``type`` ``Microsoft.KeyVault/vaults``):

| table | key | document |
| --- | --- | --- |
| ``keyvault.deleted_vaults`` | vault name, lower case | dates, ``vaultId``, ``location``, ``purgeProtectionEnabled``, ``resource`` |
| ``keyvault.taken_names`` | vault name, lower case | ``name``: a vault of somebody else's tenant holds it |
| ``keyvault.secrets`` | ``{vault}/{name}/{version}`` lower case but the version | ``name, value, contentType, tags, attributes, number`` |
| ``keyvault.deleted_secrets`` | ``{vault}/{name}`` | ``name, deletedDate, scheduledPurgeDate, versions: {version: document}`` |
| ``_keyvault.pending`` | ``{what}/{key}`` | ``until``: a vault's DNS registration, a secret's deletion or recovery is under way |
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

VAULT_TYPE = "Microsoft.KeyVault/vaults"
DNS_SUFFIX = ".vault.azure.net"
AUDIENCES = ("https://vault.azure.net", "cfa8b339-82a2-471a-a3c9-0fc0be7a4093")
CLIENT_ADDRESS = "203.0.113.7"
"""The public address from which every client of the local cloud is seen by a vault's firewall."""

VAULT_NAME = re.compile(r"(?=.{3,24}$)[a-zA-Z](?!.*--)[a-zA-Z0-9-]*[a-zA-Z0-9]")
SECRET_NAME = re.compile(r"[0-9a-zA-Z-]{1,127}")

PENDING_SECONDS = {"dns": 20.0, "deletion": 10.0, "recovery": 10.0, "purge": 10.0}
"""How long each takes at most in the real cloud; tenths of a second here unless ``--latency`` says otherwise."""


def begin(world: World, what: str, key: str) -> None:
    """Note that an operation has started now; see ``pending``."""
    longest = PENDING_SECONDS[what] * world.latency if world.latency else 0.3
    until = world.clock.now() + longest * (0.3 + 0.7 * world.share("keyvault", what, key))
    world.table("_keyvault.pending")[f"{what}/{key}"] = {"until": until}


def pending(world: World, what: str, key: str) -> bool:
    """Whether that operation is still under way."""
    row = world.table("_keyvault.pending").get(f"{what}/{key}")
    return row is not None and bool(world.clock.now() < row["until"])


def subscription_of(resource_id: str) -> str:
    return resource_id.split("/")[2].lower()


def group_of(resource_id: str) -> str:
    return resource_id.split("/")[4]


def vault_body(world: World, document: Json) -> Json:
    """The vault as ARM answers it: the stored document with ``provisioningState`` as the clock has it."""
    body = {key: document[key] for key in ("id", "name", "type", "location", "tags", "systemData", "properties") if key in document}
    registering = pending(world, "dns", str(document["name"]).lower())
    body["properties"] = {**document["properties"], "provisioningState": "RegisteringDns" if registering else "Succeeded"}
    body.setdefault("tags", {})
    return body


def deleted_vault_body(row: Json) -> Json:
    subscription = subscription_of(row["vaultId"])
    properties = {name: row[name] for name in ("vaultId", "location", "deletionDate", "scheduledPurgeDate")}
    properties["tags"] = row["resource"].get("tags") or {}
    if row["purgeProtectionEnabled"]:
        properties["purgeProtectionEnabled"] = True
    return {
        "id": f"/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{row['location']}/deletedVaults/{row['name']}",
        "name": row["name"],
        "type": "Microsoft.KeyVault/deletedVaults",
        "properties": properties,
    }


def attributes_of(vault: Json, attributes: Json) -> Json:
    """A secret's attributes with the vault's recovery level."""
    properties = vault["properties"]
    days = properties.get("softDeleteRetentionInDays", 90)
    level = ("CustomizedRecoverable" if days < 90 else "Recoverable") + ("" if properties.get("enablePurgeProtection") else "+Purgeable")
    return {**attributes, "recoveryLevel": level, "recoverableDays": days}


def secret_item(vault: Json, row: Json, version: str = "") -> Json:
    """A list entry: no value; with ``version`` the id names it."""
    item: Json = {"id": secret_id(vault, row["name"], version), "attributes": attributes_of(vault, row["attributes"])}
    if row.get("contentType"):
        item["contentType"] = row["contentType"]
    item["tags"] = row.get("tags") or {}
    return item


def secret_bundle(vault: Json, row: Json, version: str) -> Json:
    return {"value": row["value"], **secret_item(vault, row, version)}


def deleted_members(vault: Json, row: Json) -> Json:
    uri = f"https://{vault['name'].lower()}{DNS_SUFFIX}/deletedsecrets/{row['name']}"
    return {"recoveryId": uri, "deletedDate": row["deletedDate"], "scheduledPurgeDate": row["scheduledPurgeDate"]}


def secret_id(vault: Json, name: str, version: str = "") -> str:
    return f"https://{vault['name'].lower()}{DNS_SUFFIX}/secrets/{name}" + (f"/{version}" if version else "")


def arm_secret_body(vault: Json, name: str, version: str, row: Json) -> Json:
    """The secret as the control plane shows it: never with its value."""
    shown = {key: row["attributes"][key] for key in ("enabled", "nbf", "exp", "created", "updated") if key in row["attributes"]}
    properties: Json = {"attributes": shown, "secretUri": secret_id(vault, name), "secretUriWithVersion": secret_id(vault, name, version)}
    if row.get("contentType"):
        properties["contentType"] = row["contentType"]
    return {
        "id": f"{vault['id']}/secrets/{name}",
        "name": name,
        "type": "Microsoft.KeyVault/vaults/secrets",
        "location": vault["location"],
        "tags": row.get("tags") or {},
        "properties": properties,
    }
