"""Managed identities and what trusts them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.keyvault.calls import DEV, Calls
from wizard.sandbox.login.workloads import federated_credentials

GROUP = f"/subscriptions/{DEV}/resourceGroups/rg-a"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-a"
V = "api-version=2023-01-31"
TRUST: Any = {"issuer": "https://token.actions.githubusercontent.com", "subject": "repo:a/b:environment:dev", "audiences": ["api://x"]}


@pytest.fixture
def identity(calls: Calls) -> Any:
    """A fresh identity; the namespace is registered."""
    calls.call("POST", f"/subscriptions/{DEV}/providers/Microsoft.ManagedIdentity/register?api-version=2024-03-01", b"")
    calls.call("PUT", f"{GROUP}?api-version=2024-03-01", {"location": "westeurope"})
    calls.later()
    made = calls.call("PUT", f"{IDENTITY}?{V}", {"location": "westeurope", "tags": {"a": "b"}})
    assert made.status == 201
    return made.body


def trust(calls: Calls, name: str, **changed: Any) -> Any:
    return calls.call("PUT", f"{IDENTITY}/federatedIdentityCredentials/{name}?{V}", {"properties": TRUST | changed})


def test_an_identity_is_a_service_principal_too(calls: Calls, identity: Any) -> None:
    principal = calls.world.table("graph.service_principals")[identity["properties"]["principalId"]]
    assert principal["servicePrincipalType"] == "ManagedIdentity"
    assert principal["appId"] == identity["properties"]["clientId"]
    assert not calls.world.consistency.visible("principal", principal["id"])
    again = calls.call("PUT", f"{IDENTITY}?{V}", {"location": "westeurope", "tags": {}})
    assert (again.status, again.body["properties"]) == (200, identity["properties"])
    assert calls.call("PATCH", f"{IDENTITY}?{V}", {"tags": {"c": "d"}}).body["tags"] == {"c": "d"}
    assert calls.code(calls.call("PUT", f"{IDENTITY}?{V}", {"location": "northeurope"})) == "InvalidResourceLocation"
    listed = calls.call("GET", f"/subscriptions/{DEV}/providers/Microsoft.ManagedIdentity/userAssignedIdentities?{V}").body["value"]
    assert [each["name"] for each in listed] == ["id-a"]
    in_group = calls.call("GET", f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities?{V}").body["value"]
    assert [each["name"] for each in in_group] == ["id-a"]
    assert calls.call("DELETE", f"{IDENTITY}?{V}").status == 200
    assert principal["id"] not in calls.world.table("graph.service_principals")
    assert calls.call("DELETE", f"{IDENTITY}?{V}").status == 204


def test_the_life_of_a_credential(calls: Calls, identity: Any) -> None:
    assert trust(calls, "github-dev").status == 201
    assert trust(calls, "github-dev", subject="repo:a/b:environment:uat").status == 200
    read = calls.call("GET", f"{IDENTITY}/federatedIdentityCredentials/github-dev?{V}").body
    assert read["properties"]["subject"] == "repo:a/b:environment:uat"
    principal = calls.world.table("graph.service_principals")[identity["properties"]["principalId"]]
    assert len(federated_credentials(calls.world, principal)) == 1
    assert len(calls.call("GET", f"{IDENTITY}/federatedIdentityCredentials?{V}").body["value"]) == 1
    assert calls.call("DELETE", f"{IDENTITY}/federatedIdentityCredentials/github-dev?{V}").status == 200
    assert calls.call("DELETE", f"{IDENTITY}/federatedIdentityCredentials/github-dev?{V}").status == 204
    assert calls.code(calls.call("GET", f"{IDENTITY}/federatedIdentityCredentials/github-dev?{V}")) == "ResourceNotFound"


@pytest.mark.parametrize(
    ("name", "changed", "status"),
    [
        ("github-dev", {"audiences": ["a", "b"]}, 400),
        ("github-dev", {"audiences": []}, 400),
        ("github-dev", {"issuer": "http://plain"}, 400),
        ("github-dev", {"subject": ""}, 400),
        ("-bad", {}, 400),
        ("no", {}, 400),
    ],
)
def test_credentials_that_are_refused(calls: Calls, identity: Any, name: str, changed: Any, status: int) -> None:
    assert trust(calls, name, **changed).status == status


def test_issuer_and_subject_are_unique_and_there_are_at_most_twenty(calls: Calls, identity: Any) -> None:
    for number in range(20):
        assert trust(calls, f"trust-{number}", subject=f"s{number}").status == 201
    assert trust(calls, "other", subject="s3").status == 409
    assert trust(calls, "other", subject="s20").status == 400


def test_two_writes_at_once_conflict(calls: Calls, identity: Any) -> None:
    calls.world.latency = 1.0
    assert trust(calls, "first", subject="a").status == 201
    clash = trust(calls, "second", subject="b")
    assert (clash.status, calls.code(clash)) == (409, "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity")
    calls.later(1)
    assert trust(calls, "second", subject="b").status == 201
