"""Vaults over Resource Manager: life, names, refusals. Each promise stands beside one violation that is caught."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.keyvault.calls import ADA, ANA, DEV, PROD, UAT, Calls, agree
from wizard.sandbox.worlds import load

V = "?api-version=2026-05-15"
TENANT = "3f2c6a1e-5b0d-4c8e-9a71-2d4f8b6c1e90"
SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6"


def vault_body(**properties: Any) -> dict[str, Any]:
    given = {"tenantId": TENANT, "sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": True, **properties}
    return {"location": "westeurope", "tags": {"a": "b"}, "properties": {k: v for k, v in given.items() if v is not ...}}


def vault_at(group: str, name: str = "kv-one") -> str:
    return f"{group}/providers/Microsoft.KeyVault/vaults/{name}"


def test_a_vault_is_registered_before_it_is_ready(calls: Calls) -> None:
    place = vault_at(calls.prepare())
    made = calls.call("PUT", place + V, vault_body())
    assert made.status == 201
    assert made.body["properties"]["provisioningState"] == "RegisteringDns"
    assert made.body["properties"]["vaultUri"] == "https://kv-one.vault.azure.net/"
    calls.later()
    assert calls.call("GET", place + V).body["properties"]["provisioningState"] == "Succeeded"
    assert calls.call("PUT", place + V, vault_body()).status == 200


def test_listing_shows_vaults_of_group_and_subscription(calls: Calls) -> None:
    group = calls.prepare()
    calls.call("PUT", vault_at(group) + V, vault_body())
    for scope in (group, f"/subscriptions/{DEV}"):
        listed = calls.call("GET", f"{scope}/providers/Microsoft.KeyVault/vaults{V}").body["value"]
        assert [row["name"] for row in listed] == ["kv-one"]
    other = calls.call("GET", f"/subscriptions/{UAT}/resources{V}&$filter=resourceType eq 'Microsoft.KeyVault/vaults'".replace(" ", "%20"))
    assert other.body["value"] == []


def test_the_permission_model_depends_on_the_version_on_creation_only(calls: Calls) -> None:
    group = calls.prepare()
    without = vault_body(enableRbacAuthorization=..., accessPolicies=[])
    old = calls.call("PUT", vault_at(group, "kv-old1") + "?api-version=2023-07-01", without)
    new = calls.call("PUT", vault_at(group, "kv-new1") + "?api-version=2026-02-01", without)
    assert (old.body["properties"]["enableRbacAuthorization"], new.body["properties"]["enableRbacAuthorization"]) == (False, True)
    again = calls.call("PUT", vault_at(group, "kv-old1") + "?api-version=2026-02-01", without)
    assert again.body["properties"]["enableRbacAuthorization"] is False
    missing = calls.call("PUT", vault_at(group, "kv-old2") + "?api-version=2023-07-01", vault_body(enableRbacAuthorization=...))
    assert (missing.status, calls.code(missing)) == (400, "BadRequest")


@pytest.mark.parametrize(
    ("name", "properties", "code", "words"),
    [
        ("1kv", {}, "VaultNameNotValid", "must be between 3-24"),
        ("kv--x", {}, "VaultNameNotValid", "consecutive hyphens"),
        ("kv-x", {"enablePurgeProtection": False}, "BadRequest", '"enablePurgeProtection" cannot be set to false'),
        ("kv-x", {"enableSoftDelete": False}, "BadRequest", '"enableSoftDelete"'),
        ("kv-x", {"softDeleteRetentionInDays": 5}, "BadRequest", '"softDeleteRetentionInDays"'),
        ("kv-x", {"tenantId": "00000000-0000-0000-0000-000000000001"}, "BadRequest", "'tenantId'"),
        ("kv-x", {"sku": {"name": "huge", "family": "A"}}, "BadRequest", "'sku'"),
        ("kv-x", {"enable_rbac": True}, "BadRequest", "Could not find member"),
        ("kv-x", {"networkAcls": {"defaultAction": "Maybe"}}, "BadRequest", "'networkAcls'"),
        ("kv-x", {"accessPolicies": [{"objectId": "x"}]}, "BadRequest", "'accessPolicies'"),
    ],
)
def test_a_wrong_vault_is_refused(calls: Calls, name: str, properties: dict[str, Any], code: str, words: str) -> None:
    answer = calls.call("PUT", vault_at(calls.prepare(), name) + V, vault_body(**properties))
    assert (answer.status, calls.code(answer)) == (400, code)
    assert words in answer.body["error"]["message"]


def test_what_cannot_be_taken_back_is_refused_on_change(calls: Calls) -> None:
    place = vault_at(calls.prepare())
    calls.call("PUT", place + V, vault_body(softDeleteRetentionInDays=7))
    days = calls.call("PATCH", place + V, {"properties": {"softDeleteRetentionInDays": 30}})
    assert "has been set already and it can't be modified" in days.body["error"]["message"]
    assert calls.call("PATCH", place + V, {"properties": {"enablePurgeProtection": True}}).status == 200
    assert calls.call("PATCH", place + V, {"properties": {"enablePurgeProtection": False}}).status == 400
    kept = calls.call("PATCH", place + V, {"tags": {"c": "d"}}).body
    assert kept["tags"] == {"c": "d"} and kept["properties"]["enablePurgeProtection"] is True


def test_changing_the_permission_model_needs_the_right_to_assign_roles(calls: Calls) -> None:
    group = calls.prepare()
    place = vault_at(group)
    calls.call("PUT", place + V, vault_body())
    calls.assign(group, "b24988ac-6180-42a0-ab88-20f7382dd24c", calls.user_id(ANA))
    assert calls.call("PATCH", place + V, {"tags": {"x": "y"}}, who=ANA).status == 200
    refused = calls.call("PATCH", place + V, {"properties": {"enableRbacAuthorization": False}}, who=ANA)
    assert refused.status == 403
    assert calls.call("PATCH", place + V, {"properties": {"enableRbacAuthorization": False}}, who=ADA).status == 200


def test_names_are_free_taken_or_impossible(calls: Calls) -> None:
    group = calls.prepare()
    calls.call("PUT", vault_at(group) + V, vault_body())

    def availability(name: str) -> tuple[bool, str]:
        body = {"name": name, "type": "Microsoft.KeyVault/vaults"}
        found = calls.call("POST", f"/subscriptions/{DEV}/providers/Microsoft.KeyVault/checkNameAvailability{V}", body).body
        return found["nameAvailable"], found.get("reason", "")

    assert availability("kv-two") == (True, "")
    assert availability("KV-ONE") == (False, "AlreadyExists")
    assert availability("kv") == (False, "AccountNameInvalid")
    calls.call("DELETE", vault_at(group) + V)
    assert availability("kv-one") == (False, "AlreadyExists")


def test_a_deleted_vault_keeps_its_name_until_it_is_recovered_or_purged(calls: Calls) -> None:
    group = calls.prepare()
    place = vault_at(group)
    calls.call("PUT", place + V, vault_body())
    calls.assign(place, SECRETS_USER, calls.user_id(ANA))
    assert calls.call("DELETE", place + V).status == 200
    assert calls.call("GET", place + V).status == 404
    assert calls.call("DELETE", place + V).status == 204
    refused = calls.call("PUT", place + V, vault_body())
    assert (refused.status, calls.code(refused)) == (409, "ConflictError")
    deleted = calls.call("GET", f"/subscriptions/{DEV}/providers/Microsoft.KeyVault/deletedVaults{V}").body["value"]
    assert deleted[0]["properties"]["vaultId"] == place and deleted[0]["properties"]["tags"] == {"a": "b"}
    recovered = calls.call("PUT", place + V, vault_body(createMode="recover", accessPolicies=[]))
    assert recovered.status == 201 and recovered.body["tags"] == {"a": "b"}
    scopes = [row["properties"]["scope"] for row in calls.world.table("arm.role_assignments").values()]
    assert place not in scopes, "role assignments do not come back"


def test_purging_answers_later_and_frees_the_name(calls: Calls) -> None:
    group = calls.prepare()
    calls.call("PUT", vault_at(group) + V, vault_body())
    calls.call("DELETE", vault_at(group) + V)
    place = f"/subscriptions/{DEV}/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/kv-one"
    assert calls.call("GET", place + V).status == 200
    begun = calls.call("POST", f"{place}/purge{V}", b"")
    assert begun.status == 202
    assert calls.call("GET", begun.headers["Location"]).status == 202
    calls.later()
    assert calls.call("GET", begun.headers["Location"]).status == 200
    assert calls.call("GET", place + V).status == 404
    assert calls.call("PUT", vault_at(group) + V, vault_body()).status == 201


def test_recovering_what_is_not_deleted_is_refused(calls: Calls) -> None:
    answer = calls.call("PUT", vault_at(calls.prepare()) + V, vault_body(createMode="recover", accessPolicies=[]))
    assert (answer.status, calls.code(answer)) == (404, "SoftDeletedVaultDoesNotExist")


def test_the_world_says_what_is_taken_and_deleted(tmp_path: Path) -> None:
    calls = Calls("taken-names")
    uat, prod = calls.prepare(UAT, "rg-shop-uat"), calls.prepare(PROD, "rg-shop-prod")
    taken = calls.call("PUT", vault_at(uat, "kv-somebody") + V, vault_body())
    assert (taken.status, calls.code(taken)) == (409, "VaultAlreadyExists")
    elsewhere = calls.call("PUT", vault_at(prod, "kv-old") + V, vault_body())
    assert calls.code(elsewhere) == "VaultAlreadyExists", "deleted in another subscription"
    recover = vault_body(createMode="recover", accessPolicies=[])
    assert calls.call("PUT", vault_at(uat, "kv-shop-uat-5ii3k") + V, recover).status == 201
    place = f"/subscriptions/{PROD}/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/kv-shop-prod-x6ksv/purge"
    protected = calls.call("POST", place + V, b"")
    assert (protected.status, calls.code(protected)) == (405, "MethodNotAllowed")
    agree(calls.recorder.exchanges)


def test_access_policies_are_merged_replaced_and_removed(calls: Calls) -> None:
    place = vault_at(calls.prepare())
    calls.call("PUT", place + V, vault_body(enableRbacAuthorization=False, accessPolicies=[]))

    def change(operation: str, *permissions: str) -> list[Any]:
        policy = {"tenantId": TENANT, "objectId": calls.user_id(ANA), "permissions": {"secrets": list(permissions)}}
        answer = calls.call("PUT", f"{place}/accessPolicies/{operation}{V}", {"properties": {"accessPolicies": [policy]}})
        assert answer.status in (200, 201), answer.body
        held = calls.call("GET", place + V).body["properties"]["accessPolicies"]
        return [name for each in held for name in each["permissions"]["secrets"]]

    assert change("add", "get") == ["get"]
    assert change("add", "list", "get") == ["get", "list"]
    assert change("remove", "get") == ["list"]
    assert change("replace", "set") == ["set"]
    wrong = calls.call("PUT", f"{place}/accessPolicies/add{V}", {"properties": {"accessPolicies": [{"objectId": "?"}]}})
    assert wrong.status == 400


def test_secrets_over_resource_manager_have_no_values(calls: Calls) -> None:
    place = vault_at(calls.prepare())
    calls.call("PUT", place + V, vault_body())
    made = calls.call("PUT", f"{place}/secrets/one{V}", {"properties": {"value": "hush", "contentType": "text/plain"}, "tags": {"k": "v"}})
    assert made.status == 201
    for answer in (made, calls.call("GET", f"{place}/secrets/one{V}"), calls.call("GET", f"{place}/secrets{V}")):
        assert "hush" not in str(answer.body)
    assert calls.call("GET", f"{place}/secrets/two{V}").status == 404
    assert calls.call("PUT", f"{place}/secrets/a_b{V}", {"properties": {"value": "x"}}).status == 400


def test_nobody_without_a_role_sees_or_changes_a_vault(calls: Calls) -> None:
    place = vault_at(calls.prepare())
    calls.call("PUT", place + V, vault_body())
    for method, url, body in (
        ("GET", place, None),
        ("PUT", place, vault_body()),
        ("DELETE", place, None),
        ("GET", place + "/secrets", None),
    ):
        answer = calls.call(method, url + V, body, who=ANA)
        assert (answer.status, calls.code(answer)) == (403, "AuthorizationFailed"), method


def test_an_unknown_version_and_an_unregistered_provider_are_refused(calls: Calls) -> None:
    group = f"/subscriptions/{DEV}/resourceGroups/rg-a"
    calls.call("PUT", f"{group}?api-version=2022-09-01", {"location": "westeurope"})
    unregistered = calls.call("PUT", vault_at(group) + V, vault_body())
    assert (unregistered.status, calls.code(unregistered)) == (409, "MissingSubscriptionRegistration")
    unknown = calls.call("PUT", vault_at(group) + "?api-version=2011-01-01", vault_body())
    assert (unknown.status, calls.code(unknown)) == (400, "NoRegisteredProviderFound")


def test_deleting_a_group_soft_deletes_its_vaults() -> None:
    calls = Calls()
    group = calls.prepare()
    calls.call("PUT", vault_at(group) + V, vault_body())
    calls.call("DELETE", f"{group}?api-version=2022-09-01")
    calls.later(60)
    calls.call("GET", f"{group}?api-version=2022-09-01")
    assert "kv-one" in calls.world.table("keyvault.deleted_vaults")


def test_the_same_seed_gives_the_same_world() -> None:
    assert load("taken-names").dump() == load("taken-names").dump()
