"""Storage credentials and external locations: by whose identity Unity Catalog reaches which path of a data lake.

Owns what Azure is asked for them: registering an access connector takes Contributor on it with an Entra token, and its managed identity
must hold *Storage Blob Data Contributor* (or as much) on the path when a location is made, and be let in by the account's firewall. Not
emulated: service principals and other clouds' credentials, file events, read-only and encrypted locations, workspace bindings beyond the
caller's own. Words of refusals are the service's where a public issue quotes them; where the codes are not known they are
``INVALID_STATE`` for what something else depends on.
https://learn.microsoft.com/azure/databricks/connect/unity-catalog/cloud-storage/azure-managed-identities
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import rbac
from wizard.sandbox.databricks.errors import denied, invalid, refused
from wizard.sandbox.databricks.models import done
from wizard.sandbox.databricks.router import WORKSPACES, body, needed
from wizard.sandbox.databricks.unity import PATH, Place, change, forced, name_of, place, shown

if TYPE_CHECKING:
    from wizard.sandbox.router import Request, Response
    from wizard.sandbox.world import World

Json = Any

CREDENTIALS, LOCATIONS = PATH + "/storage-credentials", PATH + "/external-locations"
CONNECTOR = re.compile(r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Databricks/accessConnectors/[^/]+", re.IGNORECASE)
URL = re.compile(r"abfss://(?P<container>[a-z0-9-]{3,63})@(?P<account>[a-z0-9]{3,24})\.dfs\.core\.windows\.net(?P<path>/[^?#]*)?")
WRITES = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write"


def _connector(where: Place, given: Json) -> Json:
    """The identity that a credential stands for, once the caller may lend it."""
    sent = given.get("azure_managed_identity") or {}
    connector_id = str(sent.get("access_connector_id") or "")
    if not CONNECTOR.fullmatch(connector_id) or sent.get("managed_identity_id"):
        raise invalid("azure_managed_identity.access_connector_id must be the resource ID of an access connector.")
    if where.who.entra is None or not rbac.allowed(
        where.world, where.who.entra, "Microsoft.Databricks/accessConnectors/write", connector_id
    ):
        message = (
            f"Registering a storage credential requires the contributor role over the corresponding access connector with ID {connector_id}"
        )
        raise denied(f"{message}. Please contact your account admin.")
    found = where.world.table("arm.resources").get(connector_id.lower())
    if found is None or not (found.get("identity") or {}).get("principalId"):
        raise invalid(f"The access connector {connector_id} could not be found or has no managed identity.")
    return {"access_connector_id": connector_id, "credential_id": where.world.new_id("databricks.credential")}


@WORKSPACES.post(CREDENTIALS)
def create_credential(request: Request, world: World) -> Response:
    where, given = place(request, world), body(request)
    where.may_create("CREATE_STORAGE_CREDENTIAL")
    name = name_of(given)
    fixed = {"read_only": bool(given.get("read_only")), "isolation_mode": "ISOLATION_MODE_OPEN", "used_for_managed_storage": False}
    row = where.new("storage_credential", name, comment=given.get("comment"), **fixed)
    row["azure_managed_identity"] = _connector(where, given)
    return done(shown(where.put("storage_credential", row)))


@WORKSPACES.get(CREDENTIALS)
def list_credentials(request: Request, world: World) -> Response:
    return _listed(place(request, world), "storage_credential", "storage_credentials")


@WORKSPACES.get(CREDENTIALS + "/{name}")
def get_credential(request: Request, world: World) -> Response:
    return _got(place(request, world), "storage_credential", request.params["name"])


@WORKSPACES.patch(CREDENTIALS + "/{name}")
def update_credential(request: Request, world: World) -> Response:
    where, given = place(request, world), body(request)
    row = where.existing("storage_credential", request.params["name"])
    where.require_owner("storage_credential", row)
    changed = change(where, "storage_credential", row, given, ("azure_managed_identity", "read_only", "skip_validation", "force"))
    if "azure_managed_identity" in given:
        changed["azure_managed_identity"] = _connector(where, given)
    return done(shown(where.put("storage_credential", _without_options(changed))))


@WORKSPACES.delete(CREDENTIALS + "/{name}")
def delete_credential(request: Request, world: World) -> Response:
    where = place(request, world)
    row = where.existing("storage_credential", request.params["name"])
    where.require_owner("storage_credential", row)
    using = [each for each in where.rows("external_location") if each["credential_name"] == row["name"]]
    if using and not forced(request):
        message = (
            f"Storage credential '{row['name']}' has 0 directly dependent external table(s) and {len(using)} dependent storage location(s)."
            " You may use force option to delete it but the managed storage data using this storage credential cannot be purged by Unity"
            " Catalog anymore."
        )
        raise refused(400, "INVALID_STATE", message)
    where.drop("storage_credential", row["name"])
    return done()


@WORKSPACES.post(LOCATIONS)
def create_location(request: Request, world: World) -> Response:
    where, given = place(request, world), body(request)
    where.may_create("CREATE_EXTERNAL_LOCATION")
    name = name_of(given)
    url, credential_name = needed(given, "url", "credential_name")
    mode = {"isolation_mode": "ISOLATION_MODE_OPEN", "read_only": bool(given.get("read_only")), "fallback": bool(given.get("fallback"))}
    row = where.new("external_location", name, comment=given.get("comment"), **mode)
    row |= _reaching(where, name, url, credential_name, given)
    return done(shown(where.put("external_location", row)))


def _reaching(where: Place, name: str, url: str, credential_name: str, given: Json) -> Json:
    """The members that say where it is and by what; refused where the path is taken or cannot be reached."""
    credential = where.existing("storage_credential", credential_name)
    where.require("storage_credential", credential, "CREATE_EXTERNAL_LOCATION")
    found = URL.fullmatch(url)
    if found is None:
        raise invalid(f"The storage path '{url}' is not a valid path of Azure Data Lake Storage.")
    for other in where.rows("external_location"):
        if other["name"] != name and (within(url, other["url"]) or within(other["url"], url)):
            raise invalid(
                f"Input path url '{url}' overlaps with other external locations within 'CreateExternalLocation' call."
                f" Conflicting location: {other['name']}."
            )
    if not given.get("skip_validation") and not _reachable(where.world, credential, found["account"], found["container"]):
        message = "The contributor role on the storage account is not set or Managed Identity does not have READ permissions on url"
        raise denied(f"{message} {url}. Please contact your account admin to update the storage credential.")
    return {"url": url, "credential_name": credential["name"], "credential_id": credential["id"]}


def within(inner: str, outer: str) -> bool:
    """Whether a path is another one or lies in it."""
    return inner.rstrip("/") == outer.rstrip("/") or inner.startswith(outer.rstrip("/") + "/")


def _reachable(world: World, credential: Json, account: str, container: str) -> bool:
    """Whether the credential's identity may write there and the account lets it in."""
    resources = world.table("arm.resources").rows
    connector_id = credential["azure_managed_identity"]["access_connector_id"].lower()
    connector = resources.get(connector_id)
    ids = [key for key, row in resources.items() if row["type"].lower() == "microsoft.storage/storageaccounts" and row["name"] == account]
    place_ = f"{ids[0]}/blobservices/default/containers/{container}" if ids else ""
    if connector is None or place_ not in resources or not resources[ids[0]]["properties"].get("isHnsEnabled"):
        return False
    rules = resources[ids[0]]["properties"].get("networkAcls") or {}
    trusted = {str(each.get("resourceId")).lower() for each in rules.get("resourceAccessRules") or []}
    if rules.get("defaultAction") == "Deny" and connector_id not in trusted:
        return False
    return rbac.allowed(world, connector["identity"]["principalId"], WRITES, place_, data=True)


@WORKSPACES.get(LOCATIONS)
def list_locations(request: Request, world: World) -> Response:
    return _listed(place(request, world), "external_location", "external_locations")


@WORKSPACES.get(LOCATIONS + "/{name}")
def get_location(request: Request, world: World) -> Response:
    return _got(place(request, world), "external_location", request.params["name"])


@WORKSPACES.patch(LOCATIONS + "/{name}")
def update_location(request: Request, world: World) -> Response:
    where, given = place(request, world), body(request)
    row = where.existing("external_location", request.params["name"])
    where.require_owner("external_location", row)
    if given.get("url") not in (None, row["url"]) and _used(where, row) and not given.get("force"):
        message = "External Location has dependent catalogs, schemas, managed or external tables/volumes"
        raise refused(400, "INVALID_STATE", f"{message}; use force option to update url anyway")
    changed = change(
        where, "external_location", row, given, ("url", "credential_name", "read_only", "fallback", "skip_validation", "force")
    )
    if "url" in given or "credential_name" in given:
        changed |= _reaching(where, row["name"], changed["url"], changed["credential_name"], given)
    return done(shown(where.put("external_location", _without_options(changed))))


@WORKSPACES.delete(LOCATIONS + "/{name}")
def delete_location(request: Request, world: World) -> Response:
    where = place(request, world)
    row = where.existing("external_location", request.params["name"])
    where.require_owner("external_location", row)
    if _used(where, row) and not forced(request):
        message = "External Location has dependent catalogs, schemas, managed or external tables/volumes"
        raise refused(400, "INVALID_STATE", f"{message}; use force option to delete anyway")
    where.drop("external_location", row["name"])
    return done()


def _used(where: Place, location: Json) -> bool:
    holders = [*where.rows("catalog"), *where.rows("schema")]
    return any(within(str(row["storage_root"]), location["url"]) for row in holders if row.get("storage_root"))


def _without_options(row: Json) -> Json:
    return {name: value for name, value in row.items() if name not in ("skip_validation", "force")}


def _got(where: Place, kind: str, name: str) -> Response:
    row = where.existing(kind, name)
    where.require(kind, row, "BROWSE")
    return done(shown(row))


def _listed(where: Place, kind: str, member: str) -> Response:
    rows = [row for row in where.rows(kind) if where.reaches(row) and where.holds(kind, row, "BROWSE")]
    return done({member: [shown(row) for row in rows]} if rows else {})
