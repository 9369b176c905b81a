"""What the tests of the line-based face share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.prompts.pty_session import Terminal


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    """Terminals that are closed at the end, whatever happens."""
    running: list[Terminal] = []
    yield running
    for terminal in running:
        terminal.close()
