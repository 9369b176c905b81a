"""curl: no sign-in of its own, but the proxy and the authority by variables alone."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.clients.conftest import Client


def test_it_reaches_the_local_internet(curl: Client) -> None:
    assert json.loads(curl.told("--silent", "--show-error", "https://api.github.com/meta"))["domains"]
    token = os.environ["GH_TOKEN"]
    user = curl.told("--silent", "--show-error", "--header", f"Authorization: Bearer {token}", "https://api.github.com/user")
    assert json.loads(user)["login"] == "ada"


def test_it_reaches_nothing_else(curl: Client) -> None:
    assert curl("--silent", "--show-error", "https://example.com").returncode != 0


def test_it_signs_in_as_the_automation_principal(curl: Client) -> None:
    url = f"https://login.microsoftonline.com/{os.environ['AZURE_TENANT_ID']}/oauth2/v2.0/token"
    form = {
        "grant_type": "client_credentials",
        "client_id": os.environ["AZURE_CLIENT_ID"],
        "client_secret": os.environ["AZURE_CLIENT_SECRET"],
        "scope": "https://management.azure.com/.default",
    }
    fields = [part for name, value in form.items() for part in ("--data-urlencode", f"{name}={value}")]
    token = json.loads(curl.told("--silent", "--show-error", *fields, url))["access_token"]
    address = f"https://management.azure.com/subscriptions/{os.environ['AZURE_SUBSCRIPTION_ID']}?api-version=2022-12-01"
    found = json.loads(curl.told("--silent", "--show-error", "--header", f"Authorization: Bearer {token}", address))
    assert found["displayName"] == "Contoso Dev"
    refused = json.loads(curl.told("--silent", "--show-error", "--header", "Authorization: Bearer wrong", address))
    assert refused["error"]["code"] == "InvalidAuthenticationToken"
