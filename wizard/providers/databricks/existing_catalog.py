"""A catalog of the user's own: looked at, never made, changed or removed. Schemas and grants go into it.

Owns that look, and what to say where the workspace does not reach it.
https://docs.databricks.com/api/azure/workspace/catalogs/get
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from wizard.engine.resource import Observed, Permission, Ref, Resource, Service
from wizard.errors import NotAllowed, NotYet, ServiceRefused
from wizard.providers.databricks.errors import host_of
from wizard.providers.databricks.unity import YOUNG, deployed_since, governed

if TYPE_CHECKING:
    from wizard.providers.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class ExistingCatalog(Resource):
    """``catalog`` is its name, ``host`` that of a workspace which should reach it. Attributes: ``catalog``, ``owned_by``.

    Raises ``NotAllowed`` where there is no such catalog, or it is bound to other workspaces.
    """

    kind: ClassVar[str] = "databricks.existing_catalog"
    service: ClassVar[Service] = Service.DATABRICKS
    identified_by: ClassVar[tuple[str, ...]] = ("host",)
    lookup: ClassVar[bool] = True

    host: str | Ref
    catalog: str

    @property
    def requires(self) -> tuple[Permission, ...]:
        return (Permission("databricks", "BROWSE or USE CATALOG on the catalog", "" if isinstance(self.host, Ref) else host_of(self.host)),)

    async def read(self, session: Session) -> Observed | None:
        host = host_of(self.host)
        try:
            with governed(f"read the catalog {self.catalog}", host, session):
                row = await session.databricks(host, lambda w: w.catalogs.get(self.catalog))
        except ServiceRefused as refusal:
            if refusal.status != 404:
                raise
            if deployed_since(session, host) < YOUNG:
                raise NotYet(f"the workspace {host} does not show the catalog {self.catalog} yet", code=refusal.code) from refusal
            message = f"the workspace {host} reaches no catalog {self.catalog}"
            hint = f"correct `existing.catalog` of {self.environment}; or have its owner let the workspace reach it, and you see it"
            raise NotAllowed(message, hints=(hint,)) from refusal
        return Observed(str(row.name), {"catalog": str(row.name), "owned_by": str(row.owner or "")})

    async def create(self, session: Session) -> Observed:
        raise NotImplementedError("a catalog of the user's own is never made")

    async def delete(self, session: Session, observed: Observed) -> None:
        """Nothing: it is the user's own."""
