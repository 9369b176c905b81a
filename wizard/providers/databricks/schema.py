"""A schema in a catalog: one layer or one team's part of an environment's data.

Owns name, owner and our mark in its properties; other properties stay. The place of managed data counts for a new schema only.
https://docs.databricks.com/api/azure/workspace/schemas
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Ref
from wizard.providers.databricks.unity import Securable

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema(Securable):
    """``schema`` in ``catalog``; ``storage_root`` a path within an external location, empty for the catalog's.

    ``forced``: delete what is in it. Name the catalog by ``Ref``, so that a catalog made anew gets its schemas.
    Attributes: ``schema``, ``catalog``, ``tags``, ``owner``.
    """

    kind: ClassVar[str] = "databricks.schema"
    compared: ClassVar[tuple[str, ...]] = ("tags", "owner")
    identified_by: ClassVar[tuple[str, ...]] = ("host", "catalog")
    privilege: ClassVar[str] = "CREATE SCHEMA on the catalog"
    word: ClassVar[str] = "schema"

    catalog: str | Ref
    schema: str
    storage_root: str | Ref = ""
    forced: bool = False

    @property
    def full_name(self) -> str:
        return f"{self.catalog}.{self.schema}"

    def _own(self, row: Any) -> dict[str, Any]:
        return {"schema": str(row.name), "catalog": str(row.catalog_name)}

    def _get(self, client: WorkspaceClient) -> Any:
        return client.schemas.get(self.full_name)

    def _make(self, client: WorkspaceClient) -> Any:
        root = str(self.storage_root) or None
        return client.schemas.create(self.schema, str(self.catalog), comment=self.comment, properties=self.tags, storage_root=root)

    def _change(self, client: WorkspaceClient) -> Any:
        kept = client.schemas.get(self.full_name).properties or {}  # what is sent takes the place of all that is there
        return client.schemas.update(self.full_name, properties={**kept, **self.tags}, owner=self.owner or None)

    def _remove(self, client: WorkspaceClient) -> None:
        client.schemas.delete(self.full_name, force=self.forced or None)

    def command(self, action: str) -> str:
        if action == "delete":
            return f"{self._place} databricks schemas delete {self.full_name}" + (" --force" if self.forced else "")
        if action == "create":
            root = f" --storage-root {self.storage_root}" if self.storage_root else ""
            return f"{self._place} databricks schemas create {self.schema} {self.catalog}{root}"
        body = f'{{"properties":{{"lakestrap-project":"{self.project}","lakestrap-environment":"{self.environment}"}}}}'
        return f"{self._place} databricks schemas update {self.full_name} --json '{body}'"
