"""Carrying a change of subject out: every step journalled, resumable, and the old trust ended only after a job has shown the new.

Owns the order. The proof is the subject that a successful job really presented, read from its log: so that any clone can finish.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wizard.engine.events import Event, EventKind
from wizard.engine.journal import Journal
from wizard.engine.plan import Action, Change, Plan
from wizard.engine.resource import Observed
from wizard.errors import Cancelled, LakestrapError
from wizard.flows.lease import Lease, given_back
from wizard.flows.migrate_subject.preview import MigrationDecisions, Move, SubjectPreview, previewed
from wizard.flows.signin_hints import subject_of
from wizard.flows.temporary_access import applied_of
from wizard.flows.verify import WORKFLOW, verify
from wizard.project.file import save
from wizard.providers.github.oidc_subject import opt_in, subject_template
from wizard.providers.identity.federated_credential import IdentityFederatedCredential
from wizard.providers.identity.managed_identity import ManagedIdentity

if TYPE_CHECKING:
    from wizard.engine.resource import Resource
    from wizard.flows.decisions import Outcome
    from wizard.flows.job import Job
    from wizard.providers.entra.held_credentials import Trust

SETTING = "github.oidc_subject/repository"
LOOKED_AT = 5
"""Successful runs of an environment whose logs are searched for the new subject."""


async def migrate_subject(
    job: Job, decisions: MigrationDecisions, outcome: Outcome, preview: SubjectPreview, *, opts_in: bool = False
) -> AsyncIterator[Event]:
    """Run the whole use case; ``outcome`` is complete when it ends. Run again, it goes on from what is there."""
    journal = Journal(job.runs, job.identity)
    try:
        yield _told(journal, EventKind.RUN_STARTED, project=job.project.name)
        if preview.empty:
            await given_back(job, journal)
            yield _told(journal, EventKind.NOTED, "GitHub sends the subjects that are trusted: nothing to do")
            return
        if not await decisions.agrees_to_migrate(preview):
            raise Cancelled("nothing was changed")
        if preview.file_changes:  # before the lease, which GitHub takes under the present name only
            job.project = save(job.path, preview.file_changes)
            yield _told(journal, EventKind.FILE_WRITTEN, "written", key=job.path.name)
        lease = Lease(job, "migrate subject", journal)
        try:
            async for event in lease.take():
                yield event
            async for event in _steps(job, outcome, journal, lease, opts_in):
                yield event
        finally:
            await lease.release()
    finally:
        journal.close()


def _told(journal: Journal, kind: EventKind, words: str = "", *, key: str = "", action: str = "", **detail: object) -> Event:
    event = Event(kind, key, action, words, detail=detail, run=journal.run)
    journal.record(event)
    return event


async def _steps(job: Job, outcome: Outcome, journal: Journal, lease: Lease, opts_in: bool) -> AsyncIterator[Event]:
    preview = await previewed(job, opt_in=opts_in)
    applied = outcome.applied
    async for event in applied_of(_made(preview.moves), job, journal, applied):
        lease.check()
        yield event
    if not applied.complete:
        return
    if preview.opts_in:
        async for event in _opted_in(job, journal):
            lease.check()
            yield event
    proven: set[str] = set()
    async for event in _proven(job, outcome, journal, preview.moves, proven):
        yield event
    ended = [move for move in preview.moves if move.environment in proven]
    async for event in applied_of(_ended(ended), job, journal, applied):
        lease.check()
        yield event
    for move in preview.moves:
        if move.old and move.environment not in proven:
            words = "the old subject stays trusted until a job has signed in with the new one: run the same command again then"
            yield _told(journal, EventKind.NOTED, words, key=move.credential.key)


def _made(moves: Iterable[Move]) -> Plan:
    return Plan(tuple(_standing_on([Change(_alone(move), Action.CREATE) for move in moves if not move.there])))


def _standing_on(changes: Iterable[Change]) -> Iterator[Change]:
    """The changes, each after the managed identity that it waits for, which is there."""
    for change in changes:
        if isinstance(change.resource, IdentityFederatedCredential):
            own = change.resource
            owned: Any = {"name": own.name, "project": own.project, "environment": own.environment, "location": ""}
            identity = ManagedIdentity(**owned, subscription=own.subscription, group=own.group, identity=own.identity)
            yield Change(identity, Action.KEEP, Observed(own.identity))
        yield change


def _alone(move: Move) -> Resource:
    return replace(move.credential, after=())


def _under_its_own_name(move: Move, trust: Trust) -> Resource:
    fields: Any = {"name": f"{move.credential.name}/{trust.name}", "credential": trust.name, "subject": trust.subject}
    return replace(_alone(move), **fields)


def _ended(moves: Iterable[Move]) -> Plan:
    """The end of every old trust, each under a key of its own."""
    changes = []
    for move in moves:
        for trust in move.old:
            resource = _under_its_own_name(move, trust)
            changes.append(Change(resource, Action.DELETE, Observed(trust.id, {}, owner=trust.owner)))
    return Plan(tuple(_standing_on(changes)))


async def _opted_in(job: Job, journal: Journal) -> AsyncIterator[Event]:
    repository = job.project.github.repository
    before = await subject_template(job.session, repository)
    assert before is not None
    yield _told(journal, EventKind.CHANGE_STARTED, key=SETTING, action="update")
    await opt_in(job.session, repository, before)
    yield _told(journal, EventKind.CHANGE_MADE, "asked for subjects with ids in them", key=SETTING, action="update")
    after = await subject_template(job.session, repository)
    if after is None or after.prefix != before.immutable_prefix:
        sent = after.prefix if after else "nothing"
        hint = "run the same command again: it trusts what GitHub sends; until then both subjects stay trusted"
        raise LakestrapError(f"GitHub sends {sent}, and {before.immutable_prefix} was expected", hints=[hint])


async def _proven(job: Job, outcome: Outcome, journal: Journal, moves: Iterable[Move], proven: set[str]) -> AsyncIterator[Event]:
    """Note in ``proven`` the environments whose job has presented the new subject and signed in; dispatch where none has."""
    wanted = {move.environment: move.subject for move in moves if move.gate == move.environment and not _is_over(move.environment, moves)}
    for name, subject in wanted.items():
        if await presented(job, name, subject):
            proven.add(name)
    left = [environment for environment in job.project.environments if environment.name in wanted and environment.name not in proven]
    if not left:
        return
    async for event in verify(job.project, job.session, left, again=True, young=True, record=journal.record, run=journal.run):
        if event.event is EventKind.PENDING:
            item = {name: str(event.detail[name]) for name in ("what", "link", "who")}
            outcome.pending += [item] if item not in outcome.pending else []
        elif event.event is EventKind.CHANGE_FAILED:
            outcome.unproven.append(str(event.detail["environment"]))
        yield event
    for environment in left:
        if await presented(job, environment.name, wanted[environment.name]):
            proven.add(environment.name)


def _is_over(environment: str, moves: Iterable[Move]) -> bool:
    return all(move.over for move in moves if move.environment == environment)


async def presented(job: Job, environment: str, subject: str) -> bool:
    """Whether a job of the environment has signed in with that subject: its own log says so."""
    from wizard.providers.github.workflow_run import latest, log_of

    repository = job.project.github.repository
    runs = await latest(job.session, repository, WORKFLOW)
    succeeded = [run for run in runs if run.succeeded and run.title == f"verify-login {environment}"][:LOOKED_AT]
    for run in succeeded:
        if subject_of(await log_of(job.session, repository, run.id)) == subject:
            return True
    return False
