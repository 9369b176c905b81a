"""Secrets and federated credentials of applications, and service principals."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.graph.harness import ADMINISTRATOR, Graph, code, graph
from wizard.sandbox.graph.models import new_service_principal

Json = Any
DATABRICKS = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"
CREDENTIAL = {
    "name": "github-dev",
    "issuer": "https://token.actions.githubusercontent.com",
    "subject": "repo:contoso@2001/shop@900001:environment:dev",
    "audiences": ["api://AzureADTokenExchange"],
    "description": "lakestrap:shop",
}


def test_a_secret_is_told_once(pytestconfig: pytest.Config) -> None:
    ask = graph()
    made = ask.application()
    path = f"/applications/{made['id']}"
    added = ask("POST", f"{path}/addPassword", {"passwordCredential": {"displayName": "lakestrap:shop/dev"}}).body
    assert added["secretText"].startswith(added["hint"])
    assert added["endDateTime"][:4] == str(int(added["startDateTime"][:4]) + 2)
    shown = ask.get(path)["passwordCredentials"]
    assert [row["secretText"] for row in shown] == [None]
    assert ask("POST", f"{path}/removePassword", {"keyId": added["keyId"]}).status == 204
    assert ask.get(path)["passwordCredentials"] == []
    assert len(ask.world.table("graph.passwords")) == 1, "the automation principal's own"
    assert code(ask("POST", f"{path}/removePassword", {"keyId": added["keyId"]})) == "400 Request_BadRequest"


def test_the_canary_is_part_of_every_secret() -> None:
    from wizard.sandbox.world import World

    assert World(canary="CANARY").new_secret("client_secret").startswith("CANARY")
    ask = graph()
    ask.world.canary = "CANARY"
    made = ask.application()
    assert "CANARY" in ask("POST", f"/applications/{made['id']}/addPassword", {}).body["secretText"]


def test_a_tenant_that_blocks_secrets() -> None:
    ask = graph("secrets-blocked")
    made = ask.application()
    response = ask("POST", f"/applications/{made['id']}/addPassword", {})
    assert code(response) == "400 CredentialTypeNotAllowedAsPerAppPolicy"
    assert code(ask("GET", "/policies/defaultAppManagementPolicy")) == "403 Authorization_RequestDenied"
    policy = Graph(ask.world, ADMINISTRATOR).get("/policies/defaultAppManagementPolicy")
    assert policy["isEnabled"]
    assert policy["applicationRestrictions"]["passwordCredentials"][0]["restrictionType"] == "passwordAddition"


def test_secrets_with_the_application_as_az_asks_for_them() -> None:
    made = graph().application(passwordCredentials=[{"displayName": "rbac", "endDateTime": "2030-01-01T00:00:00Z"}])
    assert made["passwordCredentials"][0]["secretText"]


def test_federated_credentials_by_id_and_by_name() -> None:
    ask = graph()
    path = f"/applications/{ask.application()['id']}/federatedIdentityCredentials"
    made = ask("POST", path, CREDENTIAL)
    assert made.status == 201
    for key in (made.body["id"], "github-dev"):
        assert ask.get(f"{path}/{key}")["subject"] == CREDENTIAL["subject"]
    assert ask.get(f"{path}(name='github-dev')")["name"] == "github-dev"
    assert [row["name"] for row in ask.get(path)["value"]] == ["github-dev"]
    assert ask("PATCH", f"{path}/{made.body['id']}", {"subject": "s"}).status == 204
    assert ask.get(f"{path}/github-dev")["subject"] == "s"
    assert code(ask("PATCH", f"{path}/github-dev", {"name": "other"})) == "400 Request_BadRequest"
    assert ask("DELETE", f"{path}/{made.body['id']}").status == 204
    assert code(ask("GET", f"{path}/github-dev")) == "404 Request_ResourceNotFound"


def test_upsert_of_a_federated_credential() -> None:
    ask = graph()
    path = f"/applications/{ask.application()['id']}/federatedIdentityCredentials(name='github-dev')"
    body = {key: value for key, value in CREDENTIAL.items() if key != "name"}
    assert code(ask("PATCH", path, body)) == "404 Request_ResourceNotFound"
    assert ask("PATCH", path, body, prefer="create-if-missing").status == 201
    assert ask("PATCH", path, body, prefer="create-if-missing").status == 204
    assert not ask.world.mutated


def test_federated_credentials_that_clash() -> None:
    ask = graph()
    path = f"/applications/{ask.application()['id']}/federatedIdentityCredentials"
    ask("POST", path, CREDENTIAL)
    assert code(ask("POST", path, CREDENTIAL)) == "409 Request_MultipleObjectsWithSameKeyValue"
    assert code(ask("POST", path, CREDENTIAL | {"name": "other"})) == "400 InvalidFederatedIdentityCredentialValue"
    for number in range(19):
        assert ask("POST", path, CREDENTIAL | {"name": f"n{number}", "subject": f"s{number}"}).status == 201
    assert code(ask("POST", path, CREDENTIAL | {"name": "n20", "subject": "s20"})) == "400 Directory_QuotaExceeded"


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "with space"},
        {"name": ""},
        {"audiences": []},
        {"audiences": ["a", "b"]},
        {"issuer": "http://x"},
        {"subject": ""},
        {"claims": "x"},
    ],
)
def test_federated_credentials_that_are_refused(changed: Json) -> None:
    ask = graph()
    path = f"/applications/{ask.application()['id']}/federatedIdentityCredentials"
    assert code(ask("POST", path, CREDENTIAL | changed)) == "400 Request_BadRequest"


def test_service_principals_of_own_and_foreign_applications() -> None:
    ask = graph()
    made = ask.application()
    principal = ask("POST", "/servicePrincipals", {"appId": made["appId"], "tags": ["lakestrap:shop"]}).body
    assert (principal["displayName"], principal["servicePrincipalType"]) == ("shop-dev-deploy", "Application")
    assert ask.get(f"/servicePrincipals(appId='{made['appId']}')")["id"] == principal["id"]
    again = ask("POST", "/servicePrincipals", {"appId": made["appId"]})
    assert code(again) == "409 Request_MultipleObjectsWithSameKeyValue"
    assert code(ask("POST", "/servicePrincipals", {"appId": "99999999-0000-4000-8000-000000000000"})) == "400 NoBackingApplicationObject"
    bea = Graph(ask.world, "bea@contoso.com")
    other = ask.application("other")
    assert code(bea("POST", "/servicePrincipals", {"appId": other["appId"]})) == "403 Authorization_RequestDenied"


def test_microsofts_own_are_made_by_administrators() -> None:
    ask = graph()
    assert code(ask("GET", f"/servicePrincipals(appId='{DATABRICKS}')")) == "404 Request_ResourceNotFound"
    refused = ask("POST", "/servicePrincipals", {"appId": DATABRICKS})
    assert code(refused) == "403 Authorization_RequestDenied"
    assert "must in the local tenant" in refused.body["error"]["message"]
    made = Graph(ask.world, ADMINISTRATOR)("POST", "/servicePrincipals", {"appId": DATABRICKS})
    assert (made.status, made.body["displayName"]) == (201, "AzureDatabricks")
    assert graph("brownfield").get(f"/servicePrincipals(appId='{DATABRICKS}')")["displayName"] == "AzureDatabricks"


def test_managed_identities_are_read_but_not_deleted_here() -> None:
    ask = graph(who=ADMINISTRATOR)
    made = new_service_principal(ask.world, "77777777-0000-4000-8000-000000000001", {}, name="id-x", kind="ManagedIdentity")
    assert ask.get(f"/servicePrincipals/{made['id']}")["servicePrincipalType"] == "ManagedIdentity"
    assert code(ask("DELETE", f"/servicePrincipals/{made['id']}")) == "403 Authorization_RequestDenied"


def test_service_principal_upsert_update_and_delete() -> None:
    ask = graph()
    app_id = ask.application()["appId"]
    path = f"/servicePrincipals(appId='{app_id}')"
    assert ask("PATCH", path, {"tags": ["a"]}, prefer="create-if-missing").status == 201
    assert ask("PATCH", path, {"tags": ["b"]}, prefer="create-if-missing").status == 204
    assert ask.get(path)["tags"] == ["b"]
    assert [row["displayName"] for row in ask.get(f"{path}/owners")["value"]] == ["Ada Lovelace"]
    assert ask("DELETE", path).status == 204
    assert code(ask("GET", path)) == "404 Request_ResourceNotFound"
