"""Taking the finished shop down in a test: the flow itself, with the words of a person who is not there.

Owns nothing of the flow's rules. ``left_over`` says what of a world is ours or changed, so that a test cannot look away.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.crash.canonical import TIME
from tests.flows.finished_shop import Shop
from wizard.engine.events import Event
from wizard.engine.plan import Plan
from wizard.flows.decisions import Outcome
from wizard.flows.destroy import Removal, destroy, preview
from wizard.secret import Secret

Json = Any
World = Mapping[str, Mapping[str, Json]]

ALLOWED: Mapping[str, str] = {
    "arm.providers": "a registration belongs to the subscription",
    "keyvault.deleted_vaults": "soft-deleted, and named at the end",
    "keyvault.deleted_secrets": "soft-deleted, and named at the end",
    "databricks.groups": "what every workspace has by itself",
    "keyvault.secrets": "in the soft-deleted vault",
    "graph.deleted": "soft-deleted, and named at the end",
    "graph.owners": "of what is soft-deleted",
    "github.repositories": "never deleted",
    "github.refs": "branches of the team, the proposal, and the lease's ref",
    "github.objects": "history",
    "github.pull_requests": "the proposal",
    "github.pulls": "the proposal",
    "github.workflow_runs": "history",
    "github.activity": "history",
    "github.issues": "the proposal",
    "arm.activity": "history",
}
"""Tables in which something may be left, and why."""
FIRST_PARTY = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"


@dataclass(slots=True)
class Person:
    """Agrees to everything but names, of which only those in ``names`` are typed."""

    names: frozenset[str] = frozenset()
    agree: bool = True
    asked: list[str] = field(default_factory=list)

    async def agrees(self, plan: Plan) -> bool:
        return self.agree

    async def agrees_to_removal(self, removal: Removal) -> bool:
        self.asked.append("removal")
        return self.agree

    async def named(self, name: str, why: str) -> bool:
        self.asked.append(name)
        return name in self.names

    async def secret_value(self, name: str, environment: str) -> Secret | None:
        return None


@dataclass(slots=True)
class Done:
    """What came of it."""

    outcome: Outcome
    events: list[Event]
    removal: Removal


async def taken_down(shop: Shop, *names: str, confirm: Collection[str] = ("prod",), purge: bool = False) -> Done:
    """Preview and destroy, as a face would."""
    outcome, events = Outcome(), []
    async with shop.job() as job:
        removal = await preview(job, names, purge=purge)
        run = destroy(job, names, Person(frozenset(confirm)), outcome, removal=removal, purge=purge)
        events = [event async for event in run]
    return Done(outcome, events, removal)


async def shown(shop: Shop, *names: str, purge: bool = False) -> Removal:
    """The preview alone."""
    async with shop.job() as job:
        return await preview(job, names, purge=purge)


def world_of(shop: Shop) -> dict[str, dict[str, Json]]:
    with shop.sandbox.lock:
        dump: dict[str, dict[str, Json]] = shop.sandbox.world.dump()
    return dump


def left_over(before: World, after: World) -> list[str]:
    """What differs between the two, but for the named leftovers: what is new, changed or missing, one line each."""
    found = []
    for table in sorted(before.keys() | after.keys()):
        old, new = before.get(table, {}), after.get(table, {})
        for key in sorted(old.keys() | new.keys()):
            if _told(old.get(key)) == _told(new.get(key)):
                continue
            added = key not in old
            if table in ALLOWED and (added or table in ("arm.providers", "github.repositories", "github.refs")):
                continue
            if table == "databricks.principals" and added and "shop" not in json.dumps(new[key]):
                continue  # the operator, whom the workspace has got to know
            if table == "graph.service_principals" and added and new[key].get("appId") == FIRST_PARTY:
                continue
            found.append(f"{'+' if added else '-' if key not in new else '~'} {table} {key}")
    return found


def _told(row: Json) -> str:
    return TIME.sub("TIME", json.dumps(row, sort_keys=True))


def marked(world: World, project: str = "shop") -> list[str]:
    """Everything that bears the project's mark in some form and is not in a table of leftovers."""
    words = (f'"lakestrap-project": "{project}"', f"lakestrap:{project}", f"lakestrap {project}", f"lakestrap-{project}")
    return [
        f"{table} {key}"
        for table, rows in world.items()
        for key, row in rows.items()
        if table not in ALLOWED and any(word in json.dumps(row) or word in key for word in words)
    ]
