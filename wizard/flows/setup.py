"""First-time set-up: plan, agree, write the files, apply, prove.

Owns the order of the use case. Free of any screen: it tells events, and asks through the ``Decisions`` that a face
gives it. Run again, it finishes what was begun and changes nothing that is as wished.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wizard.blueprint import resources
from wizard.engine.events import Event, EventKind
from wizard.engine.journal import Journal
from wizard.engine.plan import Action, Plan, make_plan
from wizard.errors import BadInput, Cancelled, ExitCode, NotAllowed, Problem
from wizard.flows.check import checked, exit_code, with_blocked
from wizard.flows.ending import finished
from wizard.flows.job import limits
from wizard.flows.lease import Lease, given_back
from wizard.flows.pending import left_alone, pending_publication, pending_trust
from wizard.flows.secret_values import with_secret_values
from wizard.flows.temporary_access import applied_of, carried_out, phased
from wizard.flows.what_if import with_what_if
from wizard.flows.working_tree import write_files
from wizard.project.model import FILE_NAME
from wizard.providers.verdict import Answer

if TYPE_CHECKING:
    from wizard.flows.check_rows import Row
    from wizard.flows.decisions import Decisions, Outcome
    from wizard.flows.job import Job


GROUND = ("github.repository", "github.first_commit")
OTHER_FILE = f"{FILE_NAME} in the repository is not the one here; it was left as it is: commit yours, or pull"


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan whose forbidden changes are blocked, and the preflight's rows that say why."""

    plan: Plan
    rows: tuple[Row, ...]


async def planned(job: Job) -> Planned:
    """Read the world, decide, and ask beforehand what can be asked. Changes nothing."""
    plan = await make_plan(resources(job.project, job.facts), job.session, ours=job.begun())
    rows = () if plan.empty else await checked(job, plan)
    return Planned(await with_what_if(with_blocked(plan, rows), job.session), rows)


def refuse_what_cannot_be(preview: Planned, allowed: frozenset[str]) -> None:
    """Raise for all that is known to fail or has not been agreed to, everything at once."""
    plan = preview.plan
    forbidden = [row for row in preview.rows if row.answer is Answer.NO]
    if plan.blocked or forbidden:
        lines = [f"cannot plan {change.key}: {change.reason}" for change in plan.blocked]
        lines += [f"{row.question}: {row.why}" for row in forbidden if not row.keys]
        told = [hint for change in plan.blocked for hint in change.hints] + [
            text for row in forbidden for text in (row.hint, row.request) if text
        ]
        hints = list(dict.fromkeys(told)) or ["see every question and answer: lakestrap check"]
        if exit_code(forbidden) is ExitCode.BAD_INPUT:
            raise BadInput([], message="\n".join(lines), hints=hints)
        raise NotAllowed("\n".join(lines), hints=hints)
    wanting = plan.wanting_consent(allowed)
    if wanting:
        problems = [Problem(c.key, f"exists and would be {_PAST[str(c.action)]}", f"agree with --allow {c.action}") for c in wanting]
        raise BadInput(problems)


_PAST = {"adopt": "taken over (it does not bear this project's mark)", "replace": "replaced", "delete": "deleted"}


async def setup(job: Job, decisions: Decisions, outcome: Outcome, preview: Planned | None = None) -> AsyncIterator[Event]:
    """Run the whole use case, telling every step; ``outcome`` is complete when it ends."""
    journal = Journal(job.runs, job.identity)
    try:
        async for event in _steps(job, decisions, outcome, preview, journal):
            yield event
        if outcome.applied.complete:
            journal.record(finished(outcome, journal.run))
    finally:
        journal.close()


async def _steps(job: Job, decisions: Decisions, outcome: Outcome, preview: Planned | None, journal: Journal) -> AsyncIterator[Event]:
    from wizard.flows.verify import prove

    def told(kind: EventKind, outcome_text: str = "", **detail: object) -> Event:
        event = Event(kind, outcome=outcome_text, detail=detail, run=journal.run)
        journal.record(event)
        return event

    yield told(EventKind.RUN_STARTED, project=job.project.name, environments=[e.name for e in job.project.environments])
    for event in limits(job):
        yield replace(event, run=journal.run)
    preview = preview or await planned(job)
    refuse_what_cannot_be(preview, job.allowed)
    plan = await with_secret_values(preview.plan, job, decisions)
    yield told(EventKind.PLAN_MADE, counts=plan.counts())
    if not plan.empty and not await decisions.agrees(plan):
        raise Cancelled("nothing was changed")
    for event in write_files(job):
        yield event
    async for event in _alone(plan, preview, job, decisions, outcome, journal):
        yield event
    if not outcome.applied.complete:
        return
    for path in left_alone(outcome.applied):
        yield told(
            EventKind.NOTED, OTHER_FILE if path == FILE_NAME else f"{path} in the repository is the team's own; it was left as it is"
        )
    for item in (*pending_publication(outcome.applied), *pending_trust(outcome.applied)):
        outcome.pending.append({name: item[name] for name in ("what", "link", "who")})
        yield Event(EventKind.PENDING, outcome=item["what"], hint=item.get("command", ""), detail=item, run=journal.run)
    async for event in prove(job, outcome, journal=journal):
        yield event


async def _alone(plan: Plan, preview: Planned, job: Job, decisions: Decisions, outcome: Outcome, journal: Journal) -> AsyncIterator[Event]:
    """Carry the plan out while nobody else changes the same project: under its lease, and as the world is by then."""
    if plan.empty and not (await phased(plan, job)).officers:
        await given_back(job, journal)
        async for event in carried_out(await phased(plan, job), job, journal, outcome.applied):
            yield event
        return
    async for event in applied_of(_ground(plan), job, journal, outcome.applied):
        yield event
    if not outcome.applied.complete:
        return
    lease = Lease(job, "set up", journal)
    try:
        async for event in lease.take():
            yield event
        plan = await _read_again(plan, preview, job, decisions)
        async for event in carried_out(await phased(plan, job), job, journal, outcome.applied):
            lease.check()
            yield event
    finally:
        await lease.release()


def _ground(plan: Plan) -> Plan:
    """What has to exist before there can be a lease: a repository with a commit."""
    ground = tuple(change for change in plan.changes if change.resource.kind in GROUND)
    return Plan(ground if any(change.action is Action.CREATE for change in ground) else ())


async def _read_again(plan: Plan, preview: Planned, job: Job, decisions: Decisions) -> Plan:
    """The same wishes held against the world of now; whatever was not agreed to is asked for."""
    again = await make_plan([change.resource for change in plan.changes], job.session, ours=job.begun())
    refuse_what_cannot_be(Planned(again, preview.rows), job.allowed)
    agreed = {(change.key, change.action) for change in plan.changes}
    if _ground(plan).changes:  # our first commit lies in the repository by now: its files are no longer created, but added to
        agreed |= {(change.key, Action.UPDATE) for change in plan.changes if change.resource.kind == "github.files"}
    more = [change for change in again.changes if change.action is not Action.KEEP and (change.key, change.action) not in agreed]
    if more and not await decisions.agrees(again):
        raise Cancelled("nothing more was changed")
    return again
