"""A shop with a catalog, set up once in a run of tests by the real command, and a copy of it for each test.

Owns the fixture only; what is planted is the tests' own deed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Sandbox
from tests.flows.finished_shop import Shop, copy_of
from tests.scenarios import finished
from wizard.sandbox.worlds import load

TEXT = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop, create: true, visibility: private}
lake: {containers: [bronze, raw-data]}
data: {unity_catalog: true, schemas: [bronze, raw_data, reports]}
access:
  - {group: data-analysts, role: data-reader}
environments:
  - {name: dev, subscription: Contoso Dev, production: false}
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The shop, signed in to as the operator who set it up."""
    folder = finished.set_up(TEXT)
    running = Sandbox(load(folder / "world.json"), monkeypatch)
    try:
        running.as_user()
        yield Shop(copy_of(folder, tmp_path / "shop"), running)
    finally:
        running.stop()
