"""What a managed identity can be signed in with from outside: its federated credentials.

Owns the reading for those who look and change nothing. These credentials bear no mark: whose one is tells its name.
https://learn.microsoft.com/rest/api/managedidentity/federated-identity-credentials
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.providers.arm.errors import found, translated
from wizard.providers.arm.ids import subscription_of
from wizard.providers.entra.held_credentials import Trust

if TYPE_CHECKING:
    from wizard.providers.session import Session


async def trusts_of_identity(session: Session, identity: str) -> tuple[Trust, ...]:
    """The federated credentials of a managed identity (its ARM id); ``owner`` is not known and empty."""
    parts = identity.strip("/").split("/")
    client: Any = session.identities(subscription_of(identity)).federated_identity_credentials

    async def all_of_them() -> list[Any]:
        return [row async for row in client.list(parts[3], parts[-1])]

    with translated(f"list the federated credentials of {parts[-1]}"):
        rows = await found(all_of_them()) or []
    return tuple(
        Trust(str(row.id), str(row.name), str(row.issuer), str(row.subject), ", ".join(str(each) for each in row.audiences or ()))
        for row in rows
    )
