"""Vault names that are taken and vaults that are soft-deleted, from the world's description (section ``vaults``).

Vaults that live are among `resources`, which belong to Resource Manager. Reads its own section only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.keyvault.models import DNS_SUFFIX, VAULT_TYPE

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

DAY = 86400.0


def seed(world: World, description: Json) -> None:
    """``vaults: {taken: [name], deleted: [{name, subscription, group, location, purge_protection, retention_days}]}``."""
    section = description.get("vaults") or {}
    for name in section.get("taken") or []:
        world.table("keyvault.taken_names")[name.lower()] = {"name": name}
    for entry in section.get("deleted") or []:
        _seed_deleted(world, description, entry)


def _seed_deleted(world: World, description: Json, entry: Json) -> None:
    ids = {row["name"]: row["id"] for row in description.get("subscriptions") or []}
    subscription, name = ids[entry["subscription"]], entry["name"]
    group = entry.get("group") or "rg-deleted"
    vault_id = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{VAULT_TYPE}/{name}"
    days, protected = entry.get("retention_days", 90), bool(entry.get("purge_protection"))
    properties: Json = {
        "sku": {"family": "A", "name": "standard"},
        "tenantId": (description.get("tenant") or {}).get("id", ""),
        "accessPolicies": [],
        "enabledForDeployment": False,
        "enabledForDiskEncryption": False,
        "enabledForTemplateDeployment": False,
        "enableSoftDelete": True,
        "softDeleteRetentionInDays": days,
        "enableRbacAuthorization": True,
        "vaultUri": f"https://{name.lower()}{DNS_SUFFIX}/",
        "publicNetworkAccess": "Enabled",
    }
    if protected:
        properties["enablePurgeProtection"] = True
    now = world.clock.now()
    world.table("keyvault.deleted_vaults")[name.lower()] = {
        "name": name,
        "vaultId": vault_id,
        "location": entry.get("location", "westeurope"),
        "deletionDate": world.clock.iso(now - DAY),
        "scheduledPurgeDate": world.clock.iso(now + (days - 1) * DAY),
        "purgeProtectionEnabled": protected,
        "resource": {
            "id": vault_id,
            "name": name,
            "type": VAULT_TYPE,
            "location": entry.get("location", "westeurope"),
            "tags": entry.get("tags") or {},
            "properties": properties,
        },
    }
