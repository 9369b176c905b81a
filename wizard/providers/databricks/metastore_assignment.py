"""The metastore that a workspace is assigned to: looked at, never made. Only an administrator of the account assigns one.

Owns that look and the request to send where there is none. New workspaces are assigned to the metastore of their region by themselves
where the account has it so; accounts from before November 2023 may not.
https://learn.microsoft.com/azure/databricks/data-governance/unity-catalog/enable-workspaces
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import NotAllowed, NotYet, ServiceRefused
from wizard.providers.databricks.errors import host_of, translated
from wizard.providers.databricks.unity import YOUNG, deployed_since

if TYPE_CHECKING:
    from wizard.providers.session import Session

ACCOUNTS = "DATABRICKS_HOST=https://accounts.azuredatabricks.net"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetastoreAssignment(Resource):
    """``host`` is the workspace's, ``region`` that of the metastore it should have. Attributes: ``metastore_id``, ``workspace_id``.

    Raises ``NotAllowed`` with the administrator's commands as a hint where no metastore is assigned.
    """

    kind: ClassVar[str] = "databricks.metastore_assignment"
    service: ClassVar[Service] = Service.DATABRICKS
    identified_by: ClassVar[tuple[str, ...]] = ("host",)
    lookup: ClassVar[bool] = True
    requestable: ClassVar[bool] = True

    host: str | Ref
    region: str

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("databricks", "member of the workspace", "" if isinstance(self.host, Ref) else host_of(self.host)),)

    async def read(self, session: Session) -> Observed | None:
        host = host_of(self.host)
        try:
            with translated("read which metastore is assigned", host, session):
                found = await session.databricks(host, lambda w: w.metastores.current())
        except ServiceRefused as refusal:
            if refusal.code != "METASTORE_DOES_NOT_EXIST" and refusal.status != 404:
                raise
            if deployed_since(session, host) < YOUNG:
                raise NotYet(f"no metastore is assigned to the workspace {host} yet", code=refusal.code) from refusal
            message = f"the workspace {host} has no Unity Catalog metastore; an administrator of the Databricks account assigns one"
            workspace = await self._workspace_id(session)
            raise NotAllowed(message, permission="account administrator", hints=(requested(self.region, workspace),)) from refusal
        attributes = {"metastore_id": str(found.metastore_id), "workspace_id": str(found.workspace_id)}
        return Observed(str(found.metastore_id), attributes)

    async def _workspace_id(self, session: Session) -> str:
        """The number that the account knows the workspace by."""
        return str(await session.databricks(host_of(self.host), lambda w: w.get_workspace_id()))

    async def create(self, session: Session) -> Observed:
        raise NotImplementedError("an administrator of the account assigns a metastore")

    async def delete(self, session: Session, observed: Observed) -> None:
        """Nothing: other workspaces and people rely on it."""


def requested(region: str, workspace: str) -> str:
    """The account administrator's commands, one a line, to be sent as they are."""
    body = f'{{"metastore_info":{{"name":"metastore-{region}","region":"{region}"}}}}'
    return "\n".join(
        (
            f"{ACCOUNTS} databricks account metastores list   # take the id of the one in {region}",
            f"{ACCOUNTS} databricks account metastores create --json '{body}'   # only where there is none",
            f"{ACCOUNTS} databricks account metastore-assignments create {workspace} METASTORE_ID",
        )
    )
