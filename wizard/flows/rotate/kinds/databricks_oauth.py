"""The OAuth secret by which the deploy identity signs in to Databricks from outside.

Owns how it is rotated: a second secret beside the first, of at most five. Ours are known by their lifetime; what the copies hold, by the
tag of the vault's version.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from wizard.engine.resource import Permission
from wizard.flows.rotate.credential import Credential, Held, Issued
from wizard.flows.rotate.kinds.membership import Membership, membership
from wizard.flows.rotate.places import copies_of, readers_of
from wizard.project.issued import oauth_secret_of
from wizard.providers.databricks.oauth_secret import MOST_SECRETS

if TYPE_CHECKING:
    from wizard.blueprint import Place
    from wizard.project.model import SecretSpec
    from wizard.providers.session import Session


def credentials(place: Place) -> Iterator[Credential]:
    """At most one an environment."""
    spec = oauth_secret_of(place.project, place.environment)
    if spec is not None:
        yield DatabricksOAuthSecret(place, spec)


class DatabricksOAuthSecret(Credential):
    """``name`` is the vault's entry."""

    kind: ClassVar[str] = "databricks-oauth-secret"
    steady: ClassVar[int] = 3

    def __init__(self, place: Place, spec: SecretSpec) -> None:
        self.place, self.environment, self.name = place, place.name, spec.name
        self.copies, self.readers = copies_of(place, spec), readers_of(place, spec)
        self.room = MOST_SECRETS
        self._member: Membership | None = None

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("databricks", "workspace administrator", self._member.host if self._member else ""),)

    async def _membership(self, session: Session) -> Membership:
        if self._member is None:
            self._member = await membership(self.place, session)
        return self._member

    async def inventory(self, session: Session, known: frozenset[str] = frozenset()) -> tuple[Held, ...]:
        from wizard.providers.databricks.oauth_secret import held_secrets

        member = await self._membership(session)
        rows = await held_secrets(session, member.host, member.principal)
        ours = {row.id for row in rows if row.id in known or row.bears(self.place.project.name, self.environment)}
        assert self.store is not None
        named = (await self.store.standing(session)).credential
        newest = next((row.id for row in reversed(rows) if row.id in ours), "")
        return tuple(Held(r.id, r.id in ours, r.id == (named or newest), r.created, r.expires, "OAuth secret") for r in rows)

    async def issue(self, session: Session) -> Issued:
        from datetime import datetime

        from wizard.providers.databricks.oauth_secret import OAuthSecret

        member = await self._membership(session)
        wished = OAuthSecret(**self.place.named, host=member.host, principal=member.principal, application_id=member.application)
        made = await wished.create(session)
        return Issued(made.id, made.attributes["value"], datetime.fromisoformat(made.attributes["ends"]))

    async def probe(self, session: Session, issued: Issued) -> None:
        from wizard.providers.databricks.sign_in import signs_in

        member = await self._membership(session)
        await signs_in(session, member.host, member.application, issued.value)

    async def retire(self, session: Session, id: str) -> None:
        from wizard.providers.databricks.oauth_secret import remove_secret

        member = await self._membership(session)
        await remove_secret(session, member.host, member.principal, id)
