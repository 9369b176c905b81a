"""Whose a vault name is: free, ours but soft-deleted, or taken.

Owns the two reads that tell; reserves nothing. Names are global, and a deleted vault holds its name until it is purged
or its retention ends. https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from wizard.errors import BadInput, NotAllowed, Problem
from wizard.providers.arm.errors import translated
from wizard.providers.keyvault.ids import text_of

if TYPE_CHECKING:
    from wizard.providers.session import Session


class NameState(StrEnum):
    """``FREE``: can be made. ``DELETED_MINE``: soft-deleted in this subscription. ``TAKEN``: anything else."""

    FREE = "free"
    DELETED_MINE = "deleted-mine"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class DeletedVault:
    """A soft-deleted vault of the subscription; ``purge_protected`` ones cannot be purged."""

    id: str
    location: str
    purge_protected: bool
    tags: dict[str, str]


async def name_state(session: Session, subscription: str, name: str) -> NameState:
    """Whether a vault of that name could be made now. Raises ``BadInput`` for a name that no vault can have."""
    with translated(f"check the vault name {name}"):
        body = {"name": name, "type": "Microsoft.KeyVault/vaults"}
        answer: Any = await session.vaults(subscription).vaults.check_name_availability(body)
    if answer.name_available:
        return NameState.FREE
    if text_of(answer.reason) == "AccountNameInvalid":
        raise BadInput([Problem("naming.vault", str(answer.message), "3 to 24 letters, digits and single hyphens, a letter first")])
    return NameState.TAKEN if await deleted_vault(session, subscription, name) is None else NameState.DELETED_MINE


async def deleted_vault(session: Session, subscription: str, name: str) -> DeletedVault | None:
    """The soft-deleted vault of that name in the subscription; ``None`` too where they may not be listed."""
    try:
        with translated("list the deleted vaults"):
            rows = [row async for row in session.vaults(subscription).vaults.list_deleted()]
    except NotAllowed:
        return None
    for row in rows:
        found = row.properties
        if str(row.name).lower() == name.lower() and found is not None:
            return DeletedVault(str(found.vault_id), str(found.location), bool(found.purge_protection_enabled), dict(found.tags or {}))
    return None
