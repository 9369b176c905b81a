"""The service principal of an application in the operator's tenant: what roles are given to.

Owns the service principal and our tag on it. Deleting the application deletes it too.
https://learn.microsoft.com/graph/api/serviceprincipal-post-serviceprincipals
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import NotYet, ServiceRefused
from wizard.providers.entra.errors import EXISTS, found, translated
from wizard.providers.entra.marks import mark, owner_of, with_mark

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePrincipal(Resource):
    """Attributes that others use: ``object_id`` (for role assignments) and ``client_id``.

    ``existing`` is the client id of a service principal, or managed identity, that is the user's own.
    """

    kind: ClassVar[str] = "entra.service_principal"
    service: ClassVar[Service] = Service.ENTRA
    compared: ClassVar[tuple[str, ...]] = ("enabled",)
    identified_by: ClassVar[tuple[str, ...]] = ("client_id",)
    adoptable: ClassVar[bool] = True
    steady: ClassVar[int] = 3
    expected_seconds: ClassVar[float] = 5.0

    client_id: str | Ref
    enabled: bool = True

    @property
    def requires(self) -> tuple[Permission, ...]:
        return () if self.existing else (Permission("graph", "Application.ReadWrite.OwnedBy"),)

    async def read(self, session: Session) -> Observed | None:
        with translated(f"read the service principal of {self.client_id}"):
            answer = await found(self._get(session))
        return None if answer is None else _observed(answer)

    async def _get(self, session: Session) -> Json:
        key = self.existing or str(self.client_id)
        return await session.graph(lambda g: g.service_principals_with_app_id(key).to_get_request_information())

    async def create(self, session: Session) -> Observed:
        """Waits, by ``NotYet``, until the new application is known where service principals are made."""
        from msgraph.generated.models.service_principal import ServicePrincipal as Body

        body = Body(app_id=str(self.client_id), tags=[mark(self.project)])
        young = session.young(str(self.client_id))
        step = f"create the service principal of {self.client_id}"
        try:
            with translated(step, young=young, permission="Application.ReadWrite.OwnedBy"):
                answer = await session.graph(lambda g: g.service_principals.to_post_request_information(body))
        except ServiceRefused as refusal:
            if refusal.code != EXISTS:
                raise
            answer = await self._made_meanwhile(session)
        observed = _observed(answer)
        session.made(observed.id)
        return observed

    async def _made_meanwhile(self, session: Session) -> Json:
        """It exists, though reading did not find it: a replica that lags behind, or an earlier try of ours."""
        with translated(f"read the service principal of {self.client_id}"):
            answer = await found(self._get(session))
        if answer is None:
            raise NotYet("Entra ID has not replicated the service principal yet", code="Request_ResourceNotFound")
        return answer

    async def update(self, session: Session, observed: Observed) -> Observed:
        """Enable it, and write our tag beside the tags that are there."""
        from msgraph.generated.models.service_principal import ServicePrincipal as Body

        tags = with_mark(observed.attributes.get("tags") or (), self.project)
        body = Body(account_enabled=True, tags=tags)
        step = f"update the service principal of {self.client_id}"
        with translated(step, young=session.young(observed.id), permission="Application.ReadWrite.All"):
            await session.graph(lambda g: g.service_principals.by_service_principal_id(observed.id).to_patch_request_information(body))
        return Observed(observed.id, {**observed.attributes, "enabled": True, "tags": tuple(tags)}, owner=self.project)

    async def finished(self, session: Session, observed: Observed) -> Observed:
        with translated(f"read the service principal of {self.client_id}"):
            request = session.graph(lambda g: g.service_principals.by_service_principal_id(observed.id).to_get_request_information())
            if await found(request) is None:
                raise NotYet("Entra ID has not replicated the service principal yet", code="Request_ResourceNotFound")
        return observed

    async def delete(self, session: Session, observed: Observed) -> None:
        with translated(f"delete the service principal of {self.client_id}", permission="Application.ReadWrite.All"):
            await found(session.graph(lambda g: g.service_principals.by_service_principal_id(observed.id).to_delete_request_information()))

    def command(self, action: str) -> str:
        if action == "delete":
            return f"az ad sp delete --id {self.client_id}"
        return f"az ad sp create --id {self.client_id}"


def _observed(answer: Json) -> Observed:
    attributes = {
        "object_id": answer["id"],
        "client_id": answer["appId"],
        "display_name": answer.get("displayName") or "",
        "enabled": answer.get("accountEnabled") is not False,
        "tags": tuple(answer.get("tags") or ()),
    }
    return Observed(str(answer["id"]), attributes, owner=owner_of(attributes["tags"]))
