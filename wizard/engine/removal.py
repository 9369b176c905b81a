"""A plan that removes things: about the reverse of the order in which they were made.

Owns the order of the changes. Which of the things may be removed, and what has to be gone before what, is the caller's to say.
Reads and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from wizard.engine.plan import Change, Plan
from wizard.engine.resource import Resource

Rank = Callable[[Resource], int]


def in_order_of_removal(changes: Iterable[Change], rank: Rank) -> Plan:
    """The changes (deletions, and what follows from them) with what each waits for; ``Ref``s in them are no longer looked at.

    One of a higher rank waits for all of lower ranks in its environment; what belongs to no environment waits for the lower ranks of
    every environment, and they for it. Within a rank the needs of the resources are reversed.
    """
    found = tuple(changes)
    ordered = []
    for change in found:
        waits = frozenset(other.key for other in found if _goes_first(other.resource, change.resource, rank))
        ordered.append(replace(change, resource=replace(change.resource, after=()), waits_for=waits))
    return Plan(tuple(sorted(ordered, key=lambda change: rank(change.resource))))


def _goes_first(first: Resource, second: Resource, rank: Rank) -> bool:
    if rank(first) == rank(second):
        return second.key in first.needs
    together = first.environment == second.environment or not (first.environment and second.environment)
    return together and rank(first) < rank(second)
