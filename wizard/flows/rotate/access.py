"""The operator's right to write secrets, for the length of a rotation, where the project names nobody.

Owns which of those temporary roles a rotation needs, and taking them back; a lock of ours that forbids to take one back is lifted for
just that moment. What a killed run left behind is taken back by the next one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from wizard.blueprint import operator_officers, resources
from wizard.engine.plan import Action, Change, Plan, decide
from wizard.errors import NotAllowed
from wizard.flows.rotate.copies import VaultCopy
from wizard.flows.rotate.preview import Item, Task
from wizard.flows.temporary_access import applied_of
from wizard.providers.arm.lock import Lock

if TYPE_CHECKING:
    from wizard.engine.events import Event
    from wizard.engine.journal import Journal
    from wizard.engine.resource import Observed, Resource
    from wizard.flows.decisions import Outcome
    from wizard.flows.job import Job


def vaults_of(items: Iterable[Item]) -> frozenset[str]:
    """The vaults whose values are read or written; ending an old one that is proven needs none, unless it is a vault's own."""
    needing = (i for i in items if i.task is not Task.RETIRE or i.credential.issuer_is_store or not (i.note and i.note.proven))
    return frozenset(copy.vault_id.lower() for item in needing for copy in item.credential.copies if isinstance(copy, VaultCopy))


async def given(items: Iterable[Item], job: Job, journal: Journal, outcome: Outcome) -> AsyncIterator[Event]:
    """Give the operator what this rotation needs and does not have."""
    wanted = vaults_of(items)
    officers = [officer for officer in _officers(job) if _scope(officer) in wanted]
    changes = [decide(officer, await officer.read(job.session)) for officer in officers]
    async for event in applied_of(Plan(tuple(c for c in changes if c.action is Action.CREATE)), job, journal, outcome.applied):
        yield event


async def taken_back(job: Job, journal: Journal, outcome: Outcome) -> AsyncIterator[Event]:
    """Take every temporary role of ours back, and leave every lock of the project where it belongs."""
    held = [(officer, seen) for officer in _officers(job) if (seen := await _seen(officer, job)) is not None]
    locks = await _locks([_scope(officer) for officer, _ in held], job) if held else []
    phases = (
        [Change(lock, Action.DELETE, seen) for lock, seen in locks if seen is not None],
        [Change(officer, Action.DELETE, seen) for officer, seen in held],
        [Change(lock, Action.CREATE) for lock, _ in locks],
    )
    for changes in phases:
        async for event in applied_of(Plan(tuple(changes)), job, journal, outcome.applied):
            yield event


def _officers(job: Job) -> list[Resource]:
    found = (officer for e in job.project.environments for officer in operator_officers(job.project, e, job.facts))
    return [replace(officer, after=()) for officer in found]


def _scope(officer: Resource) -> str:
    return str(getattr(officer, "scope", "")).lower()


async def _seen(officer: Resource, job: Job) -> Observed | None:
    try:
        seen = await officer.read(job.session)
    except NotAllowed:  # who may not even see who holds which role has given none
        return None
    return seen if seen is not None and seen.owner == job.project.name else None


async def _locks(scopes: list[str], job: Job) -> list[tuple[Resource, Observed | None]]:
    """Our locks above those vaults, standing or lifted by a run that was killed."""
    wished = [resource for resource in resources(job.project, job.facts) if isinstance(resource, Lock)]
    above = [lock for lock in wished if any(scope.startswith(f"{str(lock.scope).lower()}/") for scope in scopes)]
    return [(replace(lock, after=()), await lock.read(job.session)) for lock in above]
