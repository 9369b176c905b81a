"""The sign-in page: device code and browser as each other's fallback, and pages that say what to do where nothing can be made."""

from __future__ import annotations

import html
import re
import threading
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from textual.widgets import Button

from tests.tui.driving import at, seated, shown, until
from tests.tui.snapshots import differences
from wizard.providers.signin import profile_directory
from wizard.sandbox.login import people
from wizard.tui.screens.sign_in import SignIn

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tests.conftest import Sandbox

ROLES = [{"principal": "ada@contoso.com", "role": "Owner"}]
TRIAL = {"name": "Free Trial", "id": "11111111-0009-4d5e-8f60-a1b2c3d4e509", "quota": "free-trial", "roles": ROLES}
MEASURED = TRIAL | {"providers": ["Microsoft.Compute"]}
PAID = TRIAL | {"name": "Paid", "id": "11111111-0008-4d5e-8f60-a1b2c3d4e508", "quota": "pay-as-you-go"}


def world_of(*subscriptions: Any, **tenant: str) -> dict[str, Any]:
    return {"extends": "owner", "subscriptions": [*subscriptions], "tenant": tenant}


async def signing_in(pilot: Pilot[int]) -> SignIn:
    """From the first screen to the page, until it asks something."""
    await pilot.press("enter")
    await at(pilot, "SignIn")
    screen = pilot.app.screen
    assert isinstance(screen, SignIn)
    await until(pilot, lambda: bool(offered(pilot)), "a way on")
    await pilot.pause()
    return screen


def offered(pilot: Pilot[int]) -> list[str]:
    """The buttons in view, by id."""
    return [button.id or "" for button in pilot.app.screen.query(Button) if button.display]


@pytest.mark.matrix
@pytest.mark.parametrize("sandbox_world", [world_of()])
async def test_without_a_subscription_the_page_says_where_to_get_one(sandbox: Sandbox, tmp_path: Path) -> None:
    async with seated(tmp_path / "shop", (80, 24)) as pilot:
        await signing_in(pilot)
        assert "sees no Azure subscription" in shown(pilot) and "Contributor and User Access Administrator" in shown(pilot)
        assert offered(pilot) == ["device", "browser", "again"]
        assert differences(pilot, "sign-in-no-subscription") == []


@pytest.mark.parametrize("sandbox_world", [world_of(MEASURED)])
async def test_a_trial_is_told_its_quota_before_anything_is_asked(sandbox: Sandbox, tmp_path: Path) -> None:
    async with seated(tmp_path / "shop", (80, 24)) as pilot:
        await signing_in(pilot)
        assert "Free Trial is a trial: 4 of 4 vCPUs are free in westeurope" in " ".join(shown(pilot).split())
        assert differences(pilot, "sign-in-trial") == []
        assert offered(pilot)[-1] == "continue" and pilot.app.focused is pilot.app.screen.query_one("#continue")
        await pilot.press("enter")
        await at(pilot, "Questions")


@pytest.mark.matrix
@pytest.mark.parametrize("sandbox_world", [world_of(TRIAL, PAID)])
async def test_a_trial_beside_a_paid_subscription_keeps_nobody(sandbox: Sandbox, tmp_path: Path) -> None:
    async with seated(tmp_path / "shop") as pilot:
        await pilot.press("enter")
        await at(pilot, "Questions")


@pytest.mark.matrix
async def test_a_device_code_is_shown_copied_and_followed(sandbox: Sandbox, tmp_path: Path) -> None:
    (profile_directory() / "azureProfile.json").unlink()
    async with seated(tmp_path / "shop") as pilot:
        screen = await signing_in(pilot)
        assert offered(pilot) == ["device", "browser", "again"] and "not signed in to Azure" in shown(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: bool(screen.code), "a code")
        assert " ".join(screen.code) in shown(pilot) and "https://login.microsoft.com/device" in shown(pilot)
        assert offered(pilot) == ["browser"], "the other way stands beside the one that waits"
        await pilot.press("c")
        assert pilot.app.clipboard == screen.code
        with sandbox.lock:
            people.approve(sandbox.world, screen.code)
        await at(pilot, "Questions")
        assert "ada@contoso.com" in shown(pilot)


@pytest.mark.matrix
async def test_a_declined_code_offers_the_browser(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (profile_directory() / "azureProfile.json").unlink()
    monkeypatch.setattr("azure.cli.core.util.can_launch_browser", lambda: False)
    async with seated(tmp_path / "shop") as pilot:
        screen = await signing_in(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: bool(screen.code), "a code")
        with sandbox.lock:
            people.approve(sandbox.world, screen.code, declined=True)
        await until(pilot, lambda: "declined" in shown(pilot), "the refusal")
        await until(pilot, lambda: pilot.app.focused is screen.query_one("#browser"), "the other way")
        assert offered(pilot) == ["device", "browser"]
        await pilot.press("enter")
        await until(pilot, lambda: "no web browser can be opened here" in shown(pilot), "no browser")
        await until(pilot, lambda: pilot.app.focused is screen.query_one("#device"), "and back to the code")


@pytest.mark.matrix
@pytest.mark.parametrize("sandbox_world", [{"extends": "owner", "tenant": {"device_login": "blocked"}}])
async def test_where_the_tenant_blocks_codes_the_browser_signs_in(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (profile_directory() / "azureProfile.json").unlink()
    a_browser(monkeypatch)
    async with seated(tmp_path / "shop") as pilot:
        screen = await signing_in(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: bool(screen.code), "a code")
        with sandbox.lock, pytest.raises(PermissionError):
            people.approve(sandbox.world, screen.code)
        assert "Your tenant blocks this way: take the browser" in " ".join(shown(pilot).split())
        await pilot.press("enter")
        assert screen.code, "an Enter too many does not give the code up"
        await pilot.press("tab", "enter")
        await at(pilot, "Questions")


def a_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser whose person is signed in already: it posts the code back to the program that opened it."""

    def browse(url: str) -> None:
        page = requests.get(url, timeout=10).text
        fields = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', page)}
        action = html.unescape(re.findall(r'action="([^"]*)"', page)[0])
        requests.post(action, data=fields, timeout=10, proxies={"http": "", "https": ""})

    def opened(url: str, *_: object, **__: object) -> bool:
        threading.Thread(target=browse, args=(url,), daemon=True).start()
        return True

    class Browser:
        name = "test"
        open = staticmethod(opened)

    monkeypatch.setattr("azure.cli.core.util.can_launch_browser", lambda: True)
    monkeypatch.setattr("azure.cli.core._profile.can_launch_browser", lambda: True)
    monkeypatch.setattr(webbrowser, "get", lambda *_: Browser())
    monkeypatch.setattr(webbrowser, "open", opened)
