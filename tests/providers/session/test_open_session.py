"""The session over the local internet: who is signed in, what is visible, and what goes wrong with a hint."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from wizard.errors import BadInput, NotSignedIn, Unreachable
from wizard.providers import signin
from wizard.providers.session import UnknownSubscription
from wizard.sandbox.login import grants, people

if TYPE_CHECKING:
    from pathlib import Path


async def test_opens_with_operator_tenant_subscriptions_and_login(sandbox: Any) -> None:
    async with await signin.open_session() as session:
        assert (session.operator.name, session.operator.kind) == ("ada@contoso.com", "user")
        assert session.operator.object_id == "a0a0c1d2-0001-4e5f-8a9b-000000000001"
        assert session.tenant == "3f2c6a1e-5b0d-4c8e-9a71-2d4f8b6c1e90"
        assert session.github_login == "ada"
        assert {item.name for item in session.subscriptions.values()} >= {"Contoso Dev", "Contoso Prod", "Monoline"}
        assert all(item.state == "Enabled" for item in session.subscriptions.values())


async def test_signs_in_without_any_mutating_request_and_without_unknown_hosts(sandbox: Any) -> None:
    async with await signin.open_session():
        pass
    assert sandbox.mutating() == []
    assert sandbox.refused == []
    hosts = [exchange["url"].split("/")[2] for exchange in sandbox.exchanges]
    assert hosts.count("management.azure.com") == 1
    assert hosts.count("api.github.com") == 1


async def test_ignores_credentials_in_the_environment(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_CLIENT_ID", "11111111-1111-1111-1111-111111111111")
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "wrong")
    monkeypatch.setenv("AZURE_TENANT_ID", "22222222-2222-2222-2222-222222222222")
    async with await signin.open_session() as session:
        assert session.operator.name == "ada@contoso.com"


async def test_another_person_of_the_world(sandbox: Any) -> None:
    sandbox.as_user("bea@contoso.com")
    async with await signin.open_session() as session:
        assert session.operator.name == "bea@contoso.com"
        assert session.github_login == "bea"


async def test_finds_a_subscription_by_name_or_id_and_lists_the_known_ones(sandbox: Any) -> None:
    async with await signin.open_session() as session:
        found = session.subscription("contoso dev")
        assert session.subscription(found.id.upper()) == found
        with pytest.raises(UnknownSubscription, match=r"visible: .*Contoso Dev"):
            session.subscription("Contoso Nowhere")
        with pytest.raises(KeyError):
            session.subscription("")


def test_the_profile_is_read_without_any_sdk(sandbox: Any) -> None:
    code = "import sys; from wizard.providers.signin import accounts; print(len(accounts())); print('azure.cli.core' in sys.modules)"
    assert sandbox.python(code).stdout.split() == ["5", "False"]


async def test_nobody_signed_in(sandbox: Any) -> None:
    (signin.profile_directory() / "azureProfile.json").unlink()
    with pytest.raises(NotSignedIn) as caught:
        await signin.open_session()
    assert caught.value.hints == ("az login",)


async def test_another_cloud_is_refused(sandbox: Any) -> None:
    path = signin.profile_directory() / "azureProfile.json"
    profile = json.loads(path.read_text())
    for row in profile["subscriptions"]:
        row["environmentName"] = "AzureChinaCloud"
    path.write_text(json.dumps(profile))
    with pytest.raises(BadInput, match="AzureChinaCloud is not supported"):
        await signin.open_session()


async def test_the_active_cloud_is_refused_too(sandbox: Any) -> None:
    path = signin.profile_directory() / "config"
    path.write_text(path.read_text().replace("AzureCloud", "AzureUSGovernment"))
    with pytest.raises(BadInput, match="AzureUSGovernment is not supported"):
        await signin.open_session()


@pytest.mark.parametrize(("number", "words"), [("70043", "sign-in frequency"), ("700082", "not used for too long"), ("50173", "revoked")])
async def test_an_expired_sign_in_says_so_and_how_to_renew_it(sandbox: Any, number: str, words: str) -> None:
    with sandbox.lock:
        grants.revoke(sandbox.world, number)
    with pytest.raises(NotSignedIn, match=words) as caught:
        await signin.open_session()
    assert f"AADSTS{number}" in caught.value.message
    assert caught.value.hints == ("az login --tenant 3f2c6a1e-5b0d-4c8e-9a71-2d4f8b6c1e90",)


async def test_a_disabled_person(sandbox: Any) -> None:
    with sandbox.lock:
        users = sandbox.world.table("graph.users")
        ada = next(row for row in users.values() if row["userPrincipalName"] == "ada@contoso.com")
        users[ada["id"]] = ada | {"accountEnabled": False}
    with pytest.raises(NotSignedIn, match="disabled"):
        await signin.open_session()


async def test_no_network(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    started = time.monotonic()
    with pytest.raises(Unreachable, match=r"login\.microsoftonline\.com cannot be reached"):
        await signin.open_session()
    assert time.monotonic() - started < 5


async def test_a_wrong_github_token(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", "ghp_" + "x" * 36)
    with pytest.raises(NotSignedIn, match="GitHub does not accept the token"):
        await signin.open_session()


async def test_without_a_github_token_the_first_call_says_how_to_get_one(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GH_TOKEN")
    monkeypatch.setenv("PATH", "/nowhere")
    async with await signin.open_session() as session:
        assert session.github_login == ""
        with pytest.raises(NotSignedIn) as caught:
            await session.github(lambda client: client.get_user().login)
    assert "gh auth login" in caught.value.hints[0]


def test_gh_is_asked_where_no_variable_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "gh"
    program.write_text('#!/bin/sh\n[ "$*" = "auth token --hostname github.com" ] && echo gho_fromgh\n')
    program.chmod(0o755)
    monkeypatch.delenv("GH_TOKEN", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    token = signin.github_token()
    assert token is not None
    assert token.reveal() == "gho_fromgh"


def _accounts() -> list[signin.Account]:
    def account(name: str, tenant: str, default: bool = False) -> signin.Account:
        return signin.Account(f"id-{name}", name, tenant, f"{tenant}.example", "ada@contoso.com", "user", default, "Enabled", "AzureCloud")

    return [account("Elsewhere", "other", default=True), account("Contoso Dev", "contoso"), account("Contoso Prod", "contoso")]


def test_the_tenant_is_chosen_by_name_by_subscriptions_or_by_default() -> None:
    known = _accounts()
    assert signin.chosen(known).tenant == "other"
    assert signin.chosen(known, subscriptions=["contoso dev", "id-Contoso Prod"]).tenant == "contoso"
    assert signin.chosen(known, subscriptions=["Contoso Dev", "Nowhere"]).tenant == "other"
    assert signin.chosen(known, tenant="contoso.example").tenant == "contoso"
    with pytest.raises(NotSignedIn, match="not signed in to tenant fabrikam"):
        signin.chosen(known, tenant="fabrikam")


def test_device_code_shows_the_code_and_waits_for_the_person(sandbox: Any, capfd: pytest.CaptureFixture[str]) -> None:
    (signin.profile_directory() / "azureProfile.json").unlink()
    shown: list[tuple[str, str]] = []

    def show(code: str, address: str) -> None:
        shown.append((code, address))
        with sandbox.lock:
            people.approve(sandbox.world, code, "bea@contoso.com")

    found = signin.device_login(show, threading.Event(), "3f2c6a1e-5b0d-4c8e-9a71-2d4f8b6c1e90")
    assert {account.user for account in found} == {"bea@contoso.com"}
    assert shown[0][1] == "https://login.microsoft.com/device"
    assert capfd.readouterr() == ("", "")


def test_device_code_can_be_cancelled_and_declined(sandbox: Any) -> None:
    cancelled = threading.Event()
    with pytest.raises(NotSignedIn):
        signin.device_login(lambda code, address: cancelled.set(), cancelled)

    def decline(code: str, address: str) -> None:
        with sandbox.lock:
            people.approve(sandbox.world, code, declined=True)

    with pytest.raises(NotSignedIn, match="declined"):
        signin.device_login(decline, threading.Event())


def test_the_browser_posts_the_code_back(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import html
    import re
    import webbrowser

    import requests

    (signin.profile_directory() / "azureProfile.json").unlink()

    def open_page(url: str, *_: object, **__: object) -> bool:
        def browse() -> None:
            page = requests.get(url, timeout=10).text
            fields = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page)}
            action = html.unescape(re.findall(r'action="([^"]*)"', page)[0])
            requests.post(action, data=fields, timeout=10, proxies={"http": "", "https": ""})

        threading.Thread(target=browse, daemon=True).start()
        return True

    class Browser:
        name = "test"
        open = staticmethod(open_page)

    monkeypatch.setattr("azure.cli.core.util.can_launch_browser", lambda: True)
    monkeypatch.setattr("azure.cli.core._profile.can_launch_browser", lambda: True)
    monkeypatch.setattr(webbrowser, "get", lambda *_: Browser())
    monkeypatch.setattr(webbrowser, "open", open_page)
    assert {account.user for account in signin.browser_login()} == {"ada@contoso.com"}


def test_without_a_browser_the_hint_is_the_device_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("azure.cli.core.util.can_launch_browser", lambda: False)
    with pytest.raises(NotSignedIn) as caught:
        signin.browser_login()
    assert caught.value.hints == ("az login --use-device-code",)


async def test_a_service_principal_that_is_signed_in(sandbox: Any) -> None:
    import os

    (signin.profile_directory() / "azureProfile.json").unlink()
    profile = signin._profile()
    client, secret, tenant = (os.environ[f"AZURE_{name}"] for name in ("CLIENT_ID", "CLIENT_SECRET", "TENANT_ID"))
    profile.login(False, client, {"client_secret": secret}, True, tenant)
    async with await signin.open_session() as session:
        assert (session.operator.kind, session.operator.name) == ("servicePrincipal", client)
        assert session.operator.object_id == "c2c2c1d2-0001-4e5f-8a9b-000000000001"
