"""The vendors' own clients inside this process: led here by environment alone, and no test remembers the one before."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Sandbox

TWO_WORLDS = [
    {"extends": "owner"},
    {"extends": "owner", "operator": "bea@contoso.com", "github": {"user": {"login": "bea", "id": 1003}}},
]
pytestmark = pytest.mark.parametrize("sandbox_world", TWO_WORLDS, ids=["ada", "bea"])


def profile() -> Any:
    from azure.cli.core import get_default_cli
    from azure.cli.core._profile import Profile

    return Profile(cli_ctx=get_default_cli())


def test_the_operator_is_signed_in_to_az_and_sees_the_subscriptions(sandbox: Sandbox, sandbox_world: dict[str, Any]) -> None:
    signed_in = profile()
    credential, _, tenant = signed_in.get_login_credentials()
    operator = sandbox_world.get("operator", "ada@contoso.com")
    assert {row["user"]["name"] for row in signed_in.load_cached_subscriptions()} == {operator}
    assert credential.get_token("https://management.azure.com/.default").token.count(".") == 2
    assert tenant == "3f2c6a1e-5b0d-4c8e-9a71-2d4f8b6c1e90"
    assert sandbox.exchanges[-1]["url"].endswith("/oauth2/v2.0/token")


def test_the_async_resource_manager_client(sandbox: Sandbox) -> None:
    from azure.core.credentials import AccessToken
    from azure.mgmt.resource.resources.aio import ResourceManagementClient

    credential, subscription, _ = profile().get_login_credentials()

    class Wrapped:
        async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
            found = credential.get_token(*scopes)
            return AccessToken(found.token, found.expires_on)

        async def close(self) -> None:
            pass

        async def __aenter__(self) -> Wrapped:
            return self

        async def __aexit__(self, *_: object) -> None:
            pass

    async def made() -> list[str]:
        async with ResourceManagementClient(Wrapped(), subscription) as client:
            await client.resource_groups.create_or_update("rg-a", {"location": "westeurope"})
            return [str(group.name) async for group in client.resource_groups.list()]

    assert asyncio.run(made()) == ["rg-a"]
    assert len(sandbox.mutating()) == 1


def test_the_github_client(sandbox: Sandbox, sandbox_world: dict[str, Any]) -> None:
    import github

    client = github.Github(auth=github.Auth.Token(os.environ["GH_TOKEN"]))
    login = "bea" if "github" in sandbox_world else "ada"
    assert client.get_user().login == login
    client.close()


def test_httpx(sandbox: Sandbox) -> None:
    import httpx

    assert httpx.get("https://graph.microsoft.com/v1.0/me").status_code == 401
    with pytest.raises(httpx.ProxyError, match="403"):
        httpx.get("https://example.com/")
    assert sandbox.refused == ["example.com:443"]
