"""The plan: which action each resource needs, and what is asked of the world to know."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import pytest

from tests.engine.memory import Credential, Memory, Thing, not_yet, session_of
from wizard.engine.graph import ordered
from wizard.engine.plan import Action, Plan, make_plan
from wizard.engine.resource import Ref, Resource
from wizard.errors import NotAllowed, NotSignedIn


def planned(resources: Iterable[Resource], memory: Memory, ours: frozenset[str] = frozenset()) -> Plan:
    return asyncio.run(make_plan(resources, session_of(memory), ours=ours))


def actions(plan: Plan) -> dict[str, str]:
    return {change.resource.name: str(change.action) for change in plan.changes}


def test_missing_is_created_equal_is_kept_and_different_is_updated() -> None:
    memory = Memory({"b": {"colour": "red", "size": 1, "owner": "shop"}, "c": {"colour": "blue", "size": 1, "owner": "shop"}})
    plan = planned([Thing(name="a"), Thing(name="b"), Thing(name="c")], memory)
    assert actions(plan) == {"a": "create", "b": "keep", "c": "update"}
    assert [d.field for d in plan.changes[2].differences] == ["colour"]
    assert memory.mutations == []


def test_a_stranger_is_adopted_and_another_projects_thing_blocks() -> None:
    memory = Memory({"a": {"colour": "red", "size": 1}, "b": {"colour": "red", "size": 1, "owner": "other"}})
    plan = planned([Thing(name="a"), Thing(name="b")], memory)
    assert actions(plan) == {"a": "adopt", "b": "blocked"}
    assert "other" in plan.blocked[0].reason
    assert [c.key for c in plan.wanting_consent(frozenset())] == ["memory.thing/a"]
    assert not plan.wanting_consent(frozenset({"adopt"}))


def test_what_a_matching_journal_had_begun_needs_no_adoption() -> None:
    memory = Memory({"a": {"colour": "red", "size": 1}})
    assert actions(planned([Thing(name="a")], memory, ours=frozenset({"memory.thing/a"}))) == {"a": "keep"}


def test_the_users_own_is_kept_whatever_it_looks_like_and_blocks_when_missing() -> None:
    memory = Memory({"a": {"colour": "green", "size": 9}})
    plan = planned([Thing(name="a", existing="a"), Thing(name="b", existing="b")], memory)
    assert actions(plan) == {"a": "keep", "b": "blocked"}


def test_a_value_known_after_apply_differs_and_an_unknown_identity_is_not_read() -> None:
    memory = Memory({"child": {"colour": "red", "size": 1, "owner": "shop"}})
    unknown = Ref("memory.thing/parent", "id")
    plan = planned([Thing(name="parent"), Thing(name="child", colour=unknown), Thing(name="grandchild", parent=unknown)], memory)
    assert actions(plan) == {"parent": "create", "child": "update", "grandchild": "create"}
    assert "read grandchild" not in memory.calls


def test_a_known_reference_is_compared_by_its_value() -> None:
    memory = Memory({"p": {"colour": "x", "size": 1, "owner": "shop", "id": "id-p"}, "c": {"colour": "id-p", "size": 1, "owner": "shop"}})
    plan = planned([Thing(name="p", colour="x"), Thing(name="c", colour=Ref("memory.thing/p", "id"))], memory)
    assert plan.empty


def test_an_orphaned_credential_is_replaced_without_asking_and_a_used_one_is_not() -> None:
    row = {"colour": "red", "size": 1, "owner": "shop"}
    store = Thing(name="store", colour=Ref("memory.credential/k", "value"))
    second = Thing(name="second", colour=Ref("memory.credential/k", "value"))
    orphan = planned([Credential(name="k"), store], Memory({"k": row}))
    assert actions(orphan)["k"] == "replace" and orphan.changes[0].consented
    used = planned([Credential(name="k"), store, second], Memory({"k": row, "second": {**row, "colour": "?"}}))
    assert actions(used)["k"] == "replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept(Thing):
    """A store that is never compared, and can tell its value again."""

    kind: ClassVar[str] = "memory.kept"
    compared: ClassVar[tuple[str, ...]] = ()
    secret_attributes: ClassVar[frozenset[str]] = frozenset({"value"})
    revealable: ClassVar[bool] = True


ROW = {"colour": "red", "size": 1, "owner": "shop"}
CHAIN = [
    Credential(name="k"),
    Kept(name="vault", colour=Ref("memory.credential/k", "value")),
    Kept(name="copy", colour=Ref("memory.kept/vault", "value")),
]


@pytest.mark.parametrize(
    ("there", "expected", "consented"),
    [
        ("k vault copy", "keep keep keep", True),
        ("k vault", "keep keep create", True),
        ("k", "replace create create", True),
        ("k copy", "replace create replace", False),
        ("vault copy", "create replace replace", True),
    ],
)
def test_every_store_gets_the_value_of_a_credential_that_is_made_anew(there: str, expected: str, consented: bool) -> None:
    plan = planned(CHAIN, Memory({name: dict(ROW) for name in there.split()}))
    assert [str(change.action) for change in plan.changes] == expected.split()
    assert (plan.wanting_consent(frozenset()) == ()) is consented


def test_a_refused_read_blocks_one_resource_and_a_lost_sign_in_ends_the_plan() -> None:
    memory = Memory(trouble={"read a": [NotAllowed("may not read a")]})
    assert actions(planned([Thing(name="a"), Thing(name="b")], memory)) == {"a": "blocked", "b": "create"}
    with pytest.raises(NotSignedIn):
        planned([Thing(name="a")], Memory(trouble={"read a": [NotSignedIn("expired")]}))


def test_reading_waits_out_a_propagation_delay() -> None:
    memory = Memory({"a": {"colour": "red", "size": 1, "owner": "shop"}}, trouble={"read a": [not_yet()]})
    assert planned([Thing(name="a")], memory).empty
    assert memory.calls == ["read a", "read a"]


def test_the_fingerprint_tells_a_moved_world() -> None:
    resources = [Thing(name="a")]
    before = planned(resources, Memory()).fingerprint()
    assert planned(resources, Memory()).fingerprint() == before
    assert planned(resources, Memory({"a": {"colour": "red", "size": 1, "owner": "shop"}})).fingerprint() != before


def test_order_follows_needs_and_refuses_nonsense() -> None:
    assert [r.name for r in ordered([Thing(name="b", after=("memory.thing/a",)), Thing(name="a")])] == ["a", "b"]
    with pytest.raises(ValueError, match="two resources"):
        ordered([Thing(name="a"), Thing(name="a")])
    with pytest.raises(ValueError, match="which nothing provides"):
        ordered([Thing(name="a", after=("memory.thing/z",))])
    with pytest.raises(ValueError, match="cycle"):
        ordered([Thing(name="a", after=("memory.thing/b",)), Thing(name="b", after=("memory.thing/a",))])
    assert Action.KEEP < Action.REPLACE
