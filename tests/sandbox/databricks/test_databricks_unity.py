"""Unity Catalog refuses what the service refuses: rights, principals, names, paths, and what something else stands on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.databricks.lakehouse import Lakehouse
from tests.sandbox.keyvault.calls import ADA, ANA, BEA, DEV, agree
from wizard.sandbox.router import Response

UNITY = "/api/2.1/unity-catalog"
ROOT = "abfss://bronze@stlake.dfs.core.windows.net/"
WRITER = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"


class Lake(Lakehouse):
    """A data lake beside the workspace, and an access connector that may write it; Ana is a member without rights."""

    def __init__(self) -> None:
        super().__init__()
        providers = f"{self.group}/providers"
        self.connector = f"{providers}/Microsoft.Databricks/accessConnectors/dbac"
        self.storage = f"{providers}/Microsoft.Storage/storageAccounts/stlake"
        self.plant(self.connector, "Microsoft.Databricks/accessConnectors", identity={"principalId": self.automation()[0]})
        self.plant(self.storage, "Microsoft.Storage/storageAccounts", properties={"isHnsEnabled": True})
        self.plant(f"{self.storage}/blobServices/default/containers/bronze", "Microsoft.Storage/storageAccounts/blobServices/containers")
        role = f"/subscriptions/{DEV}/providers/Microsoft.Authorization/roleDefinitions/{WRITER}"
        given = {"scope": self.storage, "roleDefinitionId": role, "principalId": self.automation()[0], "principalType": "ServicePrincipal"}
        self.role = f"{self.storage}/providers/Microsoft.Authorization/roleAssignments/1".lower()
        self.world.table("arm.role_assignments")[self.role] = {"id": self.role, "name": "1", "properties": given}
        self.later(600)
        self.api("POST", "/api/2.0/preview/scim/v2/Users", {"userName": ANA})

    def plant(self, resource_id: str, kind: str, **more: Any) -> None:
        fixed = {"id": resource_id, "name": resource_id.rsplit("/", 1)[-1], "type": kind, "location": "westeurope"}
        self.world.table("arm.resources")[resource_id.lower()] = {**fixed, "properties": {}, **more}

    def unity(self, method: str, path: str, body: Any = None, who: str = ADA) -> Response:
        return self.api(method, f"{UNITY}/{path}", body, who=who)

    def credential(self, name: str = "lake", **more: Any) -> Response:
        body = {"name": name, "azure_managed_identity": {"access_connector_id": self.connector}}
        return self.unity("POST", "storage-credentials", body, **more)

    def location(self, name: str = "bronze", url: str = ROOT, **more: Any) -> Response:
        return self.unity("POST", "external-locations", {"name": name, "url": url, "credential_name": "lake"}, **more)

    def catalog(self, name: str = "shop_dev", root: str = f"{ROOT}managed/catalog", **more: Any) -> Response:
        return self.unity("POST", "catalogs", {"name": name, "storage_root": root}, **more)

    def ready(self) -> None:
        for made in (self.credential(), self.location(), self.catalog()):
            assert made.status == 200, made.body

    def grant(self, principal: str, *privileges: str, on: str = "catalog/shop_dev", who: str = ADA) -> Response:
        return self.unity("PATCH", f"permissions/{on}", {"changes": [{"principal": principal, "add": list(privileges)}]}, who=who)


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    made = Lake()
    yield made
    agree(made.recorder.exchanges)


def refused(answer: Response, status: int, code: str, words: str) -> None:
    assert (answer.status, answer.body["error_code"]) == (status, code), answer.body
    assert words in answer.body["message"], answer.body


def test_who_administers_the_workspace_may_make_what_others_may_not(lake: Lake) -> None:
    refused(lake.credential(who=ANA), 403, "PERMISSION_DENIED", "does not have CREATE STORAGE CREDENTIAL on Metastore")
    lake.ready()
    refused(lake.location("other", who=ANA), 403, "PERMISSION_DENIED", "CREATE EXTERNAL LOCATION on Metastore 'metastore-westeurope'")
    refused(lake.catalog("other", who=ANA), 403, "PERMISSION_DENIED", "CREATE CATALOG on Metastore")
    refused(lake.unity("GET", "catalogs/shop_dev", who=ANA), 403, "PERMISSION_DENIED", "USE CATALOG on Catalog 'shop_dev'")
    refused(lake.unity("DELETE", "catalogs/shop_dev?force=true", who=BEA), 403, "PERMISSION_DENIED", "not an owner")
    refused(lake.location("other", f"{ROOT}other/", who=BEA), 403, "PERMISSION_DENIED", "on Storage Credential 'lake'")


def test_a_metastore_of_its_own_administrators_lets_nobody_else(lake: Lake) -> None:
    row = lake.world.table("databricks.metastores")["westeurope"]
    lake.world.table("databricks.metastores")["westeurope"] = {**row, "automatic": False}
    refused(lake.credential(), 403, "PERMISSION_DENIED", "CREATE STORAGE CREDENTIAL")
    lake.world.table("databricks.metastores")["westeurope"] = {**row, "automatic": False, "admins": ["data-engineers"]}
    assert lake.credential().status == 200, "Ada is in the group"
    granted = {ANA: ["CREATE_CATALOG"]}
    lake.world.table("databricks.metastores")["westeurope"] = {**row, "automatic": False, "grants": granted, "storage_root": ROOT}
    assert lake.unity("POST", "catalogs", {"name": "anas"}, who=ANA).status == 200


def test_a_credential_takes_contributor_on_its_connector(lake: Lake) -> None:
    lake.api("POST", "/api/2.0/preview/scim/v2/Users", {"userName": "gus@contoso.com"})
    row = lake.world.table("databricks.metastores")["westeurope"]
    lake.world.table("databricks.metastores")["westeurope"] = {**row, "admins": ["gus@contoso.com"]}
    refused(lake.credential(who="gus@contoso.com"), 403, "PERMISSION_DENIED", "requires the contributor role over the corresponding access")
    del lake.world.table("arm.resources")[lake.connector.lower()]
    refused(lake.credential(), 400, "INVALID_PARAMETER_VALUE", "could not be found")


def test_a_location_must_be_within_reach_and_overlap_no_other(lake: Lake) -> None:
    assert lake.credential().status == 200
    given = lake.world.table("arm.role_assignments").pop(lake.role)
    refused(lake.location(), 403, "PERMISSION_DENIED", "does not have READ permissions on url abfss://bronze@stlake")
    lake.world.table("arm.role_assignments")[lake.role] = given
    lake.later(600)
    refused(lake.location(url="abfss://nowhere@stlake.dfs.core.windows.net/"), 403, "PERMISSION_DENIED", "Managed Identity")
    refused(lake.location(url="wasbs://bronze@stlake.blob.core.windows.net/"), 400, "INVALID_PARAMETER_VALUE", "not a valid path")
    assert lake.location().status == 200
    refused(lake.location("inner", f"{ROOT}inner"), 400, "INVALID_PARAMETER_VALUE", "overlaps with other external locations")
    refused(lake.location(), 400, "EXTERNAL_LOCATION_ALREADY_EXISTS", "already exists")


def test_the_lakes_own_firewall_counts(lake: Lake) -> None:
    closed = {"defaultAction": "Deny", "resourceAccessRules": []}
    lake.plant(lake.storage, "Microsoft.Storage/storageAccounts", properties={"isHnsEnabled": True, "networkAcls": closed})
    assert lake.credential().status == 200
    refused(lake.location(), 403, "PERMISSION_DENIED", "Managed Identity")
    trusted = {"defaultAction": "Deny", "resourceAccessRules": [{"resourceId": lake.connector}]}
    lake.plant(lake.storage, "Microsoft.Storage/storageAccounts", properties={"isHnsEnabled": True, "networkAcls": trusted})
    assert lake.location().status == 200


def test_a_catalog_needs_a_place_and_a_name(lake: Lake) -> None:
    refused(lake.unity("POST", "catalogs", {"name": "x"}), 400, "INVALID_STATE", "Metastore storage root URL does not exist")
    refused(lake.catalog(), 404, "EXTERNAL_LOCATION_DOES_NOT_EXIST", "No parent external location")
    lake.ready()
    refused(lake.catalog("a.b"), 400, "INVALID_PARAMETER_VALUE", "not a valid name")
    refused(lake.catalog("SHOP_DEV"), 400, "CATALOG_ALREADY_EXISTS", "Catalog 'shop_dev' already exists")
    refused(lake.catalog("other", f"{ROOT}managed/catalog/inner"), 400, "INVALID_PARAMETER_VALUE", "overlaps with managed storage")
    refused(lake.unity("GET", "catalogs/nothing"), 404, "CATALOG_DOES_NOT_EXIST", "does not exist")
    names = [row["name"] for row in lake.unity("GET", "schemas?catalog_name=shop_dev").body["schemas"]]
    assert sorted(names) == ["default", "information_schema"]


def test_nothing_goes_that_something_else_stands_on(lake: Lake) -> None:
    lake.ready()
    assert lake.unity("POST", "schemas", {"name": "bronze", "catalog_name": "shop_dev"}).status == 200
    table = {"name": "orders", "full_name": "shop_dev.bronze.orders", "grants": {}, "owner": ADA}
    metastore = lake.unity("GET", "current-metastore-assignment").body["metastore_id"]
    lake.world.table("databricks.unity")[f"{metastore}/table/shop_dev.bronze.orders"] = table
    refused(
        lake.unity("DELETE", "schemas/shop_dev.bronze"), 400, "INVALID_STATE", "Schema 'shop_dev.bronze' is not empty. The schema has 1"
    )
    refused(lake.unity("DELETE", "catalogs/shop_dev"), 400, "INVALID_STATE", "Catalog 'shop_dev' is not empty")
    refused(lake.unity("DELETE", "external-locations/bronze"), 400, "INVALID_STATE", "use force option to delete anyway")
    refused(lake.unity("DELETE", "storage-credentials/lake"), 400, "INVALID_STATE", "1 dependent storage location(s)")
    refused(lake.unity("DELETE", "schemas/shop_dev.information_schema"), 403, "PERMISSION_DENIED", "cannot be deleted")
    assert lake.unity("DELETE", "catalogs/shop_dev?force=true").status == 200
    assert lake.unity("DELETE", "external-locations/bronze").status == 200
    assert lake.unity("DELETE", "storage-credentials/lake").status == 200
    assert list(lake.world.table("databricks.unity")) == []


def test_grants_are_for_principals_of_the_account_and_privileges_that_fit(lake: Lake) -> None:
    lake.ready()
    refused(lake.grant("admins", "USE_CATALOG"), 404, "PRINCIPAL_DOES_NOT_EXIST", "Could not find principal with name admins")
    refused(lake.grant("data-analysts", "READ_FILES"), 400, "INVALID_PARAMETER_VALUE", "not applicable to this entity")
    refused(lake.grant("data-analysts", "SELECT", who=ANA), 403, "PERMISSION_DENIED", "not an owner")
    assert lake.grant("data-analysts", "USE_CATALOG", "USE_SCHEMA").status == 200
    assert lake.unity("GET", "catalogs/shop_dev", who=ANA).status == 200, "Ana is in the group"
    held = lake.unity("GET", "permissions/catalog/shop_dev?principal=data-analysts").body["privilege_assignments"]
    assert held == [{"principal": "data-analysts", "privileges": ["USE_CATALOG", "USE_SCHEMA"]}]
    refused(lake.unity("POST", "schemas", {"name": "x", "catalog_name": "shop_dev"}, who=ANA), 403, "PERMISSION_DENIED", "CREATE SCHEMA")
    refused(lake.unity("PATCH", "catalogs/shop_dev", {"owner": "nobody"}), 404, "PRINCIPAL_DOES_NOT_EXIST", "nobody")


def test_what_is_isolated_is_seen_from_its_own_workspace_only(lake: Lake) -> None:
    lake.ready()
    refused(lake.unity("PATCH", "catalogs/shop_dev", {"isolation_mode": "CLOSED"}), 400, "INVALID_PARAMETER_VALUE", "isolation mode")
    assert lake.unity("PATCH", "catalogs/shop_dev", {"isolation_mode": "ISOLATED"}).status == 200
    assert lake.unity("GET", "catalogs/shop_dev").status == 200
    metastore = lake.unity("GET", "current-metastore-assignment").body["metastore_id"]
    row = lake.world.table("databricks.unity")[f"{metastore}/catalog/shop_dev"]
    lake.world.table("databricks.unity")[f"{metastore}/catalog/shop_dev"] = {**row, "bindings": [1]}
    refused(lake.unity("GET", "catalogs/shop_dev"), 403, "PERMISSION_DENIED", "not accessible in current workspace")


def test_without_a_metastore_there_is_nothing(lake: Lake) -> None:
    del lake.world.table("databricks.metastores")["westeurope"]
    refused(lake.credential(), 404, "METASTORE_DOES_NOT_EXIST", "No metastore assigned")
