"""Whether a managed identity of the user's own trusts the jobs of a GitHub environment.

Owns nothing: whom the identity trusts is its owner's to say. Looks, and tells the command that would make it so.
https://learn.microsoft.com/entra/workload-id/workload-identity-federation-create-trust-user-assigned-managed-identity
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import NotAllowed
from wizard.providers.arm.errors import translated
from wizard.providers.identity.federated_credential import TYPE

if TYPE_CHECKING:
    from wizard.providers.session import Session

AUDIENCE = "api://AzureADTokenExchange"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityTrust(Resource):
    """``identity_id`` is the ARM id; issuer and subject are matched exactly, case included.

    Attributes: ``trusted`` (``yes``, ``no``, or ``unknown`` where its credentials may not be read), ``subject``, ``remedy`` (a command
    for the identity's owner), ``link``.
    """

    kind: ClassVar[str] = "identity.existing_trust"
    service: ClassVar[Service] = Service.ARM
    lookup: ClassVar[bool] = True
    identified_by: ClassVar[tuple[str, ...]] = ("issuer", "subject")

    identity_id: str
    credential: str
    issuer: str | Ref
    subject: str | Ref

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("arm", f"{TYPE}/read", self.identity_id),)

    @property
    def _place(self) -> tuple[str, str, str]:
        """Subscription, group and name."""
        parts = self.identity_id.strip("/").split("/")
        return parts[1], parts[3], parts[-1]

    async def read(self, session: Session) -> Observed | None:
        attributes = {
            "trusted": await self._trusted(session),
            "subject": str(self.subject),
            "remedy": self.command("create"),
            "link": f"https://portal.azure.com/#@{session.tenant}/resource{self.identity_id}/fedcreds",
        }
        return Observed(f"{self.identity_id}/{self.subject}", attributes)

    async def _trusted(self, session: Session) -> str:
        subscription, group, name = self._place
        try:
            with translated(f"read the federated credentials of {name}"):
                listed = session.identities(subscription).federated_identity_credentials.list(group, name)
                rows = [row async for row in listed]
        except NotAllowed:
            return "unknown"
        wanted = (str(self.issuer), str(self.subject))
        return "yes" if any((row.issuer, row.subject) == wanted and AUDIENCE in (row.audiences or ()) for row in rows) else "no"

    async def create(self, session: Session) -> Observed:
        raise NotImplementedError("it is the owner's to say whom an identity trusts")

    async def delete(self, session: Session, observed: Observed) -> None:
        """There is nothing of ours."""

    def command(self, action: str) -> str:
        subscription, group, name = self._place
        where = f"--name {self.credential} --identity-name {name} --resource-group {group} --subscription {subscription}"
        return f'az identity federated-credential create {where} --issuer {self.issuer} --subject "{self.subject}" --audiences {AUDIENCE}'
