"""The finished shop for tests of the destroy flow.

Owns the fixtures only; it never changes the folder that the set-up left.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Sandbox
from tests.flows.finished_shop import Shop, copy_of, set_up
from tests.scenarios.finished import described
from wizard.sandbox.worlds import load

SEED = 7
"""That of the run that set the shop up: what a world begins with is named by it."""


@pytest.fixture
def mode() -> str:
    """How pipelines of the shop sign in; parametrise it for another."""
    return "federated"


@pytest.fixture
def before() -> dict[str, dict[str, Any]]:
    """The world as it was before anything was set up."""
    found: dict[str, dict[str, Any]] = load(described(), seed=SEED).dump()
    return found


@pytest.fixture
def shop(mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop that is set up, signed in to as the operator who did it."""
    folder = set_up(mode)
    running = Sandbox(load(folder / "world.json"), monkeypatch)
    try:
        running.as_user()
        yield Shop(copy_of(folder, tmp_path / "shop"), running)
    finally:
        running.stop()
