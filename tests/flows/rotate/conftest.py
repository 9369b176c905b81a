"""A running local cloud with a project that is set up, and quick polling."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Sandbox
from tests.flows.rotate.shops import clone, set_up
from wizard.flows import verify
from wizard.flows.rotate import steps


@pytest.fixture
def shop() -> str:
    """Which project; override it by parametrising it."""
    return "tiny"


@pytest.fixture
def sandbox_world(shop: str) -> Any:
    return set_up(shop) / "world.json"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(verify, "YOUNG_PAUSES", (0.2, 0.4, 0.8))
    monkeypatch.setattr(steps, "TRIES_AGAIN", (0.05, 0.1))


@pytest.fixture
def project(sandbox: Sandbox, shop: str, tmp_path: Path) -> Path:
    """The project's file on a laptop that never ran anything, in front of the running cloud."""
    return clone(shop, tmp_path / "laptop")
