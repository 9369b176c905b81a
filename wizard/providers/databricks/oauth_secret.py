"""An OAuth secret of a service principal, by which it signs in to Databricks without Entra ID.

Owns the secrets of one principal. They have neither name nor comment, so ours are known by their lifetime: whole days and an odd number
of seconds that project and environment give (docs/decisions/0010-databricks-credentials.md). The text exists once, in the answer that
made it. https://docs.databricks.com/api/azure/workspace/serviceprincipalsecretsproxy
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import NotAllowed, NotYet, ServiceRefused
from wizard.providers.databricks.errors import host_of, translated
from wizard.secret import Secret

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from wizard.providers.session import Session

MOST_SECRETS = 5
"""https://learn.microsoft.com/azure/databricks/dev-tools/auth/oauth-m2m"""
DAY = 86400


@dataclass(frozen=True, slots=True)
class HeldSecret:
    """One secret as the workspace lists it; ``expires`` is ``None`` for one without an end."""

    id: str
    created: datetime
    expires: datetime | None

    def bears(self, project: str, environment: str) -> bool:
        """Whether its lifetime is one of ours."""
        if self.expires is None:
            return False
        return round((self.expires - self.created).total_seconds()) % DAY == mark_seconds(project, environment)


def mark_seconds(project: str, environment: str) -> int:
    """What is added to the whole days: odd, so that no lifetime in whole minutes is taken for ours."""
    digest = hashlib.sha256(f"lakestrap:{project}/{environment}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % (DAY // 2) * 2 + 1


async def held_secrets(session: Session, host: str, principal: str) -> tuple[HeldSecret, ...]:
    """Every secret of the principal (its SCIM id), oldest first."""
    with translated("list the OAuth secrets of a service principal", host, session):
        rows = await session.databricks(host_of(host), lambda w: list(w.service_principal_secrets_proxy.list(principal)))
    found = [HeldSecret(str(row.id), _moment(row.create_time), _moment(row.expire_time) if row.expire_time else None) for row in rows]
    return tuple(sorted(found, key=lambda secret: secret.created))


async def remove_secret(session: Session, host: str, principal: str, secret: str) -> None:
    """End a secret; one already gone is no error. Access tokens it was traded for live on for at most an hour."""

    def remove(client: WorkspaceClient) -> None:
        client.service_principal_secrets_proxy.delete(principal, secret)

    try:
        with translated("remove an OAuth secret", host, session):
            await session.databricks(host_of(host), remove)
    except ServiceRefused as refusal:
        if refusal.status != 404:
            raise


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthSecret(Resource):
    """``principal`` is the SCIM id in the workspace ``host``, ``application_id`` what it signs in as.

    ``lifetime_days`` counts for a new secret only. Attributes: ``value`` (a ``Secret``, after create only), ``credential`` (id), ``ends``.
    """

    kind: ClassVar[str] = "databricks.oauth_secret"
    service: ClassVar[Service] = Service.DATABRICKS
    identified_by: ClassVar[tuple[str, ...]] = ("host", "principal")
    serial_by: ClassVar[tuple[str, ...]] = ("principal",)
    secret_attributes: ClassVar[frozenset[str]] = frozenset({"value"})

    host: str | Ref
    principal: str | Ref
    application_id: str | Ref
    lifetime_days: int = 180

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("databricks", "workspace administrator", "" if isinstance(self.host, Ref) else host_of(self.host)),)

    @property
    def lifetime(self) -> str:
        """As it is sent: ``15552123s``."""
        return f"{self.lifetime_days * DAY + mark_seconds(self.project, self.environment)}s"

    async def read(self, session: Session) -> Observed | None:
        """The newest of ours. Raises ``NotAllowed`` where there is none and no room for one."""
        found = await held_secrets(session, str(self.host), str(self.principal))
        ours = [secret for secret in found if secret.bears(self.project, self.environment)]
        if not ours and len(found) >= MOST_SECRETS:
            there = "; ".join(f"{secret.id} of {secret.created:%Y-%m-%d}" for secret in found)
            command = f"{self._place} databricks service-principal-secrets-proxy delete {self.principal} SECRET_ID"
            raise NotAllowed(f"the service principal holds {len(found)} OAuth secrets of at most {MOST_SECRETS}: {there}", hints=(command,))
        return self._observed(ours[-1]) if ours else None

    def _observed(self, secret: HeldSecret, value: Secret | None = None) -> Observed:
        ends = secret.expires.isoformat() if secret.expires else ""
        attributes = {"credential": secret.id, "ends": ends} | ({"value": value} if value is not None else {})
        return Observed(secret.id, attributes, owner=self.project if secret.bears(self.project, self.environment) else "")

    async def create(self, session: Session) -> Observed:
        """One new secret. It is sent once and never again: a second try would leave a secret that nobody knows."""
        principal = str(self.principal)
        with translated("create an OAuth secret", self.host, session):
            made = await session.databricks(
                host_of(self.host), lambda w: w.service_principal_secrets_proxy.create(principal, lifetime=self.lifetime), once=True
            )
        session.made(sign_in_key(self.host, self.application_id))
        secret = HeldSecret(str(made.id), _moment(made.create_time), _moment(made.expire_time) if made.expire_time else None)
        return self._observed(secret, Secret(str(made.secret)))

    async def finished(self, session: Session, observed: Observed) -> Observed:
        """Until the list shows it. Raises ``ServiceRefused`` where the workspace did not keep its lifetime: it could not be found again."""
        found = {secret.id: secret for secret in await held_secrets(session, str(self.host), str(self.principal))}
        if observed.id not in found:
            raise NotYet("the workspace does not list the OAuth secret yet")
        if not found[observed.id].bears(self.project, self.environment):
            raise ServiceRefused(f"the workspace gave the OAuth secret {observed.id} another lifetime than the {self.lifetime} asked for")
        return observed

    async def delete(self, session: Session, observed: Observed) -> None:
        await remove_secret(session, str(self.host), str(self.principal), observed.id)

    @property
    def _place(self) -> str:
        return f"DATABRICKS_HOST=https://{host_of(self.host)}" if not isinstance(self.host, Ref) else "DATABRICKS_HOST=…"

    def command(self, action: str) -> str:
        principal = "ID" if isinstance(self.principal, Ref) else self.principal
        if action == "delete":
            return f"{self._place} databricks service-principal-secrets-proxy delete {principal} SECRET_ID"
        return f"{self._place} databricks service-principal-secrets-proxy create {principal} --lifetime {self.lifetime}"


def sign_in_key(host: object, application_id: object) -> str:
    """What ``session.young`` is asked whether a refused sign-in may be a delay."""
    return f"oauth {host_of(host)} {application_id}"


def _moment(text: str | None) -> datetime:
    moment = datetime.fromisoformat(text or "1970-01-01T00:00:00Z")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
