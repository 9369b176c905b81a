"""The service principal of one of Microsoft's own applications, such as AzureDatabricks.

Owns finding it, and making it where registering the resource provider did not. Its object id differs in every tenant. It
bears no mark and is never deleted: it is the tenant's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Resource, Service
from wizard.errors import NotAllowed, NotYet, ServiceRefused
from wizard.providers.entra.errors import DENIED, EXISTS, found, translated

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any

AZURE_DATABRICKS = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"
"""https://learn.microsoft.com/azure/databricks/dev-tools/auth/"""
PATIENCE = 60.0
"""Seconds to wait, after the first refusal, for the service principal that the registration makes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstParty(Resource):
    """``application_id`` is Microsoft's client id; attributes: ``object_id``, ``client_id``."""

    kind: ClassVar[str] = "entra.first_party"
    service: ClassVar[Service] = Service.ENTRA
    steady: ClassVar[int] = 3

    application_id: str

    async def read(self, session: Session) -> Observed | None:
        with translated(f"read the service principal of {self.application_id}"):
            answer = await found(self._get(session))
        return None if answer is None else self._observed(answer)

    async def _get(self, session: Session) -> Json:
        return await session.graph(lambda g: g.service_principals_with_app_id(self.application_id).to_get_request_information())

    async def create(self, session: Session) -> Observed:
        """Look once more, since the resource provider may have made it by now; then make it.

        Only application administrators may make a service principal of a foreign application; for the others the one that
        the registration makes may be under way still, so they wait a while.
        """
        from msgraph.generated.models.service_principal import ServicePrincipal as Body

        there = await self.read(session)
        if there is not None:
            return there
        body = Body(app_id=self.application_id)
        step = f"create the service principal of {self.application_id}"
        try:
            with translated(step, permission="Application.ReadWrite.All"):
                answer = await session.graph(lambda g: g.service_principals.to_post_request_information(body))
        except NotAllowed as refusal:
            if not session.young(self.key):
                session.made(self.key)
            if session.age(self.key) < PATIENCE:
                raise NotYet("the resource provider has not brought its service principal yet", code=DENIED) from refusal
            hints = [f"an application administrator can do it once for the tenant: {self.command('create')}"]
            raise NotAllowed(refusal.message, permission=refusal.permission, hints=hints) from refusal
        except ServiceRefused as refusal:
            if refusal.code != EXISTS:
                raise
            raise NotYet("Entra ID has not replicated the service principal yet", code=refusal.code) from refusal
        observed = self._observed(answer)
        session.made(observed.id)
        return observed

    async def finished(self, session: Session, observed: Observed) -> Observed:
        there = await self.read(session)
        if there is None:
            raise NotYet("Entra ID has not replicated the service principal yet", code="Request_ResourceNotFound")
        return there

    async def delete(self, session: Session, observed: Observed) -> None:
        """Nothing: it belongs to the tenant, and other workspaces use it."""

    def command(self, action: str) -> str:
        return "" if action == "delete" else f"az ad sp create --id {self.application_id}"

    def _observed(self, answer: Json) -> Observed:
        attributes = {"object_id": answer["id"], "client_id": answer["appId"], "display_name": answer.get("displayName") or ""}
        return Observed(str(answer["id"]), attributes, owner=self.project)
