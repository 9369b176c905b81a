"""A fresh world a test, and the judgement over all that was said in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.keyvault.calls import Calls, agree


def described(exchange: dict[str, Any]) -> bool:
    """Whether the official descriptions hold the call: polling addresses and clouds' endpoints are in none."""
    return "/operationresults/" not in exchange["url"] and "/metadata/endpoints" not in exchange["url"]


@pytest.fixture
def world_description() -> Any:
    """Which world ``calls`` starts; override it by parametrising."""
    return "owner"


@pytest.fixture
def calls(world_description: Any) -> Iterator[Calls]:
    """Requests into a world; ends with the judge over every exchange."""
    made = Calls(world_description)
    yield made
    if found := [each for each in made.recorder.exchanges if described(each)]:
        agree(found)
