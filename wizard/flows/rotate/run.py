"""Rotating credentials: preview, agree, then one credential after another, unfinished business first.

Owns the order of the use case and its last words. Free of any screen: it tells events and asks through ``RotationDecisions``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wizard.engine.events import Event, EventKind
from wizard.engine.journal import Journal
from wizard.errors import BadInput, Cancelled, JournalLost, LakestrapError, NotYet, Problem, Unreachable
from wizard.flows.decisions import Outcome
from wizard.flows.ending import finished
from wizard.flows.lease import Lease, given_back
from wizard.flows.rotate.access import given, taken_back
from wizard.flows.rotate.notes import Phase
from wizard.flows.rotate.preview import Item, Preview, Task, previewed
from wizard.flows.rotate.rotation import Rotation
from wizard.flows.rotate.steps import Steps, Stopped

if TYPE_CHECKING:
    from wizard.flows.job import Job
    from wizard.flows.rotate.credential import RotationDecisions
    from wizard.flows.rotate.wishes import Wishes


@dataclass(slots=True)
class RotationOutcome(Outcome):
    """How it ended. ``words`` say until when an old credential is valid, and that it is safe to leave."""

    words: str = ""


async def rotate(
    job: Job, wishes: Wishes, decisions: RotationDecisions, outcome: RotationOutcome, preview: Preview | None = None
) -> AsyncIterator[Event]:
    """Run the whole use case, telling every step; ``outcome`` is complete when it ends.

    Raises ``NotAllowed`` before any change where something stands in the way (a full set, a policy), ``Cancelled`` where nobody agrees.
    """
    journal = Journal(job.runs, job.identity)
    steps = Steps(job, journal, outcome)
    try:
        steps.tell(EventKind.RUN_STARTED, "", "rotate", project=job.project.name, environments=[e.name for e in job.project.environments])
        preview = preview or await previewed(job, wishes)
        preview.refuse_what_cannot_be()
        steps.tell(EventKind.PLAN_MADE, "", "rotate", counts=preview.counts())
        if preview.doing:  # here and not in the work, so that Ctrl-C ends the question at once
            await _answered(steps, preview, decisions)
        async for event in steps.events(_work(steps, preview, outcome)):
            yield event
        journal.record(closing(outcome, journal.run))
    finally:
        journal.close()


async def _work(steps: Steps, preview: Preview, outcome: RotationOutcome) -> None:
    """Everything after the agreement."""
    if not preview.doing:
        await given_back(steps.job, steps.journal)
        _waiting_told(steps, preview)
        outcome.words = last_words(preview)
        return
    lease = Lease(steps.job, "rotate", steps.journal)
    try:
        async for event in lease.take():
            steps.pass_on(event)
        steps.lease = lease
        preview = await _read_again(steps, preview)
        await _with_access(steps, preview)
        outcome.words = last_words(preview)
    except Stopped as stopped:
        raise stopped.cause from None
    except NotYet as wait:
        raise Unreachable(wait.reason, hints=["run the same command again: it goes on from here"]) from wait
    finally:
        await lease.release()


async def _answered(steps: Steps, preview: Preview, decisions: RotationDecisions) -> None:
    """The agreement, and what only a person can say. Raises ``BadInput`` with everything that nobody could be asked for."""
    missing: list[Problem] = []
    try:
        if not await decisions.agrees_to_rotate(preview):
            raise Cancelled("nothing was changed")
    except BadInput as silent:
        missing += silent.problems
    for item in preview.doing:
        if item.task is Task.ROTATE:
            try:
                item.credential = await item.credential.prepared(steps.job.session, decisions)
            except BadInput as wrong:
                missing += wrong.problems
    if missing:
        raise BadInput(missing)


async def _read_again(steps: Steps, before: Preview) -> Preview:
    """The same wishes held against the world as it is now that nobody else changes it; the prepared credentials stay."""
    now = await previewed(steps.job, before.wishes)
    prepared = {item.credential.key: item for item in before.doing}
    for item in now.doing:
        if item.credential.key in prepared:
            item.credential = prepared[item.credential.key].credential
        else:
            item.task, item.reason = Task.KEEP, "it was not agreed to: run the same command again"
    now.refuse_what_cannot_be()
    return now


async def _with_access(steps: Steps, preview: Preview) -> None:
    job, journal, outcome = steps.job, steps.journal, steps.outcome
    try:
        async for event in given(preview.doing, job, journal, outcome):
            steps.pass_on(event)
        if outcome.applied.complete:
            await _one_by_one(steps, preview)
    finally:
        if not steps.stopping.is_set():
            async for event in taken_back(job, journal, outcome):
                steps.pass_on(event)


async def _one_by_one(steps: Steps, preview: Preview) -> None:
    """Unfinished business of every environment, then new rotations in promotion order up to the first that fails."""
    failed = ""
    for item in preview.doing:
        key = item.credential.key
        if failed and item.task is Task.ROTATE:
            steps.outcome.applied.skipped[key] = f"{failed} failed"
            steps.tell(EventKind.SKIPPED, key, "rotate", "skipped", reason=f"{failed} failed")
            continue
        try:
            await _done(Rotation(steps, item, preview.wishes.grace), item)
        except JournalLost:
            raise
        except LakestrapError as error:
            failed = key
            steps.outcome.applied.failed[key] = error
            steps.tell(EventKind.CHANGE_FAILED, key, str(item.task), "failed", error.message, "\n".join(error.hints))
    _waiting_told(steps, preview)


async def _done(rotation: Rotation, item: Item) -> None:
    match item.task:
        case Task.ROTATE:
            await rotation.rotate()
        case Task.FINISH:
            await rotation.finish()
        case Task.UNDO:
            await rotation.undo()
        case _:
            await rotation.retire()


def _waiting_told(steps: Steps, preview: Preview) -> None:
    for item in preview.items:
        if item.task is Task.WAIT:
            what = f"{item.credential.key}: {item.reason}; after that: lakestrap rotate"
            steps.pending(item.credential.key, what, f"https://github.com/{steps.job.project.github.repository}", "nobody: wait")


def closing(outcome: RotationOutcome, run: str, error: LakestrapError | None = None) -> Event:
    """The last event: exit code, counts, and until when an old credential is valid."""
    event = finished(outcome, run, error)
    if error is not None or not outcome.words:
        return event
    return replace(event, outcome=f"{event.outcome.partition(';')[0]}; {outcome.words}")


def last_words(preview: Preview) -> str:
    """What somebody who leaves now has to know."""
    notes = {note.credential: note for item in preview.items for note in item.book.notes.values()}
    open_ones = [note.credential for note in notes.values() if note.phase is not Phase.RETIRING]
    if open_ones:
        return f"not over: {', '.join(open_ones)}; old and new are both valid; go on with: lakestrap rotate"
    waiting = sorted((note.after, note.credential) for note in notes.values() if note.after is not None)
    if not waiting:
        return "no old credential is left"
    told = ", ".join(f"{key} until {after:%Y-%m-%d %H:%M} UTC" for after, key in waiting)
    return f"still valid beside the new: {told}; it is safe to leave; lakestrap rotate ends them after that"
