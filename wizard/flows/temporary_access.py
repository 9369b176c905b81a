"""The operator's own right to write secrets: given for the run where the project names nobody, taken back at its end.

Owns those temporary role assignments. They are journalled like everything else and are never part of a plan that is
compared, so that a colleague's run is not drift.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING

from wizard.blueprint import operator_officer
from wizard.engine.apply import Applier
from wizard.engine.events import Event
from wizard.engine.plan import Action, Change, Plan, decide
from wizard.engine.resource import Resource
from wizard.providers.keyvault.secret import VaultSecret

if TYPE_CHECKING:
    from wizard.engine.journal import Journal
    from wizard.flows.job import Job


async def officers_for(plan: Plan, job: Job) -> tuple[Plan, tuple[Resource, ...]]:
    """The plan with the operator's temporary assignments put before the secrets that need them, and those assignments.

    Also names assignments that a killed run left behind, so that ``withdrawn`` removes them.
    """
    officers: list[Resource] = []
    changes = list(plan.changes)
    for environment in job.project.environments:
        officer = operator_officer(job.project, environment, job.facts)
        if officer is None:
            continue
        writing = [c for c in changes if isinstance(c.resource, VaultSecret) and c.resource.environment == environment.name]
        needed = any(change.action is not Action.KEEP for change in writing)
        if needed:
            changes = [_after(c, officer.key) if c in writing else c for c in changes]
            changes.append(decide(officer, await officer.read(job.session)))
        if needed or officer.key in job.begun():
            officers.append(officer)
    return Plan(tuple(changes)), tuple(officers)


def _after(change: Change, key: str) -> Change:
    return replace(change, resource=replace(change.resource, after=(*change.resource.after, key)))


async def withdrawn(officers: tuple[Resource, ...], job: Job, journal: Journal) -> AsyncIterator[Event]:
    """Delete the temporary assignments that exist and bear our mark."""
    alone = [replace(officer, after=()) for officer in officers]
    found = await asyncio.gather(*(officer.read(job.session) for officer in alone))
    ours = [(officer, seen) for officer, seen in zip(alone, found, strict=True) if seen is not None and seen.owner == job.project.name]
    plan = Plan(tuple(Change(officer, Action.DELETE, seen) for officer, seen in ours))
    async for event in Applier(plan, job.session, journal).events():
        yield event
