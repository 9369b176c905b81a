"""Vaults that are soft-deleted and bear a project's mark: found again, and purged where that is asked for.

Owns that reading and that one request. A vault with purge protection cannot be purged by anybody until its date.
https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.errors import NotYet
from wizard.providers.arm.errors import found, translated
from wizard.providers.arm.ids import ENVIRONMENT_TAG, owner_of

if TYPE_CHECKING:
    from wizard.providers.session import Session


@dataclass(frozen=True, slots=True)
class SoftDeleted:
    """``purged_on`` is the day (``2027-02-19``) on which Azure ends it by itself."""

    name: str
    id: str
    location: str
    subscription: str
    environment: str
    purge_protected: bool
    purged_on: str

    @property
    def purge_command(self) -> str:
        return f"az keyvault purge --name {self.name} --location {self.location} --subscription {self.subscription}"


async def deleted_vaults(session: Session, subscription: str, project: str) -> tuple[SoftDeleted, ...]:
    """The project's soft-deleted vaults in a subscription. Raises ``NotAllowed`` where they may not be listed."""
    with translated("list the deleted vaults"):
        rows = await found(_all(session.vaults(subscription).vaults.list_deleted())) or []
    vaults = []
    for row in rows:
        properties = row.properties
        tags = dict(properties.tags or {}) if properties is not None else {}
        if owner_of(tags) == project:
            day = f"{properties.scheduled_purge_date:%Y-%m-%d}" if properties.scheduled_purge_date else ""
            place = (str(row.name), str(properties.vault_id), str(properties.location), subscription)
            vaults.append(SoftDeleted(*place, tags.get(ENVIRONMENT_TAG, ""), bool(properties.purge_protection_enabled), day))
    return tuple(vaults)


async def _all(listed: Any) -> list[Any]:
    return [row async for row in listed]


async def purge(session: Session, vault: SoftDeleted) -> None:
    """Ask for the purge, then ``NotYet`` until the name is free."""
    key = f"purged {vault.id}".lower()
    with translated(f"purge the deleted vault {vault.name}"):
        vaults: Any = session.vaults(vault.subscription).vaults
        if not session.young(key):
            await vaults.begin_purge_deleted(vault.name, vault.location, polling=False)
            session.made(key)
            raise NotYet(f"the deleted vault {vault.name} is being purged", code="DeletedVaultPurging")
        body = {"name": vault.name, "type": "Microsoft.KeyVault/vaults"}
        if not (await vaults.check_name_availability(body)).name_available:
            raise NotYet(f"the deleted vault {vault.name} is being purged", code="DeletedVaultPurging")
