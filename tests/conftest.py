"""The local internet for tests: one authority and one set of private folders a process, one fresh world a test.

Owns what has to be decided before anything is imported: aiohttp freezes its trusted authorities and azure-cli-core its
folder at import, so both are set here, at the top, and only their *content* changes from test to test. Without the
``sandbox`` fixture a test reaches nothing: the proxy variables point at a closed port. Never touches the real home directory.
"""

from __future__ import annotations

import atexit
import os
import random
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests import warm
from wizard.sandbox.certificates import Certificates
from wizard.sandbox.environment import PrivateFolder, empty_credentials, job_credentials, network, operator_credentials, without_credentials

ROOT = Path(__file__).resolve().parent.parent
NOWHERE = "http://127.0.0.1:9"
SAMPLE = 6
"""How many tests of the long matrices belong to the everyday suite."""
CERTIFICATES = Certificates()
FOLDER = PrivateFolder()
atexit.register(FOLDER.remove)
BUNDLE = FOLDER.path / "trusted.pem"
HOME = FOLDER.path / "home"
HOME.mkdir()
WORLDS = "LAKESTRAP_TEST_WORLDS"
"""Names the folder of the set-ups that all processes of a run share."""


def _prepare_process() -> None:
    CERTIFICATES.write_bundle(BUNDLE)
    kept = without_credentials(os.environ)
    for variable in ("COLUMNS", "LINES"):  # the runner's own; each test has the terminal that it makes
        kept.pop(variable, None)
    os.environ.clear()
    os.environ.update(kept | network(NOWHERE, BUNDLE) | empty_credentials(FOLDER.path))
    for variable in ("HOME", "USERPROFILE"):
        os.environ[variable] = str(HOME)
    if WORLDS not in os.environ:  # the first process of a run of tests; its workers inherit it
        os.environ[WORLDS] = str(FOLDER.path / "worlds")
        Path(os.environ[WORLDS]).mkdir()
        os.environ[warm.SOCKET], os.environ[warm.RUNNER] = str(FOLDER.path / "warm"), str(os.getpid())
    for variable, name in (("XDG_CONFIG_HOME", ".config"), ("XDG_CACHE_HOME", ".cache"), ("XDG_DATA_HOME", ".local/share")):
        os.environ[variable] = str(HOME / name)


_prepare_process()


class Sandbox:
    """A running local internet, and the process signed in to it."""

    def __init__(self, world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        from wizard.sandbox.internet import Internet

        self._monkeypatch = monkeypatch
        self._given: set[str] = set()
        self.internet = Internet(world, certificates=CERTIFICATES).start()
        self.world = world
        self.lock = self.internet.lock
        self.exchanges = self.internet.recorder.exchanges
        self.faults = self.internet.faults
        urllib.request.install_opener(None)  # it keeps the proxy of its first use
        for name, value in network(self.internet.url, BUNDLE).items():
            monkeypatch.setenv(name, value)

    @property
    def failures(self) -> list[str]:
        """Handlers that failed unexpectedly; the fixture fails the test where there is one."""
        return self.internet.application.failures

    @property
    def refused(self) -> list[str]:
        """Targets that the proxy turned away."""
        return self.internet.proxy.refused

    def mutating(self) -> list[dict[str, Any]]:
        """The exchanges that changed the world, a Graph batch counted once."""
        return [exchange for exchange in self.exchanges if exchange["mutating"] and not exchange.get("part")]

    def as_user(self, upn: str = "") -> None:
        """Sign this process (and its children) in as a person of the world; as its operator where nobody is named."""
        self._sign_in(lambda: operator_credentials(self.world, FOLDER.path, upn))

    def as_job(self, environment: str, repository: str = "") -> None:
        """Give this process what a workflow job in that environment has, and no sign-in of an operator."""
        self._sign_in(lambda: job_credentials(self.world, FOLDER.path, environment, repository))

    def _sign_in(self, credentials: Any) -> None:
        forget_sign_in()
        with self.lock:
            given: Mapping[str, str] = credentials()
        for name in self._given - set(given):
            self._monkeypatch.delenv(name, raising=False)
        for name, value in given.items():
            self._monkeypatch.setenv(name, value)
        self._given = set(given)

    def stop(self) -> None:
        """End it; fails where a handler failed unexpectedly, which is a bug of the sandbox whatever the test saw."""
        self.internet.stop()
        assert not self.failures, "the sandbox failed to answer:\n" + "\n".join(self.failures)

    def run(self, *command: str, timeout: float = 60, **options: Any) -> subprocess.CompletedProcess[str]:
        """A child process in this internet, its output captured as text."""
        return subprocess.run([*command], capture_output=True, text=True, timeout=timeout, check=False, **options)

    def python(self, code: str, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """A Python child that runs ``code``."""
        return self.run(sys.executable, "-c", code, *arguments, **options)

    def lakestrap(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """The product's own command, as a child process."""
        return self.run(*warm.command(), *arguments, **options)


def forget_sign_in() -> None:
    """Empty the private folders and drop what the SDKs remember in this process."""
    for name in ("azure", "gh"):
        shutil.rmtree(FOLDER.path / name, ignore_errors=True)
    empty_credentials(FOLDER.path)
    (FOLDER.path / "databrickscfg").write_text("")
    identity = sys.modules.get("azure.cli.core.auth.identity")
    if identity is not None:
        identity.Identity._msal_token_cache = None
        identity.Identity._service_principal_store_instance = None
    challenges = sys.modules.get("azure.keyvault.secrets._shared.http_challenge_cache")
    if challenges is not None:
        challenges.clear()


@pytest.fixture
def sandbox_world() -> Any:
    """Which world ``sandbox`` starts: a shipped name, a path, or a description; override it by parametrising it."""
    return "owner"


@pytest.fixture
def sandbox(sandbox_world: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A local internet with a fresh world, and this process signed in to it as the world's operator."""
    from wizard.sandbox.worlds import load

    running = Sandbox(load(sandbox_world), monkeypatch)
    try:
        running.as_user()
        yield running
    finally:
        running.stop()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of the tests marked ``matrix`` keep a sample drawn by ``LAKESTRAP_SAMPLE`` (a number; ``all`` for every one)."""
    wish = os.environ.get("LAKESTRAP_SAMPLE", "0")
    marked = [item for item in items if item.get_closest_marker("matrix")]
    if wish == "all" or len(marked) <= SAMPLE or any("::" in argument for argument in config.args):
        return
    kept = drawn([item.nodeid for item in marked], int(wish))
    left_out = [item for item in marked if item.nodeid not in kept]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def drawn(names: Sequence[str], seed: int) -> set[str]:
    """Some tests, and one case of each: a test of many cases is no likelier than one of few."""
    cases: dict[str, list[str]] = {}
    for name in sorted(names):
        cases.setdefault(name.partition("[")[0], []).append(name)
    chance = random.Random(seed)
    return {chance.choice(cases[test]) for test in chance.sample(sorted(cases), min(SAMPLE, len(cases)))}
