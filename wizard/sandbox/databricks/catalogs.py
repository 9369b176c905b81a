"""Catalogs and schemas of Unity Catalog, and as much of tables as says that a schema is not empty.

Owns where managed data may lie: a root within an external location on which the caller may keep managed storage, else the catalog's,
else the metastore's, which those that came with the workspaces do not have. A catalog is made with the schemas ``default`` and
``information_schema``; the first counts when it is asked whether the catalog is empty. Tables come from the world alone
(``databricks.unity``, kind ``table``): nothing here runs SQL. Not emulated: foreign, shared and Delta Sharing catalogs, volumes, models,
functions, predictive optimization, encryption. Codes of refusals that no public issue quotes are ``INVALID_STATE``.
https://learn.microsoft.com/azure/databricks/catalogs/create-catalog
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks.errors import denied, invalid, refused
from wizard.sandbox.databricks.models import done
from wizard.sandbox.databricks.router import WORKSPACES, body, needed
from wizard.sandbox.databricks.storage_access import URL, within
from wizard.sandbox.databricks.unity import PATH, Place, change, forced, name_of, place, shown

if TYPE_CHECKING:
    from wizard.sandbox.router import Request, Response
    from wizard.sandbox.world import World

Json = Any

CATALOGS, SCHEMAS, TABLES = PATH + "/catalogs", PATH + "/schemas", PATH + "/tables"
BUILT_IN = "information_schema"
RESERVED = ("system", "hive_metastore", "samples", "__databricks_internal")


@WORKSPACES.post(CATALOGS)
def create_catalog(request: Request, world: World) -> Response:
    where, given = place(request, world), body(request)
    where.may_create("CREATE_CATALOG")
    name = name_of(given)
    if name in RESERVED:
        raise invalid(f"Catalog name '{name}' is reserved.")
    row = where.new("catalog", name, comment=given.get("comment"), properties=given.get("properties"), isolation_mode="OPEN")
    row |= {"catalog_type": "MANAGED_CATALOG", **_root(where, given.get("storage_root") or where.metastore.get("storage_root"), row["id"])}
    where.put("catalog", row)
    for built_in in (BUILT_IN, "default"):
        where.put("schema", where.new("schema", f"{name}.{built_in}", catalog_name=name, catalog_type="MANAGED_CATALOG"))
    return done(shown(row))


def _root(where: Place, given: Json, identity: str) -> Json:
    """The members that say where managed data lies."""
    if not given:
        raise refused(
            400,
            "INVALID_STATE",
            "Metastore storage root URL does not exist. Please provide a storage location for the catalog (for example 'CREATE CATALOG"
            " myCatalog MANAGED LOCATION '<location-path>'). Alternatively set up a metastore root storage location to provide a storage"
            " location for all catalogs in the metastore.",
        )
    root = str(given).rstrip("/")
    told = {"storage_root": root, "storage_location": f"{root}/__unitystorage/catalogs/{identity}"}
    if given == where.metastore.get("storage_root"):
        return told
    if not URL.fullmatch(root):
        raise invalid(f"The storage path '{root}' is not a valid path of Azure Data Lake Storage.")
    holders = [row for row in where.rows("external_location") if within(root, row["url"]) and where.reaches(row)]
    if not holders:
        message = f"No parent external location was found for path '{root}'. Please create an external location on one of the parent paths"
        raise refused(404, "EXTERNAL_LOCATION_DOES_NOT_EXIST", f"{message} and then retry the query or command again.")
    where.require("external_location", holders[0], "CREATE_MANAGED_STORAGE")
    for other in (*where.rows("catalog"), *where.rows("schema")):
        taken = other.get("storage_root")
        if taken and taken != where.metastore.get("storage_root") and (within(root, taken) or within(taken, root)):
            raise invalid(
                f"Input path url '{root}' overlaps with managed storage within 'CreateCatalog' call. Conflicting: {other['full_name']}."
            )
    return told


@WORKSPACES.get(CATALOGS)
def list_catalogs(request: Request, world: World) -> Response:
    where = place(request, world)
    rows = [row for row in where.rows("catalog") if where.reaches(row) and where.holds("catalog", row, "USE_CATALOG", "BROWSE")]
    return done({"catalogs": [shown(row) for row in rows]} if rows else {})


@WORKSPACES.get(CATALOGS + "/{name}")
def get_catalog(request: Request, world: World) -> Response:
    return done(shown(_catalog(place(request, world), request.params["name"])))


def _catalog(where: Place, name: str) -> Json:
    row = where.existing("catalog", name)
    if not where.holds("catalog", row, "USE_CATALOG", "BROWSE"):
        where.require("catalog", row, "USE_CATALOG")
    return row


@WORKSPACES.patch(CATALOGS + "/{name}")
def update_catalog(request: Request, world: World) -> Response:
    where, given = place(request, world), body(request)
    row = where.existing("catalog", request.params["name"])
    where.require_owner("catalog", row)
    return done(shown(where.put("catalog", change(where, "catalog", row, given, ("properties",)))))


@WORKSPACES.delete(CATALOGS + "/{name}")
def delete_catalog(request: Request, world: World) -> Response:
    where = place(request, world)
    row = where.existing("catalog", request.params["name"])
    where.require_owner("catalog", row)
    inside = [each for each in where.rows("schema") if each["catalog_name"] == row["name"]]
    theirs = [each for each in inside if each["name"] != BUILT_IN]
    if theirs and not forced(request):
        raise refused(400, "INVALID_STATE", f"Catalog '{row['name']}' is not empty. The catalog has {len(theirs)} schema(s)")
    for each in inside:
        _drop_schema(where, each)
    where.drop("catalog", row["name"])
    return done()


def _drop_schema(where: Place, schema: Json) -> None:
    for table in _tables(where, schema):
        where.drop("table", table["full_name"])
    where.drop("schema", schema["full_name"])


def _tables(where: Place, schema: Json) -> list[Json]:
    return [row for row in where.rows("table") if row["full_name"].rpartition(".")[0] == schema["full_name"]]


@WORKSPACES.post(SCHEMAS)
def create_schema(request: Request, world: World) -> Response:
    where, given = place(request, world), body(request)
    name, (catalog_name,) = name_of(given), needed(given, "catalog_name")
    catalog = _catalog(where, catalog_name)
    where.require("catalog", catalog, "USE_CATALOG")
    where.require("catalog", catalog, "CREATE_SCHEMA")
    more = {"catalog_type": "MANAGED_CATALOG", "comment": given.get("comment"), "properties": given.get("properties")}
    row = where.new("schema", f"{catalog['name']}.{name}", catalog_name=catalog["name"], **more)
    if given.get("storage_root"):
        row |= _root(where, given["storage_root"], row["schema_id"])
        row["storage_location"] = row["storage_location"].replace("/catalogs/", "/schemas/")
    return done(shown(where.put("schema", row)))


@WORKSPACES.get(SCHEMAS)
def list_schemas(request: Request, world: World) -> Response:
    where = place(request, world)
    catalog = _catalog(where, *needed(request.query, "catalog_name"))
    rows = [row for row in where.rows("schema") if row["catalog_name"] == catalog["name"]]
    return done({"schemas": [shown(row) for row in rows if where.holds("schema", row, "USE_SCHEMA", "BROWSE")]})


@WORKSPACES.get(SCHEMAS + "/{name}")
def get_schema(request: Request, world: World) -> Response:
    where = place(request, world)
    row = where.existing("schema", request.params["name"])
    if not where.holds("schema", row, "USE_SCHEMA", "BROWSE"):
        where.require("schema", row, "USE_SCHEMA")
    return done(shown(row))


@WORKSPACES.patch(SCHEMAS + "/{name}")
def update_schema(request: Request, world: World) -> Response:
    where, given = place(request, world), body(request)
    row = where.existing("schema", request.params["name"])
    where.require_owner("schema", row)
    return done(shown(where.put("schema", change(where, "schema", row, given, ("properties",)))))


@WORKSPACES.delete(SCHEMAS + "/{name}")
def delete_schema(request: Request, world: World) -> Response:
    where = place(request, world)
    row = where.existing("schema", request.params["name"])
    where.require_owner("schema", row)
    if row["name"] == BUILT_IN:
        raise denied(f"Schema '{row['full_name']}' cannot be deleted.")
    tables = _tables(where, row)
    if tables and not forced(request):
        message = f"Schema '{row['full_name']}' is not empty. The schema has {len(tables)} tables(s), 0 functions(s), 0 volumes(s)"
        raise refused(400, "INVALID_STATE", message)
    _drop_schema(where, row)
    return done()


@WORKSPACES.get(TABLES)
def list_tables(request: Request, world: World) -> Response:
    where = place(request, world)
    catalog_name, schema_name = needed(request.query, "catalog_name", "schema_name")
    schema = where.existing("schema", f"{catalog_name}.{schema_name}")
    rows = _tables(where, schema) if where.holds("schema", schema, "USE_SCHEMA", "BROWSE") else []
    return done({"tables": [shown(row) for row in rows]} if rows else {})


def _none(request: Request, world: World) -> Response:
    """Volumes, functions and models of a schema: there are none, since nothing here makes any."""
    where = place(request, world)
    where.existing("schema", ".".join(needed(request.query, "catalog_name", "schema_name")))
    return done()


for _nouns in ("volumes", "functions", "models"):
    WORKSPACES.get(f"{PATH}/{_nouns}")(_none)
