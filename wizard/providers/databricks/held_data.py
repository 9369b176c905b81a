"""What the metastore of a workspace holds of a project: securables by our mark, and what people and jobs have put into a catalog.

Owns that reading only; never reads data itself. What the caller may not see is not told.
https://docs.databricks.com/api/azure/workspace/tables/list
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wizard.providers.databricks.errors import host_of
from wizard.providers.databricks.unity import ENVIRONMENT_TAG, PROJECT_TAG, governed, marks_in

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from wizard.providers.session import Session

BUILT_IN = "information_schema"


@dataclass(frozen=True, slots=True)
class Held:
    """One securable with our mark: its kind (``databricks.catalog``) and its name."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class HeldSchema:
    """What is in a schema, tables, views, volumes, functions and models by their names, and our mark on it."""

    inside: tuple[str, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)

    def bears(self, project: str, environment: str) -> bool:
        """Whether it is that environment's."""
        return self.marks == {PROJECT_TAG: project, ENVIRONMENT_TAG: environment}


async def held_in(session: Session, host: str, catalog: str) -> Mapping[str, HeldSchema]:
    """The schemas of a catalog by their names, without what every catalog has of itself to describe it."""

    def look(client: WorkspaceClient) -> dict[str, HeldSchema]:
        found = {}
        for schema in client.schemas.list(catalog):
            name = str(schema.name)
            if name != BUILT_IN:
                found[name] = HeldSchema(tuple(sorted(_inside(client, catalog, name))), marks_in(schema))
        return found

    with governed(f"list what is in the catalog {catalog}", host, session):
        return await session.databricks(host_of(host), look)


def _inside(client: WorkspaceClient, catalog: str, schema: str) -> list[str]:
    tables = [str(row.name) for row in client.tables.list(catalog, schema, omit_columns=True, omit_properties=True)]
    volumes = [f"{row.name} (volume)" for row in client.volumes.list(catalog, schema)]
    functions = [f"{row.name} (function)" for row in client.functions.list(catalog, schema)]
    models = [f"{row.name} (model)" for row in client.registered_models.list(catalog_name=catalog, schema_name=schema)]
    return [*tables, *volumes, *functions, *models]


async def marked_securables(session: Session, host: str, project: str, environment: str) -> tuple[Held, ...]:
    """Catalogs, locations and credentials that bear the mark of that project's environment."""

    def look(client: WorkspaceClient) -> list[Held]:
        rows: list[tuple[str, Any]] = [("databricks.catalog", row) for row in client.catalogs.list()]
        rows += [("databricks.external_location", row) for row in client.external_locations.list()]
        rows += [("databricks.storage_credential", row) for row in client.storage_credentials.list()]
        wanted = {PROJECT_TAG: project, ENVIRONMENT_TAG: environment}
        return [Held(kind, str(row.name)) for kind, row in rows if marks_in(row) == wanted]

    with governed("list what is in the metastore", host, session):
        return tuple(await session.databricks(host_of(host), look))
