"""What one principal may do with a securable of Unity Catalog, and through inheritance with all that is in it.

Owns the privileges that are wished of one principal; others that it holds stay, and so do other principals'. A grant has no place for a
mark: the securable bears it. https://docs.databricks.com/api/azure/workspace/grants
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import ServiceRefused
from wizard.providers.databricks.errors import host_of
from wizard.providers.databricks.unity import governed

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.catalog import PermissionsChange

    from wizard.providers.session import Session

UNKNOWN = "PRINCIPAL_DOES_NOT_EXIST"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(Resource):
    """``securable`` is ``catalog``, ``schema``, ``external_location`` or ``storage_credential``, ``full_name`` the name of one.

    ``principal`` is a user name, a group of the account, or a service principal's application id. Attributes: ``principal``,
    ``full_name``, ``privileges`` (those wished that are held).
    """

    kind: ClassVar[str] = "databricks.grant"
    service: ClassVar[Service] = Service.DATABRICKS
    compared: ClassVar[tuple[str, ...]] = ("privileges",)
    identified_by: ClassVar[tuple[str, ...]] = ("host", "full_name", "principal")

    host: str | Ref
    securable: str
    full_name: str | Ref
    principal: str | Ref
    privileges: frozenset[str]

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("databricks", f"owner of the {self._word}", "" if isinstance(self.host, Ref) else host_of(self.host)),)

    @property
    def _word(self) -> str:
        return self.securable.replace("_", " ")

    async def read(self, session: Session) -> Observed | None:
        try:
            with governed(f"read who may use the {self._word} {self.full_name}", self.host, session):
                held = await session.databricks(host_of(self.host), self._held)
        except ServiceRefused as refusal:
            if refusal.status == 404:
                return None
            raise
        return self._observed(held) if held & self.privileges else None

    def _held(self, client: WorkspaceClient) -> frozenset[str]:
        """Every privilege that was granted to the principal itself."""
        found: set[str] = set()
        page = None
        while True:
            told = client.grants.get(self.securable, str(self.full_name), max_results=0, page_token=page, principal=str(self.principal))
            for row in told.privilege_assignments or []:
                if str(row.principal).lower() == str(self.principal).lower():
                    found |= {str(each.value) for each in row.privileges or []}
            page = told.next_page_token
            if not page:
                return frozenset(found)

    def _observed(self, held: frozenset[str]) -> Observed:
        attributes = {"principal": str(self.principal), "full_name": str(self.full_name), "privileges": self.privileges & held}
        return Observed(f"{self.securable}/{self.full_name}/{self.principal}", attributes)

    async def create(self, session: Session) -> Observed:
        return await self._changed(session, add=self.privileges)

    async def update(self, session: Session, observed: Observed) -> Observed:
        """Add what is missing."""
        return await self._changed(session, add=self.privileges - observed.attributes["privileges"])

    async def delete(self, session: Session, observed: Observed) -> None:
        """Take away what is ours to give."""
        try:
            await self._changed(session, remove=self.privileges)
        except ServiceRefused as refusal:
            if refusal.status != 404:
                raise

    async def _changed(self, session: Session, *, add: frozenset[str] = frozenset(), remove: frozenset[str] = frozenset()) -> Observed:
        def change(client: WorkspaceClient) -> None:
            client.grants.update(self.securable, str(self.full_name), changes=[self._wire(add, remove)])

        verb = "let" if add else "keep"
        step = f"{verb} {self.principal} {'use' if add else 'from'} the {self._word} {self.full_name}"
        try:
            with governed(step, self.host, session, young=session.young(str(self.principal).lower())):
                await session.databricks(host_of(self.host), change)
        except ServiceRefused as refusal:
            if refusal.code != UNKNOWN:
                raise
            hints = ("name a group of the Databricks account (not of the workspace) or a member; an account administrator adds groups",)
            raise ServiceRefused(refusal.message, status=refusal.status, code=refusal.code, hints=hints) from refusal
        return self._observed(self.privileges if add else frozenset())

    def _wire(self, add: frozenset[str], remove: frozenset[str]) -> PermissionsChange:
        from databricks.sdk.service.catalog import PermissionsChange, Privilege

        return PermissionsChange(
            principal=str(self.principal),
            add=[Privilege(name) for name in sorted(add)],
            remove=[Privilege(name) for name in sorted(remove)],
        )

    def command(self, action: str) -> str:
        place = f"DATABRICKS_HOST=https://{host_of(self.host)}" if not isinstance(self.host, Ref) else "DATABRICKS_HOST=…"
        names = ",".join(f'"{name}"' for name in sorted(self.privileges))
        what = "remove" if action == "delete" else "add"
        body = f'{{"changes":[{{"principal":"{self.principal}","{what}":[{names}]}}]}}'
        return f"{place} databricks grants update {self.securable} {self.full_name} --json '{body}'"
