"""One change carried out: intent, request, result, until the resource is as wished and steady.

Owns the loop around a kind's methods: it tells every mutating request before and after, waits visibly where a kind
says ``NotYet``, and asks ``update`` for the next request until nothing differs.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from wizard.engine.events import Event, EventKind
from wizard.engine.plan import Action, Change
from wizard.engine.resource import Json, Observed, Resource
from wizard.errors import Cancelled, NotYet, ServiceRefused

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from wizard.providers.session import Session

T = TypeVar("T")

FIRST_PAUSE, LONGEST_PAUSE, GROWTH = 0.25, 5.0, 1.6
STEADY_PAUSE = 0.3
MOST_REQUESTS = 60
"""Updates of one resource in one run; more means that the kind and the service disagree for ever."""


class Run(Protocol):
    """What a step needs of the run it belongs to: the session, a turn among the calls, a listener, and when to stop."""

    session: Session
    patience: float
    stopping: asyncio.Event

    def turn(self, resource: Resource) -> AbstractAsyncContextManager[None]: ...

    def tell(self, event: Event) -> None: ...


class Step:
    """The execution of one ``Change``. ``mutations`` counts requests that changed the world."""

    def __init__(self, change: Change, whole: Run) -> None:
        self.change, self.whole = change, whole
        self.mutations = 0

    async def run(self, resource: Resource) -> Observed:
        """Bring the (resolved) resource about and return its settled state. Raises what the kind raises."""
        observed = self.change.observed
        if resource.lookup:
            return await self._looked_up(resource, observed)
        if self.change.action is Action.KEEP and observed is not None:
            return await self._steady(resource, observed, 1) if observed.unfinished else observed
        if self.change.action is Action.DELETE and observed is not None:
            await self._mutated(resource, "delete", self._deletion(resource, observed))
            self._tell(EventKind.SETTLED, outcome="deleted")
            return observed
        if observed is None and not self.change.resource.identifiable():
            observed = await self._waited(resource, lambda: resource.read(self.whole.session))
        if observed is not None and self.change.action is Action.REPLACE:
            await self._mutated(resource, "delete", self._deletion(resource, observed))
            observed = None
        created = observed is None
        if observed is None:
            observed = await self._mutated(resource, "create", lambda: resource.create(self.whole.session))
        elif observed.unfinished:
            observed = await self._steady(resource, observed, 1)
        observed = await self._brought_nearer(resource, observed, adopting=self.change.action is Action.ADOPT)
        if created or observed.unfinished:
            observed = await self._steady(resource, observed, resource.steady if created else 1)
            observed = await self._brought_nearer(resource, observed, adopting=False)
        self._tell(EventKind.SETTLED, outcome="settled")
        return observed

    async def revealed(self, producer: Resource, observed: Observed, attribute: str) -> Json:
        """A kept credential's value, once whatever right it takes has spread."""
        return await self._waited(producer, lambda: producer.secret(self.whole.session, observed, attribute))

    def _deletion(self, resource: Resource, observed: Observed) -> Callable[[], Awaitable[Observed]]:
        async def delete() -> Observed:
            await resource.delete(self.whole.session, observed)
            return observed

        return delete

    async def _looked_up(self, resource: Resource, observed: Observed | None) -> Observed:
        while observed is None:
            observed = await self._waited(resource, lambda: resource.read(self.whole.session))
            if observed is None:
                raise ServiceRefused(f"cannot find {resource.key}")
        return observed

    async def _brought_nearer(self, resource: Resource, observed: Observed, *, adopting: bool) -> Observed:
        """Update, one request at a time, until nothing differs."""
        for _ in range(MOST_REQUESTS):
            if observed.unfinished or not (adopting or resource.differences(observed)):
                return observed
            current = observed
            action = "adopt" if adopting else "update"
            observed = await self._mutated(resource, action, lambda current=current: resource.update(self.whole.session, current))  # type: ignore[misc]
            adopting = False
        fields = ", ".join(difference.field for difference in resource.differences(observed))
        raise ServiceRefused(f"{resource.key} does not become as wished: {fields} still differ after {MOST_REQUESTS} requests")

    async def _mutated(self, resource: Resource, action: str, call: Callable[[], Awaitable[Observed]]) -> Observed:
        """Announce, send, tell the result. A request refused for a propagation delay changed nothing and is sent again."""
        await asyncio.sleep(0)  # lets a consumer that has seen the last result stop us before this request
        if self.whole.stopping.is_set():
            raise Cancelled("stopped before this step; run the same command again to go on")
        self._tell(EventKind.CHANGE_STARTED, action=action)
        observed = await self._waited(resource, call)
        self.mutations += 1
        self._tell(EventKind.CHANGE_MADE, action=action, outcome="made", detail={"id": observed.id})
        return observed

    async def _steady(self, resource: Resource, observed: Observed, successes: int) -> Observed:
        """Wait until ``finished`` has succeeded that often in a row."""
        current, passed = observed, 0
        deadline = time.monotonic() + self.whole.patience
        pause = FIRST_PAUSE
        while passed < successes:
            try:
                async with self.whole.turn(resource):
                    current = await resource.finished(self.whole.session, current)
                passed += 1
                if passed < successes:
                    await asyncio.sleep(STEADY_PAUSE)
            except NotYet as wait:
                passed = 0
                pause = await self._pause(resource, wait, pause, deadline)
        return current

    async def _waited(self, resource: Resource, call: Callable[[], Awaitable[T]]) -> T:
        deadline, pause = time.monotonic() + self.whole.patience, FIRST_PAUSE
        while True:
            try:
                async with self.whole.turn(resource):
                    return await call()
            except NotYet as wait:
                pause = await self._pause(resource, wait, pause, deadline)

    async def _pause(self, resource: Resource, wait: NotYet, pause: float, deadline: float) -> float:
        """Sleep, visibly; returns the next pause. Stopping the run ends it at once."""
        seconds = wait.retry_after if wait.retry_after is not None else pause
        left = deadline - time.monotonic()
        if left <= 0:
            waited = f"waited {self.whole.patience:.0f} s for {resource.key}: {wait.reason}"
            raise ServiceRefused(waited, code=wait.code, hints=["run the same command again: it goes on from here"])
        seconds = min(seconds, left)
        self._tell(EventKind.WAITING, outcome="waiting", detail={"seconds": round(seconds, 3), "reason": wait.reason})
        try:
            await asyncio.wait_for(self.whole.stopping.wait(), seconds)
        except TimeoutError:
            return min(pause * GROWTH, LONGEST_PAUSE)
        raise Cancelled("stopped while waiting; run the same command again to go on")

    def _tell(self, kind: EventKind, *, action: str = "", outcome: str = "", detail: dict[str, object] | None = None) -> None:
        told = Event(kind, self.change.key, action or str(self.change.action), outcome, detail=detail or {})
        self.whole.tell(told)
