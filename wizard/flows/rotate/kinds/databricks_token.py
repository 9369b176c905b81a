"""Personal access tokens of the deploy identity.

Owns how one is rotated: the identity makes a second token beside the first, signed in with its OAuth secret as the vault holds it;
administrators of the workspace revoke the earlier one. Ours are known by their comment.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from wizard.engine.resource import Permission
from wizard.flows.rotate.credential import Credential, Held, Issued
from wizard.flows.rotate.kinds.membership import Membership, membership
from wizard.flows.rotate.places import copies_of, readers_of
from wizard.project.issued import TOKEN, oauth_secret_of

if TYPE_CHECKING:
    from wizard.blueprint import Place
    from wizard.project.model import SecretSpec
    from wizard.providers.databricks.token import Token
    from wizard.providers.session import Session
    from wizard.secret import Secret


def credentials(place: Place) -> Iterator[Credential]:
    """One for every entry ``from: databricks-token``."""
    oauth = oauth_secret_of(place.project, place.environment)
    for spec in place.project.secrets_of(place.environment):
        if spec.source == TOKEN and oauth is not None:
            yield DatabricksToken(place, spec, oauth)


class DatabricksToken(Credential):
    """``name`` is the vault's entry, and a part of the comment."""

    kind: ClassVar[str] = "databricks-token"
    steady: ClassVar[int] = 3

    def __init__(self, place: Place, spec: SecretSpec, oauth: SecretSpec) -> None:
        self.place, self.environment, self.name, self._oauth = place, place.name, spec.name, oauth.name
        self.copies, self.readers = copies_of(place, spec), readers_of(place, spec)
        self._member: Membership | None = None

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("databricks", "workspace administrator", self._member.host if self._member else ""),)

    async def _membership(self, session: Session) -> Membership:
        if self._member is None:
            self._member = await membership(self.place, session)
        return self._member

    async def _token(self, session: Session, sign_in: Secret | None = None) -> Token:
        from wizard.providers.databricks.token import Token

        member = await self._membership(session)
        return Token(**self.place.named, host=member.host, application_id=member.application, label=self.name, sign_in=sign_in)

    async def inventory(self, session: Session, known: frozenset[str] = frozenset()) -> tuple[Held, ...]:
        """The identity's own tokens; those of people are none of its issuer's business here."""
        from wizard.providers.databricks.token import held_tokens

        wished = await self._token(session)
        rows = await held_tokens(session, str(wished.host), str(wished.application_id))
        ours = {row.id for row in rows if row.id in known or row.comment == wished.comment}
        assert self.store is not None
        named = (await self.store.standing(session)).credential
        newest = next((row.id for row in reversed(rows) if row.id in ours), "")
        return tuple(Held(r.id, r.id in ours, r.id == (named or newest), r.created, r.expires, r.comment) for r in rows)

    async def issue(self, session: Session) -> Issued:
        from wizard.providers.keyvault.versions import value_of

        sign_in = await value_of(session, self.place.vault_id, self._oauth, "")
        made = await (await self._token(session, sign_in)).create(session)
        ends = made.attributes["ends"]
        return Issued(made.id, made.attributes["value"], datetime.fromisoformat(ends) if ends else None)

    async def probe(self, session: Session, issued: Issued) -> None:
        from wizard.providers.databricks.sign_in import token_works

        await token_works(session, (await self._membership(session)).host, issued.value)

    async def retire(self, session: Session, id: str) -> None:
        from wizard.providers.databricks.token import revoke_token

        await revoke_token(session, (await self._membership(session)).host, id)
