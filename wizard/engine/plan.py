"""What would be done: the wished resources held against the world, one change a resource.

Owns the decision which action a resource needs. Reads through the resources, as wide as the graph allows; writes
nothing. The plan decides and apply obeys: apply never turns one action into another.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from wizard.engine.graph import ordered
from wizard.engine.resource import Difference, Json, Observed, Ref, Resource, Service
from wizard.errors import LakestrapError, NotAllowed, NotYet

if TYPE_CHECKING:
    from wizard.providers.session import Session

READS_AT_ONCE = {Service.ENTRA: 8, Service.ARM: 16, Service.KEYVAULT: 8, Service.GITHUB: 8, Service.DATABRICKS: 4}
READ_PATIENCE = 20.0
"""Seconds that a read may answer ``NotYet`` before the plan goes on without it."""


class Action(StrEnum):
    """What a change does, in order of severity."""

    KEEP = "keep"
    ADOPT = "adopt"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    BLOCKED = "blocked"


NEEDS_CONSENT = frozenset({Action.ADOPT, Action.REPLACE, Action.DELETE})


@dataclass(frozen=True, slots=True)
class Change:
    """One resource and what is to be done with it.

    ``resource`` still holds ``Ref``s to what does not exist yet. ``reason`` says why it is blocked or replaced.
    ``consented`` is true where the replacement harms nobody (the orphan of an interrupted run). ``waits_for`` takes the place of
    what the resource needs where the order is another one: things are removed in about the reverse of the order they are made in.
    """

    resource: Resource
    action: Action
    observed: Observed | None = None
    differences: tuple[Difference, ...] = ()
    reason: str = ""
    hints: tuple[str, ...] = ()
    consented: bool = False
    waits_for: frozenset[str] | None = None
    predicted: tuple[Difference, ...] = ()
    """What the service itself says would change below this resource: to be shown, decides nothing."""

    @property
    def key(self) -> str:
        return self.resource.key

    @property
    def needs(self) -> frozenset[str]:
        """Keys of the changes that have to be complete before this one begins."""
        return self.resource.needs if self.waits_for is None else self.waits_for

    def as_dict(self) -> dict[str, object]:
        """The printable form for plan files and ``--json``; holds no secret."""
        told: dict[str, object] = {
            "key": self.key,
            "action": str(self.action),
            "environment": self.resource.environment,
            "id": self.observed.id if self.observed else "",
            "differences": [{"field": d.field, "desired": d.desired, "observed": d.observed} for d in self.differences],
            "permissions": [{"plane": p.plane, "action": p.action, "scope": p.scope} for p in self.resource.requires],
            "command": self.resource.command(str(self.action)) if self.action not in (Action.KEEP, Action.BLOCKED) else "",
            "reason": self.reason,
        }
        if self.predicted:
            told["predicted"] = [{"field": d.field, "desired": d.desired, "observed": d.observed} for d in self.predicted]
        return told


@dataclass(frozen=True, slots=True)
class Plan:
    """Every change, each after all it needs."""

    changes: tuple[Change, ...]

    def counts(self) -> dict[str, int]:
        """How many changes of each action, in order of severity; those that do not occur are left out."""
        found = {str(action): sum(change.action is action for change in self.changes) for action in Action}
        return {action: count for action, count in found.items() if count}

    @property
    def empty(self) -> bool:
        return all(change.action is Action.KEEP for change in self.changes)

    @property
    def blocked(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.action is Action.BLOCKED)

    def wanting_consent(self, allowed: frozenset[str]) -> tuple[Change, ...]:
        """Changes that the user has to agree to by name and has not."""
        return tuple(c for c in self.changes if c.action in NEEDS_CONSENT and not c.consented and str(c.action) not in allowed)

    def fingerprint(self) -> str:
        """Equal for two plans that would do the same to the same world."""
        told = [{name: value for name, value in change.as_dict().items() if name != "predicted"} for change in self.changes]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


async def make_plan(
    resources: Iterable[Resource],
    session: Session,
    *,
    ours: frozenset[str] = frozenset(),
    on_read: Callable[[Change], None] = lambda change: None,
) -> Plan:
    """Read everything that can be read and decide.

    ``ours`` are keys that matching journals say we had begun to create: such a thing needs no adoption though its
    mark is missing. Errors of sign-in and network end the plan; a refused read makes its change *blocked*.
    """
    wished = ordered(resources)
    reader = _Reader(session, ours, on_read)
    try:
        async with asyncio.TaskGroup() as group:
            for resource in wished:
                reader.tasks[resource.key] = group.create_task(reader.change(resource))
    except BaseExceptionGroup as several:
        raise first_error(several) from None
    changes = _with_lost_secrets({key: task.result() for key, task in reader.tasks.items()})
    return Plan(tuple(changes[resource.key] for resource in wished))


def first_error(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error worth telling of several that came together: ours before a bug's."""
    error = next((e for e in group.exceptions if isinstance(e, LakestrapError)), group.exceptions[0])
    return first_error(error) if isinstance(error, BaseExceptionGroup) else error


class _Reader:
    """Reads each resource after those it refers to, a few of a service at once."""

    def __init__(self, session: Session, ours: frozenset[str], on_read: Callable[[Change], None]) -> None:
        self.session, self.ours, self.on_read = session, ours, on_read
        self.tasks: dict[str, asyncio.Task[Change]] = {}
        self.limits = {service: asyncio.Semaphore(count) for service, count in READS_AT_ONCE.items()}

    async def change(self, resource: Resource) -> Change:
        before = {key: await self.tasks[key] for key in sorted(resource.needs)}
        values = known_values(resource, before)
        known = resource.resolved(values)
        try:
            observed = await read_patiently(known, self.session, self.limits[known.service])
        except NotAllowed as refusal:
            return Change(resource, Action.BLOCKED, reason=refusal.message, hints=refusal.hints)
        decided = replace(decide(known, observed, ours=resource.key in self.ours), resource=resource)
        self.on_read(decided)
        return decided


async def read_patiently(
    resource: Resource,
    session: Session,
    limit: asyncio.Semaphore,
    read: Callable[[Resource, Session], Awaitable[Observed | None]] | None = None,
) -> Observed | None:
    """What the world holds; ``None`` where too little is known to look. A delay that lasts too long is ``NotAllowed``."""
    if not resource.identifiable():
        return None
    deadline = asyncio.get_running_loop().time() + READ_PATIENCE
    while True:
        try:
            async with limit:
                return await (resource.read(session) if read is None else read(resource, session))
        except NotYet as wait:
            if asyncio.get_running_loop().time() > deadline:
                raise NotAllowed(f"cannot read {resource.key}: {wait.reason}") from wait
            await asyncio.sleep(min(wait.retry_after or 1.0, 5.0))


def known_values(resource: Resource, before: Mapping[str, Change]) -> dict[Ref, Json]:
    """What the things read before tell of the values that ``resource`` refers to."""
    values: dict[Ref, Json] = {}
    for ref in resource.refs():
        change = before[ref.key]
        if change.observed is not None and change.action is not Action.REPLACE and ref.attribute in change.observed.attributes:
            values[ref] = ref.shaped(change.observed.attributes[ref.attribute])
    return values


def decide(resource: Resource, observed: Observed | None, *, ours: bool = False) -> Change:
    """The action for one resource, given what the world holds. Pure."""
    if resource.lookup:
        return Change(resource, Action.KEEP, observed)
    if observed is None:
        if resource.existing:
            reason = f"{resource.existing} does not exist or may not be read"
            return Change(resource, Action.BLOCKED, reason=reason, hints=("correct `existing:` in the project file",))
        return Change(resource, Action.CREATE)
    if resource.existing:
        return Change(resource, Action.KEEP, observed)
    if resource.adoptable and observed.owner != resource.project and not ours:
        if observed.owner:
            reason = f"it belongs to the project {observed.owner}"
            return Change(resource, Action.BLOCKED, observed, reason=reason, hints=("choose another name in `naming:`",))
        return Change(resource, Action.ADOPT, observed, resource.differences(observed))
    differences = resource.differences(observed)
    if any(difference.field in resource.replaced_by for difference in differences):
        return Change(resource, Action.REPLACE, observed, differences, reason="it cannot be changed in place")
    return Change(resource, Action.UPDATE if differences else Action.KEEP, observed, differences)


_WRITING = frozenset({Action.CREATE, Action.UPDATE, Action.REPLACE})


def _with_lost_secrets(changes: dict[str, Change]) -> dict[str, Change]:
    """Replace a credential whose value somebody still needs and nobody can tell any more.

    Where no store holds it at all it is the orphan of an interrupted run, and removing it harms nobody.
    """
    for key, change in list(changes.items()):
        if change.action is not Action.KEEP or not change.resource.secret_attributes or change.resource.revealable:
            continue
        writing = [store for store in _stores(changes, key) if store.action in _WRITING]
        if writing:
            orphan = all(store.action in _WRITING for store in _all_stores(changes, key))
            reason = "no store holds its value" if orphan else f"its value is needed by {writing[0].key} and cannot be read again"
            changes[key] = replace(change, action=Action.REPLACE, reason=reason, consented=orphan)
    return _with_stale_stores(changes)


def _with_stale_stores(changes: dict[str, Change]) -> dict[str, Change]:
    """Write every store anew whose credential is made anew: what it holds is worth nothing from then on."""
    for key, change in list(changes.items()):
        kind = change.resource
        if not kind.secret_attributes or kind.revealable or change.action not in (Action.CREATE, Action.REPLACE):
            continue
        for store in _all_stores(changes, key):
            if store.action is Action.KEEP:
                changes[store.key] = replace(store, action=Action.REPLACE, reason=f"{key} is made anew", consented=True)
    return changes


def _stores(changes: Mapping[str, Change], key: str) -> list[Change]:
    """What is written with the secret value of ``key``; a credential that is made with it holds another value and lives on without it."""
    names = changes[key].resource.secret_attributes
    holding = (c for c in changes.values() if c.resource.revealable or not c.resource.secret_attributes)
    return [c for c in holding if any(ref.key == key and ref.attribute in names for ref in c.resource.refs())]


def _all_stores(changes: Mapping[str, Change], key: str) -> list[Change]:
    """The same, with the stores that take the value from those."""
    direct = _stores(changes, key)
    return direct + [further for store in direct for further in _all_stores(changes, store.key)]
