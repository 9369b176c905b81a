"""Applications that sign in: every AADSTS error has a test, and so has what is accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jwt
import pytest

from tests.sandbox.login.harness import ARM, AUDIENCE, ISSUER, SUBJECT, TENANT, assertion, code_of, token, trusted, world_named
from wizard.sandbox.login.profile import automation_credentials
from wizard.sandbox.login.workloads import ASSERTION_TYPE

if TYPE_CHECKING:
    from wizard.sandbox.router import Response
    from wizard.sandbox.world import World

Json = Any


@pytest.fixture
def world() -> World:
    return world_named()


def by_secret(world: World, **changed: Any) -> Response:
    told = automation_credentials(world)
    form: Json = {"client_id": told["AZURE_CLIENT_ID"], "client_secret": told["AZURE_CLIENT_SECRET"], "scope": ARM}
    return token(world, grant_type="client_credentials", **{**form, **changed})


def by_assertion(world: World, client: str, text: str, **changed: Any) -> Response:
    form: Json = {"client_id": client, "client_assertion": text, "client_assertion_type": ASSERTION_TYPE, "scope": ARM}
    return token(world, grant_type="client_credentials", **{**form, **changed})


def claims(response: Response) -> Json:
    assert response.status == 200, response.body
    body: Json = response.body
    return jwt.decode(body["access_token"], options={"verify_signature": False})


def test_secret_gives_a_token_for_arm_and_no_refresh_token(world: World) -> None:
    response = by_secret(world)
    found = claims(response)
    assert found["aud"] == "https://management.azure.com"
    assert found["oid"] == "c2c2c1d2-0001-4e5f-8a9b-000000000001"
    assert (found["idtyp"], found["appidacr"], found["tid"]) == ("app", "1", TENANT)
    assert set(response.body) == {"token_type", "expires_in", "ext_expires_in", "access_token"}
    assert not world.mutated


def test_app_roles_are_in_the_graph_token_only(world: World) -> None:
    graph = claims(by_secret(world, scope="https://graph.microsoft.com/.default"))
    assert graph["roles"] == ["Application.ReadWrite.OwnedBy"]
    assert "roles" not in claims(by_secret(world))


def test_version_one_takes_a_resource_and_writes_numbers_as_text(world: World) -> None:
    told = automation_credentials(world)
    form: Json = {"client_id": told["AZURE_CLIENT_ID"], "client_secret": told["AZURE_CLIENT_SECRET"]}
    response = token(world, v1=True, grant_type="client_credentials", resource="https://management.core.windows.net/", **form)
    assert claims(response)["aud"] == "https://management.core.windows.net/"
    assert response.body["resource"] == "https://management.core.windows.net/"
    assert response.body["expires_in"] == "3599"


def test_federation_matches_issuer_subject_and_audience(world: World) -> None:
    found = claims(by_assertion(world, trusted(world), assertion(world)))
    assert found["appidacr"] == "2"


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({"sub": "repo:contoso@2001/shop@900001:environment:prod"}, 700213),
        ({"sub": SUBJECT.replace("contoso", "Contoso")}, 7002138),
        ({"iss": "https://token.actions.githubusercontent.com/"}, 700211),
        ({"aud": "api://AzureADTokenExchange/"}, 700212),
        ({"exp": 1_000_000_000}, 700024),
        ({"nbf": 4_000_000_000}, 700024),
    ],
)
def test_a_claim_that_does_not_match(world: World, changed: dict[str, Json], number: int) -> None:
    response = by_assertion(world, trusted(world), assertion(world, **changed))
    assert code_of(response) == number
    assert (response.status, response.body["error"]) == (401, "invalid_client")


def test_the_subject_is_named_in_the_refusal(world: World) -> None:
    response = by_assertion(world, trusted(world), assertion(world, sub="repo:other/shop:ref:refs/heads/main"))
    assert "presented assertion subject 'repo:other/shop:ref:refs/heads/main'" in response.body["error_description"]


def test_an_application_without_any_federated_credential(world: World) -> None:
    client = automation_credentials(world)["AZURE_CLIENT_ID"]
    response = by_assertion(world, client, assertion(world))
    assert code_of(response) == 70025
    assert "(lakestrap-automation) has no configured federated identity credentials" in response.body["error_description"]


def test_a_young_federated_credential_is_not_known_everywhere(world: World) -> None:
    client = trusted(world)
    world.consistency.enabled = True
    key = next(iter(world.table("graph.federated_credentials")))
    world.consistency.written("federated_credential", key)
    assert code_of(by_assertion(world, client, assertion(world))) == 70021
    world.clock.forward(60)
    assert by_assertion(world, client, assertion(world)).status == 200


def test_an_assertion_signed_by_somebody_else(world: World) -> None:
    assert code_of(by_assertion(world, trusted(world), assertion(world, key="somebody-else"))) == 700027


def test_an_assertion_of_the_application_itself(world: World) -> None:
    client = trusted(world)
    assert code_of(by_assertion(world, client, assertion(world, iss=client, sub=client))) == 700027


def test_an_issuer_whose_keys_cannot_be_fetched(world: World) -> None:
    client = trusted(world, issuer="https://oidc.example.com", subject="x")
    assert code_of(by_assertion(world, client, assertion(world, iss="https://oidc.example.com", sub="x"))) == 50166


def test_a_token_of_the_tenant_itself_is_no_assertion(world: World) -> None:
    issuer = f"https://login.microsoftonline.com/{TENANT}/v2.0"
    client = trusted(world, issuer=issuer, subject="x")
    assert code_of(by_assertion(world, client, assertion(world, key="entra", iss=issuer, sub="x"))) == 700222


def test_not_a_token(world: World) -> None:
    assert code_of(by_assertion(world, trusted(world), "nonsense")) == 50027


def test_a_managed_identity_is_trusted_by_its_own_object_id(world: World) -> None:
    from wizard.sandbox.graph.models import new_service_principal

    made = new_service_principal(world, "77777777-0000-4000-8000-000000000001", {}, name="id-shop-dev-deploy", kind="ManagedIdentity")
    row = {"id": "f", "name": "github-dev", "issuer": ISSUER, "subject": SUBJECT, "audiences": [AUDIENCE], "parent": made["id"]}
    world.table("graph.federated_credentials")[f"{made['id']}/github-dev"] = row
    response = by_assertion(world, made["appId"], assertion(world))
    assert claims(response)["oid"] == made["id"]
    assert response.body["expires_in"] == 86399
    assert code_of(token(world, grant_type="client_credentials", client_id=made["appId"], client_secret="x", scope=ARM)) == 7000215


def test_a_wrong_secret_an_expired_one_and_none(world: World) -> None:
    assert code_of(by_secret(world, client_secret="wrong")) == 7000215
    assert code_of(by_secret(world, client_secret="")) == 7000218
    world.clock.forward(3 * 365 * 86400)
    response = by_secret(world)
    assert (code_of(response), response.status) == (7000222, 401)


def test_a_young_secret_is_wrong_for_a_while(world: World) -> None:
    world.consistency.enabled = True
    world.consistency.written("client_secret", world.table("login.automation")["automation"]["keyId"])
    assert code_of(by_secret(world)) == 7000215
    world.clock.forward(60)
    assert by_secret(world).status == 200


def test_an_unknown_application_and_a_young_one(world: World) -> None:
    response = by_secret(world, client_id="99999999-0000-4000-8000-000000000000")
    assert (code_of(response), response.body["error"]) == (700016, "unauthorized_client")
    assert "was not found in the directory 'Contoso'" in response.body["error_description"]
    world.consistency.enabled = True
    world.consistency.written("principal", "c2c2c1d2-0001-4e5f-8a9b-000000000001")
    assert code_of(by_secret(world)) == 700016


def test_an_application_without_a_service_principal_and_a_disabled_one(world: World) -> None:
    table = world.table("graph.service_principals")
    row = table["c2c2c1d2-0001-4e5f-8a9b-000000000001"]
    table[row["id"]] = row | {"accountEnabled": False}
    assert code_of(by_secret(world)) == 7000112
    del table[row["id"]]
    assert code_of(by_secret(world)) == 7000229


def test_an_unknown_tenant_and_no_tenant(world: World) -> None:
    response = token(world, tenant="fabrikam.example", grant_type="client_credentials")
    assert (code_of(response), response.body["error"]) == (90002, "invalid_tenant")
    told = automation_credentials(world)
    form: Json = {"client_id": told["AZURE_CLIENT_ID"], "client_secret": told["AZURE_CLIENT_SECRET"], "scope": ARM}
    assert code_of(token(world, tenant="common", grant_type="client_credentials", **form)) == 50194


def test_parameters_that_are_missing_or_wrong(world: World) -> None:
    assert code_of(token(world)) == 900144
    assert code_of(token(world, grant_type="password", username="ada@contoso.com")) == 70003
    assert code_of(by_secret(world, scope="https://management.azure.com/user_impersonation")) == 1002012
    assert code_of(by_secret(world, scope="https://nothing.example/.default")) == 500011


def test_databricks_needs_its_service_principal_in_the_tenant(world: World) -> None:
    scope = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default"
    response = by_secret(world, scope=scope)
    assert code_of(response) == 500011
    assert "AzureDatabricks" in response.body["error_description"]
    assert claims(by_secret(world_named("brownfield"), scope=scope))["aud"] == "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"


def test_the_real_msal_signs_in_with_secret_and_assertion(sandbox: Any) -> None:
    import msal

    with sandbox.lock:
        told = automation_credentials(sandbox.world)
        client, text = trusted(sandbox.world), assertion(sandbox.world)
    authority = f"https://login.microsoftonline.com/{told['AZURE_TENANT_ID']}"
    for credential in (told["AZURE_CLIENT_SECRET"], {"client_assertion": lambda: text}):
        application = msal.ConfidentialClientApplication(client, credential, authority=authority)
        assert application.acquire_token_for_client([ARM])["token_type"] == "Bearer"
    wrong = msal.ConfidentialClientApplication(client, "wrong", authority=authority).acquire_token_for_client([ARM])
    assert wrong["error_codes"] == [7000215]
