"""The operator's own right to write secrets: given for the run where the project names nobody, taken back at its end.

Owns those temporary role assignments, and the order around our own locks: a lock forbids to take a role back, so it is
lifted before and set after. Everything is journalled and nothing of it is part of a plan that is compared, so that a
colleague's run is not drift.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wizard.blueprint import operator_officers
from wizard.engine.apply import Applied, Applier
from wizard.engine.plan import Action, Change, Plan, decide
from wizard.errors import NotAllowed
from wizard.providers.arm.lock import Lock
from wizard.providers.keyvault.secret import VaultSecret

if TYPE_CHECKING:
    from wizard.engine.events import Event
    from wizard.engine.journal import Journal
    from wizard.engine.resource import Resource
    from wizard.flows.job import Job


@dataclass(frozen=True, slots=True)
class Phases:
    """A plan in the order in which locks allow it: lift, do, take back, lock."""

    lifted: Plan
    main: Plan
    officers: tuple[Resource, ...]
    locked: Plan


async def phased(plan: Plan, job: Job) -> Phases:
    """The plan with the operator's temporary assignments put before the secrets that need them.

    Assignments that a killed run left behind are among ``officers`` too, so that they are taken back: their mark tells, as the
    run may have been another machine's.
    """
    changes, officers = list(plan.changes), []
    for environment in job.project.environments:
        for officer in operator_officers(job.project, environment, job.facts):
            vault = str(getattr(officer, "scope", ""))
            kept = {c.key for c in changes if isinstance(c.resource, VaultSecret) and c.resource.vault_id == vault}
            needing = {c.key for c in changes if c.action is not Action.KEEP and (c.key in kept or _reveals(c.resource, kept))}
            needed = bool(needing)
            if needed:
                changes = [_after(change, officer.key) if change.key in needing else change for change in changes]
                changes.append(decide(officer, await officer.read(job.session)))
            if needed or await _left_behind(officer, job):
                officers.append(officer)
    held = [str(getattr(officer, "scope", "")).lower() for officer in officers]
    locks = [change for change in changes if isinstance(change.resource, Lock) and _holds(change.resource, held)]
    standing = [change for change in locks if change.observed is not None]
    return Phases(
        Plan(tuple(Change(_alone(change.resource), Action.DELETE, change.observed) for change in standing)),
        Plan(tuple(change for change in changes if change not in locks)),
        tuple(officers),
        Plan(tuple(Change(_alone(change.resource), Action.CREATE) for change in locks)),
    )


def _reveals(resource: Resource, secrets: set[str]) -> bool:
    """Whether it is written with the value of one of those secrets."""
    return any(ref.key in secrets and ref.attribute == "value" for ref in resource.refs())


def _holds(lock: Lock, scopes: list[str]) -> bool:
    """Whether a lock keeps roles at one of those scopes from being taken back."""
    return any(scope.startswith(f"{str(lock.scope).lower()}/") for scope in scopes)


async def _left_behind(officer: Resource, job: Job) -> bool:
    try:
        seen = await officer.read(job.session)
    except NotAllowed:  # who may not even see who holds which role has given none
        return False
    return seen is not None and seen.owner == job.project.name


def _alone(resource: Resource) -> Resource:
    return replace(resource, after=())


def _after(change: Change, key: str) -> Change:
    return replace(change, resource=replace(change.resource, after=(*change.resource.after, key)))


async def carried_out(phases: Phases, job: Job, journal: Journal, applied: Applied) -> AsyncIterator[Event]:
    """Every phase in its order; ``applied`` gathers what became of all of them.

    A temporary assignment is taken back whatever became of the rest; a lock is set only where the rest is complete.
    """
    if phases.lifted.changes and phases.officers:
        async for event in applied_of(phases.lifted, job, journal, applied):
            yield event
    async for event in applied_of(phases.main, job, journal, applied):
        yield event
    async for event in applied_of(await _taken_back(phases.officers, job), job, journal, applied):
        yield event
    if applied.complete or phases.lifted.changes:
        async for event in applied_of(phases.locked, job, journal, applied):
            yield event


async def _taken_back(officers: tuple[Resource, ...], job: Job) -> Plan:
    alone = [_alone(officer) for officer in officers]
    found = await asyncio.gather(*(officer.read(job.session) for officer in alone))
    ours = [(officer, seen) for officer, seen in zip(alone, found, strict=True) if seen is not None and seen.owner == job.project.name]
    return Plan(tuple(Change(officer, Action.DELETE, seen) for officer, seen in ours))


async def applied_of(plan: Plan, job: Job, journal: Journal, applied: Applied) -> AsyncIterator[Event]:
    """Carry one plan out; ``applied`` gathers what became of it."""
    applier = Applier(plan, job.session, journal, remedy=job.remedy)
    try:
        async for event in applier.events():
            yield event
    finally:
        applied.gather(applier.result)
