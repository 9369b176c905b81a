"""Things that are removed and never made: resources known by their mark alone, and what is soft-deleted.

Owns their form as resources, so that the engine removes and journals them like everything else. They are found by lists, not by
natural keys, and nothing is ever wished of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wizard.engine.resource import Observed, Resource, Service
from wizard.providers.arm import contents
from wizard.providers.entra import deleted as entra
from wizard.providers.keyvault import deleted as keyvault

if TYPE_CHECKING:
    from wizard.providers.session import Session


class _OnlyRemoved(Resource):
    __slots__ = ()

    async def read(self, session: Session) -> Observed | None:
        raise NotImplementedError(f"{self.kind} is found by lists")

    async def create(self, session: Session) -> Observed:
        raise NotImplementedError(f"{self.kind} is only removed")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedResource(_OnlyRemoved):
    """A resource with our tags that the template made in a group of the user's own."""

    kind: ClassVar[str] = "arm.resource"
    service: ClassVar[Service] = Service.ARM

    resource_id: str
    api_version: str

    async def delete(self, session: Session, observed: Observed) -> None:
        await contents.remove(session, self.resource_id, self.api_version)

    def command(self, action: str) -> str:
        return f"az resource delete --ids {self.resource_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedVault(_OnlyRemoved):
    """A soft-deleted vault; deleting it is purging it."""

    kind: ClassVar[str] = "keyvault.deleted_vault"
    service: ClassVar[Service] = Service.KEYVAULT

    vault: keyvault.SoftDeleted

    async def delete(self, session: Session, observed: Observed) -> None:
        await keyvault.purge(session, self.vault)

    def command(self, action: str) -> str:
        return self.vault.purge_command


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedObject(_OnlyRemoved):
    """A soft-deleted application or service principal; deleting it is purging it."""

    kind: ClassVar[str] = "entra.deleted_object"
    service: ClassVar[Service] = Service.ENTRA

    gone: entra.SoftDeleted

    async def delete(self, session: Session, observed: Observed) -> None:
        await entra.purge(session, self.gone)

    def command(self, action: str) -> str:
        return self.gone.purge_command
