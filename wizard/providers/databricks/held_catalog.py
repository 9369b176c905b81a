"""A catalog that bears a project's mark, as a workspace shows it: its name, owner, isolation, schemas, and who may use it.

Owns that reading only; never reads data itself. What the caller may not see is not told.
https://docs.databricks.com/api/azure/workspace/catalogs/list
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wizard.errors import ServiceRefused
from wizard.providers.databricks.errors import host_of
from wizard.providers.databricks.unity import ENVIRONMENT_TAG, PROJECT_TAG, governed, marks_in

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

    from wizard.providers.session import Session

BUILT_IN = ("system", "samples", "hive_metastore", "__databricks_internal")
NO_METASTORE = "METASTORE_DOES_NOT_EXIST"


@dataclass(frozen=True, slots=True)
class HeldCatalog:
    """``schemas`` with the same mark, by name; ``grants``: the privileges of each principal that were given on the catalog itself.

    ``marked`` is false for a catalog of somebody's that has such schemas in it.
    """

    name: str
    owner: str = ""
    isolated: bool = True
    schemas: tuple[str, ...] = ()
    grants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    marked: bool = True


async def marked_catalog(session: Session, host: str, project: str, environment: str) -> HeldCatalog | None:
    """The catalog of that environment, ours or one of the user's with schemas of ours; ``None`` where there is none, or no metastore."""
    wanted = {PROJECT_TAG: project, ENVIRONMENT_TAG: environment}

    def look(client: WorkspaceClient) -> HeldCatalog | None:
        rows = list(client.catalogs.list())
        row = next((row for row in rows if marks_in(row) == wanted), None)
        if row is not None:
            mode = str(row.isolation_mode.value) if row.isolation_mode else ""
            isolated, name = mode.endswith("ISOLATED"), str(row.name)
            return HeldCatalog(name, str(row.owner or ""), isolated, _schemas(client, name, wanted), _grants(client, name))
        theirs = [str(each.name) for each in rows if not marks_in(each) and str(each.name) not in BUILT_IN]
        name, schemas = next(((name, found) for name in theirs if (found := _schemas(client, name, wanted))), ("", ()))
        return HeldCatalog(name, schemas=schemas, grants=_seen_grants(client, name), marked=False) if name else None

    try:
        with governed("list the catalogs", host, session):
            return await session.databricks(host_of(host), look)
    except ServiceRefused as refusal:
        if refusal.code == NO_METASTORE:
            return None
        raise


def _schemas(client: WorkspaceClient, catalog: str, wanted: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(str(each.name) for each in client.schemas.list(catalog) if marks_in(each) == wanted))


def _seen_grants(client: WorkspaceClient, catalog: str) -> Mapping[str, frozenset[str]]:
    """Those on a catalog of somebody's, who may not show them."""
    from databricks.sdk.errors import PermissionDenied

    try:
        return _grants(client, catalog)
    except PermissionDenied:
        return {}


def _grants(client: WorkspaceClient, catalog: str) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    page = None
    while True:
        told = client.grants.get("catalog", catalog, max_results=0, page_token=page)
        for row in told.privilege_assignments or []:
            held = frozenset(str(each.value) for each in row.privileges or [])
            found[str(row.principal)] = found.get(str(row.principal), frozenset()) | held
        page = told.next_page_token
        if not page:
            return found
