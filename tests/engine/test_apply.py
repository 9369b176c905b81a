"""Applying: order, waiting, failure, cancellation, and the journal beside every mutation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.engine.memory import Credential, Memory, Slow, Thing, not_yet, session_of
from wizard.engine.apply import Applied, Applier
from wizard.engine.events import Event, EventKind
from wizard.engine.journal import Identity, Journal, past_runs
from wizard.engine.plan import make_plan
from wizard.engine.resource import Ref, Resource
from wizard.errors import JournalLost, ServiceRefused

WHO = Identity("tenant", "github.com", "ada", "shop", "contoso/shop")


def applied(
    resources: Iterable[Resource], memory: Memory, folder: Path, *, stop: Callable[[Event], bool] = lambda event: False
) -> tuple[Applied, list[Event]]:
    async def run() -> tuple[Applied, list[Event]]:
        plan = await make_plan(resources, session_of(memory))
        applier = Applier(plan, session_of(memory), Journal(folder, WHO), patience=0.5)
        told = []
        stream = applier.events()
        async for event in stream:
            told.append(event)
            if stop(event):
                await stream.aclose()  # type: ignore[attr-defined]
                break
        return applier.result, told

    return asyncio.run(run())


def test_producers_come_first_and_their_values_arrive(tmp_path: Path) -> None:
    memory = Memory()
    child = Thing(name="child", colour=Ref("memory.thing/parent", "id"), parent=Ref("memory.thing/parent", "id"))
    result, _ = applied([child, Thing(name="parent")], memory, tmp_path)
    assert result.complete and memory.things["child"]["colour"] == "id-parent"
    assert memory.mutations == ["create parent", "create child"]


def test_applying_twice_changes_nothing_the_second_time(tmp_path: Path) -> None:
    memory = Memory()
    resources = [Thing(name="a", size=3), Thing(name="b", colour=Ref("memory.thing/a", "id"))]
    first, _ = applied(resources, memory, tmp_path)
    before = list(memory.mutations)
    second, _ = applied(resources, memory, tmp_path)
    assert first.changed == len(before) == 3 and second.changed == 0 and memory.mutations == before


def test_every_mutation_stands_in_the_journal_before_and_after(tmp_path: Path) -> None:
    memory = Memory()
    applied([Thing(name="a", size=3)], memory, tmp_path)
    lines = [json.loads(line) for line in next(tmp_path.glob("*.jsonl")).read_text().splitlines()]
    assert lines[0]["identity"]["tenant"] == "tenant"
    told = [(line["event"], line["action"]) for line in lines[1:]]
    assert told[:4] == [("change_started", "create"), ("change_made", "create"), ("change_started", "update"), ("change_made", "update")]
    assert next(tmp_path.glob("*.jsonl")).stat().st_mode & 0o777 == 0o600


def test_an_intent_without_result_is_told_by_the_past_run(tmp_path: Path) -> None:
    journal = Journal(tmp_path, WHO)
    journal.record(Event(EventKind.CHANGE_STARTED, "memory.thing/a", "create"))
    journal.record(Event(EventKind.CHANGE_STARTED, "memory.thing/b", "create"))
    journal.record(Event(EventKind.CHANGE_MADE, "memory.thing/b", "create"))
    journal.close()
    with journal.path.open("a") as torn:
        torn.write('{"event": "change_ma')
    (run,) = past_runs(tmp_path, WHO)
    assert run.begun == {"memory.thing/a", "memory.thing/b"} and run.unsettled == {"memory.thing/a"} and not run.finished
    assert past_runs(tmp_path, Identity("other", "github.com", "ada", "shop", "contoso/shop")) == ()


def test_a_propagation_delay_is_waited_out_visibly_and_its_request_sent_again(tmp_path: Path) -> None:
    memory = Memory(trouble={"create a": [not_yet(), not_yet()]})
    result, told = applied([Thing(name="a")], memory, tmp_path)
    assert result.complete and memory.calls.count("create a") == 3
    waits = [event for event in told if event.event is EventKind.WAITING]
    assert len(waits) == 2 and waits[0].detail["reason"] == "the principal is not replicated yet"


def test_a_delay_without_end_fails_with_its_reason(tmp_path: Path) -> None:
    memory = Memory(trouble={"create a": [not_yet(after=0.2) for _ in range(9)]})
    result, _ = applied([Thing(name="a")], memory, tmp_path)
    assert "not replicated" in result.failed["memory.thing/a"].message


def test_one_success_does_not_end_a_wait(tmp_path: Path) -> None:
    memory = Memory(trouble={"finished s": [not_yet()]})
    applied([Slow(name="s")], memory, tmp_path)
    assert memory.calls.count("finished s") == 4


def test_a_failure_skips_what_depends_on_it_and_nothing_else(tmp_path: Path) -> None:
    memory = Memory(trouble={"create a": [ServiceRefused("quota exceeded", hints=["ask for more"])]})
    resources = [Thing(name="a"), Thing(name="b", after=("memory.thing/a",)), Thing(name="c", after=("memory.thing/b",)), Thing(name="d")]
    result, told = applied(resources, memory, tmp_path)
    assert set(result.failed) == {"memory.thing/a"} and set(result.skipped) == {"memory.thing/b", "memory.thing/c"}
    assert "d" in memory.things
    failure = next(event for event in told if event.event is EventKind.CHANGE_FAILED)
    assert failure.error == "quota exceeded" and failure.hint == "ask for more"


def test_a_consumer_that_stops_ends_the_run_between_calls(tmp_path: Path) -> None:
    memory = Memory()
    chain = [Thing(name="a"), Thing(name="b", after=("memory.thing/a",)), Thing(name="c", after=("memory.thing/b",))]
    result, _ = applied(chain, memory, tmp_path, stop=lambda event: event.event is EventKind.CHANGE_MADE)
    assert "c" not in memory.things and "memory.thing/c" in result.skipped
    (run,) = past_runs(tmp_path, WHO)
    assert not run.unsettled


def test_a_credential_reaches_its_store_and_no_event(tmp_path: Path) -> None:
    memory = Memory()
    _, told = applied([Credential(name="k"), Thing(name="store", colour=Ref("memory.credential/k", "value"))], memory, tmp_path)
    assert memory.things["store"]["colour"].reveal() == "hunter2"
    assert "hunter2" not in next(tmp_path.glob("*.jsonl")).read_text() and not any("hunter2" in event.as_json() for event in told)


def test_a_lost_journal_stops_the_run_before_the_next_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()
    original = Journal.record

    def full(self: Journal, event: Event) -> None:
        if event.key == "memory.thing/b" and event.event is EventKind.CHANGE_STARTED:
            raise JournalLost("no space left on device")
        original(self, event)

    monkeypatch.setattr(Journal, "record", full)
    with pytest.raises(JournalLost):
        applied([Thing(name="a"), Thing(name="b", after=("memory.thing/a",)), Thing(name="c", after=("memory.thing/b",))], memory, tmp_path)
    assert set(memory.things) == {"a"}
