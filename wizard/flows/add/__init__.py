"""Adding an environment to a project that is set up: only what the new one needs is made, everything else stays.

Owns the order of the use case. Free of any screen: it tells events and asks through the ``Renewal`` decisions that a face gives it. The
entry goes into the project file before anything is made, so that the same command, and set-up too, goes on where a killed run ended.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from wizard.blueprint.github import FILES_KEY
from wizard.engine.events import Event, EventKind
from wizard.engine.journal import Journal
from wizard.engine.plan import Action, Plan
from wizard.errors import Cancelled
from wizard.flows.add.entry import Proposal, Request, proposed
from wizard.flows.add.preview import Adding, Preview, opened, planned, previewed, requested
from wizard.flows.add.scope import Drift
from wizard.flows.add.stale import Renewal, Stale
from wizard.flows.add.unfinished import MEMBER
from wizard.flows.ending import finished
from wizard.flows.job import limits
from wizard.flows.lease import Lease, given_back
from wizard.flows.pending import pending_publication, pending_trust
from wizard.flows.secret_values import with_secret_values
from wizard.flows.setup import Planned, refuse_what_cannot_be
from wizard.flows.temporary_access import carried_out, phased
from wizard.flows.working_tree import write_texts
from wizard.project.file import save
from wizard.render.following import Fate

if TYPE_CHECKING:
    from wizard.flows.decisions import Outcome

__all__ = ["Adding", "Drift", "Preview", "Proposal", "Renewal", "Request", "Stale", "add", "opened", "previewed", "proposed", "requested"]


async def add(adding: Adding, decisions: Renewal, outcome: Outcome, preview: Preview | None = None) -> AsyncIterator[Event]:
    """Run the whole use case, telling every step; ``outcome`` is complete when it ends."""
    journal = Journal(adding.job.runs, adding.job.identity)
    try:
        async for event in _steps(adding, decisions, outcome, preview, journal):
            yield event
        if outcome.applied.complete:
            journal.record(finished(outcome, journal.run))
    finally:
        journal.close()


async def _steps(adding: Adding, decisions: Renewal, outcome: Outcome, preview: Preview | None, journal: Journal) -> AsyncIterator[Event]:
    from wizard.flows.verify import prove

    job, name = adding.job, adding.proposal.name

    def told(kind: EventKind, outcome_text: str = "", key: str = "", **detail: object) -> Event:
        event = Event(kind, key, outcome=outcome_text, detail=detail, run=journal.run)
        journal.record(event)
        return event

    yield told(EventKind.RUN_STARTED, project=job.project.name, environments=[name], **{MEMBER: name})
    for event in limits(job):
        yield replace(event, run=journal.run)
    preview = preview or await previewed(adding)
    for drift in preview.drift:
        yield told(EventKind.NOTED, f"{drift.what}; left as it is", drift.key, environment=drift.environment)
    rows = Planned(preview.plan, preview.rows)
    refuse_what_cannot_be(rows, job.allowed)
    plan = await with_secret_values(preview.plan, job, decisions)
    yield told(EventKind.PLAN_MADE, counts=plan.counts())
    if not plan.empty and not await decisions.agrees(plan):
        raise Cancelled("nothing was changed")
    for event in _written(adding, preview):
        yield replace(event, run=journal.run)
    async for event in _made(adding, rows, plan, decisions, outcome, journal):
        yield event
    if not outcome.applied.complete:
        return
    for item in _left(preview, outcome, name):
        outcome.pending.append({member: item[member] for member in ("what", "link", "who")})
        yield Event(EventKind.PENDING, outcome=item["what"], hint=item.get("command", ""), detail=item, run=journal.run)
    if not pending_publication(outcome.applied):  # else the workflow does not know the environment yet
        async for event in prove(job, outcome, journal=journal):
            yield event


def _written(adding: Adding, preview: Preview) -> Iterator[Event]:
    """The project file first, then the files of the working tree that could be brought along."""
    save(adding.job.path, adding.proposal.project)
    yield Event(EventKind.FILE_WRITTEN, adding.job.path.name, outcome="written")
    texts = {item.path: item.text for item in preview.files.local if item.fate in (Fate.NEW, Fate.CHANGED) and item.text is not None}
    yield from write_texts(texts, adding.job.root)
    for item in preview.files.local:
        if item.fate is Fate.LEFT:
            yield Event(EventKind.NOTED, item.path, outcome=f"left as it is: {item.reason}")


async def _made(
    adding: Adding, preview: Planned, plan: Plan, decisions: Renewal, outcome: Outcome, journal: Journal
) -> AsyncIterator[Event]:
    """Carry the plan out under the project's lease, and as the world is by then."""
    job = adding.job
    if plan.empty and not (await phased(plan, job)).officers:
        await given_back(job, journal)
        async for event in carried_out(await phased(plan, job), job, journal, outcome.applied):
            yield event
        return
    lease = Lease(job, f"add {adding.proposal.name}", journal)
    try:
        async for event in lease.take():
            yield event
        again = await _read_again(adding, preview, plan, decisions)
        async for event in carried_out(await phased(again, job), job, journal, outcome.applied):
            lease.check()
            yield event
    finally:
        await lease.release()


async def _read_again(adding: Adding, preview: Planned, plan: Plan, decisions: Renewal) -> Plan:
    """The same wishes held against the world of now; whatever was not agreed to is asked for."""
    again, _ = await planned(adding, [change.resource for change in plan.changes])
    refuse_what_cannot_be(Planned(again, preview.rows), adding.job.allowed)
    agreed = {(change.key, change.action) for change in plan.changes}
    more = [change for change in again.changes if change.action is not Action.KEEP and (change.key, change.action) not in agreed]
    if more and not await decisions.agrees(again):
        raise Cancelled("nothing more was changed")
    return again


def _left(preview: Preview, outcome: Outcome, name: str) -> Iterator[dict[str, str]]:
    """What only people can do, each with place and who."""
    files = outcome.applied.settled.get(FILES_KEY)
    repository = f"https://github.com/{files.attributes['full_name']}" if files else ""
    publication = list(pending_publication(outcome.applied))
    yield from publication
    for item in preview.files.left:
        what = f"bring {name} into {item.path}: {item.reason} (lakestrap files --diff shows it)"
        yield {"what": what, "link": f"{repository}/blob/HEAD/{item.path}", "who": "somebody with write access"}
    for branch in preview.waiting:
        what = f"after the merge: lakestrap add {name}, which makes the branch {branch}"
        yield {"what": what, "link": f"{repository}/branches", "who": "you", "command": f"lakestrap add {name}"}
    if publication and not preview.waiting:
        link = f"{repository}/actions/workflows/verify-login.yml"
        yield {"what": f"{name}: prove its sign-in after the merge", "link": link, "who": "you", "command": "lakestrap verify"}
    if not preview.files.known:
        what = "commit lakestrap.yaml: the repository does not hold it"
        yield {"what": what, "link": repository, "who": "somebody with write access", "command": "git add lakestrap.yaml"}
    yield from pending_trust(outcome.applied)
