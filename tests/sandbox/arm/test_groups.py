"""Subscriptions, registrations, groups, locks and plain resources, as the vendor's words have them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.keyvault.calls import ANA, DEV, Calls

SUBSCRIPTION = f"/subscriptions/{DEV}"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-a"
V, LOCK_V, MSI_V, NET_V = "api-version=2024-03-01", "api-version=2020-05-01", "api-version=2023-01-31", "api-version=2024-01-01"
BODY: Any = {"location": "westeurope", "tags": {"t": "1"}, "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}
LOCK = "providers/Microsoft.Authorization/locks/keep"
NETWORK = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/net"


def made(calls: Calls) -> None:
    """A group, and the network namespace registered."""
    assert calls.call("PUT", f"{GROUP}?{V}", {"location": "West Europe", "tags": {"a": "1"}}).status == 201
    calls.call("POST", f"{SUBSCRIPTION}/providers/Microsoft.Network/register?{V}", b"")
    calls.later()


def test_who_asks_must_say_who_and_which_version(calls: Calls) -> None:
    nobody = calls.call("GET", f"/subscriptions?{V}", who="")
    assert nobody.status == 401
    assert nobody.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")
    assert calls.code(calls.call("GET", SUBSCRIPTION)) == "MissingApiVersionParameter"
    assert calls.code(calls.call("GET", f"/subscriptions/{DEV[:-1]}f?{V}")) == "SubscriptionNotFound"
    assert calls.call("GET", f"/subscriptions/{DEV}/providers/Microsoft.Nothing/else?{V}").status == 501
    answer = calls.call("GET", f"{SUBSCRIPTION}?api-version=2022-12-01", headers={"x-ms-correlation-request-id": "mine"})
    assert answer.headers["x-ms-correlation-request-id"] == "mine"
    assert answer.headers["x-ms-request-id"]
    calls.recorder.exchanges.clear()


def test_subscriptions_are_those_with_a_role(calls: Calls) -> None:
    all_of_them = calls.call("GET", "/subscriptions?api-version=2022-12-01").body["value"]
    assert {each["displayName"] for each in all_of_them} >= {"Contoso Dev", "Contoso Prod"}
    assert all_of_them[0]["subscriptionPolicies"]["quotaId"] == "PayAsYouGo_2014-09-01"
    assert calls.call("GET", "/subscriptions?api-version=2022-12-01", who=ANA).body["value"] == []
    assert calls.code(calls.call("GET", f"{SUBSCRIPTION}?api-version=2022-12-01", who=ANA)) == "AuthorizationFailed"
    assert calls.call("GET", "/tenants?api-version=2022-12-01").body["value"][0]["displayName"] == "Contoso"
    assert any(each["name"] == "westeurope" for each in calls.call("GET", f"{SUBSCRIPTION}/locations?api-version=2022-12-01").body["value"])


def test_a_registration_takes_time_and_resources_wait_for_it(calls: Calls) -> None:
    calls.call("PUT", f"{GROUP}?{V}", {"location": "westeurope"})
    provider = f"{SUBSCRIPTION}/providers/Microsoft.Network"
    assert calls.call("GET", f"{provider}?{V}").body["registrationState"] == "NotRegistered"
    refused = calls.call("PUT", f"{NETWORK}?{NET_V}", BODY)
    assert (refused.status, calls.code(refused)) == (409, "MissingSubscriptionRegistration")
    assert calls.call("POST", f"{provider}/register?{V}", b"").body["registrationState"] == "Registering"
    assert calls.code(calls.call("PUT", f"{NETWORK}?{NET_V}", BODY)) == "MissingSubscriptionRegistration"
    calls.later()
    assert calls.call("GET", f"{provider}?{V}").body["registrationState"] == "Registered"
    assert calls.call("PUT", f"{NETWORK}?{NET_V}", BODY).status == 201
    assert calls.code(calls.call("POST", f"{SUBSCRIPTION}/providers/Microsoft.Nothing/register?{V}", b"")) == "InvalidResourceNamespace"
    assert len(calls.call("GET", f"{SUBSCRIPTION}/providers?{V}").body["value"]) > 5


def test_the_life_of_a_group(calls: Calls) -> None:
    assert calls.call("HEAD", f"{GROUP}?{V}").status == 404
    assert calls.code(calls.call("GET", f"{GROUP}?{V}")) == "ResourceGroupNotFound"
    made(calls)
    assert calls.call("HEAD", f"{GROUP}?{V}").status == 204
    assert calls.call("GET", f"{GROUP.replace('resourceGroups', 'resourcegroups')}?{V}").body["location"] == "westeurope"
    assert calls.call("PUT", f"{GROUP}?{V}", {"location": "westeurope", "tags": {"b": "2"}}).status == 200
    assert calls.call("PATCH", f"{GROUP}?{V}", {"tags": {"c": "3"}}).body["tags"] == {"c": "3"}
    assert calls.code(calls.call("PUT", f"{GROUP}?{V}", {"location": "northeurope"})) == "InvalidResourceGroupLocation"
    assert calls.code(calls.call("PUT", f"{GROUP}-x?{V}", {"location": "mars"})) == "LocationNotAvailableForResourceGroup"
    assert calls.code(calls.call("PUT", f"{GROUP}-x?{V}", {"tags": {}})) == "LocationRequired"
    assert calls.code(calls.call("PUT", f"{GROUP}-x.?{V}", {"location": "westeurope"})) == "InvalidResourceGroup"
    listed = calls.call("GET", f"{SUBSCRIPTION}/resourcegroups?{V}&$filter=tagName%20eq%20'c'%20and%20tagValue%20eq%20'3'")
    assert [each["name"] for each in listed.body["value"]] == ["rg-a"]


def test_deleting_a_group_takes_time_and_takes_everything_along(calls: Calls) -> None:
    made(calls)
    calls.call("PUT", f"{NETWORK}?{NET_V}", BODY)
    accepted = calls.call("DELETE", f"{GROUP}?{V}")
    assert accepted.status == 202
    location = accepted.headers["Location"]
    assert calls.call("GET", location).status == 202
    assert calls.call("GET", f"{GROUP}?{V}").body["properties"]["provisioningState"] == "Deleting"
    assert calls.code(calls.call("PUT", f"{GROUP}?{V}", {"location": "westeurope"})) == "ResourceGroupBeingDeleted"
    calls.later()
    assert calls.call("GET", location).status == 200
    assert calls.call("GET", f"{GROUP}?{V}").status == 404
    assert not calls.world.table("arm.resources").where(lambda row: "rg-a" in row["id"])


@pytest.mark.parametrize(
    ("level", "write", "delete"), [("CanNotDelete", 200, 409), ("ReadOnly", 409, 409)], ids=["can-not-delete", "read-only"]
)
def test_locks_are_enforced_downwards_and_protect_what_holds_them(calls: Calls, level: str, write: int, delete: int) -> None:
    made(calls)
    calls.call("PUT", f"{NETWORK}?{NET_V}", BODY)
    assert calls.call("PUT", f"{GROUP}/{LOCK}?{LOCK_V}", {"properties": {"level": level, "notes": "mine"}}).status == 201
    assert calls.call("PUT", f"{NETWORK}?{NET_V}", BODY).status == write
    refused = calls.call("DELETE", f"{NETWORK}?{NET_V}")
    assert (refused.status, calls.code(refused)) == (delete, "ScopeLocked")
    assert calls.code(calls.call("DELETE", f"{GROUP}?{V}")) == "ScopeLocked"
    assert calls.call("GET", f"{GROUP}/{LOCK}?{LOCK_V}").body["properties"]["level"] == level
    assert len(calls.call("GET", f"{NETWORK}/providers/Microsoft.Authorization/locks?{LOCK_V}").body["value"]) == 1
    assert calls.call("DELETE", f"{GROUP}/{LOCK}?{LOCK_V}").status == 200
    assert calls.call("DELETE", f"{GROUP}/{LOCK}?{LOCK_V}").status == 204
    assert calls.call("DELETE", f"{NETWORK}?{NET_V}").status == 200


def test_a_lock_on_a_resource_holds_its_group(calls: Calls) -> None:
    made(calls)
    calls.call("PUT", f"{NETWORK}?{NET_V}", BODY)
    assert calls.code(calls.call("PUT", f"{GROUP}-no/{LOCK}?{LOCK_V}", {"properties": {"level": "ReadOnly"}})) == "ResourceGroupNotFound"
    assert calls.code(calls.call("PUT", f"{NETWORK}/{LOCK}?{LOCK_V}", {"properties": {"level": "Never"}})) == "InvalidLockLevel"
    calls.call("PUT", f"{NETWORK}/{LOCK}?{LOCK_V}", {"properties": {"level": "CanNotDelete"}})
    assert calls.code(calls.call("DELETE", f"{GROUP}?{V}")) == "ScopeLocked"
    assert calls.call("PUT", f"{GROUP}?{V}", {"location": "westeurope"}).status == 200


def test_resources_by_id_and_in_lists(calls: Calls) -> None:
    made(calls)
    assert calls.code(calls.call("GET", f"{NETWORK}?{NET_V}")) == "ResourceNotFound"
    assert calls.call("PUT", f"{NETWORK}?{NET_V}", BODY).status == 201
    calls.later()
    assert calls.call("GET", f"{NETWORK}?{NET_V}").body["properties"]["provisioningState"] == "Succeeded"
    assert calls.call("HEAD", f"{NETWORK}?{NET_V}").status == 204
    subnet = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/none/subnets/a?{NET_V}"
    assert calls.code(calls.call("PUT", subnet, {"properties": {"addressPrefix": "10.0.0.0/24"}})) == "ParentResourceNotFound"
    by_tag = calls.call("GET", f"{SUBSCRIPTION}/resources?{V}&$filter=tagName%20eq%20't'").body["value"]
    assert [each["name"] for each in by_tag] == ["net"]
    assert "properties" not in by_tag[0]
    by_type = f"{GROUP}/resources?{V}&$filter=resourceType%20eq%20'Microsoft.Network/virtualNetworks'"
    assert len(calls.call("GET", by_type).body["value"]) == 1
    mixed = f"{SUBSCRIPTION}/resources?{V}&$filter=tagName%20eq%20't'%20and%20name%20eq%20'net'"
    assert calls.code(calls.call("GET", mixed)) == "InvalidFilterInQueryString"
    assert calls.call("DELETE", f"{NETWORK}?{NET_V}").status == 200
    assert calls.call("DELETE", f"{NETWORK}?{NET_V}").status == 204


POLICED: Any = {
    "extends": "owner",
    "subscriptions": [
        {
            "name": "Contoso Dev",
            "id": DEV,
            "quota": "free-trial",
            "providers": ["Microsoft.Network", "Microsoft.Compute"],
            "roles": [{"principal": "ada@contoso.com", "role": "Owner"}],
            "policies": [
                {"name": "only Europe", "effect": "deny", "allowed_locations": ["westeurope"]},
                {"name": "no public addresses", "effect": "deny", "types": ["Microsoft.Network/publicIPAddresses"]},
            ],
        }
    ],
}


@pytest.mark.parametrize("world_description", [POLICED])
def test_policies_deny(calls: Calls) -> None:
    refused = calls.call("PUT", f"{GROUP}?{V}", {"location": "eastus"})
    assert (refused.status, calls.code(refused)) == (403, "RequestDisallowedByPolicy")
    assert '"policyAssignment":{"name":"only Europe"' in refused.body["error"]["message"]
    assert calls.call("PUT", f"{GROUP}?{V}", {"location": "westeurope"}).status == 201
    address = f"{GROUP}/providers/Microsoft.Network/publicIPAddresses/ip?{NET_V}"
    assert calls.code(calls.call("PUT", address, {"location": "westeurope", "properties": {}})) == "RequestDisallowedByPolicy"
    assert calls.call("PUT", f"{NETWORK}?{NET_V}", BODY).status == 201
    listed = calls.call("GET", f"{SUBSCRIPTION}/providers/Microsoft.Authorization/policyAssignments?api-version=2024-04-01")
    assert [each["properties"]["displayName"] for each in listed.body["value"]] == ["only Europe", "no public addresses"]
    assert "rule" not in listed.body["value"][0]


@pytest.mark.parametrize("world_description", [POLICED])
def test_a_free_trial_has_four_cores(calls: Calls) -> None:
    usages = calls.call("GET", f"{SUBSCRIPTION}/providers/Microsoft.Compute/locations/westeurope/usages?api-version=2024-03-01")
    assert {each["name"]["value"]: each["limit"] for each in usages.body["value"]}["cores"] == 4
    skus = calls.call("GET", f"{SUBSCRIPTION}/providers/Microsoft.Compute/skus?api-version=2021-07-01&$filter=location%20eq%20'westeurope'")
    assert {each["locations"][0] for each in skus.body["value"]} == {"westeurope"}


def test_tags_are_a_resource_of_their_own(calls: Calls) -> None:
    made(calls)
    tags = f"{GROUP}/providers/Microsoft.Resources/tags/default?{V}"
    merged = calls.call("PATCH", tags, {"operation": "Merge", "properties": {"tags": {"b": "2"}}})
    assert merged.body["properties"]["tags"] == {"a": "1", "b": "2"}
    assert calls.call("GET", f"{GROUP}?{V}").body["tags"] == {"a": "1", "b": "2"}
    assert calls.call("PATCH", tags, {"operation": "Delete", "properties": {"tags": {"a": "1"}}}).body["properties"]["tags"] == {"b": "2"}
    assert calls.call("PUT", tags, {"properties": {"tags": {"c": "3"}}}).body["properties"]["tags"] == {"c": "3"}
    assert calls.call("GET", tags, who=ANA).status == 403
    assert calls.call("DELETE", tags).status == 200
    assert calls.call("GET", tags).body["properties"]["tags"] == {}


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_the_router_holds_neighbours_to_locks_too(calls: Calls, method: str) -> None:
    made(calls)
    calls.call("POST", f"{SUBSCRIPTION}/providers/Microsoft.KeyVault/register?{V}", b"")
    calls.later()
    vault = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv-shop-abcde?api-version=2023-07-01"
    sku, tenant = {"family": "A", "name": "standard"}, calls.world.table("login.tenant")["tenant"]["id"]
    wished = {"location": "westeurope", "properties": {"sku": sku, "tenantId": tenant, "enableRbacAuthorization": True}}
    assert calls.call("PUT", vault, wished).status == 201
    calls.later()
    calls.call("PUT", f"{GROUP}/{LOCK}?{LOCK_V}", {"properties": {"level": "ReadOnly"}})
    before = calls.world.dump()["arm.resources"]
    assert calls.code(calls.call(method, vault, wished if method == "PUT" else None)) == "ScopeLocked"
    assert calls.world.dump()["arm.resources"] == before, "what the handler wrote is undone"
