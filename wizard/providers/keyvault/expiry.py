"""Which secrets of a vault end, and when.

Owns reading that over Resource Manager, which needs no right on the vault's data and tells no value.
https://learn.microsoft.com/rest/api/keyvault/secrets/list
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.providers.arm.errors import found, translated
from wizard.providers.arm.ids import last_part
from wizard.providers.keyvault.ids import parsed

if TYPE_CHECKING:
    from datetime import datetime

    from wizard.providers.session import Session


@dataclass(frozen=True, slots=True)
class SecretExpiry:
    """One secret by name; ``expires`` is ``None`` for one without an end."""

    name: str
    expires: datetime | None


async def secret_expiries(session: Session, vault_id: str) -> tuple[SecretExpiry, ...]:
    """Every enabled secret of the vault; none where there is no such vault. Raises ``NotAllowed`` without the right to list them."""
    place = parsed(vault_id)
    client: Any = session.vaults(place.subscription).secrets

    async def all_of_them() -> list[Any]:
        return [row async for row in client.list(place.group, place.name)]

    with translated(f"list the secrets of vault {place.name}"):
        rows = await found(all_of_them()) or []
    told = ((row, row.properties.attributes if row.properties else None) for row in rows)
    return tuple(
        SecretExpiry(str(row.name or last_part(str(row.id))), attributes.expires if attributes else None)
        for row, attributes in told
        if attributes is None or attributes.enabled is not False
    )
