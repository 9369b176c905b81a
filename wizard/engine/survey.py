"""What can be seen of the wished resources, one by one: a refused read is an answer about one thing and ends nothing.

Owns reading without a plan's claim to be complete. Where a plan stops or blocks, a survey says what it could not see and what
is therefore not known of others. Sends reads only; decides through the same ``decide`` as a plan.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wizard.engine.graph import ordered
from wizard.engine.plan import READS_AT_ONCE, Action, Change, decide, first_error, known_values, read_patiently
from wizard.engine.resource import Difference, Observed, Resource
from wizard.errors import LakestrapError

if TYPE_CHECKING:
    from wizard.providers.session import Session

Look = Callable[[Resource, "Session"], Awaitable[Observed | None]]


async def as_planned(resource: Resource, session: Session) -> Observed | None:
    """The read that a plan makes."""
    return await resource.read(session)


@dataclass(frozen=True, slots=True)
class Sight:
    """One resource as far as it was seen.

    ``change`` is what a plan would decide, without the differences that nobody can judge; it is ``blocked`` where ``unseen``.
    ``refusal`` is why the read failed; ``blind`` are keys of unseen things on which this one, or a field of it, depends.
    """

    change: Change
    refusal: LakestrapError | None = None
    blind: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.change.key

    @property
    def resource(self) -> Resource:
        """The wished state, with what is known of others filled in."""
        return self.change.resource

    @property
    def unseen(self) -> bool:
        """Whether nothing at all can be said of it."""
        return self.refusal is not None or (bool(self.blind) and self.change.action is Action.BLOCKED)


async def survey(
    resources: Iterable[Resource], session: Session, *, ours: frozenset[str] = frozenset(), look: Look = as_planned
) -> tuple[Sight, ...]:
    """Look at every resource, each after those it refers to, a few of a service at once. Raises nothing of ours."""
    wished = ordered(resources)
    surveyor = _Surveyor(session, ours, look)
    try:
        async with asyncio.TaskGroup() as group:
            for resource in wished:
                surveyor.tasks[resource.key] = group.create_task(surveyor.sight(resource))
    except BaseExceptionGroup as several:
        raise first_error(several) from None
    return tuple(surveyor.tasks[resource.key].result() for resource in wished)


class _Surveyor:
    def __init__(self, session: Session, ours: frozenset[str], look: Look) -> None:
        self.session, self.ours, self.look = session, ours, look
        self.tasks: dict[str, asyncio.Task[Sight]] = {}
        self.limits = {service: asyncio.Semaphore(count) for service, count in READS_AT_ONCE.items()}

    async def sight(self, resource: Resource) -> Sight:
        before = {key: await self.tasks[key] for key in sorted({ref.key for ref in resource.refs()})}
        known = resource.resolved(known_values(resource, {key: sight.change for key, sight in before.items()}))
        unseen = frozenset(key for key, sight in before.items() if _tells_nothing(sight))
        if not known.identifiable() and (blind := _blind(known, known.identified_by, unseen)):
            return Sight(Change(known, Action.BLOCKED, reason=f"{blind[0]} is not known"), blind=blind)
        try:
            observed = await read_patiently(known, self.session, self.limits[known.service], self.look)
        except LakestrapError as refusal:
            return Sight(Change(known, Action.BLOCKED, reason=refusal.message, hints=refusal.hints), refusal)
        decided = decide(known, observed, ours=resource.key in self.ours)
        return _without_the_unknown(decided, unseen)


def _tells_nothing(sight: Sight) -> bool:
    return sight.unseen or (sight.resource.lookup and sight.change.observed is None)


def _blind(resource: Resource, fields: Iterable[str], unseen: frozenset[str]) -> tuple[str, ...]:
    """Keys of unseen things that those fields still wait for."""
    return tuple(sorted({ref.key for name in fields for ref in resource.refs_of(name)} & unseen))


def _without_the_unknown(change: Change, unseen: frozenset[str]) -> Sight:
    """The change without the differences that are none but our own ignorance."""
    blind: set[str] = set()
    judged: list[Difference] = []
    for difference in change.differences:
        waiting = _blind(change.resource, (difference.field,), unseen)
        blind |= set(waiting)
        judged += [] if waiting else [difference]
    if not blind:
        return Sight(change)
    action = Action.KEEP if not judged and change.action in (Action.UPDATE, Action.REPLACE) else change.action
    return Sight(replace(change, action=action, differences=tuple(judged)), blind=tuple(sorted(blind)))
