"""The identity that Azure gives to a resource itself.

Owns nothing: it is looked up, so that roles can be given to it where no template does. Never creates or deletes one.
https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.providers.arm.errors import found, translated
from wizard.providers.arm.ids import last_part, subscription_of

if TYPE_CHECKING:
    from wizard.providers.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemIdentity(Resource):
    """``resource_id`` is the ARM id of the resource that has it. Attributes: ``id``, ``object_id``."""

    kind: ClassVar[str] = "arm.system_identity"
    service: ClassVar[Service] = Service.ARM
    lookup: ClassVar[bool] = True
    identified_by: ClassVar[tuple[str, ...]] = ("resource_id",)

    resource_id: str | Ref
    api_version: str

    @property
    def requires(self) -> tuple[Permission, ...]:
        """To read the resource; where its id is not known yet, who makes it can."""
        if isinstance(self.resource_id, Ref):
            return ()
        kind = "/".join(self.resource_id.partition("/providers/")[2].split("/")[:2])
        return (Permission("arm", f"{kind}/read", self.resource_id),)

    async def read(self, session: Session) -> Observed | None:
        """``None`` where there is no such resource, or it has no identity."""
        place = str(self.resource_id)
        with translated(f"read the identity of {last_part(place)}"):
            resources: Any = session.resources(subscription_of(place)).resources
            seen = await found(resources.get_by_id(place.lstrip("/"), api_version=self.api_version))
        identity = getattr(seen, "identity", None)
        if identity is None or not identity.principal_id:
            return None
        return Observed(place, {"id": place, "object_id": str(identity.principal_id)})

    async def create(self, session: Session) -> Observed:
        raise NotImplementedError("Azure makes it along with its resource")

    async def delete(self, session: Session, observed: Observed) -> None:
        """It goes with its resource."""
