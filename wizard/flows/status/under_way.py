"""What is not over: deployments that wait for approval, old credentials that wait for their end, and a run of somebody's.

Owns the telling. Approves nothing, retires nothing, takes no lease.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wizard.errors import LakestrapError, NotAllowed, NotYet
from wizard.flows.lease import current
from wizard.flows.rotate.waiting import Waiting, waiting_retirements
from wizard.flows.status.bootstrap import repository_as_seen
from wizard.flows.status.proofs import moment
from wizard.flows.status.rows import SHARED, Row, Standing

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from wizard.flows.job import Job
    from wizard.providers.github.approvals import PendingDeployment
    from wizard.providers.github.workflow_run import WorkflowRun


async def under_way(job: Job) -> list[Row]:
    """A row for everything that waits; none where nothing does."""
    batches = await asyncio.gather(
        _or_unknown("approvals", "deployments", _approvals(job)),
        _or_unknown("rotation", "waiting retirements", _retirements(job)),
        _or_unknown("run", "a run in progress", _lease(job)),
    )
    return [row for batch in batches for row in batch]


async def _or_unknown(area: str, what: str, rows: Awaitable[Sequence[Row]]) -> Sequence[Row]:
    try:
        return await rows
    except (LakestrapError, NotYet) as refusal:
        return [Row(SHARED, area, what, Standing.UNKNOWN, f"may not be read: {refusal}")]


async def _approvals(job: Job) -> list[Row]:
    from wizard.providers.github.approvals import pending_deployments
    from wizard.providers.github.workflow_run import held_runs

    repository = job.project.github.repository
    runs = await held_runs(job.session, repository)
    gates = await asyncio.gather(*(pending_deployments(job.session, repository, run.id) for run in runs))
    return [_approval(run, gate) for run, held in zip(runs, gates, strict=True) for gate in held]


def _approval(run: WorkflowRun, gate: PendingDeployment) -> Row:
    people = ", ".join(gate.reviewers)
    who = f"{people} can approve it" + (", you too" if gate.ours else "") if people else "its wait timer runs"
    why = f"{run.title or run.id} of {moment(run.created)} waits: {who}"
    until = gate.opens_at.strftime("%Y-%m-%d %H:%M UTC") if gate.opens_at else ""
    hint = f"approve or reject it: {run.url}" if people else ""
    return Row(gate.environment, "approvals", f"run {run.id}", Standing.WAITING, why, hint, until=until, link=run.url)


async def _retirements(job: Job) -> list[Row]:
    """From the notes of rotations, which are variables: GitHub shows them to those with write access only."""
    if not (await repository_as_seen(job)).writable:
        raise NotAllowed("needs environments:read: notes of rotations are shown to those with write access only")
    return [_rotation(item) for item in await waiting_retirements(job)]


def _rotation(item: Waiting) -> Row:
    hint = f"lakestrap rotate {item.environment}"
    if item.phase != "retiring" or item.retire_after is None:
        why = "a rotation was interrupted; old and new are both valid"
        return Row(item.environment, "rotation", item.credential, Standing.WAITING, why, hint)
    until = item.retire_after.strftime("%Y-%m-%d %H:%M UTC")
    why = f"the old one is valid until {until}; the next rotation ends it" + (
        "" if item.proven else "; the new one is not proven by a job yet"
    )
    return Row(item.environment, "rotation", item.credential, Standing.WAITING, why, hint, until=until)


async def _lease(job: Job) -> list[Row]:
    """Whoever works on the project now."""
    state = await current(job)
    if state is None:
        return []
    since, until = (datetime.fromtimestamp(each, UTC).strftime("%Y-%m-%d %H:%M UTC") for each in (state.since, state.until))
    why = f"{state.claim.holder} works on this project: {state.claim.purpose}, since {since}"
    hint = f"wait for its end; should it be dead, its claim ends at {until}"
    return [Row(SHARED, "run", f"run {state.claim.run}", Standing.WAITING, why, hint, until=until)]
