"""Whether an application of the user's own trusts the jobs of a GitHub environment.

Owns nothing: whom the application trusts is its owner's to say. Looks, and tells the command that would make it so.
https://learn.microsoft.com/graph/api/application-list-federatedidentitycredentials
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Ref, Resource, Service
from wizard.errors import NotAllowed
from wizard.providers.entra.errors import found, translated

if TYPE_CHECKING:
    from wizard.providers.session import Session

AUDIENCE = "api://AzureADTokenExchange"
PORTAL = "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Credentials/appId"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationTrust(Resource):
    """``client_id`` is the application's; issuer and subject are matched exactly, case included.

    Attributes: ``trusted`` (``yes``, ``no``, or ``unknown`` where its credentials may not be read), ``subject``, ``remedy`` (a command
    for the application's owner), ``link``.
    """

    kind: ClassVar[str] = "entra.existing_trust"
    service: ClassVar[Service] = Service.ENTRA
    lookup: ClassVar[bool] = True
    identified_by: ClassVar[tuple[str, ...]] = ("issuer", "subject")

    client_id: str
    credential: str
    issuer: str | Ref
    subject: str | Ref

    async def read(self, session: Session) -> Observed | None:
        attributes = {
            "trusted": await self._trusted(session),
            "subject": str(self.subject),
            "remedy": self.command("create"),
            "link": f"{PORTAL}/{self.client_id}",
        }
        return Observed(f"{self.client_id}/{self.subject}", attributes)

    async def _trusted(self, session: Session) -> str:
        rows: list[Any] = []
        try:
            with translated(f"read the federated credentials of {self.client_id}"):
                answer = await found(session.graph(lambda g: g.applications_with_app_id(self.client_id).to_get_request_information()))
                if answer is None:
                    return "unknown"
                key = str(answer["id"])
                listed = await found(
                    session.graph(
                        lambda g: g.applications.by_application_id(key).federated_identity_credentials.to_get_request_information()
                    )
                )
                rows = (listed or {}).get("value") or []
        except NotAllowed:
            return "unknown"
        wanted = (str(self.issuer), str(self.subject))
        same = [row for row in rows if (row.get("issuer"), row.get("subject")) == wanted and AUDIENCE in (row.get("audiences") or ())]
        return "yes" if same else "no"

    async def create(self, session: Session) -> Observed:
        raise NotImplementedError("it is the owner's to say whom an application trusts")

    async def delete(self, session: Session, observed: Observed) -> None:
        """There is nothing of ours."""

    def command(self, action: str) -> str:
        body = {"name": self.credential, "issuer": str(self.issuer), "subject": str(self.subject), "audiences": [AUDIENCE]}
        return f"az ad app federated-credential create --id {self.client_id} --parameters '{json.dumps(body)}'"
