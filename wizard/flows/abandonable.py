"""Waiting for a person in a thread that can be abandoned: whoever leaves the wizard does not wait for a browser or a code.

Owns that thread. ``asyncio.to_thread`` is for work that ends by itself: the event loop's own threads are waited for at its end.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

Answer = TypeVar("Answer")


async def abandonable(work: Callable[[], Answer]) -> Answer:
    """What ``work`` returns or raises, from a thread that ends with the process where nobody waits for it any more."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Answer] = loop.create_future()

    def settle(answer: Answer | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(answer)  # type: ignore[arg-type]  # there is an answer where there is no error

    def run() -> None:
        answer, error = None, None
        try:
            answer = work()
        except BaseException as raised:
            error = raised
        with suppress(RuntimeError):  # the loop may be closed by now
            loop.call_soon_threadsafe(settle, answer, error)

    threading.Thread(target=run, name="abandonable", daemon=True).start()
    return await done
