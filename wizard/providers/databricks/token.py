"""A personal access token of the deploy identity, for tools that take nothing better.

Owns one token, known by its comment. On Azure nobody makes a token on behalf of a service principal: the principal makes it, signed in with
its OAuth secret; administrators of the workspace list and revoke it. Its text exists once, in the answer that made it.
https://learn.microsoft.com/azure/databricks/dev-tools/auth/pat
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import BadInput, NotYet, Problem, ServiceRefused
from wizard.providers.databricks.errors import host_of, translated
from wizard.providers.databricks.oauth_secret import DAY
from wizard.providers.databricks.sign_in import as_principal
from wizard.providers.entra.marks import mark
from wizard.secret import Secret

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.settings import CreateTokenResponse

    from wizard.providers.session import Session

MOST_TOKENS = 600
"""Of one owner in a workspace: https://learn.microsoft.com/azure/databricks/dev-tools/auth/pat"""


@dataclass(frozen=True, slots=True)
class HeldToken:
    """One token as administrators see it."""

    id: str
    comment: str
    created: datetime
    expires: datetime | None


async def held_tokens(session: Session, host: str, application_id: str) -> tuple[HeldToken, ...]:
    """Every token of the principal, oldest first; needs an administrator of the workspace."""
    owner = application_id.lower()
    with translated("list the tokens of the workspace", host, session):
        rows = await session.databricks(host_of(host), lambda w: list(w.token_management.list()))
    mine = [row for row in rows if str(row.created_by_username or "").lower() == owner]
    found = [HeldToken(str(row.token_id), str(row.comment or ""), _moment(row.creation_time or 0), _end(row.expiry_time)) for row in mine]
    return tuple(sorted(found, key=lambda token: token.created))


async def revoke_token(session: Session, host: str, token: str) -> None:
    """End a token; one already gone is no error."""

    def revoke(client: WorkspaceClient) -> None:
        client.token_management.delete(token)

    try:
        with translated("revoke a token", host, session):
            await session.databricks(host_of(host), revoke)
    except ServiceRefused as refusal:
        if refusal.status != 404:
            raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Token(Resource):
    """``label`` tells tokens of one environment apart; ``sign_in`` is an OAuth secret of the principal ``application_id``.

    ``lifetime_days`` counts for a new token only. Attributes: ``value`` (a ``Secret``, after create only), ``credential`` (id), ``ends``.
    """

    kind: ClassVar[str] = "databricks.token"
    service: ClassVar[Service] = Service.DATABRICKS
    identified_by: ClassVar[tuple[str, ...]] = ("host", "application_id")
    secret_attributes: ClassVar[frozenset[str]] = frozenset({"value"})

    host: str | Ref
    application_id: str | Ref
    label: str
    sign_in: Secret | Ref | None = None
    lifetime_days: int = 90

    @property
    def comment(self) -> str:
        """By which it is found again: ``lakestrap:shop/dev/tool-token``."""
        return f"{mark(self.project, self.environment)}/{self.label}"

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("databricks", "workspace administrator", "" if isinstance(self.host, Ref) else host_of(self.host)),)

    async def read(self, session: Session) -> Observed | None:
        found = await held_tokens(session, str(self.host), str(self.application_id))
        ours = [token for token in found if token.comment == self.comment]
        return self._observed(ours[-1].id, ours[-1].expires) if ours else None

    def _observed(self, identity: str, ends: datetime | None, value: Secret | None = None) -> Observed:
        attributes = {"credential": identity, "ends": ends.isoformat() if ends else ""}
        return Observed(identity, attributes | ({"value": value} if value is not None else {}), owner=self.project)

    async def create(self, session: Session) -> Observed:
        """One new token, made by the principal itself. It is sent once: a second try would leave a token that nobody knows."""
        if not isinstance(self.sign_in, Secret):
            raise BadInput([Problem(self.key, "there is no OAuth secret to sign in with", "add a secret `from: databricks-oauth-secret`")])

        def make(client: WorkspaceClient) -> CreateTokenResponse:
            return client.tokens.create(comment=self.comment, lifetime_seconds=self.lifetime_days * DAY)

        step = f"create the token {self.label}"
        made = await as_principal(session, str(self.host), str(self.application_id), self.sign_in, step, make)
        assert made.token_info is not None
        return self._observed(str(made.token_info.token_id), _end(made.token_info.expiry_time), Secret(str(made.token_value)))

    async def finished(self, session: Session, observed: Observed) -> Observed:
        """Until administrators see it."""
        if not any(token.id == observed.id for token in await held_tokens(session, str(self.host), str(self.application_id))):
            raise NotYet("the workspace does not list the token yet")
        return observed

    async def delete(self, session: Session, observed: Observed) -> None:
        await revoke_token(session, str(self.host), observed.id)

    def command(self, action: str) -> str:
        place = f"DATABRICKS_HOST=https://{host_of(self.host)}" if not isinstance(self.host, Ref) else "DATABRICKS_HOST=…"
        if action == "delete":
            return f"{place} databricks token-management delete TOKEN_ID"
        return f"{place} databricks tokens create --comment {self.comment} --lifetime-seconds {self.lifetime_days * DAY}"


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _end(milliseconds: int | None) -> datetime | None:
    return _moment(milliseconds) if milliseconds and milliseconds > 0 else None
