"""Who gets into a workspace, and as what. Each promise stands beside one violation that is caught."""

from __future__ import annotations

from tests.sandbox.databricks.lakehouse import CONTRIBUTOR, Lakehouse
from tests.sandbox.keyvault.calls import ADA, ANA
from wizard.sandbox.services import router_for, routers

SCIM = "/api/2.0/preview/scim/v2"


def test_a_workspace_has_a_name_once_it_is_there(lakehouse: Lakehouse) -> None:
    router = router_for(lakehouse.host, routers())
    assert router is not None and router.resolves(lakehouse.host, lakehouse.world)
    assert not router.resolves("adb-1234567890123456.7.azuredatabricks.net", lakehouse.world)
    found = lakehouse.api("GET", "/.well-known/databricks-config", who="")
    assert found.body["workspace_id"] == lakehouse.number and found.headers["x-databricks-org-id"] == lakehouse.number
    assert lakehouse.api("GET", "/aad/auth", who="").headers["Location"].startswith("https://login.microsoftonline.com/3f2c6a1e-")


def test_a_deleted_workspace_takes_its_contents_along(lakehouse: Lakehouse) -> None:
    lakehouse.api("POST", "/api/2.0/secrets/scopes/create", {"scope": "one"})
    lakehouse.call("DELETE", f"{lakehouse.workspace}?api-version=2024-05-01")
    lakehouse.later(600)
    lakehouse.call("GET", f"{lakehouse.workspace}?api-version=2024-05-01")
    assert lakehouse.api("GET", "/api/2.0/secrets/scopes/list").status == 503
    assert not len(lakehouse.world.table("databricks.scopes"))


def test_who_may_write_the_resource_becomes_administrator_by_signing_in(lakehouse: Lakehouse) -> None:
    me = lakehouse.api("GET", f"{SCIM}/Me")
    assert me.body["userName"] == ADA
    assert {group["display"] for group in me.body["groups"]} == {"admins", "users"}
    assert not lakehouse.recorder.exchanges[-1]["mutating"], "a first sign-in is no change that was asked for"
    stranger = lakehouse.api("GET", f"{SCIM}/Me", who=ANA)
    assert (stranger.status, lakehouse.code(stranger)) == (403, "PERMISSION_DENIED")
    lakehouse.assign(lakehouse.group, CONTRIBUTOR, lakehouse.user_id(ANA))
    assert lakehouse.api("GET", f"{SCIM}/Me", who=ANA).status == 200


def test_tokens_for_another_service_and_made_up_ones_are_refused(lakehouse: Lakehouse) -> None:
    assert lakehouse.api("GET", f"{SCIM}/Me", who="").status == 401
    assert lakehouse.api("GET", f"{SCIM}/Me", token=lakehouse.token(ADA, "management.azure.com")).status in (401, 403)
    assert lakehouse.api("GET", f"{SCIM}/Me", token="dapi0123456789").status == 403


def test_a_personal_access_token_is_made_used_and_revoked(lakehouse: Lakehouse) -> None:
    made = lakehouse.api("POST", "/api/2.0/token/create", {"comment": "laptop", "lifetime_seconds": 60}).body
    assert lakehouse.api("GET", f"{SCIM}/Me", token=made["token_value"]).body["userName"] == ADA
    listed = lakehouse.api("GET", "/api/2.0/token/list").body["token_infos"]
    assert [row["comment"] for row in listed] == ["laptop"] and made["token_value"] not in str(listed)
    lakehouse.later(61)
    assert lakehouse.api("GET", f"{SCIM}/Me", token=made["token_value"]).status == 403, "expired"
    other = lakehouse.token_of()
    row = lakehouse.api("GET", "/api/2.0/token/list").body["token_infos"][-1]
    assert lakehouse.api("POST", "/api/2.0/token/delete", {"token_id": row["token_id"]}).status == 200
    assert lakehouse.api("GET", f"{SCIM}/Me", token=other).status == 403


def test_service_principals_are_made_found_changed_and_removed(lakehouse: Lakehouse) -> None:
    _, application = lakehouse.automation()
    schemas = ["urn:ietf:params:scim:schemas:core:2.0:ServicePrincipal"]
    body = {"applicationId": application, "displayName": "deploy", "schemas": schemas, "entitlements": [{"value": "workspace-access"}]}
    made = lakehouse.api("POST", f"{SCIM}/ServicePrincipals", body)
    assert made.status == 201 and made.body["applicationId"] == application
    assert lakehouse.api("POST", f"{SCIM}/ServicePrincipals", body).status == 409
    query = f"?filter=applicationId%20eq%20%22{application}%22&startIndex=1&count=100"
    found = lakehouse.api("GET", f"{SCIM}/ServicePrincipals{query}").body
    assert found["totalResults"] == 1 and found["Resources"][0]["id"] == made.body["id"]
    assert lakehouse.api("GET", f"{SCIM}/ServicePrincipals?startIndex=2&count=100").body["Resources"] == []
    add = {"op": "add", "path": "entitlements", "value": [{"value": "allow-cluster-create"}]}
    patch = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [add]}
    place = f"{SCIM}/ServicePrincipals/{made.body['id']}"
    assert lakehouse.api("PATCH", place, patch).status == 204
    held = [item["value"] for item in lakehouse.api("GET", place).body["entitlements"]]
    assert held == ["workspace-access", "allow-cluster-create"]
    assert lakehouse.api("DELETE", place).status == 204
    assert lakehouse.api("GET", place).status == 404


def test_an_application_that_is_not_in_the_tenant_is_refused(lakehouse: Lakehouse) -> None:
    body = {"applicationId": "00000000-0000-0000-0000-000000000009", "displayName": "ghost"}
    assert lakehouse.api("POST", f"{SCIM}/ServicePrincipals", body).status == 400


def test_only_administrators_change_members(lakehouse: Lakehouse) -> None:
    made = lakehouse.api("POST", f"{SCIM}/Users", {"userName": ANA})
    assert made.status == 201
    assert lakehouse.api("GET", f"{SCIM}/Me", who=ANA).status == 200
    assert lakehouse.api("POST", f"{SCIM}/Groups", {"displayName": "readers"}, who=ANA).status == 403
    group = lakehouse.api("POST", f"{SCIM}/Groups", {"displayName": "readers", "members": [{"value": made.body["id"]}]})
    assert group.status == 201 and group.body["members"][0]["display"] == "Ana Lima"
    assert lakehouse.api("POST", f"{SCIM}/Groups", {"displayName": "readers"}).status == 409
    remove = {"Operations": [{"op": "remove", "path": f'members[value eq "{made.body["id"]}"]'}]}
    assert lakehouse.api("PATCH", f"{SCIM}/Groups/{group.body['id']}", remove).status == 204
    assert lakehouse.api("GET", f"{SCIM}/Groups/{group.body['id']}").body["members"] == []
    assert lakehouse.api("DELETE", f"{SCIM}/Groups/{group.body['id']}").status == 204


def test_the_metastore_of_the_region_is_assigned(lakehouse: Lakehouse) -> None:
    found = lakehouse.api("GET", "/api/2.1/unity-catalog/current-metastore-assignment").body
    assert found["workspace_id"] == int(lakehouse.number)
    assert lakehouse.api("GET", "/api/2.1/unity-catalog/metastore_summary").body["name"] == "metastore-westeurope"
    del lakehouse.world.table("databricks.metastores")["westeurope"]
    assert lakehouse.api("GET", "/api/2.1/unity-catalog/current-metastore-assignment").status == 404
