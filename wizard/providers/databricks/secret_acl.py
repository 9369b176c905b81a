"""What one principal may do with a secret scope.

Owns one entry of the scope's access control list. Administrators of the workspace may do everything anyway.
https://docs.databricks.com/api/azure/workspace/secrets/putacl
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import ServiceRefused
from wizard.providers.databricks.errors import host_of, translated

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from wizard.providers.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretAcl(Resource):
    """``principal`` is a user name, a group's name or a service principal's application id.

    ``permission`` is ``READ``, ``WRITE`` or ``MANAGE``. Name the scope by ``Ref``, so that a replaced scope gets its list
    again. Attributes: ``scope``, ``principal``, ``permission``.
    """

    kind: ClassVar[str] = "databricks.secret_acl"
    service: ClassVar[Service] = Service.DATABRICKS
    compared: ClassVar[tuple[str, ...]] = ("permission",)
    identified_by: ClassVar[tuple[str, ...]] = ("host", "scope", "principal")

    host: str | Ref
    scope: str | Ref
    principal: str | Ref
    permission: str = "READ"

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("databricks", "MANAGE on the secret scope", "" if isinstance(self.host, Ref) else host_of(self.host)),)

    async def read(self, session: Session) -> Observed | None:
        try:
            with translated(f"read who may use the secret scope {self.scope}", self.host, session):
                rows = await session.databricks(host_of(self.host), lambda w: list(w.secrets.list_acls(str(self.scope))))
        except ServiceRefused as refusal:
            if refusal.status == 404:
                return None
            raise
        row = next((row for row in rows if str(row.principal).lower() == str(self.principal).lower()), None)
        return None if row is None else self._observed(row.permission.value)

    def _observed(self, permission: str) -> Observed:
        attributes = {"scope": str(self.scope), "principal": str(self.principal), "permission": permission}
        return Observed(f"{self.scope}/{self.principal}", attributes)

    async def create(self, session: Session) -> Observed:
        def put(client: WorkspaceClient) -> None:
            from databricks.sdk.service.workspace import AclPermission

            client.secrets.put_acl(str(self.scope), str(self.principal), AclPermission(self.permission))

        with translated(f"let {self.principal} use the secret scope {self.scope}", self.host, session):
            await session.databricks(host_of(self.host), put)
        return self._observed(self.permission)

    async def update(self, session: Session, observed: Observed) -> Observed:
        """A later entry takes the place of the earlier one."""
        return await self.create(session)

    async def delete(self, session: Session, observed: Observed) -> None:
        try:
            with translated(f"take the secret scope {self.scope} from {self.principal}", self.host, session):
                await session.databricks(host_of(self.host), lambda w: w.secrets.delete_acl(str(self.scope), str(self.principal)))
        except ServiceRefused as refusal:
            if refusal.status != 404:
                raise

    def command(self, action: str) -> str:
        place = f"DATABRICKS_HOST=https://{host_of(self.host)}" if not isinstance(self.host, Ref) else "DATABRICKS_HOST=…"
        if action == "delete":
            return f"{place} databricks secrets delete-acl {self.scope} {self.principal}"
        return f"{place} databricks secrets put-acl {self.scope} {self.principal} {self.permission}"
