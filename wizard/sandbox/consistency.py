"""Eventual consistency: what was just written takes effect late, and flickers before it is steady.

Owns when a young object is visible to *other* services and replicas. Each object draws its delay from the seed, so a
run can be repeated. Delays are tenths of a second by default; ``--latency real`` makes them as long as in the clouds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.sandbox.world import World

REAL_SECONDS = {
    "principal": 15.0,
    "role_assignment": 60.0,
    "client_secret": 20.0,
    "federated_credential": 30.0,
    "application": 5.0,
    "group": 5.0,
}
"""How long each kind of object really takes at most; see ``docs/sandbox.md`` for where the figures come from."""


class Consistency:
    """``written`` when an object is made, ``visible`` whenever another service looks for it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.enabled = True

    def written(self, kind: str, key: str) -> None:
        """Note that the object was made (or changed) now."""
        world = self._world
        longest = REAL_SECONDS[kind] * world.latency if world.latency else 0.4
        delay = longest * (0.25 + 0.75 * world.share("delay", kind, key))
        now = world.clock.now()
        world.table("_consistency")[f"{kind}/{key}"] = {"late": now + delay, "steady": now + 1.5 * delay, "reads": 0}

    def visible(self, kind: str, key: str) -> bool:
        """Whether this look finds it: never before its delay, now and then in the time after, always later."""
        world, table = self._world, self._world.table("_consistency")
        row = table.get(f"{kind}/{key}")
        if row is None or not self.enabled or world.clock.now() >= row["steady"]:
            return True
        row["reads"] += 1
        table.rows[f"{kind}/{key}"] = row  # past the transaction: a look that finds nothing still counts as one
        return world.clock.now() >= row["late"] and world.share("flicker", kind, key, str(row["reads"])) < 0.6

    def forgotten(self, kind: str, key: str) -> None:
        """The object was deleted: a new one of the same key starts afresh."""
        self._world.table("_consistency").pop(f"{kind}/{key}", None)
