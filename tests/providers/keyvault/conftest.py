"""A signed-in session over the local internet, a group to make vaults in, and the judge over what was said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.providers.keyvault.places import Place
from tests.sandbox.keyvault.calls import agree
from wizard.providers.signin import open_session


@pytest.fixture
async def place(sandbox: Any) -> AsyncIterator[Place]:
    """The operator's session and a registered subscription; ends with the judge over every exchange with Azure."""
    session = await open_session()
    made = Place(sandbox, session)
    await made.prepare()
    yield made
    await session.close()
    agree([each for each in sandbox.exchanges if each["service"] in ("arm", "keyvault")])
