"""The trust that lets a GitHub environment's jobs sign in as a managed identity.

Owns one federated credential. Azure refuses two writes to one identity at the same time, so they are made one after the
other. It has no description: whose it is says the identity's tag.
https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import NotYet, ServiceRefused
from wizard.providers.arm.errors import found, translated
from wizard.providers.arm.ids import group_id, owner_of
from wizard.providers.identity.managed_identity import TYPE as IDENTITY

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from wizard.providers.session import Session

TYPE = f"{IDENTITY}/federatedIdentityCredentials"
_CONCURRENT = "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityFederatedCredential(Resource):
    """``identity`` and ``credential`` are names in Azure; ``subject`` comes from GitHub, never from names."""

    kind: ClassVar[str] = "identity.federated_credential"
    service: ClassVar[Service] = Service.ARM
    compared: ClassVar[tuple[str, ...]] = ("issuer", "subject", "audience")
    identified_by: ClassVar[tuple[str, ...]] = ("subscription",)
    serial_by: ClassVar[tuple[str, ...]] = ("subscription", "group", "identity")

    subscription: str | Ref
    group: str
    identity: str
    credential: str
    issuer: str | Ref
    subject: str | Ref
    audience: str = "api://AzureADTokenExchange"

    @property
    def needs(self) -> frozenset[str]:
        """Its identity too, which no ``Ref`` names."""
        return super(IdentityFederatedCredential, self).needs | {f"identity.managed_identity/{self.name}"}

    @property
    def requires(self) -> tuple[Permission, ...]:
        scope = group_id(self.subscription, self.group)
        own = tuple(Permission("arm", f"{TYPE}/{verb}", scope) for verb in ("read", "write"))
        return (*own, Permission("arm", f"{IDENTITY}/read", scope))

    def _client(self, session: Session) -> Any:
        return session.identities(str(self.subscription))

    @property
    def _place(self) -> tuple[str, str, str]:
        return self.group, self.identity, self.credential

    def _observed(self, credential: Any, owner: str) -> Observed:
        audiences = [str(each) for each in credential.audiences or ()]
        attributes = {
            "id": str(credential.id),
            "issuer": str(credential.issuer),
            "subject": str(credential.subject),
            "audience": audiences[0] if len(audiences) == 1 else ", ".join(audiences),
        }
        return Observed(str(credential.id), attributes, owner=owner)

    async def read(self, session: Session) -> Observed | None:
        with translated(f"read federated credential {self.credential}"):
            client = self._client(session)
            credential = await found(client.federated_identity_credentials.get(*self._place))
            if credential is None or self.differences(self._observed(credential, "")):
                credential = await self._equal(client) or credential
            if credential is None:
                return None
            identity = await found(client.user_assigned_identities.get(self.group, self.identity))
        return self._observed(credential, owner_of(identity.tags) if identity is not None else "")

    async def _equal(self, client: Any) -> Any:
        """One that trusts the same under another name, as a change of subject leaves it."""
        if isinstance(self.subject, Ref) or isinstance(self.issuer, Ref):
            return None

        async def all_of_them() -> list[Any]:
            return [row async for row in client.federated_identity_credentials.list(self.group, self.identity)]

        rows = await found(all_of_them()) or []
        return next((row for row in rows if not self.differences(self._observed(row, ""))), None)

    async def create(self, session: Session) -> Observed:
        observed = await self._put(session)
        session.made(observed.id)
        return observed

    async def update(self, session: Session, observed: Observed) -> Observed:
        """Replace issuer, subject and audience."""
        return await self._put(session)

    async def _put(self, session: Session) -> Observed:
        properties = {"issuer": str(self.issuer), "subject": str(self.subject), "audiences": [self.audience]}
        call = self._client(session).federated_identity_credentials.create_or_update(*self._place, {"properties": properties})
        return self._observed(await self._in_turn(call), self.project)

    async def delete(self, session: Session, observed: Observed) -> None:
        name = observed.id.rpartition("/")[2] or self.credential
        await self._in_turn(self._client(session).federated_identity_credentials.delete(self.group, self.identity, name))

    async def _in_turn(self, call: Awaitable[Any]) -> Any:
        try:
            with translated(f"write federated credential {self.credential}"):
                return await call
        except ServiceRefused as refusal:
            if refusal.code == _CONCURRENT:
                raise NotYet(f"another credential of {self.identity} is being written", code=refusal.code) from refusal
            raise

    def command(self, action: str) -> str:
        where = f"--name {self.credential} --identity-name {self.identity} --resource-group {self.group} --subscription {self.subscription}"
        if action == "delete":
            return f"az identity federated-credential delete {where}"
        trust = f'--issuer {self.issuer} --subject "{self.subject}" --audiences {self.audience}'
        return f"az identity federated-credential {'update' if action == 'update' else 'create'} {where} {trust}"
