"""Reads that a service puts off for a moment: asked again until it answers, or until it takes too long.

Owns the waiting of what is read before a run begins, where there is no event to tell yet. Changes nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from wizard.errors import NotYet, Unreachable

T = TypeVar("T")

READ_PATIENCE = 20.0
"""Seconds for which a read may be put off."""


async def patiently(call: Callable[[], Awaitable[T]], what: str = "the credentials") -> T:
    """A read, once the service lets us; ``Unreachable`` where it does not for long."""
    deadline = time.monotonic() + READ_PATIENCE
    while True:
        try:
            return await call()
        except NotYet as wait:
            if time.monotonic() + (wait.retry_after or 1.0) > deadline:
                raise Unreachable(f"cannot read {what}: {wait.reason}", hints=["run the same command again later"]) from wait
            await asyncio.sleep(wait.retry_after or 1.0)
