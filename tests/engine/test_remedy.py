"""What a person says to a failed step: once more, without it, or no further; each failure is asked about once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from tests.engine.memory import Credential, Memory, Slow, Thing, session_of
from tests.engine.test_apply import WHO
from wizard.engine.apply import Applied, Applier, Remedy
from wizard.engine.events import Event, EventKind
from wizard.engine.journal import Journal
from wizard.engine.plan import Change, make_plan
from wizard.engine.resource import Ref, Resource
from wizard.errors import LakestrapError, ServiceRefused


def applied(
    resources: Iterable[Resource], memory: Memory, folder: Path, *said: Remedy
) -> tuple[Applied, list[Event], list[tuple[str, str]]]:
    """A run in which the person says those things, one after another."""
    answers, asked = list(said), []

    async def remedy(change: Change, error: LakestrapError) -> Remedy:
        asked.append((change.key, error.message))
        return answers.pop(0)

    async def run() -> tuple[Applied, list[Event]]:
        plan = await make_plan(resources, session_of(memory))
        applier = Applier(plan, session_of(memory), Journal(folder, WHO), patience=0.5, remedy=remedy)
        return applier.result, [event async for event in applier.events()]

    result, told = asyncio.run(run())
    assert answers == [], "everything that could be said was asked for"
    return result, told, asked


def chain() -> list[Resource]:
    return [Thing(name="a", size=3), Thing(name="b", after=("memory.thing/a",)), Thing(name="c", after=("memory.thing/b",))]


def test_retrying_goes_on_from_what_the_failed_try_left_behind(tmp_path: Path) -> None:
    memory = Memory(trouble={"update a": [ServiceRefused("busy"), ServiceRefused("still busy")]})
    result, told, asked = applied(chain(), memory, tmp_path, Remedy.RETRY, Remedy.RETRY)
    assert result.complete and list(memory.things) == ["a", "b", "c"] and memory.things["a"]["size"] == 3
    assert asked == [("memory.thing/a", "busy"), ("memory.thing/a", "still busy")]
    assert memory.mutations.count("create a") == 1, "what was made is not made twice"
    failed = [event.event for event in told if event.key == "memory.thing/a"]
    assert failed.count(EventKind.CHANGE_FAILED) == 2 and failed[-1] is EventKind.SETTLED


def test_a_lost_answer_is_settled_by_looking_again(tmp_path: Path) -> None:
    memory = Memory(trouble={"finished s": [ServiceRefused("no answer")]})
    result, told, _ = applied([Slow(name="s")], memory, tmp_path, Remedy.RETRY)
    assert result.complete and memory.mutations == ["create s"] and told[-1].event is EventKind.SETTLED


def test_skipping_leaves_out_what_depends_on_it_and_goes_on_with_the_rest(tmp_path: Path) -> None:
    memory = Memory(trouble={"create b": [ServiceRefused("no")]})
    result, _, _ = applied([*chain(), Thing(name="d")], memory, tmp_path, Remedy.SKIP)
    assert set(result.failed) == {"memory.thing/b"} and set(result.skipped) == {"memory.thing/c"} and "d" in memory.things


def test_stopping_begins_nothing_more(tmp_path: Path) -> None:
    memory = Memory(trouble={"create a": [ServiceRefused("no")]})
    later = Thing(name="z", after=("memory.slow/s",))
    result, _, asked = applied([*chain(), Slow(name="s"), later], memory, tmp_path, Remedy.STOP)
    assert len(asked) == 1 and "b" not in memory.things and "z" not in memory.things
    assert set(result.failed) == {"memory.thing/a"} and "memory.thing/z" in result.skipped


def test_a_credential_whose_value_nobody_heard_is_made_anew(tmp_path: Path) -> None:
    store = Thing(name="store", colour=Ref("memory.credential/key", "value"))
    memory = Memory(trouble={"finished key": [ServiceRefused("no answer")]})
    result, _, _ = applied([Heard(name="key"), store], memory, tmp_path, Remedy.RETRY)
    assert result.complete and memory.mutations[:3] == ["create key", "delete key", "create key"]


class Heard(Credential):
    """A credential that is looked at once more after it was made."""

    async def finished(self, session, observed):  # type: ignore[no-untyped-def]
        session.called(f"finished {self.name}")
        return observed
