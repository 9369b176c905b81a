"""Worlds in which a project is set up already: made once, begun with by every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Sandbox
from tests.flows.add.people import committed
from tests.scenarios import finished
from tests.scenarios.rehearsal import SMALL

COMMENTED = SMALL.replace("MODE", "federated")


@pytest.fixture(scope="session")
def set_up() -> Callable[[str], Path]:
    """The folder in which a project file was set up; its world is in ``world.json``."""
    return finished.set_up


@pytest.fixture
def project_text() -> str:
    """What is set up; override it by parametrising it."""
    return COMMENTED


@pytest.fixture
def sandbox_world(set_up: Callable[[str], Path], project_text: str) -> str:
    return str(set_up(project_text) / "world.json")


@pytest.fixture
def team(sandbox: Sandbox, project_text: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The world, signed in as a colleague, with the project file committed to the repository."""
    monkeypatch.setenv("API_KEY", "a-value-for-the-test")
    with sandbox.lock:
        committed(sandbox.world, {"lakestrap.yaml": project_text})
    sandbox.as_user("bea@contoso.com")
    sandbox.exchanges.clear()
    yield sandbox
