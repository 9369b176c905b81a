"""A session, a workspace, a vault and an application, and the judge over what was said."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.providers.databricks.workspaces import Workspace
from tests.sandbox.keyvault.calls import agree
from wizard.providers.signin import open_session


@pytest.fixture
async def workspace(sandbox: Any) -> AsyncIterator[Workspace]:
    """The operator's session and a workspace that this run has just made."""
    session = await open_session()
    made = Workspace(sandbox, session)
    await made.prepare()
    yield made
    await session.close()
    agree([each for each in sandbox.exchanges if each["service"] in ("arm", "keyvault", "databricks")])
