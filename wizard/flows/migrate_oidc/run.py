"""The migration: trust beside the secret, the project file, the workflows, the proof by a job, and the note that ends the secret.

Owns the order. Every step finds out by reading whether it is done, so that the same command goes on from any clone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wizard.blueprint import Place, resources
from wizard.blueprint.github import FILES_KEY
from wizard.engine.events import Event, EventKind
from wizard.engine.journal import Journal
from wizard.engine.plan import Action, Plan, make_plan
from wizard.engine.resource import Resource
from wizard.errors import BadInput, Cancelled, NotAllowed, NotYet, Problem, Unreachable
from wizard.flows.lease import Lease, given_back
from wizard.flows.migrate_oidc.ended import MigrationOutcome, moments
from wizard.flows.migrate_subject.run import presented
from wizard.flows.patience import patiently
from wizard.flows.pending import left_alone, pending_publication
from wizard.flows.rotate.kinds.entra_client_secret import EntraClientSecret, ReplacedClientSecret
from wizard.flows.rotate.notes import Note, Notebook, Phase
from wizard.flows.rotate.preview import server_time
from wizard.flows.rotate.steps import Steps, Stopped
from wizard.flows.temporary_access import applied_of
from wizard.flows.verify import verify
from wizard.flows.working_tree import edited_files, write_files
from wizard.project.file import save
from wizard.project.model import Project

if TYPE_CHECKING:
    from wizard.flows.job import Job
    from wizard.flows.migrate_subject import MigrationDecisions
    from wizard.flows.rotate.credential import Held

TRUST = "entra.federated_credential/"
WORKFLOWS = ".github/workflows/"


@dataclass(frozen=True, slots=True)
class Leaving:
    """One environment whose jobs shall sign in without a secret. ``secrets`` are ours that are still valid; ``noted``: their end is.

    ``until``: when the grace is over, where the end is noted.
    """

    environment: str
    secrets: tuple[Held, ...]
    noted: bool
    unfinished: bool = False
    """A rotation of the secret is not over."""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class OidcPreview:
    """What would be done. ``changes_file``: the project file still says client-secret."""

    environments: tuple[Leaving, ...]
    changes_file: bool
    grace: timedelta

    @property
    def empty(self) -> bool:
        return not self.changes_file and all(item.noted or not item.secrets for item in self.environments)

    @property
    def nothing_to_do(self) -> str:
        """What to tell where it is empty: whether secrets of ours are still valid for a while."""
        until = self.valid_until
        waiting = ", ".join(moments({e: until[e]}) if (e := item.environment) in until else e for item in self.environments if item.secrets)
        words = "the pipelines sign in without a client secret: nothing to do"
        return f"{words} but wait for the grace ({waiting}); then `lakestrap rotate` ends the last ones" if waiting else words

    @property
    def valid_until(self) -> dict[str, datetime]:
        """Until when secrets are valid whose end is noted, by environment."""
        return {item.environment: item.until for item in self.environments if item.secrets and item.until is not None}

    def lines(self) -> Iterator[str]:
        """For people, one deed a line, in order."""
        for item in self.environments:
            yield f"{item.environment}: trust the jobs of its GitHub environment, beside the client secret"
        if self.changes_file:
            yield "lakestrap.yaml: identity.mode: federated"
        yield "publish the workflows that sign in without a secret (by pull request where the branch is protected)"
        for item in self.environments:
            hours = self.grace.total_seconds() / 3600
            yield f"{item.environment}: after a job has signed in so, end {len(item.secrets)} client secret(s) {hours:g} h later"


async def previewed(job: Job, grace: timedelta) -> OidcPreview:
    """Read and decide. Raises ``BadInput`` where the project's mode has no client secret, or a rotation has to be finished first."""
    mode = job.project.identity.mode
    if mode not in ("client-secret", "federated"):
        raise BadInput([Problem("identity.mode", f"with {mode} there is no client secret to leave", "nothing has to be done")])
    found = [await patiently(lambda place=place: _leaving(job, place)) for place in _places(job)]  # type: ignore[misc]
    unfinished = [item.environment for item in found if item.unfinished]
    if unfinished:
        problems = [
            Problem(name, "a rotation of its client secret is not over", "lakestrap rotate, or lakestrap rotate --undo")
            for name in unfinished
        ]
        raise BadInput(problems)
    return OidcPreview(tuple(found), mode == "client-secret", grace)


def _places(job: Job) -> list[Place]:
    return [Place(job.project, environment, job.facts) for environment in job.project.environments]


async def _leaving(job: Job, place: Place) -> Leaving:
    kind = EntraClientSecret if place.stores_credential else ReplacedClientSecret
    held = await ReplacedClientSecret(place).inventory(job.session)
    book = await Notebook.opened(job.session, job.project.github.repository, place.name)
    note = book.notes.get(kind(place).key)
    ours = tuple(h for h in held if h.ours)
    return Leaving(place.name, ours, note is not None, note is not None and place.stores_credential, note.after if note else None)


async def migrate_oidc(job: Job, decisions: MigrationDecisions, outcome: MigrationOutcome, preview: OidcPreview) -> AsyncIterator[Event]:
    """Run the whole use case; ``outcome`` is complete when it ends. Run again, it goes on from what is there."""
    journal = Journal(job.runs, job.identity)
    steps = Steps(job, journal, outcome)
    outcome.valid_until |= preview.valid_until
    try:
        steps.tell(EventKind.RUN_STARTED, "", "migrate", project=job.project.name)
        async for event in steps.events(_work(steps, preview, decisions, outcome)):
            yield event
    finally:
        journal.close()


async def _work(steps: Steps, preview: OidcPreview, decisions: MigrationDecisions, outcome: MigrationOutcome) -> None:
    if preview.empty:
        await given_back(steps.job, steps.journal)
        steps.tell(EventKind.NOTED, "", "migrate", preview.nothing_to_do)
        return
    if not await decisions.agrees_to_migrate(preview):
        raise Cancelled("nothing was changed")
    lease = Lease(steps.job, "migrate oidc", steps.journal)
    try:
        async for event in lease.take():
            steps.pass_on(event)
        steps.lease = lease
        await _migrated(steps, preview, outcome)
    except Stopped as stopped:
        raise stopped.cause from None
    except NotYet as wait:
        raise Unreachable(wait.reason, hints=["run the same command again: it goes on from here"]) from wait
    finally:
        await lease.release()


async def _migrated(steps: Steps, preview: OidcPreview, outcome: MigrationOutcome) -> None:
    job = steps.job
    raw = job.project.identity.model_copy(update={"mode": "federated"})
    wished = job.project.model_copy(update={"identity": raw})
    every = {resource.key: resource for resource in resources(wished, replace(job.facts, edited=edited_files(wished, job.root)))}
    await _apply(steps, [every[key] for key in _with_needs(every, [key for key in every if key.startswith(TRUST)])])
    if not outcome.applied.complete:
        return
    if preview.changes_file:
        job.project = save(job.path, {"identity.mode": "federated"})
        steps.tell(EventKind.FILE_WRITTEN, job.path.name, "migrate", "written")
    for event in write_files(job):
        steps.pass_on(event)
    await _apply(steps, [replace(every[FILES_KEY], after=())])
    if outcome.applied.complete and _published(steps):
        await _proven_and_noted(steps, preview, wished, outcome)


def _with_needs(every: dict[str, Resource], wanted: list[str]) -> list[str]:
    found: list[str] = []
    while wanted:
        key = wanted.pop()
        if key not in found:
            found.append(key)
            wanted += sorted(every[key].needs & every.keys())
    return [key for key in every if key in found]


async def _apply(steps: Steps, wished: list[Resource]) -> None:
    job, known = steps.job, {resource.key for resource in wished}
    alone = [replace(resource, after=tuple(key for key in resource.after if key in known)) for resource in wished]
    plan = await make_plan(alone, job.session, ours=job.begun())
    if plan.blocked or plan.wanting_consent(job.allowed):
        reasons = [f"cannot plan {c.key}: {c.reason}" for c in plan.blocked]
        reasons += [f"{c.key} would be changed by {c.action}" for c in plan.wanting_consent(job.allowed)]
        raise NotAllowed("\n".join(reasons), hints=["see what differs: lakestrap status"])
    drifted = {change.key for change in plan.changes if change.action is Action.UPDATE} - {FILES_KEY}  # status tells it, --fix mends it
    needed = Plan(tuple(replace(c, action=Action.KEEP) if c.key in drifted else c for c in plan.changes))
    async for event in applied_of(needed, job, steps.journal, steps.outcome.applied):
        steps.pass_on(event)


def _published(steps: Steps) -> bool:
    """Whether the workflows on the default branch are the new ones; what is left for people is told."""
    applied, repository = steps.outcome.applied, steps.job.project.github.repository
    for item in pending_publication(applied):
        steps.pending(FILES_KEY, f"{item['what']}, then run: lakestrap migrate oidc", item["link"], item["who"])
        return False
    edited = [path for path in left_alone(applied) if path.startswith(WORKFLOWS)]
    for path in edited:
        link = f"https://github.com/{repository}/blob/HEAD/{path}"
        what = f"bring {path} to a sign-in without AZURE_CLIENT_SECRET (lakestrap files --diff shows it), then run: lakestrap migrate oidc"
        steps.pending(FILES_KEY, what, link, "somebody with write access")
    return not edited


async def _proven_and_noted(steps: Steps, preview: OidcPreview, wished: Project, outcome: MigrationOutcome) -> None:
    """Let a job of every environment sign in without the secret; note the end of its secret where one has."""
    job = steps.job
    for item in preview.environments:
        subject = str(steps.outcome.applied.settled[f"github.oidc_subject/{item.environment}"].attributes["subject"])
        if not await presented(job, item.environment, subject):
            told = verify(
                wished, job.session, [wished.environment(item.environment)], young=True, record=steps.journal.record, run=steps.journal.run
            )
            async for event in steps.forwarded(told):
                if event.event is EventKind.PENDING:
                    entry = {name: str(event.detail[name]) for name in ("what", "link", "who")}
                    steps.outcome.pending += [entry] if entry not in steps.outcome.pending else []
                elif event.event is EventKind.CHANGE_FAILED:
                    steps.outcome.unproven.append(item.environment)
            if not await presented(job, item.environment, subject):
                words = "no job has signed in without the secret yet; the secret stays valid; go on with: lakestrap migrate oidc"
                words = f"{item.environment}: {words}"
                steps.tell(EventKind.NOTED, f"entra-client-secret/{item.environment}", "migrate", words)
                continue
        until = await _noted(steps, item, preview.grace)
        outcome.valid_until |= {item.environment: until} if until else {}


async def _noted(steps: Steps, item: Leaving, grace: timedelta) -> datetime | None:
    """Until when the secret stays valid; ``None`` where there is none."""
    job, key = steps.job, f"{EntraClientSecret.kind}/{item.environment}"
    book = await steps.asked(key, lambda: Notebook.opened(job.session, job.project.github.repository, item.environment))
    if key in book.notes or not item.secrets:
        return book.notes[key].after if item.secrets else None
    now = await steps.asked(key, lambda: server_time(job))
    note = Note(key, Phase.RETIRING, now, (), "federated", tuple(h.id for h in item.secrets), now + grace, proven=True)
    await steps.mutated(book.key, "note", lambda: book.keep(job.session, note))
    return note.after
