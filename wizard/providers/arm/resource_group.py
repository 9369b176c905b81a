"""A resource group.

Owns the group and its tags, not what is in it. A group that exists without our mark is adopted only by agreement, whatever
its location (that is metadata, and fixed). Deleting one takes everything in it along.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import NotYet
from wizard.providers.arm.errors import found, translated
from wizard.providers.arm.ids import group_id, last_part, marked, owner_of, subscription_of, wished_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wizard.providers.session import Session

_ACTION = "Microsoft.Resources/subscriptions/resourceGroups"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceGroup(Resource):
    """``group`` is the name in Azure; ``location`` counts only when it is made."""

    kind: ClassVar[str] = "arm.resource_group"
    service: ClassVar[Service] = Service.ARM
    compared: ClassVar[tuple[str, ...]] = ("tags",)
    identified_by: ClassVar[tuple[str, ...]] = ("subscription",)
    adoptable: ClassVar[bool] = True

    subscription: str | Ref
    group: str
    location: str
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def _id(self) -> str:
        return self.existing or group_id(self.subscription, self.group)

    @property
    def requires(self) -> tuple[Permission, ...]:
        if self.existing:
            return (Permission("arm", f"{_ACTION}/read", self.existing),)
        scope = f"/subscriptions/{self.subscription}"
        return tuple(Permission("arm", f"{_ACTION}/{verb}", scope) for verb in ("read", "write"))

    def _groups(self, session: Session) -> Any:
        return session.resources(subscription_of(self._id)).resource_groups

    @property
    def _name(self) -> str:
        return self.existing.rstrip("/").rsplit("/", 1)[-1] if self.existing else self.group

    def _observed(self, group: Any) -> Observed:
        held = dict(group.tags or {})
        attributes = {
            "id": str(group.id),
            "group": str(group.name),
            "location": str(group.location),
            "subscription": subscription_of(str(group.id)),
            "tags": wished_tags(self.tags, held),
        }
        state = str(group.properties.provisioning_state or "") if group.properties else ""
        return Observed(str(group.id), attributes, owner=owner_of(held), unfinished=state not in ("", "Succeeded"))

    @property
    def _tags(self) -> dict[str, str]:
        return dict(self.tags) if self.existing else marked(self.tags, self.project, self.environment)

    async def read(self, session: Session) -> Observed | None:
        """The group; one that is being deleted makes ``NotYet``, since nothing can be made in its place yet."""
        with translated(f"read resource group {self._name}"):
            group = await found(self._groups(session).get(self._name))
        if group is None:
            return None
        observed = self._observed(group)
        if group.properties and group.properties.provisioning_state == "Deleting":
            raise NotYet(f"resource group {self._name} is being deleted", code="ResourceGroupBeingDeleted")
        return observed

    async def create(self, session: Session) -> Observed:
        with translated(f"create resource group {self.group}"):
            group = await self._groups(session).create_or_update(self.group, {"location": self.location, "tags": self._tags})
        session.made(str(group.id))
        return self._observed(group)

    async def update(self, session: Session, observed: Observed) -> Observed:
        """Add our tags to those that are there."""
        with translated(f"tag resource group {self.group}"):
            groups = self._groups(session)
            held = (await groups.get(self.group)).tags or {}
            return self._observed(await groups.update(self.group, {"tags": {**held, **self._tags}}))

    async def delete(self, session: Session, observed: Observed) -> None:
        """Ask for the deletion once, then ``NotYet`` until the group is gone (minutes, with a workspace in it)."""
        name = last_part(observed.id)
        with translated(f"delete resource group {name}"):
            groups = self._groups(session)
            group = await found(groups.get(name))
            if group is None:
                return
            if not (group.properties and group.properties.provisioning_state == "Deleting"):
                await groups.begin_delete(name, polling=False)
        raise NotYet(f"resource group {name} is being deleted", code="ResourceGroupBeingDeleted")

    async def finished(self, session: Session, observed: Observed) -> Observed:
        now = await self.read(session)
        if now is None or now.unfinished:
            raise NotYet(f"resource group {self._name} is not ready")
        return now

    def command(self, action: str) -> str:
        tags = " ".join(f"{name}={text!r}" if " " in text else f"{name}={text}" for name, text in sorted(self._tags.items()))
        where = f"--name {self.group} --subscription {self.subscription}"
        return {
            "create": f"az group create {where} --location {self.location} --tags {tags}",
            "update": f"az tag update --operation Merge --resource-id {self._id} --tags {tags}",
            "adopt": f"az tag update --operation Merge --resource-id {self._id} --tags {tags}",
            "delete": f"az group delete {where}",
        }.get(action, "")
