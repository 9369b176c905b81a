"""A storage credential: an access connector's managed identity, by which Unity Catalog reaches a data lake.

Owns name, connector, owner and isolation. It holds no secret. Whoever makes it needs Contributor on the connector in Azure.
https://docs.databricks.com/api/azure/workspace/storagecredentials
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Permission, Ref
from wizard.providers.databricks.unity import Securable

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageCredential(Securable):
    """``credential`` is the name in the metastore, ``connector_id`` the ARM id of the access connector (case does not count).

    Attributes: ``credential``, ``connector_id``, ``tags``, ``owner``, ``isolated``.
    """

    kind: ClassVar[str] = "databricks.storage_credential"
    compared: ClassVar[tuple[str, ...]] = ("connector_id", "isolated", "tags", "owner")
    identified_by: ClassVar[tuple[str, ...]] = ("host",)
    privilege: ClassVar[str] = "CREATE STORAGE CREDENTIAL on the metastore"
    word: ClassVar[str] = "storage credential"

    credential: str
    connector_id: str | Ref
    isolated: bool = True

    @property
    def full_name(self) -> str:
        return self.credential

    @property
    def requires(self) -> tuple[Permission, ...]:
        more = () if isinstance(self.connector_id, Ref) else (Permission("arm", CONNECTOR_WRITE, self.connector_id),)
        return (*Securable.requires.fget(self), *more)  # type: ignore[attr-defined]  # super() knows no class that slots=True has made anew

    def _own(self, row: Any) -> dict[str, Any]:
        held = str(row.azure_managed_identity.access_connector_id) if row.azure_managed_identity else "(another identity)"
        wished = str(self.connector_id)
        return {"credential": str(row.name), "connector_id": wished if held.lower() == wished.lower() else held}

    def _get(self, client: WorkspaceClient) -> Any:
        return client.storage_credentials.get(self.credential)

    def _make(self, client: WorkspaceClient) -> Any:
        from databricks.sdk.service.catalog import AzureManagedIdentityRequest

        identity = AzureManagedIdentityRequest(access_connector_id=str(self.connector_id))
        return client.storage_credentials.create(self.credential, azure_managed_identity=identity, comment=self.comment)

    def _change(self, client: WorkspaceClient) -> Any:
        from databricks.sdk.service.catalog import AzureManagedIdentityResponse, IsolationMode

        mode = IsolationMode.ISOLATION_MODE_ISOLATED if self.isolated else IsolationMode.ISOLATION_MODE_OPEN
        identity = AzureManagedIdentityResponse(access_connector_id=str(self.connector_id))
        return client.storage_credentials.update(
            self.credential, azure_managed_identity=identity, comment=self.comment, isolation_mode=mode, owner=self.owner or None
        )

    def _remove(self, client: WorkspaceClient) -> None:
        client.storage_credentials.delete(self.credential)

    def command(self, action: str) -> str:
        if action == "delete":
            return f"{self._place} databricks storage-credentials delete {self.credential}"
        mode = "" if action == "create" else f',"isolation_mode":"ISOLATION_MODE_{"ISOLATED" if self.isolated else "OPEN"}"'
        body = f'{{"azure_managed_identity":{{"access_connector_id":"{self.connector_id}"}},"comment":"{self.comment}"{mode}}}'
        return f"{self._place} databricks storage-credentials {action} {self.credential} --json '{body}'"


CONNECTOR_WRITE = "Microsoft.Databricks/accessConnectors/write"
