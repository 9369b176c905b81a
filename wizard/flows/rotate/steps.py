"""The loop under every rotation: intent, request, result, told and journalled, with waits that can be seen and stopped.

Owns the telling and the waiting. Decides nothing about credentials, and starts no request after the run was stopped, the lease lost
or the journal gone.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from wizard.engine.events import Event, EventKind
from wizard.errors import Cancelled, JournalLost, LakestrapError, NotYet, ServiceRefused, Unreachable

if TYPE_CHECKING:
    from wizard.engine.journal import Journal
    from wizard.flows.decisions import Outcome
    from wizard.flows.job import Job
    from wizard.flows.lease import Lease

T = TypeVar("T")

PATIENCE = 300.0
"""Seconds for which one propagation delay is waited for."""
FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 0.25, 5.0, 1.6
BETWEEN_PROBES = 0.2
LONGEST_STREAK = 90.0
"""Seconds after which a run of successes is believed, however long the first one took."""
TRIES_AGAIN = (0.5, 2.0)
"""Pauses before a request that may be repeated is sent again after a lost answer or an error of the server."""


class Stopped(Exception):
    """Ends a rotation where it stands, for the next run to go on; ``cause`` is what stopped it."""

    def __init__(self, cause: LakestrapError) -> None:
        super().__init__(cause.message)
        self.cause = cause


class Steps:
    """One run's stream of events, from ``tell`` to whoever iterates ``events``."""

    def __init__(self, job: Job, journal: Journal, outcome: Outcome) -> None:
        self.job, self.journal, self.outcome, self.patience = job, journal, outcome, PATIENCE
        self.stopping = asyncio.Event()
        self.lease: Lease | None = None
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()

    def tell(
        self, kind: EventKind, key: str, action: str = "", outcome: str = "", error: str = "", hint: str = "", **detail: object
    ) -> None:
        """To the journal first, then to whoever watches."""
        event = Event(kind, key, action, outcome, error, hint, detail, self.journal.run)
        self.journal.record(event)
        self._queue.put_nowait(event)

    def pending(self, key: str, what: str, link: str, who: str) -> None:
        """Something is left for people, or for time; it is told once."""
        item = {"what": what, "link": link, "who": who}
        if item not in self.outcome.pending:
            self.outcome.pending.append(item)
            self.tell(EventKind.PENDING, key, "rotate", what, **item)

    def pass_on(self, event: Event) -> None:
        """One event that is journalled already."""
        self._queue.put_nowait(replace(event, run=self.journal.run))

    async def forwarded(self, told: AsyncIterator[Event]) -> AsyncIterator[Event]:
        """Pass on events that are journalled already, and let the caller see them too."""
        async for event in told:
            self.pass_on(event)
            yield event

    async def events(self, work: Coroutine[object, object, None]) -> AsyncIterator[Event]:
        """What is told while ``work`` is done. Closing the iterator lets the request under way end and starts no new one."""
        task = asyncio.create_task(work)
        task.add_done_callback(lambda _: self._queue.put_nowait(None))
        try:
            while (event := await self._queue.get()) is not None:
                yield event
        finally:
            self.stopping.set()
            await asyncio.wait([task])
        task.result()

    async def mutated(self, key: str, action: str, call: Callable[[], Awaitable[T]], *, again: bool = True) -> T:
        """One mutating request, announced before and told after. ``again``: it does no harm when it is sent twice."""
        await asyncio.sleep(0)
        self._go_on()
        self.tell(EventKind.CHANGE_STARTED, key, action)
        try:
            result = await self._tried(key, call, TRIES_AGAIN if again else ())
        except LakestrapError as error:
            failed = Event(EventKind.CHANGE_FAILED, key, action, "failed", error.message, run=self.journal.run)
            self.journal.record(failed)
            raise
        self.outcome.applied.changed += 1
        self.tell(EventKind.CHANGE_MADE, key, action, "made")
        return result

    async def _tried(self, key: str, call: Callable[[], Awaitable[T]], pauses: tuple[float, ...]) -> T:
        for pause in (*pauses, None):
            try:
                return await self.waited(key, call)
            except LakestrapError as error:
                transient = isinstance(error, Unreachable) or (isinstance(error, ServiceRefused) and error.status >= 500)
                if pause is None or not transient:
                    raise
                await self._pause(key, error.message, pause)
        raise AssertionError("unreachable")

    async def asked(self, key: str, call: Callable[[], Awaitable[T]]) -> T:
        """A read, repeated where an answer was lost."""
        return await self._tried(key, call, TRIES_AGAIN)

    async def waited(self, key: str, call: Callable[[], Awaitable[T]]) -> T:
        """The result, once no propagation delay stands in the way any more."""
        deadline, pause = time.monotonic() + self.patience, FIRST_PAUSE
        while True:
            try:
                return await call()
            except NotYet as wait:
                if time.monotonic() > deadline:
                    raise ServiceRefused(f"waited {self.patience:.0f} s for {key}: {wait.reason}", code=wait.code) from wait
                await self._pause(key, wait.reason, wait.retry_after or pause)
                pause = min(pause * GROWTH, LONGEST_PAUSE)

    async def steady(self, key: str, call: Callable[[], Awaitable[None]], successes: int, since: float) -> None:
        """Until it succeeded that often in a row, and for as long as the first success had to be waited for.

        What is new appears now and then before it is there for good; the longer the first appearance took, the longer that lasts.
        ``since`` is ``time.monotonic()`` of before it was made.
        """
        passed, begun, deadline = 0, 0.0, time.monotonic() + self.patience
        while True:
            try:
                await self.asked_once(key, call)
            except NotYet as wait:
                passed = 0
                if time.monotonic() > deadline:
                    raise ServiceRefused(f"waited {self.patience:.0f} s for {key}: {wait.reason}", code=wait.code) from wait
                await self._pause(key, wait.reason, wait.retry_after or FIRST_PAUSE)
                continue
            passed, begun = passed + 1, begun if passed else time.monotonic()
            long_enough = min(begun - since, LONGEST_STREAK)
            if passed >= successes and time.monotonic() - begun >= long_enough:
                return
            await asyncio.sleep(BETWEEN_PROBES)
            self._go_on()

    async def asked_once(self, key: str, call: Callable[[], Awaitable[None]]) -> None:
        """A probe, in which only a lost answer is asked for again."""
        for pause in (*TRIES_AGAIN, None):
            try:
                await call()
                return
            except Unreachable as lost:
                if pause is None:
                    raise
                await self._pause(key, lost.message, pause)

    async def _pause(self, key: str, reason: str, seconds: float) -> None:
        self.tell(EventKind.WAITING, key, outcome="waiting", seconds=round(seconds, 3), reason=reason)
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return
        self._go_on()

    def _go_on(self) -> None:
        """Raise ``Stopped`` where nothing more may be changed by this run."""
        if self.stopping.is_set():
            raise Stopped(Cancelled("stopped; run the same command again: it goes on from here"))
        if self.lease is not None:
            try:
                self.lease.check()
            except LakestrapError as lost:
                raise Stopped(lost) from lost


def final(error: BaseException) -> bool:
    """Whether an error ends the run where it stands, without anything being put back."""
    return isinstance(error, (Stopped, JournalLost))
