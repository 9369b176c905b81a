"""An external location: a path of a data lake, and the credential by which Unity Catalog reaches it.

Owns name, path, credential, owner and isolation. When it is made Databricks tries the path as the credential's identity: a role that is
a moment old does not count yet, which is waited for. https://docs.databricks.com/api/azure/workspace/externallocations
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Ref
from wizard.errors import NotAllowed, NotYet
from wizard.providers.databricks.unity import Securable, deployed_since

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from wizard.providers.session import Session

NO_ROLE = "does not have READ permissions on url"
SPREAD = 600.0
"""Seconds that a role on the data lake may take until it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalLocation(Securable):
    """``location`` is the name in the metastore, ``url`` like ``abfss://bronze@ACCOUNT.dfs.core.windows.net/``.

    ``credential`` is a storage credential's name. Attributes: ``location``, ``url``, ``credential``, ``tags``, ``owner``, ``isolated``.
    """

    kind: ClassVar[str] = "databricks.external_location"
    compared: ClassVar[tuple[str, ...]] = ("url", "credential", "isolated", "tags", "owner")
    identified_by: ClassVar[tuple[str, ...]] = ("host",)
    privilege: ClassVar[str] = "CREATE EXTERNAL LOCATION on the metastore"
    word: ClassVar[str] = "external location"

    location: str
    url: str | Ref
    credential: str | Ref
    isolated: bool = True

    @property
    def full_name(self) -> str:
        return self.location

    def _own(self, row: Any) -> dict[str, Any]:
        held, wished = str(row.url), str(self.url)
        same = held.rstrip("/") == wished.rstrip("/")
        return {"location": str(row.name), "url": wished if same else held, "credential": str(row.credential_name)}

    async def create(self, session: Session) -> Observed:
        """Make it; ``NotYet`` as long as the identity's role on the lake may not have spread."""
        try:
            return await Securable.create(self, session)
        except NotAllowed as refusal:
            if NO_ROLE not in refusal.message:
                raise
            if deployed_since(session, self.host) < SPREAD:
                raise NotYet(f"the access connector's role does not count at {self.url} yet", code="PERMISSION_DENIED") from refusal
            hints = (f"the access connector's identity needs Storage Blob Data Contributor at {self.url}, and the container must be there",)
            raise NotAllowed(refusal.message, permission="Storage Blob Data Contributor", hints=hints) from refusal

    def _get(self, client: WorkspaceClient) -> Any:
        return client.external_locations.get(self.location)

    def _make(self, client: WorkspaceClient) -> Any:
        return client.external_locations.create(self.location, str(self.url), str(self.credential), comment=self.comment)

    def _change(self, client: WorkspaceClient) -> Any:
        from databricks.sdk.service.catalog import IsolationMode

        mode = IsolationMode.ISOLATION_MODE_ISOLATED if self.isolated else IsolationMode.ISOLATION_MODE_OPEN
        more = {"comment": self.comment, "isolation_mode": mode, "owner": self.owner or None}
        return client.external_locations.update(self.location, url=str(self.url), credential_name=str(self.credential), **more)

    def _remove(self, client: WorkspaceClient) -> None:
        client.external_locations.delete(self.location)

    def command(self, action: str) -> str:
        if action == "delete":
            return f"{self._place} databricks external-locations delete {self.location}"
        if action == "create":
            comment = f"--comment '{self.comment}'"
            return f"{self._place} databricks external-locations create {self.location} {self.url} {self.credential} {comment}"
        mode = f"ISOLATION_MODE_{'ISOLATED' if self.isolated else 'OPEN'}"
        return f"{self._place} databricks external-locations update {self.location} --url {self.url} --isolation-mode {mode}"
