"""What forbids a removal, and what a person has to name before it may happen.

Owns locks that are not ours, things in our groups that we did not make, and environments behind reviewers. Reads only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wizard.flows.destroy.removal import Item
from wizard.providers.arm import contents

if TYPE_CHECKING:
    from wizard.engine.survey import Sight
    from wizard.flows.job import Job
    from wizard.project.model import Environment
    from wizard.providers.arm.contents import FoundLock, Thing


@dataclass(frozen=True, slots=True)
class Group:
    """A group that goes: what our deployment made in it (``made``, lower-case ids), and what else is known to be ours."""

    id: str
    environment: str
    made: frozenset[str] = field(default_factory=frozenset)


async def foreign(job: Job, group: Group) -> tuple[Thing, ...]:
    """What lies in the group, bears no mark of ours and was not made by our deployment: it would be deleted with it."""
    found = await contents.in_group(job.session, group.id)
    return tuple(thing for thing in found if thing.project != job.project.name and not _made(thing, group.made))


def _made(thing: Thing, made: Collection[str]) -> bool:
    return any(thing.id.lower() == each or thing.id.lower().startswith(f"{each}/") for each in made)


async def foreign_locks(job: Job, scopes: Iterable[str]) -> tuple[FoundLock, ...]:
    """Locks at, above or below those scopes that do not bear our mark, each once."""
    found = await asyncio.gather(*(contents.locks(job.session, scope) for scope in scopes))
    ours = job.project.name
    return tuple({lock.id.lower(): lock for rows in found for lock in rows if lock.project != ours}.values())


def lock_item(lock: FoundLock) -> Item:
    """A lock of somebody else's, by name, with the command that its owner would run."""
    said = f" ({lock.notes})" if lock.notes else ""
    why = f"{lock.level} on {lock.scope}{said}; it is not Lakestrap's, so its owner has to lift it"
    return Item(f"lock {lock.name}", why, f"az lock delete --ids {lock.id}")


def foreign_items(group: Group, things: Iterable[Thing]) -> Iterable[Item]:
    """What would be deleted with a group although it is not ours, each with the command that moves it away."""
    name = group.id.rsplit("/", 1)[-1]
    for thing in things:
        yield Item(
            thing.id,
            f"not made by Lakestrap; it would be deleted with {name}",
            f"az resource move --destination-group OTHER_GROUP --ids {thing.id}",
        )


def behind_reviewers(environments: Iterable[Environment], sights: Mapping[str, Sight]) -> dict[str, str]:
    """Environments whose name has to be typed, and why: reviewers in the project file, or a gate on GitHub."""
    found = {}
    for environment in environments:
        seen = sights.get(f"github.environment/{environment.name}")
        observed = seen.change.observed if seen else None
        gate = observed.attributes.get("approvers") if observed else None
        if environment.reviewers or gate:
            found[environment.name] = "deployments to it need an approval: " + ", ".join(sorted(gate or environment.reviewers))
    return found
