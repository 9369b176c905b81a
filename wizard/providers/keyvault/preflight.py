"""Whose a vault name is: free, ours but soft-deleted, or taken.

Owns the reads that tell; reserves nothing. Names are global, and a deleted vault holds its name until it is purged or its
retention ends. A subscription in which Key Vault is not registered yet cannot be asked; then the name itself tells, where a
vault answers to it. https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from wizard.errors import BadInput, LakestrapError, NotAllowed, Problem, ServiceRefused
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
    """Whether a vault of that name could be made now. Raises ``BadInput`` for a name that no vault can have.

    Raises ``ServiceRefused`` (``MissingSubscriptionRegistration``) where it cannot be known yet.
    """
    body = {"name": name, "type": "Microsoft.KeyVault/vaults"}
    try:
        with translated(f"check the vault name {name}"):
            answer: Any = await session.vaults(subscription).vaults.check_name_availability(body)
    except ServiceRefused as refusal:
        if refusal.code == "MissingSubscriptionRegistration" and await _answers(session, name):
            return NameState.TAKEN
        raise
    if answer.name_available:
        return NameState.FREE
    if text_of(answer.reason) == "AccountNameInvalid":
        raise BadInput([Problem("naming.vault", str(answer.message), "3 to 24 letters, digits and single hyphens, a letter first")])
    return NameState.TAKEN if await deleted_vault(session, subscription, name) is None else NameState.DELETED_MINE


async def _answers(session: Session, name: str) -> bool:
    """Whether some vault, in whatever tenant, answers under that name; any answer will do."""
    from azure.core.exceptions import AzureError, HttpResponseError
    from azure.core.rest import HttpRequest

    uri = f"https://{name.lower()}.vault.azure.net/"
    try:
        await session.secrets(uri).send_request(HttpRequest("GET", f"{uri}secrets"), retry_total=0)
    except HttpResponseError:
        return True
    except (AzureError, LakestrapError) as trouble:
        return isinstance(trouble, LakestrapError)
    return True


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
