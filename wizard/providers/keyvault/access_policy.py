"""What one principal may do with the secrets of a vault that is *not* in RBAC mode.

Owns one access policy's secret permissions: those wished are added to those that are there. On a vault in RBAC mode
access policies say nothing, so there is nothing to do. A policy cannot bear a mark; it goes with its principal.
https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/update-access-policy
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import ServiceRefused
from wizard.providers.arm.errors import found, translated
from wizard.providers.keyvault.ids import parsed, text_of

if TYPE_CHECKING:
    from wizard.providers.session import Session


def policy_key(vault_id: str) -> str:
    """Under what ``session.made`` remembers that an access policy that lets somebody write is young."""
    return f"access policy {vault_id}".lower()


async def writers(session: Session, vault_id: str) -> frozenset[str]:
    """Lower-case object ids of those whom the vault's policies let write secrets."""
    place = parsed(vault_id)
    with translated(f"read vault {place.name}"):
        vault: Any = await session.vaults(place.subscription).vaults.get(place.group, place.name)
    able = set()
    for policy in vault.properties.access_policies or []:
        held = {text_of(name).lower() for name in policy.permissions.secrets or []}
        if held & {"set", "all"} and not policy.application_id:
            able.add(str(policy.object_id).lower())
    return frozenset(able)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy(Resource):
    """``permissions`` are secret permissions in lower case: ``get``, ``list``, ``set`` …

    Attributes: ``permissions`` (those wished that are held), ``rbac`` (whether the vault ignores policies), ``id``.
    """

    kind: ClassVar[str] = "keyvault.access_policy"
    service: ClassVar[Service] = Service.KEYVAULT
    compared: ClassVar[tuple[str, ...]] = ("permissions",)
    identified_by: ClassVar[tuple[str, ...]] = ("vault_id", "principal_id")
    serial_by: ClassVar[tuple[str, ...]] = ("vault_id",)

    vault_id: str | Ref
    principal_id: str | Ref
    tenant: str
    permissions: frozenset[str] = frozenset({"get", "list"})

    @property
    def requires(self) -> tuple[Permission, ...]:
        scope = "" if isinstance(self.vault_id, Ref) else self.vault_id
        verbs = ("vaults/read", "vaults/accessPolicies/write")
        return tuple(Permission("arm", f"Microsoft.KeyVault/{verb}", scope) for verb in verbs)

    async def read(self, session: Session) -> Observed | None:
        """What the principal holds; ``None`` where it has no policy. On a vault in RBAC mode all that is wished counts as held."""
        place = parsed(self.vault_id)
        with translated(f"read vault {place.name}"):
            vault: Any = await found(session.vaults(place.subscription).vaults.get(place.group, place.name))
        if vault is None:
            return None
        if vault.properties.enable_rbac_authorization:
            return self._observed(self.permissions, rbac=True)
        for policy in vault.properties.access_policies or []:
            if str(policy.object_id).lower() == str(self.principal_id).lower() and not policy.application_id:
                held = frozenset(text_of(name).lower() for name in policy.permissions.secrets or [])
                return self._observed(self.permissions if "all" in held else self.permissions & held)
        return None

    def _observed(self, held: frozenset[str], *, rbac: bool = False) -> Observed:
        identity = f"{self.vault_id}/accessPolicies/{self.principal_id}"
        return Observed(identity, {"id": identity, "permissions": held, "rbac": rbac})

    async def create(self, session: Session) -> Observed:
        await self._change(session, "add")
        if "set" in self.permissions:
            session.made(policy_key(str(self.vault_id)))
        return self._observed(self.permissions)

    async def update(self, session: Session, observed: Observed) -> Observed:
        return await self.create(session)

    async def delete(self, session: Session, observed: Observed) -> None:
        """Take the wished permissions away; others that somebody else gave stay."""
        if observed.attributes.get("rbac"):
            return
        try:
            await self._change(session, "remove")
        except ServiceRefused as refusal:
            if refusal.status != 404:
                raise

    async def _change(self, session: Session, operation: str) -> None:
        place = parsed(self.vault_id)
        secrets = {"secrets": sorted(self.permissions)}
        policy = {"tenantId": self.tenant, "objectId": str(self.principal_id), "permissions": secrets}
        with translated(f"change the access policies of vault {place.name}"):
            vaults: Any = session.vaults(place.subscription).vaults
            await vaults.update_access_policy(place.group, place.name, operation, {"properties": {"accessPolicies": [policy]}})

    def command(self, action: str) -> str:
        place = parsed(self.vault_id) if not isinstance(self.vault_id, Ref) else None
        name = f"--name {place.name if place else self.vault_id} --object-id {self.principal_id}"
        if action == "delete":
            return f"az keyvault delete-policy {name}"
        return f"az keyvault set-policy {name} --secret-permissions {' '.join(sorted(self.permissions))}"
