"""A world with a workspace and a vault in it, made over Resource Manager, and the judgement over all that was said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.databricks.lakehouse import Lakehouse
from tests.sandbox.keyvault.calls import agree


@pytest.fixture
def lakehouse() -> Iterator[Lakehouse]:
    made = Lakehouse()
    yield made
    agree(made.recorder.exchanges)
