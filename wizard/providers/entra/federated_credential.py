"""The trust that lets a GitHub environment's jobs sign in as an application, without a secret.

Owns one federated credential. Issuer, subject and audience are matched exactly, case included, when a job signs in.
https://learn.microsoft.com/graph/api/resources/federatedidentitycredential
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import NotYet, ServiceRefused
from wizard.providers.entra.errors import EXISTS, found, translated
from wizard.providers.entra.marks import mark, owner_of

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class FederatedCredential(Resource):
    """``application`` is the application's object id, ``credential`` the name within it; ``subject`` comes from GitHub."""

    kind: ClassVar[str] = "entra.federated_credential"
    service: ClassVar[Service] = Service.ENTRA
    compared: ClassVar[tuple[str, ...]] = ("issuer", "subject", "audience")
    identified_by: ClassVar[tuple[str, ...]] = ("application",)
    serial_by: ClassVar[tuple[str, ...]] = ("application",)
    adoptable: ClassVar[bool] = True
    steady: ClassVar[int] = 5
    expected_seconds: ClassVar[float] = 10.0

    application: str | Ref
    credential: str
    issuer: str | Ref
    subject: str | Ref
    audience: str = "api://AzureADTokenExchange"

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("graph", "Application.ReadWrite.OwnedBy"),)

    def _builder(self, g: Any) -> Any:
        return g.applications.by_application_id(str(self.application)).federated_identity_credentials

    async def _get(self, session: Session, key: str) -> Json:
        return await session.graph(lambda g: self._builder(g).by_federated_identity_credential_id(key).to_get_request_information())

    async def read(self, session: Session) -> Observed | None:
        """By name; else one of ours that trusts the same under another name, as a change of subject leaves it."""
        with translated(f"read federated credential {self.credential}"):
            answer = await found(self._get(session, self.credential))
        named = None if answer is None else _observed(answer)
        if named is not None and not self.differences(named):
            return named
        return await self._equal(session) or named

    async def _equal(self, session: Session) -> Observed | None:
        if isinstance(self.subject, Ref) or isinstance(self.issuer, Ref):
            return None
        with translated("list the application's federated credentials"):
            answer = await found(session.graph(lambda g: self._builder(g).to_get_request_information()))
        seen = [_observed(row) for row in (answer or {}).get("value") or ()]
        return next((each for each in seen if each.owner == self.project and not self.differences(each)), None)

    def _body(self) -> Any:
        from msgraph.generated.models.federated_identity_credential import FederatedIdentityCredential as Body

        return Body(issuer=str(self.issuer), subject=str(self.subject), audiences=[self.audience], description=mark(self.project))

    async def create(self, session: Session) -> Observed:
        body = self._body()
        body.name = self.credential
        young = session.young(str(self.application))
        try:
            with translated(f"create federated credential {self.credential}", young=young, permission="Application.ReadWrite.OwnedBy"):
                answer = await session.graph(lambda g: self._builder(g).to_post_request_information(body))
        except ServiceRefused as refusal:
            if refusal.code != EXISTS:
                raise
            answer = await self._made_meanwhile(session)
        observed = _observed(answer)
        session.made(observed.id)
        return observed

    async def _made_meanwhile(self, session: Session) -> Json:
        with translated(f"read federated credential {self.credential}"):
            answer = await found(self._get(session, self.credential))
        if answer is None:
            raise NotYet("Entra ID has not replicated the federated credential yet", code="Request_ResourceNotFound")
        return answer

    async def update(self, session: Session, observed: Observed) -> Observed:
        """Issuer, subject, audience and our mark in one request."""
        body = self._body()
        step = f"update federated credential {self.credential}"
        with translated(step, young=session.young(observed.id), permission="Application.ReadWrite.All"):
            await session.graph(
                lambda g: self._builder(g).by_federated_identity_credential_id(observed.id).to_patch_request_information(body)
            )
        session.made(observed.id)
        attributes = {"issuer": self.issuer, "subject": self.subject, "audience": self.audience}
        return Observed(observed.id, attributes, owner=self.project, unfinished=True)

    async def finished(self, session: Session, observed: Observed) -> Observed:
        """Until a replica shows it as it was written; several such reads in a row end the wait."""
        with translated(f"read federated credential {self.credential}"):
            answer = await found(self._get(session, self.credential))
        if answer is None or self.differences(_observed(answer)):
            raise NotYet("Entra ID has not replicated the federated credential yet", code="Request_ResourceNotFound")
        return _observed(answer)

    async def delete(self, session: Session, observed: Observed) -> None:
        with translated(f"delete federated credential {self.credential}", permission="Application.ReadWrite.All"):
            await found(
                session.graph(lambda g: self._builder(g).by_federated_identity_credential_id(observed.id).to_delete_request_information())
            )

    def command(self, action: str) -> str:
        if action == "delete":
            return f"az ad app federated-credential delete --id {self.application} --federated-credential-id {self.credential}"
        body = {"issuer": str(self.issuer), "subject": str(self.subject), "audiences": [self.audience], "description": mark(self.project)}
        if action == "create":
            named = json.dumps({"name": self.credential, **body})
            return f"az ad app federated-credential create --id {self.application} --parameters '{named}'"
        where = f"--id {self.application} --federated-credential-id {self.credential}"
        return f"az ad app federated-credential update {where} --parameters '{json.dumps(body)}'"


def _observed(answer: Json) -> Observed:
    audiences = list(answer.get("audiences") or ())
    attributes = {
        "issuer": answer.get("issuer") or "",
        "subject": answer.get("subject") or "",
        "audience": audiences[0] if len(audiences) == 1 else ", ".join(audiences),
    }
    return Observed(str(answer["id"]), attributes, owner=owner_of([answer.get("description")]))
