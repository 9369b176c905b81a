"""The two keys of a storage account: when each was made, what they are, making one anew.

Owns the calls to Resource Manager. When a key was made is read with the account, which needs no right on keys; a key is known by its name
and that moment, since its name alone outlives every value. https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from wizard.errors import ServiceRefused
from wizard.providers.arm.errors import found, translated
from wizard.providers.arm.ids import subscription_of
from wizard.secret import Secret

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any

API_VERSION = "2023-05-01"
NAMES = ("key1", "key2")
LIST_KEYS = "Microsoft.Storage/storageAccounts/listKeys/action"
REGENERATE = "Microsoft.Storage/storageAccounts/regenerateKey/action"


@dataclass(frozen=True, slots=True)
class Account:
    """A storage account: ``created`` by key name, and whether requests signed with its keys are taken."""

    id: str
    name: str
    shared_keys: bool
    created: dict[str, datetime]

    def key_id(self, key: str) -> str:
        """``key1 2026-11-21T09:30:12Z``: the name and when this value of it was made."""
        return key_id(key, self.created.get(key))


def key_id(key: str, created: datetime | None) -> str:
    """How one value of a key is called: a name stays, a moment does not come back."""
    return f"{key} {created.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z" if created else key


async def account(session: Session, account_id: str) -> Account | None:
    """The account without its keys; ``None`` where there is none. Needs the right to read it only."""
    name = account_id.rstrip("/").rpartition("/")[2]
    with translated(f"read the storage account {name}"):
        answer: Any = await found(session.resources(subscription_of(account_id)).resources.get_by_id(account_id, api_version=API_VERSION))
    if answer is None:
        return None
    properties = answer.properties or {}
    created = {key: _moment(text) for key, text in (properties.get("keyCreationTime") or {}).items() if text}
    return Account(str(answer.id), str(answer.name), properties.get("allowSharedKeyAccess") is not False, created)


async def key_values(session: Session, account_id: str) -> dict[str, tuple[str, Secret]]:
    """Id and value by key name."""
    return _values(await _posted(session, account_id, "listKeys", None))


async def regenerate(session: Session, account_id: str, key: str) -> tuple[str, Secret]:
    """Make a key anew, by one request sent once: its earlier value is dead at once, and every SAS that it signed. Id and value."""
    return _values(await _posted(session, account_id, "regenerateKey", {"keyName": key}))[key]


async def _posted(session: Session, account_id: str, action: str, body: Json) -> Json:
    from azure.core.rest import HttpRequest

    name = account_id.rstrip("/").rpartition("/")[2]
    address = f"{account_id}/{action}?api-version={API_VERSION}"
    client: Any = session.resources(subscription_of(account_id))
    request = HttpRequest("POST", address, json=body) if body is not None else HttpRequest("POST", address)
    again = {"retry_total": 0} if body is not None else {}
    with translated(f"{'list the keys' if body is None else 'make a key'} of the storage account {name}"):
        answer = await client.send_request(request, **again)  # the management package has no call for actions of other providers
        answer.raise_for_status()
    return answer.json()


def _values(answer: Json) -> dict[str, tuple[str, Secret]]:
    rows = {str(row["keyName"]): row for row in answer.get("keys") or ()}
    missing = [key for key in NAMES if key not in rows]
    if missing:
        raise ServiceRefused(f"the storage account did not tell {' and '.join(missing)}")
    moments = {key: _moment(row["creationTime"]) if row.get("creationTime") else None for key, row in rows.items()}
    return {key: (key_id(key, moments[key]), Secret(str(rows[key]["value"]))) for key in NAMES}


def _moment(text: str) -> datetime:
    """Round-trip form has seven digits of a second, one more than Python takes."""
    head, dot, rest = text.partition(".")
    digits = rest.rstrip("Z")[:6]
    moment = datetime.fromisoformat(f"{head}{dot}{digits}" if dot else head.removesuffix("Z"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
