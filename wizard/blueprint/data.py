"""The data side: what Unity Catalog knows of an environment's data lake, and who works with it.

Owns which securables a project needs and what they wait for. Nothing unless ``data.unity_catalog`` is wished. A catalog of the user's own
is used as it is: schemas and grants go into it. Other names begin with that of a catalog of ours, since a region shares its metastore.
"""

from __future__ import annotations

from collections.abc import Iterator

from wizard.blueprint.facts import Place
from wizard.blueprint.vaults import data_people, who
from wizard.engine.resource import Ref, Resource
from wizard.project.data import schemas
from wizard.providers.databricks.catalog import Catalog
from wizard.providers.databricks.existing_catalog import ExistingCatalog
from wizard.providers.databricks.external_location import ExternalLocation
from wizard.providers.databricks.grant import Grant
from wizard.providers.databricks.metastore_assignment import MetastoreAssignment
from wizard.providers.databricks.schema import Schema
from wizard.providers.databricks.storage_credential import StorageCredential

READER = frozenset({"BROWSE", "EXECUTE", "READ_VOLUME", "SELECT", "USE_CATALOG", "USE_SCHEMA"})
WRITER = READER | {"CREATE_FUNCTION", "CREATE_MATERIALIZED_VIEW", "CREATE_MODEL", "CREATE_TABLE", "CREATE_VOLUME", "MODIFY", "WRITE_VOLUME"}
DEPLOY = WRITER | {"APPLY_TAG", "CREATE_SCHEMA", "REFRESH"}
"""Of the pipeline's identity, as which jobs run: all but managing who else may."""
FILES = frozenset({"READ_FILES", "WRITE_FILES"})
ROLES = {"data-reader": READER, "data-writer": WRITER}


def data(place: Place) -> Iterator[Resource]:
    """The data side of one environment."""
    if not place.project.data.unity_catalog:
        return
    project, host, named, owned = place.project, place.host, place.named, place.owned
    owner = project.data.owner or ""
    own = place.environment.existing.catalog
    assignment = f"databricks.metastore_assignment/{place.name}"
    yield MetastoreAssignment(**named, host=host, region=place.region)
    connector = Ref(f"arm.deployment/{place.name}", "output.accessConnectorId")
    yield StorageCredential(
        **named,
        host=host,
        owner=owner,
        credential=place.names.catalog,
        connector_id=connector,
        isolated=project.data.isolated,
        after=(assignment,),
    )
    yield from _locations(place)
    yield ExistingCatalog(**named, host=host, catalog=own, after=(assignment,)) if own else _catalog(place)
    for schema, container in schemas(project).items():
        yield Schema(
            name=f"{place.name}/{schema}",
            **owned,
            host=host,
            owner=owner,
            catalog=catalog_of(place),
            schema=schema,
            storage_root=path(place, container, f"managed/schemas/{schema}") if container else "",
            after=(f"databricks.external_location/{place.name}/{container}",) if container else (),
        )
    yield from _grants(place)


def _catalog(place: Place) -> Resource:
    first = place.project.lake.containers[0]
    return Catalog(
        **place.named,
        host=place.host,
        owner=place.project.data.owner or "",
        catalog=place.names.catalog,
        storage_root=path(place, first, "managed/catalog"),
        isolated=place.project.data.isolated,
        after=(f"databricks.external_location/{place.name}/{first}",),
    )


def catalog_of(place: Place) -> Ref:
    """The name of the environment's catalog, as soon as it is there."""
    kind = ExistingCatalog.kind if place.environment.existing.catalog else Catalog.kind
    return Ref(f"{kind}/{place.name}", "catalog")


def path(place: Place, container: str, folder: str = "") -> Ref:
    """A path in the environment's data lake."""
    return Ref(f"arm.deployment/{place.name}", "output.storageAccountName", f"abfss://{container}@{{}}.dfs.core.windows.net/{folder}")


def _locations(place: Place) -> Iterator[Resource]:
    """One for each container; where the lake is the user's own, once the connector may write it."""
    granted = (f"arm.role_assignment/{place.name}/connector-storage",) if place.environment.existing.storage else ()
    for container in place.project.lake.containers:
        yield ExternalLocation(
            name=f"{place.name}/{container}",
            **place.owned,
            host=place.host,
            owner=place.project.data.owner or "",
            location=f"{place.names.catalog}_{container.replace('-', '_')}",
            url=path(place, container),
            credential=Ref(f"databricks.storage_credential/{place.name}", "credential"),
            isolated=place.project.data.isolated,
            after=granted,
        )


def _grants(place: Place) -> Iterator[Resource]:
    """Who works with the catalog, and the pipeline's own files beside it."""
    catalog = catalog_of(place)
    yield _grant(place, "deploy", "catalog", catalog, place.client_id, DEPLOY)
    for container in place.project.lake.containers:
        location = Ref(f"databricks.external_location/{place.name}/{container}", "location")
        yield _grant(place, f"deploy-{container}", "external_location", location, place.client_id, FILES)
    for item in data_people(place):
        yield _grant(place, f"{who(item)}-{item.role}", "catalog", catalog, who(item), ROLES[item.role])


def _grant(place: Place, name: str, securable: str, full_name: Ref, principal: str | Ref, privileges: frozenset[str]) -> Resource:
    """Once the pipeline's identity is a member, where it is for that."""
    return Grant(
        name=f"{place.name}/{name}",
        **place.owned,
        host=place.host,
        securable=securable,
        full_name=full_name,
        principal=principal,
        privileges=privileges,
        after=(f"databricks.service_principal/{place.name}",) if isinstance(principal, Ref) else (),
    )
