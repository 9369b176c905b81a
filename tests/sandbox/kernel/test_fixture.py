"""The fixture itself: a world is up, this process is led to it, and to nothing else."""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import FOLDER, Sandbox


def test_a_known_host_answers_over_tls_and_is_recorded(sandbox: Sandbox) -> None:
    try:
        urllib.request.urlopen("https://login.microsoftonline.com/nothing/there", timeout=10)
    except urllib.error.HTTPError as answer:
        with answer:
            assert answer.code == 501
    assert [exchange["url"] for exchange in sandbox.exchanges] == ["https://login.microsoftonline.com/nothing/there"]


def test_an_unknown_host_is_refused_by_name(sandbox: Sandbox) -> None:
    with pytest.raises(OSError, match="403"):
        urllib.request.urlopen("https://example.com/", timeout=10)
    assert sandbox.refused == ["example.com:443"]


def test_without_the_fixture_nothing_is_reached() -> None:
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen("https://management.azure.com/", timeout=10)


def test_no_home_and_no_sign_in_of_the_machine_is_seen(sandbox: Sandbox) -> None:
    assert Path.home() == FOLDER.path / "home"
    assert os.environ["AZURE_CONFIG_DIR"].startswith(str(FOLDER.path))


@pytest.mark.parametrize("sandbox_world", ["contributor"])
def test_another_world_is_chosen_by_parametrising(sandbox: Sandbox) -> None:
    roles = sandbox.world.table("_world.description")["current"]["subscriptions"][0]["roles"]
    assert {"principal": "ada@contoso.com", "role": "Contributor"} in roles
