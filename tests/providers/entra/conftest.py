"""A session of the operator over the local internet, and the loop that the engine runs around a kind."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from wizard.errors import NotYet
from wizard.providers.signin import open_session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from wizard.engine.resource import Observed, Resource
    from wizard.providers.session import Session

T = TypeVar("T")


@pytest.fixture
async def session(sandbox: Any) -> AsyncIterator[Session]:
    """The operator's session, closed afterwards."""
    opened = await open_session()
    yield opened
    await opened.close()


async def patiently(call: Callable[[], Awaitable[T]], tries: int = 60) -> T:
    """The answer of ``call``, asked again while it says ``NotYet``."""
    for _ in range(tries):
        try:
            return await call()
        except NotYet:
            await asyncio.sleep(0.05)
    raise AssertionError("it never became ready")


async def made(session: Session, resource: Resource) -> Observed:
    """Create and wait until steady, as the engine does."""
    observed = await patiently(lambda: resource.create(session))
    passed = 0
    while passed < resource.steady:
        try:
            observed = await resource.finished(session, observed)
            passed += 1
        except NotYet:
            passed = 0
            await asyncio.sleep(0.05)
    return observed
