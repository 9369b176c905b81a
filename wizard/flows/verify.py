"""The proof at the end of set-up: a job of every environment signs in and reads, shown as succeeded, failed or pending.

Owns dispatching ``verify-login`` and waiting for it. A run that waits for a person or a timer is ``pending``, with link and
who can; it is no failure. Free of any screen. It never approves anything.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from wizard.engine.events import Event, EventKind
from wizard.engine.journal import Journal, past_runs
from wizard.errors import LakestrapError, NotYet, ServiceRefused, Unreachable
from wizard.flows.deploy_source import Source, source_for
from wizard.flows.ending import finished
from wizard.flows.pending import untrusted
from wizard.flows.signin_hints import Hint, hint, subject_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence

    from wizard.flows.decisions import Outcome
    from wizard.flows.job import Job
    from wizard.project.model import Environment, Project
    from wizard.providers.github.workflow_run import WorkflowRun
    from wizard.providers.session import Session

Answer = TypeVar("Answer")

WORKFLOW = "verify-login.yml"
POLL_SECONDS = 2.0
PATIENCE_SECONDS = 20 * 60.0
"""How long a run is watched; one that still queues then is pending."""
YOUNG_PAUSES = (2.0, 4.0, 8.0, 15.0)
"""Seconds before a run is dispatched again while a propagation delay may explain its failure; then it has failed."""
YOUNG_FOR_SECONDS = 15 * 60.0
"""How long after an earlier run the identities that it made count as young."""
SHORT_TIMER_SECONDS = 30.0
NOTICE_SECONDS = 30.0
"""How long GitHub may take to know a workflow that was just pushed."""


async def prove(job: Job, outcome: Outcome, *, again: bool = False, journal: Journal | None = None) -> AsyncIterator[Event]:
    """Verify every environment of the project and note what is pending or unproven in ``outcome``.

    With ``again`` also those that have been proven before; otherwise a second set-up sends nothing. Without a ``journal``
    of the run that this belongs to, one is opened. Raises ``JournalLost`` before a run is dispatched that could not be noted.
    """
    own = journal or Journal(job.runs, job.identity)
    young = outcome.applied.changed > 0 or _made_lately(job, own)
    waiting = untrusted(outcome.applied)
    environments = [environment for environment in job.project.environments if environment.name not in waiting]
    proof = verify(job.project, job.session, environments, again=again, young=young, record=own.record, run=own.run)
    try:
        async for event in proof:
            if event.event is EventKind.PENDING:
                item = {name: str(event.detail[name]) for name in ("what", "link", "who")}
                if item not in outcome.pending:
                    outcome.pending.append(item)
            elif event.event is EventKind.CHANGE_FAILED:
                outcome.unproven.append(str(event.detail["environment"]))
            yield event
        if journal is None:
            own.record(finished(outcome, own.run))  # it has nothing to resume
    finally:
        if journal is None:
            own.close()


def _made_lately(job: Job, journal: Journal) -> bool:
    """Whether an earlier run of ours created things only a moment ago: what it made is as young as what we make."""
    past = (run for run in past_runs(job.runs, job.identity) if run.begun and run.run != journal.run)
    return any(time.time() - run.path.stat().st_mtime < YOUNG_FOR_SECONDS for run in past)


async def verify(
    project: Project,
    session: Session,
    environments: Sequence[Environment],
    *,
    again: bool = True,
    young: bool = False,
    record: Callable[[Event], None] = lambda event: None,
    run: str = "",
) -> AsyncIterator[Event]:
    """Dispatch (one after another), watch (all at once), and tell the outcome of every environment.

    ``young`` says that identities were made in this run, so that a propagation delay may explain a failed sign-in. ``record``
    keeps every event before anybody sees it, the intent of a dispatch before it is sent; ``run`` is the id of the run.
    """
    proof = _Proof(project, session, again, young, record, run)
    watching = asyncio.create_task(proof.all(environments))
    try:
        while (event := await proof.events.get()) is not None:
            yield event
        await watching
    finally:
        watching.cancel()


@dataclass(slots=True)
class _Proof:
    """One verification: what was there before, and the events on their way out."""

    project: Project
    session: Session
    again: bool
    young: bool
    record: Callable[[Event], None]
    run: str
    events: asyncio.Queue[Event | None] = field(default_factory=asyncio.Queue)
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def repository(self) -> str:
        return self.project.github.repository

    async def all(self, environments: Iterable[Environment]) -> None:
        from wizard.providers.github.workflow_run import latest

        try:
            if not await self._published():
                return
            before = await self._asked("", lambda: latest(self.session, self.repository, WORKFLOW))
            await asyncio.gather(*(self._one(environment, before) for environment in environments))
        finally:
            self.events.put_nowait(None)

    def _tell(self, kind: EventKind, environment: str, outcome: str = "", error: str = "", remedy: str = "", **detail: object) -> None:
        key = f"github.workflow_run/{environment}" if environment else "github.workflow_run"
        shown = {"environment": environment, **detail}
        event = Event(kind, key=key, action="verify", outcome=outcome, error=error, hint=remedy, detail=shown, run=self.run)
        self.record(event)
        self.events.put_nowait(event)

    async def _asked(self, environment: str, call: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer of a call, asked again while GitHub limits us; ``Unreachable`` where it does so for too long."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return await call()
            except NotYet as delay:
                seconds = delay.retry_after or POLL_SECONDS
                if time.monotonic() + seconds > deadline:
                    raise Unreachable(f"GitHub puts it off: {delay.reason}", hints=["when it answers again: lakestrap verify"]) from delay
                self._tell(EventKind.WAITING, environment, delay.reason, seconds=seconds)
                await asyncio.sleep(seconds)

    async def _published(self) -> bool:
        """Whether the workflow can be dispatched: it is on the default branch and GitHub has taken notice of it."""
        from wizard.providers.github.references import open_pull_request
        from wizard.providers.github.workflow_run import workflow_exists

        path, deadline = f".github/workflows/{WORKFLOW}", time.monotonic() + (NOTICE_SECONDS if self.young else 0.0)
        while not await self._asked("", lambda: workflow_exists(self.session, self.repository, WORKFLOW)):
            link = await self._asked("", lambda: open_pull_request(self.session, self.repository, path))
            if link or time.monotonic() >= deadline:
                what = "merge the pull request" if link else f"bring {path} to the default branch"
                place = link or f"https://github.com/{self.repository}/pulls"
                self._tell(EventKind.PENDING, "", what, what=what, link=place, who="somebody with write access")
                return False
            self._tell(EventKind.WAITING, "", "GitHub has not taken notice of the workflow yet", seconds=POLL_SECONDS)
            await asyncio.sleep(POLL_SECONDS)
        return True

    async def _one(self, environment: Environment, before: Sequence[WorkflowRun]) -> None:
        name = environment.name
        known = [run for run in before if run.title == f"verify-login {name}"]
        try:
            if not self.again and any(run.succeeded for run in known):
                proven = next(run for run in known if run.succeeded)
                self._tell(EventKind.SETTLED, name, "has signed in before", link=proven.url)
                return
            source = await self._asked(name, lambda: source_for(self.session, self.project, environment))
            active = next((run for run in known if not run.over), None)
            for pause in (*YOUNG_PAUSES, None):
                run, active = active or await self._dispatched(name, source), None
                if run is None or not await self._watched(name, run, pause):
                    return
        except LakestrapError as error:
            self._tell(EventKind.CHANGE_FAILED, name, "failed", str(error), "\n".join(error.hints))

    async def _dispatched(self, name: str, source: Source) -> WorkflowRun | None:
        from wizard.providers.github.workflow_run import dispatch, look

        if not source.ref:
            self._tell(EventKind.PENDING, name, source.what, what=f"{name}: {source.what}", link=source.link, who=source.who)
            return None
        async with self.writing:
            inputs = {"environment": name}
            self._tell(EventKind.CHANGE_STARTED, name)
            try:
                number = await self._asked(name, lambda: dispatch(self.session, self.repository, WORKFLOW, source.ref, inputs))
            except ServiceRefused as refusal:
                if refusal.status != 422 or not await self._coming(name):
                    raise
                return None
            self._tell(EventKind.CHANGE_MADE, name, "dispatched", id=number)
        return await self._asked(name, lambda: look(self.session, self.repository, number))

    async def _coming(self, name: str) -> bool:
        """Whether the workflow does not know the environment yet because the pull request that adds it is still open."""
        from wizard.providers.github.references import open_pull_request

        path = f".github/workflows/{WORKFLOW}"
        link = await self._asked(name, lambda: open_pull_request(self.session, self.repository, path))
        if link:
            what = "merge the pull request"
            self._tell(EventKind.PENDING, name, what, what=what, link=link, who="somebody with write access")
        return bool(link)

    async def _watched(self, name: str, run: WorkflowRun, pause: float | None) -> bool:
        """Watch one run to its end or to its gate; returns, after the pause, whether another attempt is worth while."""
        from wizard.providers.github.workflow_run import look

        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while not run.over:
            if run.status == "waiting" and await self._held(name, run):
                return False
            if asyncio.get_running_loop().time() > deadline:
                what = f"{name}: the run has not ended yet"
                self._tell(EventKind.PENDING, name, what, what=what, link=run.url, who="nobody: wait, then lakestrap verify")
                return False
            self._tell(EventKind.WAITING, name, f"the run is {run.status.replace('_', ' ')}", link=run.url, seconds=POLL_SECONDS)
            await asyncio.sleep(POLL_SECONDS)
            run = await self._asked(name, partial(look, self.session, self.repository, run.id))
        if run.succeeded:
            self._tell(EventKind.SETTLED, name, "signed in and read", link=run.url)
            return False
        return await self._failed(name, run, pause)

    async def _held(self, name: str, run: WorkflowRun) -> bool:
        """Tell whose deed or what moment opens the gate; ``False`` where it opens in a moment by itself."""
        from datetime import UTC, datetime

        from wizard.providers.github.approvals import pending_deployments

        held = await self._asked(name, lambda: pending_deployments(self.session, self.repository, run.id))
        if not held:
            return False
        people = sorted({reviewer for gate in held for reviewer in gate.reviewers})
        opens = max((gate.opens_at for gate in held if gate.opens_at is not None), default=None)
        if people:
            what = f"{name}: approve the run"
            who = ", ".join(people) + (" (you can)" if any(gate.ours for gate in held) else "")
        elif opens is not None and (opens - datetime.now(UTC)).total_seconds() > SHORT_TIMER_SECONDS:
            what, who = f"{name}: the wait timer ends at {opens:%Y-%m-%d %H:%M} UTC", "nobody: wait, then lakestrap verify"
        else:
            return False
        self._tell(EventKind.PENDING, name, what, what=what, link=run.url, who=who)
        return True

    async def _failed(self, name: str, run: WorkflowRun, pause: float | None) -> bool:
        from wizard.providers.github.workflow_run import failed_jobs

        jobs = await self._asked(name, lambda: failed_jobs(self.session, self.repository, run.id))
        log = "\n".join(job.log for job in jobs)
        found = hint(log, own=self.project.identity.mode == "existing") or Hint(
            "", f"the run ended with {run.conclusion}", f"open {run.url}"
        )
        if found.delay and self.young and pause is not None:
            self._tell(EventKind.WAITING, name, f"not known everywhere yet: {found.code}", link=run.url, seconds=pause)
            await asyncio.sleep(pause)
            return True
        remedy = f"{found.remedy.replace('ENVIRONMENT', name)}\n{run.url}"
        self._tell(EventKind.CHANGE_FAILED, name, "failed", found.line, remedy, code=found.code, link=run.url, subject=subject_of(log))
        return False
