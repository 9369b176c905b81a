"""A plan that removes things: about the reverse of the order in which they were made.

Owns the order of the changes. Which of the things may be removed, and what has to be gone before what, is the caller's to say.
Reads and writes nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from wizard.engine.plan import Action, Change, Plan
from wizard.engine.resource import Observed, Resource

Rank = Callable[[Resource], int]


def removal(doomed: Iterable[tuple[Resource, Observed]], rank: Rank) -> Plan:
    """Deletions of things that were found. ``Ref``s in them are no longer looked at: fill in what ``delete`` needs beforehand.

    One of a higher rank waits for all of lower ranks in its environment; what belongs to no environment waits for the lower ranks of
    every environment, and they for it. Within a rank the needs of the resources are reversed.
    """
    found = tuple(doomed)
    changes = []
    for resource, observed in found:
        waits = frozenset(other.key for other, _ in found if _goes_first(other, resource, rank))
        changes.append(Change(dataclasses.replace(resource, after=()), Action.DELETE, observed, waits_for=waits))
    return Plan(tuple(sorted(changes, key=lambda change: rank(change.resource))))


def _goes_first(first: Resource, second: Resource, rank: Rank) -> bool:
    if rank(first) == rank(second):
        return second.key in first.needs
    together = first.environment == second.environment or not (first.environment and second.environment)
    return together and rank(first) < rank(second)
