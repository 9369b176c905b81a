"""The order of things: a directed acyclic graph over resource keys.

Owns ordering only; reads and writes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from wizard.engine.resource import Resource


def ordered(resources: Iterable[Resource]) -> tuple[Resource, ...]:
    """The resources, each after everything it needs; among equals in the order given.

    Raises ``ValueError`` naming the keys: a key given twice, a need that nothing provides, or a cycle.
    """
    by_key: dict[str, Resource] = {}
    for resource in resources:
        if resource.key in by_key:
            raise ValueError(f"two resources have the key {resource.key}")
        by_key[resource.key] = resource
    for resource in by_key.values():
        for need in resource.needs:
            if need not in by_key:
                raise ValueError(f"{resource.key} needs {need}, which nothing provides")
    sorter = TopologicalSorter({key: sorted(resource.needs) for key, resource in by_key.items()})
    try:
        return tuple(by_key[key] for key in sorter.static_order())
    except CycleError as cycle:
        raise ValueError("a cycle: " + " → ".join(cycle.args[1])) from None


def dependants(needs: Mapping[str, frozenset[str]], key: str) -> frozenset[str]:
    """Every key that, directly or through others, needs ``key``."""
    found: set[str] = set()
    frontier = {key}
    while frontier:
        frontier = {other for other, wants in needs.items() if wants & frontier} - found
        found |= frontier
    return frozenset(found)
