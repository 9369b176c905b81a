"""A world with a workspace and a vault in it, made over Resource Manager, and the judgement over all that was said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.databricks.lakehouse import Lakehouse
from tests.sandbox.keyvault.calls import agree


@pytest.fixture
def lakehouse(tmp_path: Path) -> Iterator[Lakehouse]:
    made = Lakehouse()
    yield made
    agree(made.recorder.exchanges, tmp_path)
