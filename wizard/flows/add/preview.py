"""What adding an environment would do, before anything is done.

Owns opening, asking anew what went stale, and putting the preview together. Changes nothing: the world and the disk are only read.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wizard.blueprint.github import FILES_KEY, repository_resources
from wizard.engine.plan import Action, Change, Plan, make_plan
from wizard.flows.add import entry, scope, stale
from wizard.flows.add.files import Changed, changed
from wizard.flows.add.unfinished import unfinished
from wizard.flows.check import checked, with_blocked
from wizard.flows.check_github import PROPOSAL
from wizard.flows.job import FOLDER, Job, collect_facts
from wizard.project.file import load, located
from wizard.providers.github.branch import Branch
from wizard.providers.github.files import Files

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.blueprint import Facts
    from wizard.engine.resource import Resource
    from wizard.flows.check_rows import Row
    from wizard.providers.session import Session
    from wizard.secret import Secret


@dataclass(slots=True)
class Adding:
    """An environment that is to be added, opened. ``job`` knows the new environment only; ``others`` are facts for looking at the rest."""

    proposal: entry.Proposal
    job: Job
    others: Facts


@dataclass(frozen=True, slots=True)
class Preview:
    """The plan of the new environment alone, the files, what was decided, and what else was seen. Printable, without a secret."""

    name: str
    order: tuple[str, ...]
    notes: tuple[str, ...]
    plan: Plan
    files: Changed
    rows: tuple[Row, ...] = ()
    drift: tuple[scope.Drift, ...] = ()
    waiting: tuple[str, ...] = ()
    """Branches that are made once the pull request is merged: they start where the default branch is then."""


def requested(path: Path, request: entry.Request) -> entry.Proposal:
    """The project with the environment in it: a new entry, or what an interrupted run put there. Raises ``BadInput``; no cloud is asked."""
    project = load(path)
    begun = unfinished(located(path).resolve().parent / FOLDER / "runs", request.name)
    if begun and any(environment.name == begun for environment in project.environments) and len(project.environments) > 1:
        return entry.begun(project, begun)
    return entry.proposed(project, request)


@asynccontextmanager
async def opened(
    path: Path,
    request: entry.Request,
    decisions: stale.Renewal,
    *,
    allowed: frozenset[str] = frozenset(),
    wait: float = 0.0,
    tenant: str = "",
    token: Secret | None = None,
) -> AsyncIterator[Adding]:
    """Sign in, and ask again for what went stale until it is usable. Raises ``BadInput`` with everything at once where nobody can say."""
    from wizard.providers.signin import open_session

    proposal, path = requested(path, request), located(path)
    wanted = [environment.subscription for environment in proposal.project.environments]
    session = await open_session(tenant=tenant, subscriptions=wanted, token=token)
    try:
        proposal = await _renewed(proposal, request, path, session, decisions)
        mine = scope.alone(proposal.project, proposal.environment)
        facts = await collect_facts(mine, session, path)
        others = await collect_facts(proposal.old, session, path, [])
        yield Adding(proposal, Job(path.resolve(), mine, session, facts, allowed, wait), others)
    finally:
        await session.close()


async def _renewed(
    proposal: entry.Proposal, request: entry.Request, path: Path, session: Session, decisions: stale.Renewal
) -> entry.Proposal:
    while found := await stale.stale(session, proposal, path):
        if not proposal.like:
            found = tuple(stale.in_the_file(item, proposal, path) for item in found)
        if any(not item.field for item in found):  # what stands in the file is mended there
            stale.refuse(found)
        answers = [(item, await decisions.renewed(item)) for item in found]
        stale.refuse(item for item, answer in answers if answer is None)
        for item, answer in answers:
            assert answer is not None
            request = request.with_answer(item.field, answer)
        proposal = entry.proposed(proposal.old, request)
    return proposal


async def previewed(adding: Adding) -> Preview:
    """Read the world and decide. Changes nothing."""
    proposal, job = adding.proposal, adding.job
    files = await changed(proposal, job.path, job.session, PROPOSAL, job.facts.gates.approvals)
    plan, shared = await planned(adding, list(scope.wished(proposal, job.facts, _published(adding, files))))
    plan, waiting = _with_branches_later(plan)
    rows = () if plan.empty else await checked(job, plan)
    drift = (*shared, *await scope.drift_of_others(proposal, adding.others, job.session, job.begun()))
    order = tuple(environment.name for environment in proposal.project.environments)
    return Preview(proposal.name, order, proposal.notes, with_blocked(plan, rows), files, rows, drift, waiting)


async def planned(adding: Adding, wished: list[Resource]) -> tuple[Plan, tuple[scope.Drift, ...]]:
    """Those resources held against the world, shared things that somebody changed left as they are."""
    plan = await make_plan(wished, adding.job.session, ours=adding.job.begun())
    return scope.settled(plan, adding.proposal, adding.job.facts, FILES_KEY)


def _published(adding: Adding, files: Changed) -> Resource:
    template = next(item for item in repository_resources(adding.proposal.project, adding.job.facts) if isinstance(item, Files))
    return files.resource(template, f"Add {adding.proposal.name} with Lakestrap")


def _with_branches_later(plan: Plan) -> tuple[Plan, tuple[str, ...]]:
    """Without the branches that would start from a default branch to which the new files have not come yet."""
    files = next(change for change in plan.changes if change.key == FILES_KEY)
    merged = files.observed is not None and files.observed.attributes.get("merged")
    later = [c for c in plan.changes if isinstance(c.resource, Branch) and c.action is Action.CREATE and not merged]
    kept = [replace(change, resource=_without(change.resource, later)) for change in plan.changes if change not in later]
    return Plan(tuple(kept)), tuple(str(getattr(change.resource, "branch", "")) for change in later)


def _without(resource: Resource, later: list[Change]) -> Resource:
    gone = {change.key for change in later}
    return replace(resource, after=tuple(key for key in resource.after if key not in gone))
