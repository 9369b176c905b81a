"""Secrets that a vault holds for the project: those that are generated, and those that somebody else issues.

Owns how their versions follow one another: the vault is the issuer, so the new version is current as soon as it is written, the
old one stays readable by its version until it is disabled. Values of others are asked for and checked before anything changes.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from wizard.errors import BadInput, NotAllowed, NotYet, Problem, ServiceRefused
from wizard.flows.rotate.copies import VaultCopy
from wizard.flows.rotate.credential import Credential, Held, Issued, RotationDecisions
from wizard.flows.rotate.places import copies_of, readers_of
from wizard.secret import Secret

if TYPE_CHECKING:
    from datetime import datetime

    from wizard.blueprint import Place
    from wizard.project.model import SecretSpec
    from wizard.providers.keyvault.versions import Version
    from wizard.providers.session import Session

EXTERNAL = ("prompt", "stdin", "env", "file")


def credentials(place: Place) -> Iterator[Credential]:
    """One for every secret of the environment that is generated or brought by a person."""
    for spec in place.project.secrets_of(place.environment):
        source = spec.source.partition(":")[0]
        if source == "generate":
            yield GeneratedSecret(place, spec)
        elif source == "github-token":
            yield GitHubToken(place, spec)
        elif source in EXTERNAL:
            yield ExternalSecret(place, spec)


class VersionedSecret(Credential):
    """A secret whose issuer is the vault itself. Its id is the tag of its version, or the version where set-up wrote it."""

    issuer_is_store: ClassVar[bool] = True
    steady: ClassVar[int] = 2

    expires: datetime | None = None
    """When the new value ends, where that can be known."""

    def __init__(self, place: Place, spec: SecretSpec) -> None:
        self.place, self.spec, self.environment, self.name = place, spec, place.name, spec.name
        self.vault = VaultCopy(project=place.project.name, environment=place.name, vault_id=place.vault_id, secret_name=spec.name)
        self.copies = (self.vault, *copies_of(place, spec)[1:])
        self.readers = readers_of(place, spec)

    def fresh(self) -> Secret:
        """The value of the new version."""
        raise NotImplementedError

    async def inventory(self, session: Session, known: frozenset[str] = frozenset()) -> tuple[Held, ...]:
        """All versions where the sign-in may list them, else the current one alone."""
        from wizard.providers.keyvault.versions import current, versions

        now = await current(session, self.vault.vault_id, self.name)
        if now is None:
            return ()
        try:
            found = await versions(session, self.vault.vault_id, self.name)
        except (NotAllowed, NotYet):  # without a role for values the control plane tells of the current one only
            found = (now,)
        active = now.credential or now.id
        held: dict[str, Held] = {}
        for version in found:
            if version.enabled or version.id == now.id:
                identity = version.credential or version.id
                held[identity] = self._held(version, identity, active)
        return tuple(held.values())

    def _held(self, version: Version, identity: str, active: str) -> Held:
        return Held(identity, version.ours, identity == active, version.created, version.expires, f"version {version.id[:8]}…")

    async def issue(self, session: Session) -> Issued:
        identity = secrets.token_hex(8)
        issued = Issued(identity, self.fresh(), self.expires)
        await self.vault.write(session, issued)
        return issued

    async def probe(self, session: Session, issued: Issued) -> None:
        from wizard.providers.keyvault.versions import value_of

        held = await value_of(session, self.vault.vault_id, self.name, "")
        if held != issued.value:
            raise NotYet("the vault does not show the new version yet")

    async def retire(self, session: Session, id: str) -> None:
        """Disable the versions of that id, by one request each; there is one but after ``--undo``."""
        from wizard.providers.keyvault.versions import disabled, versions

        for version in await versions(session, self.vault.vault_id, self.name):
            if version.enabled and id in (version.credential, version.id):
                await disabled(session, self.vault.vault_id, self.name, version.id)


class GeneratedSecret(VersionedSecret):
    """A value that nobody has to know: drawn anew."""

    kind: ClassVar[str] = "key-vault-secret"

    def fresh(self) -> Secret:
        return Secret(secrets.token_urlsafe(32))


class ExternalSecret(VersionedSecret):
    """A value that somebody else issues: it comes from where the project says, and its check has to accept it."""

    kind: ClassVar[str] = "external"
    guided: ClassVar[bool] = True
    guide: ClassVar[str] = "have a new one issued beside the old, then enter it here; end the old one with its issuer after the grace"

    value: Secret | None = None

    def fresh(self) -> Secret:
        if self.value is None:
            raise BadInput([Problem(f"secrets.{self.name}", f"no new value for {self.environment}", "run it in a terminal")])
        return self.value

    async def unchanged(self, session: Session) -> str:
        """Where the value is the one that the vault holds already, from where another one has to come."""
        from wizard.providers.keyvault.versions import value_of

        if await value_of(session, self.vault.vault_id, self.name, "") != self.fresh():
            return ""
        kind, _, place = self.spec.source.partition(":")
        ways = {"env": f"give a new value in {place}", "file": f"write a new value into {place}", "stdin": "pipe a new value in"}
        return f"unchanged, left as it is: {ways.get(kind, 'have a new one issued first')}"

    async def prepared(self, session: Session, decisions: RotationDecisions) -> Credential:
        """Take the new value and see that it is one: not the old, and accepted by the check."""
        from wizard.flows.rotate.entering import checked, entered

        self.value = await entered(self.spec, self.environment, decisions)
        await checked(self.spec, self.environment, self.value)
        await self.tried(session, self.value)
        return self

    async def tried(self, session: Session, value: Secret) -> None:
        """What can be found out about the value without the user's own check; raises where it is of no use."""

    async def probe(self, session: Session, issued: Issued) -> None:
        await super().probe(session, issued)
        await self.tried(session, issued.value)


class GitHubToken(ExternalSecret):
    """A personal access token for a bot: GitHub has no interface to issue one, so a person does."""

    kind: ClassVar[str] = "github-token"
    guide: ClassVar[str] = (
        "make a new token at https://github.com/settings/personal-access-tokens/new with the rights of the old one; "
        "delete the old one there after the grace"
    )

    async def tried(self, session: Session, value: Secret) -> None:
        from wizard.providers.github.token import accepted

        taken = await accepted(value)
        if taken is None:
            raise ServiceRefused(f"GitHub does not accept the new token for {self.name} in {self.environment}: 401")
        self.expires = taken.ends
