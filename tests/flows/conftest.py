"""The finished shop for tests of what comes after day one.

Owns the fixture only; it never changes the folder that the set-up left.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Sandbox
from tests.flows.finished_shop import Shop, copy_of, set_up
from wizard.sandbox.worlds import load


@pytest.fixture
def mode() -> str:
    """How pipelines of the shop sign in; parametrise it for another."""
    return "federated"


@pytest.fixture
def old_repository() -> bool:
    """Whether the repository is from before immutable subjects."""
    return False


@pytest.fixture
def shop(mode: str, old_repository: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop that is set up, signed in to as the operator who did it."""
    folder = set_up(mode, old=old_repository)
    running = Sandbox(load(folder / "world.json"), monkeypatch)
    try:
        running.as_user()
        made = Shop(copy_of(folder, tmp_path / "shop"), running)
        made.remember_runs()
        yield made
    finally:
        running.stop()
