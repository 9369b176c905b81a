"""Carrying a plan out: one event loop, as wide as the graph allows, every mutation journalled before and after.

Owns the order of execution, waiting, and what becomes of the steps that depend on a failed one. Never changes the
plan's decisions, never sends a request itself, and stops between calls when its consumer stops.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from wizard.engine.events import Event, EventKind
from wizard.engine.journal import Journal
from wizard.engine.plan import Action, Change, Plan, decide
from wizard.engine.resource import Json, Observed, Ref, Resource, Service
from wizard.engine.step import Step
from wizard.errors import Cancelled, JournalLost, LakestrapError

if TYPE_CHECKING:
    from wizard.providers.session import Session

CALLS_AT_ONCE = {Service.ENTRA: 4, Service.ARM: 12, Service.KEYVAULT: 6, Service.GITHUB: 1, Service.DATABRICKS: 4}
"""GitHub asks for serial writes; the others are kept well under their throttles."""


class Remedy(StrEnum):
    """What a person says to a failed step: once more, go on without it and what depends on it, or no further."""

    RETRY = "retry"
    SKIP = "skip"
    STOP = "stop"


AskRemedy = Callable[[Change, LakestrapError], Awaitable[Remedy]]


@dataclass(slots=True)
class Applied:
    """What became of a plan: settled resources by key, and the failures and skips by key."""

    settled: dict[str, Observed] = field(default_factory=dict)
    failed: dict[str, LakestrapError] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    changed: int = 0

    def gather(self, other: Applied) -> None:
        """Add what became of a further plan."""
        self.settled |= other.settled
        self.failed |= other.failed
        self.skipped |= other.skipped
        self.changed += other.changed

    @property
    def complete(self) -> bool:
        return not self.failed and not self.skipped


class Applier:
    """One execution of one plan. ``events`` is the stream; ``result`` is complete when it ends.

    ``remedy`` is asked after each failure, one at a time, while the other steps go on; without it what depends on the step is skipped.
    """

    def __init__(self, plan: Plan, session: Session, journal: Journal, *, patience: float = 600.0, remedy: AskRemedy | None = None) -> None:
        if plan.blocked:
            raise ValueError("a plan with blocked changes cannot be applied")
        self.plan, self.session, self.journal, self.patience = plan, session, journal, patience
        self.remedy, self._asking = remedy, asyncio.Lock()
        self.result = Applied()
        self.stopping = asyncio.Event()
        self._queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._limits = {service: asyncio.Semaphore(count) for service, count in CALLS_AT_ONCE.items()}
        self._serial: dict[tuple[str, ...], asyncio.Lock] = {}
        self._done: dict[str, asyncio.Event] = {change.key: asyncio.Event() for change in plan.changes}
        self._fatal: LakestrapError | None = None

    async def events(self) -> AsyncIterator[Event]:
        """Run the plan and tell what happens. Closing the iterator lets calls under way end and starts no new one.

        Raises ``JournalLost`` when the journal can no longer be written: from then on nothing more is changed.
        """
        tasks = [asyncio.create_task(self._carry_out(change), name=change.key) for change in self.plan.changes]
        watcher = asyncio.create_task(self._when_all_done(tasks))
        try:
            while (event := await self._queue.get()) is not None:
                yield event
        finally:
            self.stopping.set()
            await asyncio.gather(*tasks, return_exceptions=True)
            await watcher
        if self._fatal is not None:
            raise self._fatal
        for task in tasks:
            task.result()

    async def _when_all_done(self, tasks: list[asyncio.Task[None]]) -> None:
        await asyncio.wait(tasks) if tasks else None
        self._queue.put_nowait(None)

    def tell(self, event: Event) -> None:
        """To the journal first, then to whoever watches."""
        event = replace(event, run=self.journal.run)
        try:
            self.journal.record(event)
        except JournalLost as lost:
            self._fatal = self._fatal or lost
            self.stopping.set()
            raise
        self._queue.put_nowait(event)

    @asynccontextmanager
    async def turn(self, resource: Resource) -> AsyncIterator[None]:
        """A place among the service's calls; one at a time where the kind is serial."""
        serial = tuple(str(getattr(resource, name)) for name in resource.serial_by)
        lock = self._serial.setdefault((resource.kind, *serial), asyncio.Lock()) if serial else None
        if lock is not None:
            await lock.acquire()
        try:
            async with self._limits[resource.service]:
                yield
        finally:
            if lock is not None:
                lock.release()

    async def _carry_out(self, change: Change) -> None:
        try:
            for need in sorted(change.needs):
                await self._done[need].wait()
            missing = sorted(n for n in change.needs if n in self.result.failed or n in self.result.skipped)
            if missing:
                self._skip(change, f"{missing[0]} was not completed")
            elif self.stopping.is_set():
                self._skip(change, "the run was stopped")
            else:
                await self._run(change)
        except JournalLost:
            self.result.skipped.setdefault(change.key, "the journal was lost")
        finally:
            self._done[change.key].set()

    async def _run(self, change: Change) -> None:
        tries = 0
        while True:
            step, tries = Step(change, self), tries + 1
            try:
                # with an order of its own it was resolved when it was found, and what it refers to may be gone by now
                values = await self._values(change, step) if change.waits_for is None else {}
                resource = change.resource.resolved(values)
                step.change = change if tries == 1 else await self._as_it_is_now(change, resource)
                self.result.settled[change.key] = await step.run(resource)
                if tries > 1 and step.change.action is Action.KEEP:
                    self.tell(Event(EventKind.SETTLED, change.key, str(change.action), "settled"))
                return None
            except JournalLost:
                raise
            except Cancelled as stopped:
                return self._skip(change, stopped.message)
            except LakestrapError as error:
                hint = "\n".join(error.hints)
                self.tell(Event(EventKind.CHANGE_FAILED, change.key, str(change.action), "failed", error.message, hint))
                if await self._said(change, error) is not Remedy.RETRY:
                    self.result.failed[change.key] = error
                    return None
            finally:
                self.result.changed += step.mutations

    async def _as_it_is_now(self, change: Change, resource: Resource) -> Change:
        """The change for what a failed try has left behind."""
        seen = await resource.read(self.session) if resource.identifiable() else None
        if resource.lookup:
            return replace(change, observed=seen)
        if change.action is Action.DELETE:
            return replace(change, action=Action.DELETE if seen else Action.KEEP, observed=seen or change.observed)
        now = decide(resource, seen, ours=True)
        untouched = seen is not None and change.observed is not None and seen.id == change.observed.id
        unheard = seen is not None and bool(resource.secret_attributes) and not resource.revealable and now.action is Action.KEEP
        again = (change.action is Action.REPLACE and untouched) or (unheard and change.action in (Action.CREATE, Action.REPLACE))
        action = Action.REPLACE if again else now.action
        return replace(change, action=action, observed=seen, differences=now.differences)

    async def _said(self, change: Change, error: LakestrapError) -> Remedy:
        """What the person says to a failure; stopping the run answers for them."""
        async with self._asking:
            if self.remedy is None or self.stopping.is_set():
                return Remedy.SKIP
            asked = asyncio.ensure_future(self.remedy(change, error))
            stopped = asyncio.ensure_future(self.stopping.wait())
            await asyncio.wait((asked, stopped), return_when=asyncio.FIRST_COMPLETED)
            said = asked.result() if asked.done() else Remedy.SKIP
            asked.cancel()
            stopped.cancel()
            if said is Remedy.STOP:
                self.stopping.set()
            return said

    async def _values(self, change: Change, step: Step) -> dict[Ref, Json]:
        """What the settled producers know; a kept credential is asked again only where it must be written."""
        values: dict[Ref, Json] = {}
        by_key = self._changes_by_key()
        for ref in change.resource.refs():
            settled = self.result.settled[ref.key]
            if ref.attribute in settled.attributes:
                values[ref] = ref.shaped(settled.attributes[ref.attribute])
                continue
            producer = by_key[ref.key].resource
            if ref.attribute in producer.secret_attributes:
                if change.action is Action.KEEP:
                    continue
                kept = producer.resolved(await self._values(by_key[ref.key], step))
                values[ref] = await step.revealed(kept, settled, ref.attribute)
            else:
                raise LakestrapError(f"{ref.key} has no {ref.attribute}, which {change.key} needs")
        return values

    def _changes_by_key(self) -> dict[str, Change]:
        return {change.key: change for change in self.plan.changes}

    def _skip(self, change: Change, reason: str) -> None:
        self.result.skipped[change.key] = reason
        if change.action is not Action.KEEP:
            self.tell(Event(EventKind.SKIPPED, change.key, str(change.action), "skipped", detail={"reason": reason}))
