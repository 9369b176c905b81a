"""A key vault in RBAC mode.

Owns the vault's settings, not its secrets and not who may read them. What cannot be taken back (purge protection, the
retention in days) is only ever turned on, or set at creation. A name of ours that is soft-deleted is recovered, purged or
refused, as ``on_deleted`` says; a recovered vault has lost its role assignments, which are other resources' to make again.
https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/create-or-update
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Difference, Observed, Permission, Ref, Resource, Service
from wizard.errors import NameTaken, NotYet, ServiceRefused
from wizard.providers.arm.errors import found, translated
from wizard.providers.arm.ids import marked, owner_of, wished_tags
from wizard.providers.keyvault.ids import parsed, text_of, vault_id
from wizard.providers.keyvault.preflight import NameState, deleted_vault, name_state

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wizard.providers.keyvault.preflight import DeletedVault
    from wizard.providers.session import Session

Json = Any

_ACTION = "Microsoft.KeyVault/vaults"


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault(Resource):
    """``vault`` is the global name; ``tenant`` the tenant's id; ``retention_days`` counts at creation only.

    ``allowed_addresses``: empty for everyone, else the only IPv4 addresses or ranges let in; ``public_access=False`` lets
    private endpoints in alone. Trusted services (Databricks' control plane) pass in either case. ``on_deleted`` is
    ``recover``, ``purge`` or ``fail``. Attributes: the compared ones, ``id``, ``uri``, ``vault``, ``location``.
    """

    kind: ClassVar[str] = "keyvault.vault"
    service: ClassVar[Service] = Service.KEYVAULT
    compared: ClassVar[tuple[str, ...]] = ("tags", "rbac", "purge_protection", "public_access", "allowed_addresses")
    identified_by: ClassVar[tuple[str, ...]] = ("subscription", "group")
    adoptable: ClassVar[bool] = True
    expected_seconds: ClassVar[float] = 25.0

    subscription: str | Ref
    group: str | Ref
    vault: str
    location: str
    tenant: str
    tags: Mapping[str, str] = field(default_factory=dict)
    rbac: bool = True
    purge_protection: bool = False
    retention_days: int = 90
    public_access: bool = True
    allowed_addresses: frozenset[str] = frozenset()
    on_deleted: str = "recover"

    @property
    def _id(self) -> str:
        return self.existing or vault_id(self.subscription, self.group, self.vault)

    @property
    def requires(self) -> tuple[Permission, ...]:
        if self.existing:
            return (Permission("arm", f"{_ACTION}/read", self.existing),)
        scope = f"/subscriptions/{self.subscription}"
        wider = ["Microsoft.KeyVault/checkNameAvailability/read", "Microsoft.KeyVault/deletedVaults/read"]
        if self.on_deleted == "purge":
            wider.append("Microsoft.KeyVault/locations/deletedVaults/purge/action")
        own = (Permission("arm", f"{_ACTION}/{verb}", self._id) for verb in ("read", "write"))
        return (*own, *(Permission("arm", action, scope) for action in wider))

    def differences(self, observed: Observed) -> tuple[Difference, ...]:
        """As compared, but purge protection that is on stays on and is no difference."""
        found = Resource.differences(self, observed)
        return tuple(each for each in found if each.field != "purge_protection" or self.purge_protection)

    def _vaults(self, session: Session) -> Any:
        return session.vaults(parsed(self._id).subscription).vaults

    def _observed(self, vault: Any) -> Observed:
        properties, held = vault.properties, dict(vault.tags or {})
        attributes = {
            "id": str(vault.id),
            "vault": str(vault.name),
            "uri": str(properties.vault_uri),
            "location": str(vault.location),
            "tags": wished_tags(self.tags, held),
            "rbac": bool(properties.enable_rbac_authorization),
            "purge_protection": bool(properties.enable_purge_protection),
            "retention_days": int(properties.soft_delete_retention_in_days or 90),
            "public_access": text_of(properties.public_network_access).lower() != "disabled",
            "allowed_addresses": _allowed(properties.network_acls),
        }
        unfinished = text_of(properties.provisioning_state) not in ("", "Succeeded")
        return Observed(str(vault.id), attributes, owner=owner_of(held), unfinished=unfinished)

    @property
    def _tags(self) -> dict[str, str]:
        return marked(self.tags, self.project, self.environment)

    def _properties(self, names: frozenset[str]) -> Json:
        """The wire form of those compared fields. Purge protection is true or left out: false is refused."""
        wished: Json = {}
        if "rbac" in names:
            wished["enableRbacAuthorization"] = self.rbac
        if "purge_protection" in names and self.purge_protection:
            wished["enablePurgeProtection"] = True
        if "public_access" in names:
            wished["publicNetworkAccess"] = "Enabled" if self.public_access else "Disabled"
        if "allowed_addresses" in names:
            action = "Deny" if self.allowed_addresses else "Allow"
            rules = [{"value": address} for address in sorted(self.allowed_addresses)]
            wished["networkAcls"] = {"bypass": "AzureServices", "defaultAction": action, "ipRules": rules}
        return wished

    def _new_properties(self, create_mode: str) -> Json:
        fixed = {"tenantId": self.tenant, "sku": {"family": "A", "name": "standard"}, "accessPolicies": []}
        mode = {"createMode": "recover"} if create_mode == "recover" else {"softDeleteRetentionInDays": self.retention_days}
        return {**fixed, **mode, **self._properties(frozenset(self.compared))}

    async def read(self, session: Session) -> Observed | None:
        place = parsed(self._id)
        with translated(f"read vault {place.name}"):
            vault = await found(self._vaults(session).get(place.group, place.name))
        return None if vault is None else self._observed(vault)

    async def create(self, session: Session) -> Observed:
        """Make it, or recover it. Raises ``NameTaken`` where the name is not to be had."""
        state = await name_state(session, str(self.subscription), self.vault)
        if state is NameState.TAKEN:
            raise NameTaken(f"the vault name {self.vault} is taken: vault names are unique in the world", hints=self._naming_hints())
        if state is NameState.FREE:
            return await self._put(session, "default")
        deleted = await deleted_vault(session, str(self.subscription), self.vault)
        if deleted is None:
            raise NotYet(f"the deleted vault {self.vault} is being purged", code="DeletedVaultPurging")
        return await self._from_deleted(session, deleted)

    async def _from_deleted(self, session: Session, deleted: DeletedVault) -> Observed:
        if self.on_deleted == "recover" and deleted.id.lower() == self._id.lower():
            return await self._put(session, "recover")
        if self.on_deleted == "purge" and not deleted.purge_protected:
            with translated(f"purge the deleted vault {self.vault}"):
                await self._vaults(session).begin_purge_deleted(self.vault, deleted.location, polling=False)
            raise NotYet(f"the deleted vault {self.vault} is being purged", code="DeletedVaultPurging")
        where = deleted.id.rpartition("/providers/")[0]
        hints = list(self._naming_hints())
        if not deleted.purge_protected:
            hints.insert(0, f"az keyvault purge --name {self.vault} --location {deleted.location}   # its secrets are gone for good")
        raise NameTaken(f"the vault name {self.vault} is held by a soft-deleted vault of yours in {where}", hints=hints)

    def _naming_hints(self) -> tuple[str, ...]:
        environment = self.environment or self.name
        return (f"give it another name, such as {self.vault[:22]}-2: `naming.vault` of {environment} in lakestrap.yaml",)

    async def _put(self, session: Session, create_mode: str) -> Observed:
        place = parsed(self._id)
        body = {"location": self.location, "tags": self._tags, "properties": self._new_properties(create_mode)}
        try:
            with translated(f"create vault {self.vault}"):
                poller = await self._vaults(session).begin_create_or_update(place.group, self.vault, body, polling=False)
                vault = await poller.result()
        except ServiceRefused as refusal:
            if refusal.code == "ConflictError":
                raise NameTaken(refusal.message, hints=self._naming_hints()) from refusal
            raise
        session.made(self._id.lower())
        return self._observed(vault)

    async def update(self, session: Session, observed: Observed) -> Observed:
        """One PATCH with every difference; our tags are added to those that are there."""
        place, names = parsed(observed.id), frozenset(each.field for each in self.differences(observed))
        with translated(f"change vault {place.name}"):
            held = (await self._vaults(session).get(place.group, place.name)).tags or {}
            body = {"tags": {**held, **self._tags}, "properties": self._properties(names)}
            return self._observed(await self._vaults(session).update(place.group, place.name, body))

    async def delete(self, session: Session, observed: Observed) -> None:
        """Soft-delete it: it can be recovered until its retention ends."""
        place = parsed(observed.id)
        with translated(f"delete vault {place.name}"):
            await found(self._vaults(session).delete(place.group, place.name))

    async def finished(self, session: Session, observed: Observed) -> Observed:
        now = await self.read(session)
        if now is None or now.unfinished:
            raise NotYet(f"the name of vault {self.vault} is being registered", code="RegisteringDns")
        return now

    def command(self, action: str) -> str:
        place = parsed(self._id)
        name = f"--name {place.name} --resource-group {place.group} --subscription {place.subscription}"
        if action == "delete":
            return f"az keyvault delete {name}"
        tags = " ".join(f"{key}={text!r}" if " " in text else f"{key}={text}" for key, text in sorted(self._tags.items()))
        purge = " --enable-purge-protection true" if self.purge_protection else ""
        if action == "create":
            days = f" --retention-days {self.retention_days}"
            return f"az keyvault create {name} --location {self.location} --enable-rbac-authorization true{days}{purge} --tags {tags}"
        update = f"az keyvault update {name} --enable-rbac-authorization true{purge}"
        return f"{update} && az tag update --operation Merge --resource-id {self._id} --tags {tags}"


def _allowed(rules: Any) -> frozenset[str]:
    """The addresses let in, as people write them; empty where the firewall is off."""
    if rules is None or text_of(rules.default_action) != "Deny":
        return frozenset()
    return frozenset(str(rule.value).removesuffix("/32") for rule in rules.ip_rules or []) or frozenset({"none"})
