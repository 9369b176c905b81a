"""A management lock on a group or a resource.

Owns one lock, known by its name; the mark is in its notes. Sent as a resource by id: the locks package is not needed.
https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.providers.arm.errors import found, translated
from wizard.providers.arm.ids import mark, owner_in, subscription_of

if TYPE_CHECKING:
    from wizard.providers.session import Session

_VERSION = "2020-05-01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock(Resource):
    """``level`` is ``CanNotDelete`` or ``ReadOnly``; ``scope`` the id of what is locked."""

    kind: ClassVar[str] = "arm.lock"
    service: ClassVar[Service] = Service.ARM
    compared: ClassVar[tuple[str, ...]] = ("level",)
    identified_by: ClassVar[tuple[str, ...]] = ("scope",)
    adoptable: ClassVar[bool] = True

    scope: str | Ref
    lock_name: str
    level: str = "CanNotDelete"

    @property
    def _id(self) -> str:
        return self.existing or f"{self.scope}/providers/Microsoft.Authorization/locks/{self.lock_name}"

    @property
    def requires(self) -> tuple[Permission, ...]:
        verbs = ("read",) if self.existing else ("read", "write")
        scope = "" if isinstance(self.scope, Ref) else self.scope
        return tuple(Permission("arm", f"Microsoft.Authorization/locks/{verb}", scope) for verb in verbs)

    def _resources(self, session: Session) -> Any:
        return session.locks(subscription_of(self._id)).resources

    def _observed(self, lock: Any) -> Observed:
        properties = lock["properties"]
        attributes = {"id": str(lock["id"]), "level": str(properties["level"]), "scope": self.scope, "lock_name": self.lock_name}
        return Observed(str(lock["id"]), attributes, owner=owner_in(properties.get("notes")))

    async def read(self, session: Session) -> Observed | None:
        with translated(f"read lock {self.lock_name}"):
            lock = await found(self._resources(session).get_by_id(self._id.lstrip("/"), api_version=_VERSION))
        return None if lock is None else self._observed(lock)

    async def create(self, session: Session) -> Observed:
        return await self._put(session)

    async def update(self, session: Session, observed: Observed) -> Observed:
        """Change the level."""
        return await self._put(session)

    async def _put(self, session: Session) -> Observed:
        body = {"properties": {"level": self.level, "notes": mark(self.project)}}
        with translated(f"lock {self.scope}"):
            poller = await self._resources(session).begin_create_or_update_by_id(
                self._id.lstrip("/"), body, api_version=_VERSION, polling=False
            )
            return self._observed(await poller.result())

    async def delete(self, session: Session, observed: Observed) -> None:
        with translated(f"take the lock {self.lock_name} away"):
            await self._resources(session).begin_delete_by_id(observed.id.lstrip("/"), api_version=_VERSION, polling=False)

    def command(self, action: str) -> str:
        if action == "delete":
            return f"az lock delete --ids {self._id}"
        return f"az rest --method put --url https://management.azure.com{self._id}?api-version={_VERSION} --body " + (
            f'\'{{"properties": {{"level": "{self.level}", "notes": "{mark(self.project)}"}}}}\''
        )
