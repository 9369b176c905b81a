"""A thread with an event loop of its own, in which everything that waits for the clouds runs.

Owns that thread and the waiting of a cell for it. The kernel's own loop is never nested and never held up by a widget. While a
cell waits, questions of the background are answered by the thread that waits, for it alone can read what a person types.
"""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import queue
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from wizard.secret import Secret

Result = TypeVar("Result")

LOOK_SECONDS = 0.1


class Background:
    """Runs coroutines; starts with the first one and ends with ``close`` or the process."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._questions: queue.Queue[tuple[str, asyncio.Future[Secret | None]]] = queue.Queue()
        self.waiting = False

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="lakestrap", daemon=True)
            self._thread.start()
        return self._loop

    def submit(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Start it and come back at once; cancelling the future cancels the work."""
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def wait(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Start it and wait for it, as a cell does. An interrupt of the kernel stops the work between two calls."""
        ended = self.submit(work)
        self.waiting = True
        try:
            while True:
                with contextlib.suppress(queue.Empty):
                    self._answer(*self._questions.get_nowait())
                try:
                    return ended.result(LOOK_SECONDS)
                except TimeoutError:
                    if ended.done():
                        raise
        except KeyboardInterrupt:
            ended.cancel()
            raise
        finally:
            self.waiting = False

    async def typed(self, prompt: str) -> Secret | None:
        """A secret that the waiting cell asks for, unseen; ``None`` where nobody can type or nothing was typed."""
        answer: asyncio.Future[Secret | None] = asyncio.get_running_loop().create_future()
        self._questions.put((prompt, answer))
        return await answer

    def _answer(self, prompt: str, answer: asyncio.Future[Secret | None]) -> None:
        try:
            text = getpass.getpass(prompt)
        except (NotImplementedError, EOFError, OSError):  # a notebook that is executed with nobody there
            text = ""
        self.loop.call_soon_threadsafe(answer.set_result, Secret(text) if text else None)

    def close(self) -> None:
        """Cancel what is under way and end the thread."""
        loop, self._loop = self._loop, None
        if loop is not None:
            asyncio.run_coroutine_threadsafe(_cancel_everything(), loop).result(5)
            loop.call_soon_threadsafe(loop.stop)
            if self._thread is not None:
                self._thread.join(5)
            loop.close()


async def _cancel_everything() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_default_executor()
