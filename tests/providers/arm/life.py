"""The life that every kind has in common, lived once over the vendors' SDKs: the wait that the engine would do is here.

Owns two helpers for tests; asserts the contract of ``wizard.engine.resource``.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from wizard.engine.resource import Observed, Resource
from wizard.errors import NotYet
from wizard.providers.session import Session

Answer = TypeVar("Answer")


async def waited(call: Callable[[], Awaitable[Answer]], *, seconds: float = 8.0) -> Answer:
    """The answer of ``call``, called again while it says ``NotYet``."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            return await call()
        except NotYet:
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.05)


async def born(resource: Resource, session: Session) -> Observed:
    """Missing, created by one request, finished, and as wished."""
    assert await resource.read(session) is None
    made = await waited(lambda: resource.create(session))
    done = await waited(lambda: resource.finished(session, made))
    read = await resource.read(session)
    assert read is not None
    assert resource.differences(read) == ()
    assert read.id.lower() == done.id.lower() == made.id.lower()
    return read


async def changed(resource: Resource, session: Session, **fields: Any) -> tuple[Any, Observed]:
    """The resource with other fields, brought about by one update; and as wished afterwards."""
    other = dataclasses.replace(resource, **fields)
    before = await other.read(session)
    assert before is not None
    assert {each.field for each in other.differences(before)} & set(fields)
    after = await waited(lambda: other.update(session, before))
    assert other.differences(after) == ()
    read = await other.read(session)
    assert read is not None
    assert other.differences(read) == ()
    return other, read


async def gone(resource: Resource, session: Session) -> None:
    """Deleted, and no error when it is deleted again."""
    read = await resource.read(session)
    assert read is not None
    await waited(lambda: resource.delete(session, read))
    assert await resource.read(session) is None
    await waited(lambda: resource.delete(session, read))
