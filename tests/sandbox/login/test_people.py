"""People who sign in: device code, browser, refresh tokens, and what the second factor changes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import jwt
import pytest

from tests.sandbox.login.harness import TENANT, answered, code_of, token, world_named
from wizard.sandbox.login import grants, people
from wizard.sandbox.login.routes import ROUTER
from wizard.sandbox.login.tokens import AZURE_CLI

if TYPE_CHECKING:
    from wizard.sandbox.router import Response
    from wizard.sandbox.world import World

Json = Any
SCOPE = "https://management.core.windows.net//.default offline_access openid profile"
ADA = "a0a0c1d2-0001-4e5f-8a9b-000000000001"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture
def world() -> World:
    return world_named()


def refreshed(world: World, refresh: str, **changed: str) -> Response:
    form: Json = {"grant_type": "refresh_token", "client_id": AZURE_CLI, "scope": SCOPE, "refresh_token": refresh}
    return token(world, **{**form, **changed})


def test_refresh_gives_everything_that_msal_keeps(world: World) -> None:
    response = refreshed(world, grants.new_refresh_token(world, ADA, AZURE_CLI))
    body: Json = response.body
    assert {"access_token", "refresh_token", "id_token", "client_info", "foci", "expires_in", "scope"} <= set(body)
    access = jwt.decode(body["access_token"], options={"verify_signature": False})
    assert (access["aud"], access["upn"], access["amr"]) == ("https://management.core.windows.net/", "ada@contoso.com", ["pwd", "mfa"])
    info = json.loads(base64.urlsafe_b64decode(body["client_info"] + "=="))
    assert info == {"uid": ADA, "utid": TENANT}


@pytest.mark.parametrize("number", [50173, 70043, 700082])
def test_a_refresh_token_that_is_over(world: World, number: int) -> None:
    refresh = grants.new_refresh_token(world, ADA, AZURE_CLI)
    grants.revoke(world, str(number), ADA)
    response = refreshed(world, refresh)
    assert (code_of(response), response.body["error"]) == (number, "invalid_grant")


def test_a_refresh_token_that_was_not_used_for_ninety_days(world: World) -> None:
    refresh = grants.new_refresh_token(world, ADA, AZURE_CLI)
    world.clock.forward(91 * 86400)
    assert code_of(refreshed(world, refresh)) == 700082


def test_a_refresh_token_of_another_client_and_nonsense(world: World) -> None:
    refresh = grants.new_refresh_token(world, ADA, "11111111-2222-3333-4444-555555555555")
    assert code_of(refreshed(world, refresh)) == 70000
    assert code_of(refreshed(world, "nonsense")) == 70000


def test_a_person_who_was_disabled_or_removed(world: World) -> None:
    refresh = grants.new_refresh_token(world, ADA, AZURE_CLI)
    users = world.table("graph.users")
    users[ADA] = users[ADA] | {"accountEnabled": False}
    assert code_of(refreshed(world, refresh)) == 50057
    del users[ADA]
    assert code_of(refreshed(world, refresh)) == 50034


def test_a_claims_challenge_needs_a_second_factor(world: World) -> None:
    challenge = json.dumps({"access_token": {"acrs": {"essential": True, "values": ["p1"]}, "xms_cc": {"values": ["CP1"]}}})
    weak = grants.new_refresh_token(world, ADA, AZURE_CLI, mfa=False)
    response = refreshed(world, weak, claims=challenge)
    assert (code_of(response), response.body["error"]) == (50076, "interaction_required")
    assert refreshed(world, weak).status == 200
    assert refreshed(world, grants.new_refresh_token(world, ADA, AZURE_CLI), claims=challenge).status == 200


def _device(world: World) -> Json:
    body = urlencode({"client_id": AZURE_CLI, "scope": SCOPE}).encode()
    return answered(ROUTER, world, "POST", "https://login.microsoftonline.com/organizations/oauth2/v2.0/devicecode", body).body


def _poll(world: World, flow: Json) -> Response:
    return token(world, tenant="organizations", grant_type=DEVICE, client_id=AZURE_CLI, device_code=flow["device_code"])


def test_device_code_waits_for_the_person(world: World) -> None:
    flow = _device(world)
    response = _poll(world, flow)
    assert (code_of(response), response.body["error"]) == (70016, "authorization_pending")
    people.approve(world, flow["user_code"])
    assert _poll(world, flow).status == 200
    assert code_of(_poll(world, flow)) == 70000, "a code is good once"


def test_device_code_declined_expired_and_entered_on_the_page(world: World) -> None:
    flow = _device(world)
    people.approve(world, flow["user_code"], declined=True)
    assert _poll(world, flow).body["error"] == "authorization_declined"
    late = _device(world)
    world.clock.forward(1000)
    assert _poll(world, late).body["error"] == "expired_token"
    entered = _device(world)
    page = answered(ROUTER, world, "POST", "https://login.microsoft.com/device", urlencode({"otc": entered["user_code"].lower()}).encode())
    assert b"You have signed in" in page.body
    assert _poll(world, entered).status == 200
    with pytest.raises(KeyError):
        people.approve(world, "NOSUCHCODE")


def test_a_blocked_device_code_is_refused_in_the_browser_only(world: World) -> None:
    world.table("login.tenant")["tenant"] = world.table("login.tenant")["tenant"] | {"device_login": "blocked"}
    flow = _device(world)
    page = answered(ROUTER, world, "POST", "https://login.microsoft.com/device", urlencode({"otc": flow["user_code"]}).encode())
    assert b"You don't have access to this. Error Code: 53003" in page.body
    assert _poll(world, flow).body["error"] == "authorization_pending"


def _authorize(world: World, **changed: str) -> str:
    query = {
        "client_id": AZURE_CLI, "response_type": "code", "redirect_uri": "http://localhost:8400", "scope": SCOPE, "state": "s<1>",
        "response_mode": "form_post", "nonce": "n1", "code_challenge_method": "S256",
        "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(b"verifier").digest()).rstrip(b"=").decode(),
    }  # fmt: skip
    url = f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/authorize?{urlencode(query | changed)}"
    page = answered(ROUTER, world, "GET", url).body.decode()
    assert 'action="http://localhost:8400"' in page
    assert "s&lt;1&gt;" in page
    return str(re.findall(r'name="code" value="([^"]*)"', page)[0])


def _exchanged(world: World, code: str, **changed: str) -> Response:
    form: Json = {"grant_type": "authorization_code", "client_id": AZURE_CLI, "code": code, "redirect_uri": "http://localhost:8400"}
    return token(world, **{**form, "code_verifier": "verifier", "scope": SCOPE, **changed})


def test_authorization_code_with_pkce(world: World) -> None:
    code = _authorize(world)
    assert code_of(_exchanged(world, code, code_verifier="other")) == 501481
    assert code_of(_exchanged(world, code, redirect_uri="http://localhost:9999")) == 70000
    response = _exchanged(world, code)
    assert jwt.decode(response.body["id_token"], options={"verify_signature": False})["nonce"] == "n1"
    assert code_of(_exchanged(world, code)) == 54005


def test_discovery_keys_and_issuer_belong_together(world: World) -> None:
    base = "https://login.microsoftonline.com"
    for name, issuer in ((TENANT, f"{base}/{TENANT}/v2.0"), ("organizations", f"{base}/{{tenantid}}/v2.0")):
        found = answered(ROUTER, world, "GET", f"{base}/{name}/v2.0/.well-known/openid-configuration").body
        assert found["issuer"] == issuer
    answer = answered(ROUTER, world, "GET", found["jwks_uri"]).body
    body = refreshed(world, grants.new_refresh_token(world, ADA, AZURE_CLI)).body
    key = jwt.PyJWK(answer["keys"][0])
    jwt.decode(body["access_token"], key.key, algorithms=["RS256"], audience="https://management.core.windows.net/")
    assert jwt.get_unverified_header(body["access_token"])["kid"] == answer["keys"][0]["kid"]
    assert code_of(answered(ROUTER, world, "GET", f"{base}/fabrikam/v2.0/.well-known/openid-configuration")) == 90002
    metadata = answered(ROUTER, world, "GET", f"{base}/common/discovery/instance?api-version=1.1").body["metadata"]
    assert "login.microsoftonline.com" in metadata[0]["aliases"]


def test_unknown_paths_are_not_emulated(world: World) -> None:
    assert answered(ROUTER, world, "GET", "https://login.microsoftonline.com/common/nothing").status == 501
