"""The lease of a run that changes something: one operator at a time works on a project, whoever comes second is told.

Owns when it may be taken, kept, lost and given back. It is a git ref in the project's own repository (docs/decisions/0005):
created once, moved only from the state that was seen, so that of two who try GitHub lets one in. A holder renews it; who
died stops renewing, and GitHub's clock ends the claim. Never decides what a run does.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wizard.engine.events import Event, EventKind
from wizard.errors import JournalLost, LakestrapError, NotAllowed
from wizard.flows.holder import begun_here, ended_here, killed_here, noted_dead
from wizard.providers.github import lease as ref
from wizard.providers.github.rest import login_of

if TYPE_CHECKING:
    from wizard.engine.journal import Journal
    from wizard.flows.job import Job

SECONDS = 180
"""How long a claim holds without being renewed; also what a dead holder costs the next one at another machine."""
RENEWED_AFTER = 60.0
MARGIN = 20.0
"""Seconds before its end at which a claim that could not be renewed is given up."""
LOOKED_AGAIN = 5.0


class Busy(NotAllowed):
    """Somebody else works on this project. ``holder`` and ``purpose`` say who and what."""

    def __init__(self, state: ref.Seen, repository: str) -> None:
        claim = state.claim
        message = f"{claim.holder} works on this project: {claim.purpose}, since {_clock(state.since)} (run {claim.run})"
        hints = [
            "wait for the end and go on: add --wait 600 (seconds)",
            f"should that run be dead, its claim ends at {_clock(state.until)}",
        ]
        super().__init__(f"{message}; nothing was changed in {repository}", hints=hints)
        self.holder, self.purpose, self.until = claim.holder, claim.purpose, state.until


class LeaseLost(LakestrapError):
    """The claim ended while the run went on: somebody else may be inside."""


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


async def current(job: Job) -> ref.Seen | None:
    """Who works on the project now; ``None`` where nobody does. Reads only."""
    state = await ref.seen(job.session, job.project.github.repository, job.project.name)
    return state if state.held else None


class Lease:
    """One run's claim. ``take``, then ``check`` before whatever must not be done by two, then ``release``, whatever happened."""

    def __init__(self, job: Job, purpose: str, journal: Journal) -> None:
        self.job, self.purpose, self.journal = job, purpose, journal
        self._state: ref.Seen | None = None
        self._renewing: asyncio.Task[None] | None = None
        self._good_until = 0.0
        self._lost = False

    async def take(self) -> AsyncIterator[Event]:
        """Take it; tell what is waited for. Raises ``Busy`` where somebody works and the run may not wait (any longer)."""
        deadline = time.monotonic() + self.job.wait
        while True:
            state = await self._seen()
            if state.held and not noted_dead(self.job.runs, state.claim.run):
                left = deadline - time.monotonic()
                if left <= 0:
                    raise Busy(state, self.job.project.github.repository)
                yield self._waiting(state, min(LOOKED_AGAIN, left))
                await asyncio.sleep(min(LOOKED_AGAIN, left))
            elif await self._claimed(state):
                self._renewing = asyncio.create_task(self._renew())
                return

    def check(self) -> None:
        """Raise ``LeaseLost`` where the claim is no longer ours beyond doubt."""
        if self._lost or time.time() > self._good_until:
            hint = "see who works here: lakestrap status; then run the same command again: it goes on from here"
            raise LeaseLost("another run may have taken over this project; this one stopped before its next change", hints=[hint])

    async def release(self) -> None:
        """Give it back. Where that fails the claim ends by itself."""
        if self._renewing is not None:
            self._renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._renewing
        if self._state is not None and not self._lost:
            with contextlib.suppress(LakestrapError):
                await asyncio.shield(self._claimed(self._state, seconds=0))
        self._state = None
        ended_here(self.job.runs, self.journal.run)

    async def give_back(self) -> None:
        """Free what a run of this folder holds that was killed; whoever comes next need not wait for its end."""
        state = await self._seen()
        if state.held and noted_dead(self.job.runs, state.claim.run):
            await self._claimed(state, seconds=0)
        for run in (*killed_here(self.job.runs), self.journal.run):
            ended_here(self.job.runs, run)

    async def _seen(self) -> ref.Seen:
        return await ref.seen(self.job.session, self.job.project.github.repository, self.job.project.name)

    async def _claimed(self, before: ref.Seen, seconds: int = SECONDS) -> bool:
        """Commit and move the ref; ``False`` where somebody was faster."""
        job, started = self.job, time.time()
        repository, project = job.project.github.repository, job.project.name
        claim = ref.Claim(await login_of(job.session) or job.session.operator.name, self.purpose, self.journal.run, seconds)
        begun_here(job.runs, self.journal.run)
        self._note(EventKind.CHANGE_STARTED, claim)
        commit = await ref.committed(job.session, repository, before, claim)
        won = await ref.moved(job.session, repository, project, before, commit)
        self._note(EventKind.CHANGE_MADE, claim, outcome="made" if won else "somebody was faster")
        if won:
            self._state, self._good_until = replace(before, commit=commit, claim=claim), started + seconds - MARGIN
        return won

    async def _renew(self) -> None:
        """Keep the claim alive; a refusal is tried again until the claim is near its end."""
        while True:
            await asyncio.sleep(RENEWED_AFTER)
            assert self._state is not None
            with contextlib.suppress(LakestrapError):
                if not await self._claimed(self._state):
                    self._lost = True
                    return

    def _waiting(self, state: ref.Seen, seconds: float) -> Event:
        claim = state.claim
        reason = f"{claim.holder} works on this project: {claim.purpose}, since {_clock(state.since)}"
        return Event(EventKind.WAITING, self._key, "lease", "waiting", detail={"seconds": round(seconds, 3), "reason": reason})

    def _note(self, kind: EventKind, claim: ref.Claim, outcome: str = "") -> None:
        event = Event(kind, self._key, "lease" if claim.seconds else "release", outcome, run=self.journal.run)
        try:
            self.journal.record(event)
        except JournalLost:
            if claim.seconds:
                raise  # but a run that lost its journal still gives back what it holds

    @property
    def _key(self) -> str:
        return f"github.lease/{self.job.project.name}"


async def given_back(job: Job, journal: Journal) -> None:
    """For a run that has nothing to change and so takes no lease: what one that was killed here still holds is freed."""
    if killed_here(job.runs):
        with contextlib.suppress(LakestrapError):  # it ends by itself
            await Lease(job, "", journal).give_back()


@asynccontextmanager
async def held(job: Job, purpose: str, journal: Journal) -> AsyncIterator[Lease]:
    """The lease for the time of a block, its waiting untold."""
    lease = Lease(job, purpose, journal)
    try:
        async for event in lease.take():
            journal.record(event)
        yield lease
    finally:
        await lease.release()
