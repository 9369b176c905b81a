"""Credentials of a workspace: OAuth secrets, the tokens they are traded for, and administrators over everybody's tokens."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.sandbox.databricks.lakehouse import CONTRIBUTOR, Lakehouse
from tests.sandbox.keyvault.calls import ANA
from wizard.sandbox.router import Response

SCIM = "/api/2.0/preview/scim/v2"
TOKENS = "/api/2.0/token-management/tokens"


class Principal:
    """The automation principal as a member, and its secrets."""

    def __init__(self, lakehouse: Lakehouse) -> None:
        self.lakehouse = lakehouse
        self.application = lakehouse.automation()[1]
        made = lakehouse.api("POST", f"{SCIM}/ServicePrincipals", {"applicationId": self.application})
        self.id = str(made.body["id"])
        self.path = f"/api/2.0/accounts/servicePrincipals/{self.id}/credentials/secrets"

    def secret(self, **body: Any) -> Response:
        return self.lakehouse.api("POST", self.path, body)

    def sign_in(self, secret: str, **form: str) -> Response:
        basic = base64.b64encode(f"{self.application}:{secret}".encode()).decode()
        headers = {"content-type": "application/x-www-form-urlencoded", "authorization": f"Basic {basic}"}
        body = urlencode({"grant_type": "client_credentials", "scope": "all-apis", **form}).encode()
        return self.lakehouse.api("POST", "/oidc/v1/token", body, who="", headers=headers)

    def me(self, token: str) -> Response:
        return self.lakehouse.api("GET", f"{SCIM}/Me", token=token)


@pytest.fixture
def principal(lakehouse: Lakehouse) -> Principal:
    return Principal(lakehouse)


def test_a_secret_is_traded_for_a_token_that_acts_as_the_principal(principal: Principal) -> None:
    made = principal.secret(lifetime="3600s").body
    assert made["secret"].startswith("dose") and made["status"] == "ACTIVE"
    answer = principal.sign_in(made["secret"])
    assert answer.status == 200 and answer.body["expires_in"] == 3600
    assert principal.me(answer.body["access_token"]).body["userName"] == principal.application
    assert principal.sign_in("dose0123").body["error"] == "invalid_client"
    forged = answer.body["access_token"][:-6] + "AAAAAA"
    assert principal.me(forged).status == 403


def test_a_token_lives_an_hour_and_a_secret_as_long_as_it_was_told(principal: Principal) -> None:
    made = principal.secret(lifetime="7200s").body
    token = principal.sign_in(made["secret"]).body["access_token"]
    principal.lakehouse.later(3500)
    assert principal.me(token).status == 200
    principal.lakehouse.later(200)
    assert principal.me(token).status == 403
    assert principal.sign_in(made["secret"]).status == 200
    principal.lakehouse.later(3600)
    assert principal.sign_in(made["secret"]).status == 401
    assert principal.lakehouse.api("GET", principal.path).body["secrets"][0]["status"] == "EXPIRED"


def test_a_removed_secret_signs_in_no_more_and_its_text_is_told_once(principal: Principal) -> None:
    made = principal.secret().body
    listed = principal.lakehouse.api("GET", principal.path).body["secrets"]
    assert [each["id"] for each in listed] == [made["id"]] and "secret" not in listed[0]
    assert principal.lakehouse.api("DELETE", f"{principal.path}/{made['id']}").status == 200
    assert principal.sign_in(made["secret"]).status == 401
    assert principal.lakehouse.api("DELETE", f"{principal.path}/{made['id']}").status == 404


def test_five_secrets_are_the_most_and_two_years_the_longest(principal: Principal) -> None:
    for _ in range(5):
        assert principal.secret().status == 200
    assert principal.lakehouse.code(principal.secret()) == "RESOURCE_LIMIT_EXCEEDED"
    assert principal.lakehouse.code(principal.secret(lifetime="63072001s")) == "INVALID_PARAMETER_VALUE"
    assert principal.lakehouse.code(principal.secret(lifetime="3600")) == "INVALID_PARAMETER_VALUE"


def test_only_an_administrator_makes_secrets_and_only_for_members(principal: Principal) -> None:
    lakehouse = principal.lakehouse
    principal_token = principal.sign_in(principal.secret().body["secret"]).body["access_token"]
    assert lakehouse.api("POST", principal.path, {}, token=principal_token).status == 403
    assert lakehouse.api("POST", principal.path.replace(principal.id, "1"), {}).status == 404


@pytest.mark.parametrize(
    ("form", "error"),
    [({"grant_type": "password"}, "unsupported_grant_type"), ({"grant_type": ""}, "invalid_request"), ({"scope": "sql"}, "invalid_scope")],
)
def test_other_grants_and_scopes_are_refused(principal: Principal, form: dict[str, str], error: str) -> None:
    answer = principal.sign_in(principal.secret().body["secret"], **form)
    assert (answer.status, answer.body["error"]) == (400, error)


def test_administrators_see_and_revoke_everybodys_tokens(principal: Principal) -> None:
    lakehouse = principal.lakehouse
    token = principal.sign_in(principal.secret().body["secret"]).body["access_token"]
    made = lakehouse.api("POST", "/api/2.0/token/create", {"comment": "tool", "lifetime_seconds": 600}, token=token).body
    told = lakehouse.api("GET", TOKENS).body["token_infos"]
    assert [(each["comment"], each["created_by_username"]) for each in told] == [("tool", principal.application)]
    assert lakehouse.api("GET", TOKENS, token=made["token_value"]).status == 403, "who is no administrator does not see them"
    assert lakehouse.api("GET", f"{TOKENS}?created_by_username=nobody").body == {}
    one = f"{TOKENS}/{made['token_info']['token_id']}"
    assert lakehouse.api("GET", one).body["token_info"]["owner_id"] == int(principal.id)
    assert principal.me(made["token_value"]).status == 200
    assert lakehouse.api("DELETE", one).status == 200
    assert principal.me(made["token_value"]).status == 403
    assert lakehouse.api("DELETE", one).status == 404


def test_an_ended_token_is_told_no_more_and_a_removed_members_neither_works(principal: Principal) -> None:
    lakehouse = principal.lakehouse
    token = principal.sign_in(principal.secret().body["secret"]).body["access_token"]
    made = lakehouse.api("POST", "/api/2.0/token/create", {"lifetime_seconds": 600}, token=token).body
    lakehouse.later(700)
    assert lakehouse.api("GET", TOKENS).body == {}
    lasting = lakehouse.api("POST", "/api/2.0/token/create", {}, token=token).body["token_value"]
    lakehouse.api("DELETE", f"{SCIM}/ServicePrincipals/{principal.id}")
    assert [principal.me(each).status for each in (token, lasting, made["token_value"])] == [403, 403, 403]


def test_tokens_on_behalf_of_a_principal_are_not_made_on_azure(principal: Principal) -> None:
    body = {"application_id": principal.application, "lifetime_seconds": 600}
    answer = principal.lakehouse.api("POST", "/api/2.0/token-management/on-behalf-of/tokens", body)
    assert answer.status == 400 and "not enabled for this workspace" in answer.body["message"]


def test_a_member_without_the_role_is_refused(principal: Principal) -> None:
    lakehouse = principal.lakehouse
    lakehouse.api("POST", f"{SCIM}/Users", {"userName": ANA})
    assert lakehouse.api("GET", TOKENS, who=ANA).status == 403
    assert lakehouse.api("GET", principal.path, who=ANA).status == 403
    lakehouse.assign(lakehouse.group, CONTRIBUTOR, lakehouse.user_id(ANA))
    assert lakehouse.api("GET", TOKENS, who=ANA).status == 200
