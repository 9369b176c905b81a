"""A user-assigned managed identity.

Owns the identity and its tags. Azure makes its service principal along with it; roles name that by ``object_id``. What
trusts it is ``identity.federated_credential``.
https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.providers.arm.errors import found, translated
from wizard.providers.arm.ids import group_id, marked, owner_of, subscription_of, wished_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wizard.providers.session import Session

TYPE = "Microsoft.ManagedIdentity/userAssignedIdentities"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedIdentity(Resource):
    """``identity`` is the name in Azure; attributes that others use: ``id``, ``object_id``, ``client_id``."""

    kind: ClassVar[str] = "identity.managed_identity"
    service: ClassVar[Service] = Service.ARM
    compared: ClassVar[tuple[str, ...]] = ("tags",)
    identified_by: ClassVar[tuple[str, ...]] = ("subscription",)
    adoptable: ClassVar[bool] = True

    subscription: str | Ref
    group: str
    identity: str
    location: str
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def _id(self) -> str:
        return self.existing or f"{group_id(self.subscription, self.group)}/providers/{TYPE}/{self.identity}"

    @property
    def requires(self) -> tuple[Permission, ...]:
        if self.existing:
            return (Permission("arm", f"{TYPE}/read", self.existing),)
        scope = group_id(self.subscription, self.group)
        return tuple(Permission("arm", f"{TYPE}/{verb}", scope) for verb in ("read", "write"))

    @property
    def _place(self) -> tuple[str, str]:
        """Group and name, from the id."""
        parts = self._id.strip("/").split("/")
        return parts[3], parts[-1]

    @property
    def _tags(self) -> dict[str, str]:
        return dict(self.tags) if self.existing else marked(self.tags, self.project, self.environment)

    def _identities(self, session: Session) -> Any:
        return session.identities(subscription_of(self._id)).user_assigned_identities

    def _observed(self, identity: Any) -> Observed:
        attributes = {
            "id": str(identity.id),
            "object_id": str(identity.principal_id),
            "client_id": str(identity.client_id),
            "tenant": str(identity.tenant_id),
            "identity": str(identity.name),
            "location": str(identity.location),
            "tags": wished_tags(self.tags, identity.tags),
        }
        return Observed(str(identity.id), attributes, owner=owner_of(identity.tags))

    async def read(self, session: Session) -> Observed | None:
        with translated(f"read managed identity {self.identity}"):
            identity = await found(self._identities(session).get(*self._place))
        return None if identity is None else self._observed(identity)

    async def create(self, session: Session) -> Observed:
        with translated(f"create managed identity {self.identity}"):
            body = {"location": self.location, "tags": self._tags}
            observed = self._observed(await self._identities(session).create_or_update(*self._place, body))
        for name in ("id", "object_id", "client_id"):
            session.made(observed.attributes[name])
        return observed

    async def update(self, session: Session, observed: Observed) -> Observed:
        """Add our tags to those that are there."""
        with translated(f"tag managed identity {self.identity}"):
            identities = self._identities(session)
            held = (await identities.get(*self._place)).tags or {}
            return self._observed(await identities.update(*self._place, {"tags": {**held, **self._tags}}))

    async def delete(self, session: Session, observed: Observed) -> None:
        with translated(f"delete managed identity {self.identity}"):
            await self._identities(session).delete(*self._place)

    def command(self, action: str) -> str:
        where = f"--name {self.identity} --resource-group {self.group} --subscription {self.subscription}"
        tags = " ".join(f"{name}={text}" for name, text in sorted(self._tags.items()))
        return {
            "create": f"az identity create {where} --location {self.location} --tags {tags}",
            "update": f"az tag update --operation Merge --resource-id {self._id} --tags {tags}",
            "adopt": f"az tag update --operation Merge --resource-id {self._id} --tags {tags}",
            "delete": f"az identity delete {where}",
        }.get(action, "")
