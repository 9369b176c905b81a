"""A client secret of an application, for those who cannot sign in without one.

Owns one password credential, known by its display name ``lakestrap:PROJECT/ENVIRONMENT``, after which a rotation writes its time.
Its text exists once, in the answer that made it, and travels as a ``Secret`` only.
https://learn.microsoft.com/graph/api/application-addpassword
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import NotYet
from wizard.providers.entra.errors import found, translated
from wizard.providers.entra.marks import mark, owner_of
from wizard.providers.graph import GraphRefused
from wizard.secret import Secret

if TYPE_CHECKING:
    from uuid import UUID

    from wizard.providers.session import Session

Json = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSecret(Resource):
    """``application`` is the application's object id. Attributes: ``value`` (a ``Secret``, after create only), ``key_id``, ``ends``.

    ``lifetime_days`` counts for a new secret only: one that lives is never replaced because of it.
    """

    kind: ClassVar[str] = "entra.client_secret"
    service: ClassVar[Service] = Service.ENTRA
    identified_by: ClassVar[tuple[str, ...]] = ("application",)
    serial_by: ClassVar[tuple[str, ...]] = ("application",)
    secret_attributes: ClassVar[frozenset[str]] = frozenset({"value"})
    steady: ClassVar[int] = 3
    expected_seconds: ClassVar[float] = 10.0

    application: str | Ref
    lifetime_days: int = 180
    stamp: str = ""
    """What a rotation writes behind the mark of a new one: ``2026-11-21T09:30:12Z``."""

    @property
    def label(self) -> str:
        """The mark by which it is found again."""
        return mark(self.project, self.environment)

    @property
    def display_name(self) -> str:
        return f"{self.label} {self.stamp}".rstrip()

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("graph", "Application.ReadWrite.OwnedBy"),)

    async def _credentials(self, session: Session) -> list[Json] | None:
        """Those of our label, newest first; ``None`` where the application is not found."""
        key = str(self.application)
        with translated("read the application's secrets"):
            answer = await found(session.graph(lambda g: g.applications.by_application_id(key).to_get_request_information()))
        if answer is None:
            return None
        ours = [row for row in answer.get("passwordCredentials") or () if bears(row.get("displayName"), self.label)]
        return sorted(ours, key=lambda row: str(row.get("startDateTime")), reverse=True)

    async def read(self, session: Session) -> Observed | None:
        credentials = await self._credentials(session)
        return _observed(credentials[0]) if credentials else None

    async def create(self, session: Session) -> Observed:
        """One new secret. It is sent once and never again: a second try would leave a secret that nobody knows."""
        from msgraph.generated.applications.item.add_password.add_password_post_request_body import AddPasswordPostRequestBody
        from msgraph.generated.models.password_credential import PasswordCredential

        key = str(self.application)
        ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=self.lifetime_days)
        body = AddPasswordPostRequestBody(password_credential=PasswordCredential(display_name=self.display_name, end_date_time=ends))
        step, permission = f"create a client secret {self.label}", "Application.ReadWrite.OwnedBy"
        with translated(step, young=session.young(key), permission=permission):
            answer = await session.graph(
                lambda g: g.applications.by_application_id(key).add_password.to_post_request_information(body), retry=False
            )
        observed = _observed(answer)
        session.made(observed.id)
        return Observed(observed.id, {**observed.attributes, "value": Secret(answer["secretText"])}, owner=observed.owner)

    async def finished(self, session: Session, observed: Observed) -> Observed:
        """Until the application shows it; that the token service knows it too is for the sign-in check to find."""
        credentials = await self._credentials(session)
        if not any(row["keyId"] == observed.id for row in credentials or ()):
            raise NotYet("Entra ID has not replicated the client secret yet", code="Request_ResourceNotFound")
        return observed

    async def delete(self, session: Session, observed: Observed) -> None:
        from uuid import UUID

        await removed(session, str(self.application), UUID(observed.id))

    def command(self, action: str) -> str:
        if action == "delete":
            return f"az ad app credential delete --id {self.application} --key-id KEY_ID"
        return f"az ad app credential reset --id {self.application} --append --display-name {self.label}"


def bears(display_name: str | None, label: str) -> bool:
    """Whether a display name is our mark, with or without the time of a rotation."""
    return (display_name or "").partition(" ")[0] == label


async def removed(session: Session, application: str, key_id: UUID) -> None:
    """Remove a credential; one that is already gone is no error."""
    from msgraph.generated.applications.item.remove_password.remove_password_post_request_body import RemovePasswordPostRequestBody

    body = RemovePasswordPostRequestBody(key_id=key_id)
    with translated("remove a client secret", permission="Application.ReadWrite.All"):
        try:
            await session.graph(lambda g: g.applications.by_application_id(application).remove_password.to_post_request_information(body))
        except GraphRefused as refusal:
            gone = refusal.status == 404 or (refusal.status == 400 and str(key_id) in refusal.message)
            if not gone:
                raise


def _observed(row: Json) -> Observed:
    attributes = {"key_id": row["keyId"], "ends": row.get("endDateTime") or ""}
    return Observed(str(row["keyId"]), attributes, owner=owner_of([row.get("displayName")]))
