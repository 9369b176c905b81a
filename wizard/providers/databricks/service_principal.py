"""A service principal of Entra ID as a member of a workspace.

Owns the membership and its entitlements, not the principal: that is Entra's. It bears no mark, since a member has no place
for one; who is a member already is taken as it is. https://docs.databricks.com/api/azure/workspace/serviceprincipals
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import ServiceRefused
from wizard.providers.databricks.errors import host_of, translated

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from wizard.providers.session import Session

SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePrincipal(Resource):
    """``host`` is the workspace's host name, ``application_id`` the client id of the principal.

    ``entitlements`` are added to those that are there. Attributes: ``id`` (the SCIM id), ``application_id``,
    ``display_name``, ``entitlements`` (those wished that are held).
    """

    kind: ClassVar[str] = "databricks.service_principal"
    service: ClassVar[Service] = Service.DATABRICKS
    compared: ClassVar[tuple[str, ...]] = ("entitlements",)
    identified_by: ClassVar[tuple[str, ...]] = ("host", "application_id")

    host: str | Ref
    application_id: str | Ref
    display_name: str
    entitlements: frozenset[str] = frozenset({"workspace-access"})

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("databricks", "workspace administrator", "" if isinstance(self.host, Ref) else host_of(self.host)),)

    async def read(self, session: Session) -> Observed | None:
        wanted = str(self.application_id)

        def find(client: WorkspaceClient) -> Any:
            rows = client.service_principals_v2.list(filter=f'applicationId eq "{wanted}"', count=100)
            return next((row for row in rows if str(row.application_id).lower() == wanted.lower()), None)

        with translated("look for a service principal", self.host, session):
            row = await session.databricks(host_of(self.host), find)
        return None if row is None else self._observed(row)

    def _observed(self, row: Any) -> Observed:
        held = frozenset(str(each.value) for each in row.entitlements or [])
        attributes = {
            "id": str(row.id),
            "application_id": str(row.application_id),
            "display_name": str(row.display_name or ""),
            "entitlements": self.entitlements & held,
        }
        return Observed(str(row.id), attributes)

    async def create(self, session: Session) -> Observed:
        """Add it; ``NotYet`` while the workspace does not find the new principal in Entra ID."""
        wanted = str(self.application_id)

        def add(client: WorkspaceClient) -> Any:
            from databricks.sdk.service.iam import ComplexValue

            wished = [ComplexValue(value=name) for name in sorted(self.entitlements)]
            return client.service_principals_v2.create(application_id=wanted, display_name=self.display_name, entitlements=wished)

        try:
            with translated(f"add the service principal {self.display_name}", self.host, session, young=True):
                observed = self._observed(await session.databricks(host_of(self.host), add))
        except ServiceRefused as refusal:
            if refusal.status == 409 and (there := await self.read(session)) is not None:
                return there  # it has signed in meanwhile, or another hand was quicker
            raise
        session.made(wanted.lower())
        return observed

    async def update(self, session: Session, observed: Observed) -> Observed:
        """Add the missing entitlements."""

        def add(client: WorkspaceClient) -> Any:
            from databricks.sdk.service.iam import Patch, PatchOp, PatchSchema

            missing = sorted(self.entitlements - observed.attributes["entitlements"])
            operation = Patch(op=PatchOp.ADD, path="entitlements", value=[{"value": name} for name in missing])
            schemas = [PatchSchema(SCHEMA)]
            client.service_principals_v2.patch(observed.id, operations=[operation], schemas=schemas)
            return client.service_principals_v2.get(observed.id)

        with translated(f"change the service principal {self.display_name}", self.host, session):
            return self._observed(await session.databricks(host_of(self.host), add))

    async def delete(self, session: Session, observed: Observed) -> None:
        try:
            with translated(f"remove the service principal {self.display_name}", self.host, session):
                await session.databricks(host_of(self.host), lambda w: w.service_principals_v2.delete(observed.id))
        except ServiceRefused as refusal:
            if refusal.status != 404:
                raise

    def command(self, action: str) -> str:
        place = f"DATABRICKS_HOST=https://{host_of(self.host)}" if not isinstance(self.host, Ref) else "DATABRICKS_HOST=…"
        if action == "delete":
            return f"{place} databricks service-principals delete ID"
        names = ",".join(f'{{"value":"{name}"}}' for name in sorted(self.entitlements))
        body = f'{{"applicationId":"{self.application_id}","displayName":"{self.display_name}","entitlements":[{names}]}}'
        return f"{place} databricks service-principals create --json '{body}'"
