"""The token of a job: its subject for every form that a repository may have, its claims, and who may ask for it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jwt
import pytest

from tests.sandbox.actions import shop
from wizard.sandbox.actions import job, job_token
from wizard.sandbox.github import models as github
from wizard.sandbox.router import Request
from wizard.sandbox.world import World


@pytest.fixture
def world() -> World:
    return shop.prepared()


def identity(world: World) -> job_token.JobIdentity:
    return job.identity_for(world, github.repository(world, shop.NAME), "dev")


def changed(world: World, **oidc: Any) -> None:
    row = world.table("github.repositories")[shop.NAME]
    row["oidc"] |= oidc
    world.table("github.repositories")[shop.NAME] = row


def number(world: World) -> int:
    return int(world.table("github.repositories")[shop.NAME]["id"])


def test_the_subject_of_an_environment_is_immutable_or_not(world: World) -> None:
    assert job_token.claims_of(world, identity(world))["sub"] == f"repo:contoso@2001/shop@{number(world)}:environment:dev"
    changed(world, immutable=False)
    assert job_token.claims_of(world, identity(world))["sub"] == "repo:contoso/shop:environment:dev"


@pytest.mark.parametrize(
    ("keys", "subject"),
    [
        (["repo", "context"], "repo:contoso/shop:environment:dev"),
        (["repository_owner_id", "environment"], "repository_owner_id:2001:environment:dev"),
        (["job_workflow_ref"], f"job_workflow_ref:contoso/shop/{shop.PATH}@refs/heads/main"),
        ([], "repo:contoso/shop:environment:dev"),
    ],
)
def test_claim_keys_make_the_subject(world: World, keys: list[str], subject: str) -> None:
    changed(world, immutable=False, use_default=False, include_claim_keys=keys)
    assert job_token.claims_of(world, identity(world))["sub"] == subject


def test_the_context_without_an_environment(world: World) -> None:
    changed(world, immutable=False)
    plain = replace(identity(world), environment="")
    assert job_token.context(plain) == "ref:refs/heads/main"
    assert job_token.context(replace(plain, event="pull_request")) == "pull_request"
    assert job_token.context(replace(plain, environment="a:b")) == "environment:a%3Ab"


def test_the_claims_are_those_of_a_real_job(world: World) -> None:
    claims = job_token.claims_of(world, identity(world), "api://AzureADTokenExchange")
    wanted = "sub repository repository_id repository_owner repository_owner_id environment ref ref_type sha workflow workflow_ref"
    wanted += " job_workflow_ref event_name run_id run_attempt actor runner_environment jti iat nbf exp"
    assert set(wanted.split()) <= set(claims)
    assert claims["iss"] == "https://token.actions.githubusercontent.com"
    assert claims["aud"] == "api://AzureADTokenExchange"
    assert job_token.claims_of(world, identity(world))["aud"] == "https://github.com/contoso"


def asked(world: World, url: str, token: str, audience: str = "api%3A%2F%2FAzureADTokenExchange") -> Any:
    host, _, rest = url.removeprefix("https://").partition("/")
    path, _, query = f"/{rest}&audience={audience}".partition("?")
    return shop.sent(world, Request("GET", host, path, query, {"authorization": f"Bearer {token}"}))


def test_the_runner_hands_out_a_token_that_the_issuer_vouches_for(world: World) -> None:
    given = job_token.request_variables(world, identity(world))
    url, token = given["ACTIONS_ID_TOKEN_REQUEST_URL"], given["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
    assert "?" in url, "clients append & and not ?"
    answer = asked(world, url, token)
    assert (answer.status, answer.body["count"]) == (200, 1)
    issuer = "token.actions.githubusercontent.com"
    keys = shop.sent(world, Request("GET", issuer, "/.well-known/jwks")).body
    metadata = shop.sent(world, Request("GET", issuer, "/.well-known/openid-configuration")).body
    assert metadata["jwks_uri"] == f"https://{issuer}/.well-known/jwks"
    key = jwt.PyJWK(keys["keys"][0])
    claims = jwt.decode(answer.body["value"], key, algorithms=["RS256"], audience="api://AzureADTokenExchange", issuer=f"https://{issuer}")
    assert claims["environment"] == "dev"
    tampered = answer.body["value"].rpartition(".")[0] + ".AAAA"
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(tampered, key, algorithms=["RS256"], audience="api://AzureADTokenExchange")


def test_nobody_else_gets_a_token(world: World) -> None:
    url = job_token.request_variables(world, identity(world))["ACTIONS_ID_TOKEN_REQUEST_URL"]
    assert asked(world, url, "guessed").status == 401
    token = job_token.request_variables(world, identity(world))["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
    world.clock.forward(7 * 3600)
    assert asked(world, url, token).status == 401


def test_a_command_in_place_of_a_job_sees_what_the_job_sees(world: World, tmp_path: Any) -> None:
    shop.put_variable(world, "dev", "PASSWORD", "pa55", "github.secrets")
    given = job.job_environment(world, "DEV", folder=tmp_path)
    assert given["AZURE_CLIENT_ID"] == shop.CLIENT
    assert given["PASSWORD"] == "pa55"
    assert given["GITHUB_REPOSITORY"] == shop.NAME
    assert (given["CI"], given["GITHUB_ACTIONS"]) == ("true", "true")
    for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STEP_SUMMARY", "GITHUB_EVENT_PATH"):
        assert tmp_path in type(tmp_path)(given[name]).parents
    assert not {"AZURE_CLIENT_SECRET", "GH_TOKEN"} & set(given)
    assert json.loads((tmp_path / "event.json").read_text()) == {}
    assert asked(world, given["ACTIONS_ID_TOKEN_REQUEST_URL"], given["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]).status == 200


def test_an_environment_that_is_not_there_is_named(world: World) -> None:
    with pytest.raises(LookupError, match="prod"):
        job.job_environment(world, "prod")
    with pytest.raises(LookupError, match="contoso/other"):
        job.job_environment(world, "dev", "contoso/other")
