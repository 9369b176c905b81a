"""A fresh world a test, and the judgement over all that was said in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.keyvault.calls import Calls, agree


@pytest.fixture
def calls() -> Iterator[Calls]:
    """Requests into the world ``owner``; ends with the judge over every exchange."""
    made = Calls()
    yield made
    agree(made.recorder.exchanges)
