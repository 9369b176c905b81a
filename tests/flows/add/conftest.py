"""Worlds in which a project is set up already: made once, begun with by every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Sandbox
from tests.flows.add.people import committed
from tests.scenarios.rehearsal import SMALL, rehearsed, small_project

MADE: dict[str, Path] = {}
"""Folders by the text that was set up in them; shared by every folder of tests that imports these fixtures."""
COMMENTED = SMALL.replace("MODE", "federated").replace("environments:\n", "environments: # in promotion order\n")


@pytest.fixture(scope="session")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder in which a project file was set up; its world is in ``world.json``."""
    made = MADE

    def of(text: str) -> Path:
        if text not in made:
            folder = tmp_path_factory.mktemp("set-up")
            small_project(folder, text=text)
            done = rehearsed(folder, "lakestrap", "setup", "--yes", "--json")
            assert done.code == 0, done.stderr
            made[text] = folder
        return made[text]

    return of


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
