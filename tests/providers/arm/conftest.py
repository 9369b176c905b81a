"""A signed-in session over the local internet, and the judge over what was said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.sandbox.keyvault.calls import agree
from wizard.providers.session import Session
from wizard.providers.signin import open_session

GAPS = (r"arm GET /subscriptions/[^/]+/operationresults/[^/]+  # where a deletion is polled",)


@pytest.fixture
async def session(sandbox: Any) -> AsyncIterator[Session]:
    """The operator's session; ends with the judge over every exchange with Azure."""
    opened = await open_session()
    yield opened
    await opened.close()
    agree([each for each in sandbox.exchanges if each["service"] == "arm"])
