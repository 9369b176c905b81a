"""A secret scope that reads from a key vault.

Owns the scope: name and vault. A scope cannot be changed, so another vault means another scope in its place. It is made
with an Entra token (a personal access token is refused), by whoever may write the vault; Databricks then puts an access
policy for itself on the vault, which counts only where that is not in RBAC mode.
https://learn.microsoft.com/azure/databricks/security/secrets/secret-scopes
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import ServiceRefused
from wizard.providers.databricks.errors import host_of, translated
from wizard.providers.keyvault.ids import parsed

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from wizard.providers.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretScope(Resource):
    """``scope`` is the name in the workspace, ``vault_id`` the ARM id of the vault (compared without regard to case).

    Attributes: ``scope``, ``vault_id``, ``host``. A scope of another backend counts as one on another vault.
    """

    kind: ClassVar[str] = "databricks.secret_scope"
    service: ClassVar[Service] = Service.DATABRICKS
    compared: ClassVar[tuple[str, ...]] = ("vault_id",)
    replaced_by: ClassVar[tuple[str, ...]] = ("vault_id",)
    identified_by: ClassVar[tuple[str, ...]] = ("host",)

    host: str | Ref
    scope: str
    vault_id: str | Ref

    @property
    def requires(self) -> tuple[Permission, ...]:
        if isinstance(self.vault_id, Ref):
            return ()
        return (Permission("arm", "Microsoft.KeyVault/vaults/write", self.vault_id),)

    async def read(self, session: Session) -> Observed | None:
        with translated("list the secret scopes", self.host, session):
            rows = await session.databricks(host_of(self.host), lambda w: list(w.secrets.list_scopes()))
        row = next((row for row in rows if row.name == self.scope), None)
        return None if row is None else self._observed(row)

    def _observed(self, row: Any) -> Observed:
        metadata = row.keyvault_metadata
        held = str(metadata.resource_id) if metadata else f"({row.backend_type.value if row.backend_type else 'unknown'} backend)"
        wished = str(self.vault_id)
        attributes = {"scope": str(row.name), "host": host_of(self.host), "vault_id": wished if held.lower() == wished.lower() else held}
        return Observed(str(row.name), attributes)

    async def create(self, session: Session) -> Observed:
        place = parsed(self.vault_id)

        def make(client: WorkspaceClient) -> None:
            from databricks.sdk.service.workspace import AzureKeyVaultSecretScopeMetadata, ScopeBackendType

            metadata = AzureKeyVaultSecretScopeMetadata(resource_id=str(self.vault_id), dns_name=place.uri)
            client.secrets.create_scope(self.scope, scope_backend_type=ScopeBackendType.AZURE_KEYVAULT, backend_azure_keyvault=metadata)

        try:
            with translated(f"create the secret scope {self.scope}", self.host, session, young=session.young(str(self.vault_id).lower())):
                await session.databricks(host_of(self.host), make)
        except ServiceRefused as refusal:
            if refusal.code != "RESOURCE_ALREADY_EXISTS" or (there := await self.read(session)) is None:
                raise
            return there
        attributes = {"scope": self.scope, "host": host_of(self.host), "vault_id": str(self.vault_id)}
        return Observed(self.scope, attributes)

    async def delete(self, session: Session, observed: Observed) -> None:
        try:
            with translated(f"delete the secret scope {self.scope}", self.host, session):
                await session.databricks(host_of(self.host), lambda w: w.secrets.delete_scope(self.scope))
        except ServiceRefused as refusal:
            if refusal.status != 404:
                raise

    def command(self, action: str) -> str:
        place = f"DATABRICKS_HOST=https://{host_of(self.host)}" if not isinstance(self.host, Ref) else "DATABRICKS_HOST=…"
        if action == "delete":
            return f"{place} databricks secrets delete-scope {self.scope}"
        uri = parsed(self.vault_id).uri if not isinstance(self.vault_id, Ref) else "https://VAULT.vault.azure.net/"
        vault = f'{{"resource_id":"{self.vault_id}","dns_name":"{uri}"}}'
        body = f'{{"scope":"{self.scope}","scope_backend_type":"AZURE_KEYVAULT","backend_azure_keyvault":{vault}}}'
        return f"{place} databricks secrets create-scope --json '{body}'"
