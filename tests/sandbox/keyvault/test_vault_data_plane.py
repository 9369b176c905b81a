"""Secrets of a vault: sign-in, rights, network, life. Each promise stands beside one violation that is caught."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.keyvault.calls import ADA, ANA, BEA, Calls
from tests.sandbox.keyvault.test_vault_control_plane import SECRETS_USER, TENANT, V, vault_at, vault_body
from wizard.sandbox.services import router_for, routers

D = "?api-version=2026-04-01"
HOST = "https://kv-one.vault.azure.net"
OFFICER = "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"


@pytest.fixture
def place(calls: Calls) -> str:
    """A vault in RBAC mode, ready, in which Ada is Secrets Officer."""
    group = calls.prepare()
    assert calls.call("PUT", vault_at(group) + V, vault_body()).status == 201
    calls.assign(vault_at(group), OFFICER, calls.user_id(ADA))
    return vault_at(group)


def test_the_first_request_is_challenged(calls: Calls, place: str) -> None:
    answer = calls.call("GET", f"{HOST}/secrets/one/{D}", who="")
    assert answer.status == 401
    expected = f'Bearer authorization="https://login.microsoftonline.com/{TENANT}", resource="https://vault.azure.net"'
    assert answer.headers["WWW-Authenticate"] == expected
    foreign = calls.call("GET", f"{HOST}/secrets/one/{D}", token=calls.token(ADA, "management.azure.com"))
    assert foreign.status == 401 and "AKV10022" in foreign.body["error"]["message"]


def test_a_secret_is_set_read_listed_and_changed(calls: Calls, place: str) -> None:
    body = {"value": "hush", "contentType": "text/plain", "tags": {"k": "v"}, "attributes": {"exp": 4102444800}}
    made = calls.call("PUT", f"{HOST}/secrets/one{D}", body).body
    assert made["value"] == "hush" and made["attributes"]["recoveryLevel"] == "Recoverable+Purgeable"
    second = calls.call("PUT", f"{HOST}/secrets/one{D}", {"value": "quiet"}).body
    assert calls.call("GET", f"{HOST}/secrets/one/{D}").body["value"] == "quiet"
    version = made["id"].rsplit("/", 1)[1]
    assert calls.call("GET", f"{HOST}/secrets/one/{version}{D}").body["value"] == "hush"
    versions = calls.call("GET", f"{HOST}/secrets/one/versions{D}").body["value"]
    assert {item["id"] for item in versions} == {made["id"], second["id"]} and "value" not in versions[0]
    listed = calls.call("GET", f"{HOST}/secrets{D}").body["value"]
    assert [item["id"] for item in listed] == [f"{HOST}/secrets/one"] and "value" not in listed[0]
    changed = calls.call("PATCH", f"{HOST}/secrets/one/{version}{D}", {"tags": {"x": "y"}}).body
    assert changed["tags"] == {"x": "y"} and changed["contentType"] == "text/plain"


def test_lists_come_in_pages(calls: Calls, place: str) -> None:
    for number in range(5):
        calls.call("PUT", f"{HOST}/secrets/s{number}{D}", {"value": "v"})
    page = calls.call("GET", f"{HOST}/secrets{D}&maxresults=3").body
    assert len(page["value"]) == 3
    rest = calls.call("GET", page["nextLink"]).body
    assert len(rest["value"]) == 2 and rest["nextLink"] is None


def test_a_disabled_secret_is_not_given_out(calls: Calls, place: str) -> None:
    calls.call("PUT", f"{HOST}/secrets/one{D}", {"value": "hush", "attributes": {"enabled": False}})
    answer = calls.call("GET", f"{HOST}/secrets/one/{D}")
    assert (answer.status, calls.code(answer)) == (403, "SecretDisabled")
    calls.call("PATCH", f"{HOST}/secrets/one{D}", {"attributes": {"enabled": True}})
    assert calls.call("GET", f"{HOST}/secrets/one/{D}").status == 200


def test_deletion_is_soft_and_takes_a_moment(calls: Calls, place: str) -> None:
    calls.call("PUT", f"{HOST}/secrets/one{D}", {"value": "hush"})
    deleted = calls.call("DELETE", f"{HOST}/secrets/one{D}").body
    assert deleted["recoveryId"] == f"{HOST}/deletedsecrets/one"
    assert calls.call("GET", f"{HOST}/deletedsecrets/one{D}").status == 404
    assert calls.code(calls.call("PUT", f"{HOST}/secrets/one{D}", {"value": "x"})) == "ObjectIsBeingDeleted"
    calls.later()
    assert calls.call("GET", f"{HOST}/deletedsecrets/one{D}").status == 200
    assert len(calls.call("GET", f"{HOST}/deletedsecrets{D}").body["value"]) == 1
    conflict = calls.call("PUT", f"{HOST}/secrets/one{D}", {"value": "x"})
    assert (conflict.status, calls.code(conflict)) == (409, "ObjectIsDeletedButRecoverable")
    assert calls.call("POST", f"{HOST}/deletedsecrets/one/recover{D}", b"").status == 200
    calls.later()
    assert calls.call("GET", f"{HOST}/secrets/one/{D}").body["value"] == "hush"


def test_purging_needs_its_own_right_and_is_refused_under_protection(calls: Calls, place: str) -> None:
    calls.call("PUT", f"{HOST}/secrets/one{D}", {"value": "hush"})
    calls.call("DELETE", f"{HOST}/secrets/one{D}")
    calls.later()
    calls.call("PATCH", place + V, {"properties": {"enablePurgeProtection": True}})
    assert calls.call("DELETE", f"{HOST}/deletedsecrets/one{D}").status == 403
    assert calls.call("GET", f"{HOST}/deletedsecrets/one{D}").status == 200


def test_owner_of_the_subscription_reads_no_secret(calls: Calls, place: str) -> None:
    answer = calls.call("GET", f"{HOST}/secrets/one/{D}", who=BEA)
    assert (answer.status, calls.code(answer)) == (403, "ForbiddenByRbac")
    message = answer.body["error"]["message"]
    assert message.startswith("Caller is not authorized to perform action on resource.\r\n")
    assert "Action: 'Microsoft.KeyVault/vaults/secrets/getSecret/action'" in message and f"oid={calls.user_id(BEA)}" in message
    calls.assign(place, SECRETS_USER, calls.user_id(BEA))
    assert calls.call("GET", f"{HOST}/secrets/one/{D}", who=BEA).status == 404
    assert calls.code(calls.call("PUT", f"{HOST}/secrets/one{D}", {"value": "x"}, who=BEA)) == "ForbiddenByRbac"


def test_a_young_role_assignment_does_not_work_yet(calls: Calls, place: str) -> None:
    name, later = calls.world.new_id("test"), calls.later
    calls.later = lambda seconds=0.0: None  # type: ignore[method-assign]
    calls.assign(place, SECRETS_USER, calls.user_id(ANA))
    assert calls.code(calls.call("GET", f"{HOST}/secrets/{name}/{D}", who=ANA)) == "ForbiddenByRbac"
    later(90)
    assert calls.call("GET", f"{HOST}/secrets/{name}/{D}", who=ANA).status == 404


def test_a_vault_with_policies_asks_them_and_not_roles(calls: Calls, place: str) -> None:
    policy = {"tenantId": TENANT, "objectId": calls.user_id(ANA), "permissions": {"secrets": ["Get", "List"]}}
    properties: dict[str, Any] = {"enableRbacAuthorization": False, "accessPolicies": [policy]}
    assert calls.call("PATCH", place + V, {"properties": properties}).status == 200
    assert calls.call("GET", f"{HOST}/secrets{D}", who=ANA).status == 200
    answer = calls.call("PUT", f"{HOST}/secrets/one{D}", {"value": "x"}, who=ANA)
    assert (answer.status, calls.code(answer)) == (403, "ForbiddenByPolicy")
    assert calls.call("GET", f"{HOST}/secrets{D}", who=ADA).status == 403, "a role does not help"


def test_the_network_is_asked_first(calls: Calls, place: str) -> None:
    closed = {"properties": {"networkAcls": {"defaultAction": "Deny", "bypass": "AzureServices"}}}
    calls.call("PATCH", place + V, closed)
    assert calls.code(calls.call("GET", f"{HOST}/secrets{D}")) == "ForbiddenByFirewall"
    calls.call("PATCH", place + V, {"properties": {"networkAcls": {"defaultAction": "Deny", "ipRules": [{"value": "203.0.113.0/24"}]}}})
    assert calls.call("GET", f"{HOST}/secrets{D}").status == 200
    calls.call("PATCH", place + V, {"properties": {"publicNetworkAccess": "Disabled"}})
    assert calls.code(calls.call("GET", f"{HOST}/secrets{D}")) == "ForbiddenByConnection"


@pytest.mark.parametrize("name", ["a_b", "a.b", "x" * 128])
def test_a_wrong_name_is_refused(calls: Calls, place: str, name: str) -> None:
    answer = calls.call("PUT", f"{HOST}/secrets/{name}{D}", {"value": "x"})
    assert (answer.status, calls.code(answer)) == (400, "BadParameter")


def test_a_wrong_body_or_version_is_refused(calls: Calls, place: str) -> None:
    assert calls.call("PUT", f"{HOST}/secrets/one{D}", {"values": "x"}).status == 400
    assert calls.call("PUT", f"{HOST}/secrets/one{D}", {"value": "x" * 26000}).status == 400
    assert calls.call("GET", f"{HOST}/secrets?api-version=1.0").status == 400


def test_a_vault_that_is_gone_has_no_name(calls: Calls, place: str) -> None:
    host = "kv-one.vault.azure.net"
    router = router_for(host, routers())
    assert router is not None and router.resolves(host, calls.world)
    calls.call("DELETE", place + V)
    assert not router.resolves(host, calls.world)
    assert calls.call("GET", f"{HOST}/secrets{D}").status == 503
    assert not router.resolves("kv-nobody.vault.azure.net", calls.world)
