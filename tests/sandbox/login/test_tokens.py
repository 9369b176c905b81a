"""Bearer tokens: who is accepted, and how each service words its 401."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.login.harness import world_named
from wizard.sandbox.login import tokens
from wizard.sandbox.login.keys import sign
from wizard.sandbox.login.tokens import ARM_AUDIENCES, authenticate, demand_mfa, mint
from wizard.sandbox.router import Refusal, Request
from wizard.sandbox.world import World

Json = Any
ARM = "https://management.azure.com/"
HOSTS = {
    "management.azure.com": lambda body: body["error"]["code"],
    "graph.microsoft.com": lambda body: body["error"]["code"] + body["error"]["message"],
    "kv-x.vault.azure.net": lambda body: body["error"]["message"],
    "adb-1.2.azuredatabricks.net": lambda body: body["message"],
}


@pytest.fixture
def world() -> World:
    return world_named()


def refused(world: World, token: str | None, host: str = "management.azure.com") -> tuple[str, dict[str, str]]:
    request = Request("GET", host, "/", headers={} if token is None else {"authorization": f"Bearer {token}"})
    with pytest.raises(Refusal) as caught:
        authenticate(request, world, ARM_AUDIENCES)
    response = caught.value.response
    assert response.status == 401
    return HOSTS[host](response.body), response.headers


def test_a_person_and_an_application_are_told_apart(world: World) -> None:
    def who(name: str) -> tokens.Principal:
        return authenticate(
            Request("GET", "management.azure.com", "/", headers={"authorization": f"Bearer {mint(world, name, ARM)}"}), world, ARM_AUDIENCES
        )

    ana = who("ana@contoso.com")
    assert (ana.kind, ana.name, ana.groups) == ("user", "ana@contoso.com", ("b1b1c1d2-0001-4e5f-8a9b-000000000001",))
    automation = who("c2c2c1d2-0001-4e5f-8a9b-000000000001")
    assert (automation.kind, automation.app_id) == ("servicePrincipal", "d3d3c1d2-0001-4e5f-8a9b-000000000001")


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("management.azure.com", "AuthenticationFailed"),
        ("graph.microsoft.com", "InvalidAuthenticationTokenAccess token is empty."),
        ("kv-x.vault.azure.net", "AKV10000: Request is missing a Bearer or PoP token."),
        ("adb-1.2.azuredatabricks.net", "Credential was not sent or was of an unsupported type for this API."),
    ],
)
def test_no_token_at_all(world: World, host: str, words: str) -> None:
    said, headers = refused(world, None, host)
    assert said == words
    if "vault" in host:
        assert headers["WWW-Authenticate"].endswith('resource="https://vault.azure.net"')


def test_an_expired_token_and_one_for_another_service(world: World) -> None:
    ours = mint(world, "ada@contoso.com", ARM, lifetime=60)
    assert refused(world, mint(world, "ada@contoso.com", "https://graph.microsoft.com"))[0] == "InvalidAuthenticationTokenAudience"
    world.clock.forward(61)
    assert refused(world, ours)[0] == "ExpiredAuthenticationToken"
    assert "expired" in refused(world, ours, "graph.microsoft.com")[0]


def test_a_token_that_was_changed_or_signed_by_another_key(world: World) -> None:
    token = mint(world, "ada@contoso.com", ARM)
    assert refused(world, token[:-4] + "AAAA")[0] == "InvalidAuthenticationToken"
    assert refused(world, "nonsense")[0] == "InvalidAuthenticationToken"
    import jwt

    claims = jwt.decode(token, options={"verify_signature": False})
    assert refused(world, sign(world, claims, "github-actions"))[0] == "InvalidAuthenticationToken"
    assert refused(world, sign(world, claims | {"tid": "other"}))[0] == "InvalidAuthenticationTokenTenant"


def test_somebody_who_is_gone(world: World) -> None:
    token = mint(world, "ana@contoso.com", ARM)
    del world.table("graph.users")["a0a0c1d2-0003-4e5f-8a9b-000000000003"]
    assert refused(world, token)[0] == "InvalidAuthenticationToken"


def test_writes_need_a_second_factor_where_the_tenant_says_so(world: World) -> None:
    weak = tokens.principal(world, "a0a0c1d2-0001-4e5f-8a9b-000000000001", mfa=False)
    strong = tokens.principal(world, "a0a0c1d2-0001-4e5f-8a9b-000000000001")
    workload = tokens.principal(world, "c2c2c1d2-0001-4e5f-8a9b-000000000001")
    write, read = Request("PUT", "management.azure.com", "/"), Request("GET", "management.azure.com", "/")
    demand_mfa(write, world, weak)
    table = world.table("login.tenant")
    table["tenant"] = table["tenant"] | {"mfa": "required"}
    for request, who in ((read, weak), (write, strong), (write, workload)):
        demand_mfa(request, world, who)
    with pytest.raises(Refusal) as caught:
        demand_mfa(write, world, weak)
    assert 'error="insufficient_claims", claims="' in caught.value.response.headers["WWW-Authenticate"]


def test_a_leaked_token_is_found_by_the_canary(world: World) -> None:
    import base64

    canary = "CANARY-7f3a"
    wanted = base64.urlsafe_b64encode(canary.encode()).decode().rstrip("=")[:-1]
    assert wanted not in mint(world, "ada@contoso.com", ARM)
    world.canary = canary
    assert wanted in mint(world, "ada@contoso.com", ARM)


def test_a_kept_world_still_accepts_its_tokens(world: World) -> None:
    token = mint(world, "ada@contoso.com", ARM)
    again = World()
    again.load(world.dump(ephemeral=True))
    authenticate(Request("GET", "management.azure.com", "/", headers={"authorization": f"Bearer {token}"}), again, ARM_AUDIENCES)
    assert "_login.keys" not in world.dump()
