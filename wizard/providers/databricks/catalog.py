"""A catalog of Unity Catalog: an environment's data, and where what it manages is kept.

Owns name, owner, isolation and our mark in its properties; other properties stay. The place of managed data counts for a new catalog
only: it cannot be changed. https://docs.databricks.com/api/azure/workspace/catalogs
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Ref
from wizard.providers.databricks.unity import Securable

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog(Securable):
    """``catalog`` is the name in the metastore; ``storage_root`` a path within an external location. ``forced``: delete all that is in it.

    Attributes: ``catalog``, ``storage_root``, ``tags``, ``owner``, ``isolated``.
    """

    kind: ClassVar[str] = "databricks.catalog"
    compared: ClassVar[tuple[str, ...]] = ("isolated", "tags", "owner")
    identified_by: ClassVar[tuple[str, ...]] = ("host",)
    privilege: ClassVar[str] = "CREATE CATALOG on the metastore"
    word: ClassVar[str] = "catalog"

    catalog: str
    storage_root: str | Ref
    isolated: bool = True
    forced: bool = False

    @property
    def full_name(self) -> str:
        return self.catalog

    def _own(self, row: Any) -> dict[str, Any]:
        return {"catalog": str(row.name), "storage_root": str(row.storage_root or "")}

    def _get(self, client: WorkspaceClient) -> Any:
        return client.catalogs.get(self.catalog)

    def _make(self, client: WorkspaceClient) -> Any:
        return client.catalogs.create(self.catalog, comment=self.comment, properties=self.tags, storage_root=str(self.storage_root))

    def _change(self, client: WorkspaceClient) -> Any:
        from databricks.sdk.service.catalog import CatalogIsolationMode

        mode = CatalogIsolationMode.ISOLATED if self.isolated else CatalogIsolationMode.OPEN
        kept = client.catalogs.get(self.catalog).properties or {}  # what is sent takes the place of all that is there
        return client.catalogs.update(self.catalog, properties={**kept, **self.tags}, isolation_mode=mode, owner=self.owner or None)

    def _remove(self, client: WorkspaceClient) -> None:
        client.catalogs.delete(self.catalog, force=self.forced or None)

    def command(self, action: str) -> str:
        if action == "delete":
            return f"{self._place} databricks catalogs delete {self.catalog}" + (" --force" if self.forced else "")
        if action == "create":
            return f"{self._place} databricks catalogs create {self.catalog} --storage-root {self.storage_root}"
        return f"{self._place} databricks catalogs update {self.catalog} --isolation-mode {'ISOLATED' if self.isolated else 'OPEN'}"
