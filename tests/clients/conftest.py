"""The clients themselves, and a shop in the cloud for them to look at.

Owns where ``az`` and ``gh`` come from (``.venv-clients/`` and the system); tests of a client that is not there are skipped, and all
of them are unless they are asked for by their mark.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from tests.clients.shop_in_azure import ShopInAzure
from tests.conftest import ROOT

if TYPE_CHECKING:
    import subprocess

    from tests.conftest import Sandbox

AZ = ROOT / ".venv-clients" / "bin" / "az"
SECONDS = 900


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark everything here, and skip it unless ``-m clients`` was given."""
    asked = "clients" in str(config.getoption("markexpr"))
    for item in items:
        if "tests/clients/" not in item.path.as_posix():
            continue
        item.add_marker(pytest.mark.clients)
        item.add_marker(pytest.mark.timeout(SECONDS))
        if not asked:
            item.add_marker(pytest.mark.skip(reason="real clients are driven by `make clients`"))


class Client:
    """One program in the internet of the sandbox."""

    def __init__(self, sandbox: Sandbox, program: str) -> None:
        self._sandbox, self._program = sandbox, program

    def __call__(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run it; the outcome is the caller's to judge."""
        return self._sandbox.run(self._program, *arguments, timeout=120, **options)

    def told(self, *arguments: str, **options: Any) -> str:
        """Run it; its output, once it has succeeded."""
        done = self(*arguments, **options)
        assert done.returncode == 0, f"{self._program} {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout.strip()


@pytest.fixture
def az(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Client:
    """The Azure CLI of ``.venv-clients/``."""
    if not AZ.exists():
        pytest.skip("no az in .venv-clients: run `make clients`")
    monkeypatch.setenv("PATH", f"{AZ.parent}{os.pathsep}{os.environ['PATH']}")
    return Client(sandbox, str(AZ))


@pytest.fixture
def gh(sandbox: Sandbox) -> Client:
    """GitHub's CLI, as the system has it."""
    if shutil.which("gh") is None:
        pytest.skip("no gh on this machine (Debian: apt-get install gh)")
    return Client(sandbox, "gh")


@pytest.fixture
def curl(sandbox: Sandbox) -> Client:
    """curl, as the system has it."""
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    return Client(sandbox, "curl")


@pytest.fixture
def shop(sandbox: Sandbox) -> ShopInAzure:
    """The shop's environment ``dev`` as set-up leaves it, before the first deployment."""
    return ShopInAzure(sandbox)
