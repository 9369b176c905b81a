"""Secret scopes, their lists and what is read through them. Each promise stands beside one violation that is caught."""

from __future__ import annotations

import base64
from typing import Any

from tests.sandbox.databricks.lakehouse import CONTRIBUTOR, Lakehouse
from tests.sandbox.keyvault.calls import ANA
from tests.sandbox.keyvault.test_vault_control_plane import SECRETS_USER, V

S = "/api/2.0/secrets"


def names(lakehouse: Lakehouse) -> list[str]:
    return [row["name"] for row in lakehouse.api("GET", f"{S}/scopes/list").body["scopes"]]


def test_scopes_are_made_once_listed_and_deleted(lakehouse: Lakehouse) -> None:
    assert lakehouse.api("POST", f"{S}/scopes/create", {"scope": "one"}).body == {}
    again = lakehouse.api("POST", f"{S}/scopes/create", {"scope": "one"})
    assert (again.status, lakehouse.code(again)) == (400, "RESOURCE_ALREADY_EXISTS")
    assert lakehouse.code(lakehouse.api("POST", f"{S}/scopes/create", {"scope": "a b"})) == "INVALID_PARAMETER_VALUE"
    assert names(lakehouse) == ["one"]
    assert lakehouse.api("POST", f"{S}/scopes/delete", {"scope": "one"}).status == 200
    assert lakehouse.code(lakehouse.api("POST", f"{S}/scopes/delete", {"scope": "one"})) == "RESOURCE_DOES_NOT_EXIST"


def test_secrets_of_a_scope_of_our_own(lakehouse: Lakehouse) -> None:
    lakehouse.api("POST", f"{S}/scopes/create", {"scope": "one"})
    assert lakehouse.api("POST", f"{S}/put", {"scope": "one", "key": "k", "string_value": "hush"}).status == 200
    assert [row["key"] for row in lakehouse.api("GET", f"{S}/list?scope=one").body["secrets"]] == ["k"]
    assert base64.b64decode(lakehouse.api("GET", f"{S}/get?scope=one&key=k").body["value"]) == b"hush"
    assert lakehouse.api("POST", f"{S}/delete", {"scope": "one", "key": "k"}).status == 200
    assert lakehouse.api("GET", f"{S}/get?scope=one&key=k").status == 404
    assert lakehouse.api("POST", f"{S}/put", {"scope": "one", "key": "k"}).status == 400


def test_a_vault_scope_needs_an_entra_token_and_a_right_to_the_vault(lakehouse: Lakehouse) -> None:
    pat = lakehouse.vault_scope(token=lakehouse.token_of())
    assert (pat.status, pat.body["message"]) == (400, "Scope with Azure KeyVault must have userAADToken defined!")
    lakehouse.assign(lakehouse.workspace, CONTRIBUTOR, lakehouse.user_id(ANA))
    refused = lakehouse.vault_scope(who=ANA)
    assert (refused.status, lakehouse.code(refused)) == (403, "CUSTOMER_UNAUTHORIZED")
    assert refused.body["message"].startswith("Unable to grant read/list permission to Databricks service principal to KeyVault")
    assert lakehouse.vault_scope().status == 200
    policies = lakehouse.call("GET", lakehouse.vault + V).body["properties"]["accessPolicies"]
    assert [policy["objectId"] for policy in policies] == [lakehouse.reader()], "an access policy that RBAC does not look at"


def test_a_vault_scope_needs_its_vault(lakehouse: Lakehouse) -> None:
    body: dict[str, Any] = {"scope": "s", "scope_backend_type": "AZURE_KEYVAULT"}
    assert "AzureKeyVaultSecretScopeMetadata" in lakehouse.api("POST", f"{S}/scopes/create", body).body["message"]
    body["backend_azure_keyvault"] = {"resource_id": lakehouse.vault + "x", "dns_name": "https://kv-one.vault.azure.net/"}
    assert lakehouse.api("POST", f"{S}/scopes/create", body).body["message"] == "Azure KeyVault is not available"
    body["backend_azure_keyvault"] = {"resource_id": lakehouse.vault, "dns_name": "https://kv-two.vault.azure.net/"}
    assert lakehouse.api("POST", f"{S}/scopes/create", body).status == 400


def test_nothing_is_read_through_a_vault_scope_before_the_first_party_principal_may(lakehouse: Lakehouse) -> None:
    lakehouse.call("PUT", f"{lakehouse.vault}/secrets/salt{V}", {"properties": {"value": "hush"}})
    lakehouse.vault_scope()
    listed = lakehouse.api("GET", f"{S}/list?scope=shop")
    assert (lakehouse.code(listed), listed.body["message"]) == (
        "INVALID_STATE",
        "Databricks could not access keyvault: https://kv-one.vault.azure.net/.",
    )
    read = lakehouse.api("GET", f"{S}/get?scope=shop&key=salt")
    assert lakehouse.code(read) == "PERMISSION_DENIED" and "Invalid permissions on the specified KeyVault" in read.body["message"]
    lakehouse.assign(lakehouse.vault, SECRETS_USER, lakehouse.reader(), "ServicePrincipal")
    assert [row["key"] for row in lakehouse.api("GET", f"{S}/list?scope=shop").body["secrets"]] == ["salt"]
    assert base64.b64decode(lakehouse.api("GET", f"{S}/get?scope=shop&key=salt").body["value"]) == b"hush"
    assert "Cannot write secrets" in lakehouse.api("POST", f"{S}/put", {"scope": "shop", "key": "k", "string_value": "v"}).body["message"]


def test_a_closed_vault_is_read_only_with_the_bypass_for_trusted_services(lakehouse: Lakehouse) -> None:
    lakehouse.call("PUT", f"{lakehouse.vault}/secrets/salt{V}", {"properties": {"value": "hush"}})
    lakehouse.vault_scope()
    lakehouse.assign(lakehouse.vault, SECRETS_USER, lakehouse.reader(), "ServicePrincipal")
    for bypass, status in (("None", 400), ("AzureServices", 200)):
        lakehouse.call("PATCH", lakehouse.vault + V, {"properties": {"networkAcls": {"defaultAction": "Deny", "bypass": bypass}}})
        assert lakehouse.api("GET", f"{S}/list?scope=shop").status == status, bypass


def test_lists_say_who_reads_writes_and_manages(lakehouse: Lakehouse) -> None:
    lakehouse.api("POST", f"{S}/scopes/create", {"scope": "one"})
    lakehouse.api("POST", "/api/2.0/preview/scim/v2/Users", {"userName": ANA})
    assert lakehouse.code(lakehouse.api("GET", f"{S}/list?scope=one", who=ANA)) == "PERMISSION_DENIED"
    assert lakehouse.api("POST", f"{S}/acls/put", {"scope": "one", "principal": ANA, "permission": "READ"}).body == {}
    assert lakehouse.api("GET", f"{S}/list?scope=one", who=ANA).status == 200
    assert lakehouse.api("POST", f"{S}/put", {"scope": "one", "key": "k", "string_value": "v"}, who=ANA).status == 403
    assert lakehouse.api("GET", f"{S}/acls/list?scope=one", who=ANA).status == 403
    assert {"principal": ANA, "permission": "READ"} in lakehouse.api("GET", f"{S}/acls/list?scope=one").body["items"]
    assert lakehouse.api("GET", f"{S}/acls/get?scope=one&principal={ANA}").body["permission"] == "READ"
    unknown = lakehouse.api("POST", f"{S}/acls/put", {"scope": "one", "principal": "nobody", "permission": "READ"})
    assert lakehouse.code(unknown) == "INVALID_PARAMETER_VALUE"
    assert lakehouse.api("POST", f"{S}/acls/delete", {"scope": "one", "principal": ANA}).status == 200
    assert lakehouse.api("GET", f"{S}/acls/get?scope=one&principal={ANA}").status == 404


def test_members_of_a_group_have_what_the_group_has(lakehouse: Lakehouse) -> None:
    lakehouse.api("POST", f"{S}/scopes/create", {"scope": "one", "initial_manage_principal": "users"})
    lakehouse.api("POST", "/api/2.0/preview/scim/v2/Users", {"userName": ANA})
    assert lakehouse.api("POST", f"{S}/put", {"scope": "one", "key": "k", "string_value": "v"}, who=ANA).status == 200
    wrong = lakehouse.api("POST", f"{S}/scopes/create", {"scope": "two", "initial_manage_principal": "admins"})
    assert lakehouse.code(wrong) == "INVALID_PARAMETER_VALUE"
