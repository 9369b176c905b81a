"""The clients of a session: one connection pool, production settings, nothing taken from the user's variables."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from wizard.engine.resource import Service
from wizard.errors import Unreachable
from wizard.providers import session as module
from wizard.providers.credential import CoreToken, TokenSource
from wizard.providers.graph import AT_ONCE, GraphRefused
from wizard.providers.session import preload
from wizard.providers.signin import open_session


async def test_clients_are_made_once_and_share_one_connection_pool(sandbox: Any) -> None:
    async with await open_session() as session:
        key = session.subscription("Contoso Dev").id
        assert session.resources(key) is session.resources(key.upper())
        assert session.resources(key) is not session.resources(session.subscription("Contoso Prod").id)
        session.deployments(key), session.authorization(key), session.vaults(key), session.identities(key)
        assert session.secrets("https://kv.vault.azure.net/") is session.secrets("https://kv.vault.azure.net")
        assert session.locks(key) is session.resources(key)
        shared = {
            id(client._client._pipeline._transport.session)
            for client in session._clients.values()
            if hasattr(client, "_client") and hasattr(client._client, "_pipeline") and hasattr(client._client._pipeline, "_transport")
        }
        assert len(shared) == 1


async def test_polling_does_not_wait_thirty_seconds(sandbox: Any) -> None:
    async with await open_session() as session:
        client = session.resources(session.subscription("Contoso Dev").id)
        assert client._config.polling_interval == 2


async def test_one_token_a_scope_for_many_calls_at_once(sandbox: Any) -> None:
    async with await open_session() as session:
        await asyncio.gather(*(session.graph(lambda g: g.me.to_get_request_information()) for _ in range(20)))
    tokens = [row for row in sandbox.exchanges if row["url"].endswith("/oauth2/v2.0/token")]
    assert len(tokens) == 2, "one for Resource Manager, one for Graph"


async def test_graph_answers_are_plain_json_and_refusals_carry_the_code(sandbox: Any) -> None:
    async with await open_session() as session:
        assert (await session.graph(lambda g: g.me.to_get_request_information()))["userPrincipalName"] == "ada@contoso.com"
        with pytest.raises(GraphRefused) as caught:
            await session.graph(lambda g: g.applications.by_application_id("nothing").to_get_request_information())
        assert (caught.value.status, caught.value.code) == (404, "Request_ResourceNotFound")
        assert not [row for row in sandbox.exchanges if "//applications" in row["url"].removeprefix("https://")]


async def test_throttling_is_honoured_quickly(sandbox: Any) -> None:
    sandbox.faults.add(path=r"graph\.microsoft\.com/v1\.0/me", status=503, fail=1)
    async with await open_session() as session:
        started = asyncio.get_running_loop().time()
        await session.graph(lambda g: g.me.to_get_request_information())
        assert asyncio.get_running_loop().time() - started < 3


async def test_graph_without_a_network(sandbox: Any) -> None:
    sandbox.faults.add(path=r"graph\.microsoft\.com/.*", reset=True, fail=9)
    async with await open_session() as session:
        with pytest.raises(Unreachable, match=r"graph\.microsoft\.com cannot be reached"):
            await session.graph(lambda g: g.me.to_get_request_information())


async def test_github_runs_in_several_threads_with_a_client_each(sandbox: Any, capfd: pytest.CaptureFixture[str]) -> None:
    async with await open_session() as session:
        barrier = threading.Barrier(2, timeout=10)

        def call(client: Any) -> tuple[int, str]:
            barrier.wait()
            return id(client), client.get_user().login

        answers = await asyncio.gather(session.github(call), session.github(call))
        assert len({key for key, _ in answers}) == 2
        assert {login for _, login in answers} == {"ada"}
        requests = [row for row in sandbox.exchanges if row["url"] == "https://api.github.com/user"]
        assert len(requests) == 3
    assert capfd.readouterr() == ("", "")


@pytest.mark.matrix
async def test_databricks_takes_nothing_from_the_users_settings(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"HOST": "https://adb-9.9.azuredatabricks.net", "TOKEN": "dapi-users-own", "CONFIG_PROFILE": "mine"}.items():
        monkeypatch.setenv(f"DATABRICKS_{name}", value)
    monkeypatch.setenv("ARM_CLIENT_ID", "users-own")
    source = TokenSource(lambda scope: ("entra", 4_000_000_000), "tenant")
    from wizard.providers.workers import workspace_client

    client = await asyncio.to_thread(workspace_client, "adb-1.2.azuredatabricks.net", source)
    assert client.config.host == "https://adb-1.2.azuredatabricks.net"
    assert client.config.authenticate() == {"Authorization": "Bearer entra"}
    assert not client.config.token
    assert not client.config.azure_client_id


async def test_a_token_near_its_end_is_renewed_and_claims_pass_the_cache_by() -> None:
    asked: list[str | None] = []

    def acquire(scope: str, claims: str | None = None) -> tuple[str, int]:
        asked.append(claims)
        return f"t{len(asked)}", 4_000_000_000 if len(asked) > 1 else 1

    token = CoreToken(TokenSource(acquire, "tenant"))
    assert (await token.get_token("s")).token == "t1"
    assert (await token.get_token("s")).token == "t2"
    assert (await token.get_token("s")).token == "t2"
    assert (await token.get_token("s", claims="{}")).token == "t3"
    assert asked == [None, None, "{}"]


def test_what_was_made_is_young_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look() -> None:
        operator = module.Operator("o", "ada", "user")
        session = module.Session(tenant="t", operator=operator, subscriptions=(), source=TokenSource(lambda scope: ("x", 1), "t"))
        session.made("key")
        assert session.young("key") and not session.young("other")
        monkeypatch.setattr(module, "YOUTH", -1.0)
        assert not session.young("key")
        await session.close()

    asyncio.run(look())


def test_preload_imports_in_the_background(sandbox: Any) -> None:
    code = (
        "import sys; from wizard.engine.resource import Service; from wizard.providers.session import preload\n"
        "heavy = {'github', 'azure.mgmt.msi', 'msgraph', 'databricks.sdk'} & set(sys.modules)\n"
        "preload([Service.GITHUB]).join()\n"
        "print(sorted(heavy), 'github' in sys.modules, 'databricks.sdk' in sys.modules)"
    )
    assert sandbox.python(code).stdout.split() == ["[]", "True", "False"]
    assert preload([]).daemon
    assert AT_ONCE == 8
    assert set(module.MODULES) == set(Service)
