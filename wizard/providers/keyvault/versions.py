"""Versions of a vault's secret: adding one beside the earlier ones, and finding the one that belongs to a credential.

Owns what a rotation does with a secret that is there. That a secret exists at all is the kind's in ``secret.py``. The current
version's tags and dates are read over Resource Manager, which needs no data role; values only when they are asked for.
https://learn.microsoft.com/rest/api/keyvault/secrets/operation-groups
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from wizard.providers.arm import errors as arm_errors
from wizard.providers.arm.ids import marked
from wizard.providers.keyvault.ids import CREDENTIAL_TAG, parsed
from wizard.providers.keyvault.secret import VaultSecret
from wizard.secret import Secret

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any


@dataclass(frozen=True, slots=True)
class Version:
    """One version as it stands; never its value."""

    id: str
    credential: str
    created: datetime
    expires: datetime | None
    enabled: bool
    ours: bool


async def current(session: Session, vault_id: str, name: str) -> Version | None:
    """The newest version, read over Resource Manager; ``None`` where there is no such secret."""
    place = parsed(vault_id)
    with arm_errors.translated(f"look for secret {name} in vault {place.name}"):
        client: Any = session.vaults(place.subscription).secrets
        found = await arm_errors.found(client.get(place.group, place.name, name))
    if found is None:
        return None
    attributes = found.properties.attributes
    identity = str(found.properties.secret_uri_with_version).rstrip("/").rpartition("/")[2]
    moments = (_moment(getattr(attributes, "created", None)), _moment(getattr(attributes, "expires", None)))
    return _version(identity, dict(found.tags or {}), *moments, enabled=attributes.enabled)


async def versions(session: Session, vault_id: str, name: str) -> tuple[Version, ...]:
    """Every version, oldest first; needs the right to list secrets. ``NotYet`` while a role has not spread."""
    client = session.secrets(parsed(vault_id).uri)

    async def listed() -> list[Any]:
        return [row async for row in client.list_properties_of_secret_versions(name)]

    rows = await _secret(vault_id, name).asked(session, "list", listed)
    found = [_version(str(row.version), dict(row.tags or {}), row.created_on, row.expires_on, enabled=row.enabled) for row in rows]
    return tuple(sorted(found, key=lambda version: version.created))


async def value_of(session: Session, vault_id: str, name: str, version: str) -> Secret:
    """The value of one version."""
    client = session.secrets(parsed(vault_id).uri)
    found = await _secret(vault_id, name).asked(session, "read", lambda: client.get_secret(name, version))
    return Secret(str(found.value))


async def added(
    session: Session,
    vault_id: str,
    name: str,
    value: Secret,
    *,
    project: str,
    environment: str,
    credential: str = "",
    expires: datetime | None = None,
) -> str:
    """A new version beside the earlier ones, by one request; its id. The earlier ones stay readable by theirs."""
    client = session.secrets(parsed(vault_id).uri)
    tags = marked({CREDENTIAL_TAG: credential} if credential else {}, project, environment)
    answer = await _secret(vault_id, name).asked(
        session, "write", lambda: client.set_secret(name, value.reveal(), tags=tags, expires_on=expires)
    )
    return str(answer.properties.version)


async def disabled(session: Session, vault_id: str, name: str, version: str) -> None:
    """Nobody reads that version any more; it can be enabled again. One that is gone is no error."""
    from wizard.errors import ServiceRefused

    client = session.secrets(parsed(vault_id).uri)
    try:
        await _secret(vault_id, name).asked(session, "disable", lambda: client.update_secret_properties(name, version, enabled=False))
    except ServiceRefused as refusal:
        if refusal.status != 404:
            raise


def _secret(vault_id: str, name: str) -> VaultSecret:
    return VaultSecret(name=name, project="", vault_id=vault_id, secret_name=name)


def _version(identity: str, tags: dict[str, str], created: datetime | None, expires: datetime | None, *, enabled: bool | None) -> Version:
    moment = created or datetime.fromtimestamp(0, UTC)
    return Version(identity, tags.get(CREDENTIAL_TAG, ""), moment, expires, enabled is not False, "lakestrap-project" in tags)


def _moment(value: Any) -> datetime | None:
    """The control plane writes seconds since the epoch; the SDK may have made a time of them."""
    if value is None or isinstance(value, datetime):
        return value
    return datetime.fromtimestamp(int(value), UTC)
