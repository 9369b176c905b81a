"""Things are removed in about the reverse order, and a failure keeps what comes after it from being removed."""

from __future__ import annotations

import json
from pathlib import Path

from tests.engine.memory import Memory, Thing, session_of
from wizard.engine.apply import Applied, Applier
from wizard.engine.events import Event, EventKind
from wizard.engine.journal import Identity, Journal, past_runs, remembered
from wizard.engine.plan import Action, Change, Plan
from wizard.engine.removal import in_order_of_removal
from wizard.engine.resource import Observed, Ref, Resource
from wizard.errors import ServiceRefused

WHO = Identity("tenant", "github.com", "ana", "shop", "contoso/shop")
RANKS = {"trust": 0, "role": 1, "group": 2, "gate": 3}


def rank(resource: Resource) -> int:
    return RANKS[resource.name.partition("-")[0]]


def doomed(*names: str) -> list[Change]:
    """Deletions by name; ``role-dev`` belongs to the environment ``dev``, ``gate`` to none."""
    found = []
    for name in names:
        resource = Thing(name=name, environment=name.partition("-")[2], parent=Ref("memory.thing/gone", "id"))
        found.append(Change(resource, Action.DELETE, Observed(name)))
    return found


async def carried_out(memory: Memory, plan: Plan, folder: Path) -> Applied:
    journal = Journal(folder, WHO)
    applier = Applier(plan, session_of(memory), journal)
    async for _ in applier.events():
        pass
    journal.close()
    return applier.result


async def test_lower_ranks_go_first_and_what_is_shared_waits_for_all(tmp_path: Path) -> None:
    names = ("gate", "group-dev", "role-dev", "trust-dev", "trust-prod", "group-prod")
    memory = Memory({name: {"colour": "red"} for name in names})
    result = await carried_out(memory, in_order_of_removal(doomed(*names), rank), tmp_path)
    gone = [call.removeprefix("delete ") for call in memory.mutations]
    assert result.complete and sorted(gone) == sorted(names)
    assert gone.index("trust-dev") < gone.index("role-dev") < gone.index("group-dev") < gone.index("gate")
    assert gone.index("trust-prod") < gone.index("group-prod") < gone.index("gate")


async def test_a_failure_stops_its_own_environment_and_what_is_shared(tmp_path: Path) -> None:
    names = ("trust-dev", "role-dev", "trust-prod", "role-prod", "gate")
    memory = Memory({name: {} for name in names}, trouble={"delete trust-dev": [ServiceRefused("no")]})
    result = await carried_out(memory, in_order_of_removal(doomed(*names), rank), tmp_path)
    assert set(memory.things) == {"trust-dev", "role-dev", "gate"}
    assert set(result.failed) == {"memory.thing/trust-dev"} and set(result.skipped) == {"memory.thing/role-dev", "memory.thing/gate"}


def test_within_a_rank_what_needs_another_goes_before_it() -> None:
    first, second = (Thing(name=f"group-{name}", environment="dev") for name in ("a", "b"))
    needing = Thing(name="group-c", environment="dev", after=(first.key,))
    plan = in_order_of_removal([Change(each, Action.DELETE, Observed(each.name)) for each in (first, second, needing)], rank)
    waits = {change.resource.name: change.waits_for for change in plan.changes}
    assert waits == {"group-a": frozenset({needing.key}), "group-b": frozenset(), "group-c": frozenset()}


def test_a_journal_forgets_what_was_removed(tmp_path: Path) -> None:
    def noted(journal: Journal, action: str, key: str) -> None:
        for kind in (EventKind.CHANGE_STARTED, EventKind.CHANGE_MADE):
            journal.record(Event(kind, key, action))

    first, second = Journal(tmp_path, WHO, "1"), Journal(tmp_path, WHO, "2")
    noted(first, "create", "a/one")
    noted(first, "create", "a/two")
    noted(first, "adopt", "a/three")
    noted(second, "delete", "a/one")
    for journal in (first, second):
        journal.close()
    runs = past_runs(tmp_path, WHO)
    assert remembered(runs) == {"a/two", "a/three"}
    assert remembered(runs, adopted=False) == {"a/two"}, "what was only taken over was somebody's before"
    assert remembered(runs[:1]) == {"a/one", "a/two", "a/three"}
    assert json.loads((tmp_path / "2.jsonl").read_text().splitlines()[1])["action"] == "delete"
