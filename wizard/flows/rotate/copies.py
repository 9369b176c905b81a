"""Places that hold a credential's value: a vault's secret and a secret of a GitHub environment, and the date beside them.

Owns how a rotation writes them and what can be learnt from them without a value. Each version in a vault says by its tag
``lakestrap-credential`` which credential it belongs to, so that any machine knows; GitHub tells nobody what a secret holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wizard.flows.rotate.credential import Issued, Standing

if TYPE_CHECKING:
    from wizard.providers.session import Session

MOST_SECRETS = 100
"""Secrets that one GitHub environment may hold: https://docs.github.com/rest/actions/secrets"""


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultCopy:
    """The secret ``secret_name`` in a vault (an ARM id); the store from which a resumed rotation learns the value."""

    project: str
    environment: str
    vault_id: str
    secret_name: str
    vault_key: str = ""
    """The vault's part of the resource key: ``prod`` or ``prod-ops``; the environment's name where empty."""

    @property
    def key(self) -> str:
        return f"keyvault.secret/{self.vault_key or self.environment}/{self.secret_name}"

    @property
    def place(self) -> str:
        return f"Key Vault {self.vault_id.rpartition('/')[2]}, secret {self.secret_name}"

    async def standing(self, session: Session) -> Standing:
        from wizard.providers.keyvault.versions import current

        found = await current(session, self.vault_id, self.secret_name)
        return Standing(False) if found is None else Standing(True, found.credential, found.created, found.expires)

    async def write(self, session: Session, issued: Issued) -> None:
        from wizard.providers.keyvault.versions import added

        await added(
            session,
            self.vault_id,
            self.secret_name,
            issued.value,
            project=self.project,
            environment=self.environment,
            credential=issued.id,
            expires=issued.expires,
        )

    async def room(self, session: Session) -> str:
        return ""

    async def value(self, session: Session, credential: str) -> Issued | None:
        """The newest version written for that credential. One that names none is the first one's: set-up wrote it."""
        from wizard.providers.keyvault.versions import value_of, versions

        held = [version for version in await versions(session, self.vault_id, self.secret_name) if version.enabled]
        named = [version for version in held if credential in (version.credential, version.id)]
        chosen = (named or [version for version in held if not version.credential])[-1:]
        if not chosen:
            return None
        value = await value_of(session, self.vault_id, self.secret_name, chosen[0].id)
        return Issued(credential, value, chosen[0].expires)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentCopy:
    """The secret ``secret_name`` of a GitHub environment: written, never read back."""

    project: str
    environment: str
    repository: str
    secret_name: str

    @property
    def key(self) -> str:
        return f"github.environment_secret/{self.environment}/{self.secret_name}"

    @property
    def place(self) -> str:
        return f"GitHub {self.repository}, environment {self.environment}, secret {self.secret_name}"

    async def standing(self, session: Session) -> Standing:
        from wizard.providers.github.environment_secret import EnvironmentSecret

        secret = EnvironmentSecret(
            name=self.key,
            project=self.project,
            repository=self.repository,
            environment_name=self.environment,
            secret_name=self.secret_name,
        )
        seen = await secret.read(session)
        return Standing(False) if seen is None else Standing(True, "", datetime.fromisoformat(seen.attributes["updated_at"]))

    async def write(self, session: Session, issued: Issued) -> None:
        from wizard.providers.github.environment_secret import EnvironmentSecret

        secret = EnvironmentSecret(
            name=self.key,
            project=self.project,
            repository=self.repository,
            environment_name=self.environment,
            secret_name=self.secret_name,
            value=issued.value,
        )
        await secret.create(session)

    async def room(self, session: Session) -> str:
        from wizard.providers.github.environment_secret import names_in

        names = await names_in(session, self.repository, self.environment)
        if self.secret_name in names or len(names) < MOST_SECRETS:
            return ""
        shown = ", ".join(names[:10])
        return f"the GitHub environment {self.environment} holds {len(names)} secrets, and no more fit: {shown}, …"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiryDate:
    """The repository variable that says on which day a credential ends; the workflow ``credentials`` reads it."""

    project: str
    environment: str
    repository: str
    variable: str

    @property
    def key(self) -> str:
        return f"github.repository_variable/{self.variable}"

    @property
    def place(self) -> str:
        return f"GitHub {self.repository}, variable {self.variable} (the day only)"

    async def standing(self, session: Session) -> Standing:
        from wizard.providers.github.variables import read_variable

        text = await read_variable(session, self.repository, self.variable)
        if text is None:
            return Standing(False)
        try:
            return Standing(True, expires=datetime.fromisoformat(text).replace(tzinfo=UTC))
        except ValueError:
            return Standing(True)

    async def write(self, session: Session, issued: Issued) -> None:
        from wizard.providers.github.variables import write_variable

        day = issued.expires.astimezone(UTC).date().isoformat() if issued.expires else ""
        await write_variable(session, self.repository, self.variable, day or "never")

    async def room(self, session: Session) -> str:
        return ""
