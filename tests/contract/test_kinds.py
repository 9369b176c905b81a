"""The one life that every kind lives, over the vendors' SDKs: missing, made, as wished, changed, gone.

Every mutating call sends exactly one mutating request, reading sends none, and what we made bears the mark. Where a kind is
otherwise, the tables here say why.
"""

from __future__ import annotations

import dataclasses
import inspect
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.contract.judging import JUDGE, judged
from tests.contract.operations import SESSION, SOMETIMES, operations_by_kind
from tests.contract.samples import SAMPLES, Sample, Stage
from tests.providers.arm.life import waited
from wizard.engine.resource import Observed, Resource
from wizard.errors import NotAllowed
from wizard.providers import KINDS, kind_class
from wizard.providers.signin import open_session

Answer = TypeVar("Answer")

STAYS = {
    "arm.provider_registration": "a registration is the subscription's, and others rely on it",
    "entra.first_party": "it is the tenant's, and other workspaces use it",
}
"""``delete`` sends nothing and the thing stays."""
NEVER_DELETED = {
    "github.first_commit": "history is the team's: NotAllowed",
    "github.repository": "it holds the team's work: NotAllowed, with the command",
}
UNMARKED = {
    "arm.provider_registration": "a registration has no member for a mark, and is nobody's",
    "databricks.grant": "a grant has only principal and privileges; the securable bears the mark",
    "databricks.secret_acl": "an entry of a scope that is ours has only principal and permission",
    "databricks.secret_scope": "a scope has no member for a mark",
    "databricks.service_principal": "a member has only the name that Entra ID gives; the principal itself bears the mark",
    "github.branch": "a branch is a name for a commit",
    "github.environment_secret": "the environment that holds it bears the mark",
    "github.environment_variable": "the environment that holds it bears the mark",
    "github.first_commit": "a commit is a commit, whoever made it",
    "github.repository": "it is the team's from the first moment",
    "github.repository_variable": "a variable has only name and value; the name says whose day it is",
    "keyvault.access_policy": "an entry has no member for a mark",
}
"""``owner`` is empty although we made it."""
SEVERAL = {
    "databricks.catalog": "isolation is a request of its own: an update that follows the create",
    "databricks.external_location": "isolation is a request of its own: an update that follows the create",
    "databricks.storage_credential": "isolation is a request of its own: an update that follows the create",
    "github.environment": "gate, branch policies and mark are requests of their own: updates that follow the create",
    "github.files": "branch, commit and pull request are requests of their own: updates that follow the create",
}
"""What is wished takes more than one request, each in a call of its own."""

LIVING = [kind for kind in KINDS if not kind_class(kind).lookup]
LOOKUPS = [kind for kind in KINDS if kind_class(kind).lookup]


@pytest.fixture
async def stage(sandbox: Any) -> AsyncIterator[Stage]:
    session = await open_session()
    yield Stage(sandbox, session)
    await session.close()


async def sending(stage: Stage, count: int, call: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer of a call that sends that many mutating requests, refusals for a delay not counted."""
    before = stage.sent
    answer = await waited(call, seconds=20)
    assert len(stage.requests(before)) == count, stage.requests(before)
    return answer


async def as_wished(stage: Stage, resource: Resource, observed: Observed) -> Observed:
    """Brought about update by update, one request each; then read, and the same."""
    updates = 0
    while resource.differences(observed):
        assert updates < (10 if resource.kind in SEVERAL else 1), resource.differences(observed)
        observed = await sending(stage, 1, lambda: resource.update(stage.session, observed))  # noqa: B023
        observed = await sending(stage, 0, lambda: stage.steady(resource, observed))  # noqa: B023
        updates += 1
    read = await sending(stage, 0, lambda: stage.seen(resource))
    asked_anew = bool(getattr(resource, "rewrite", False))  # a value that cannot be read differs as long as a new one is asked for
    assert asked_anew or resource.differences(read) == ()
    return read


async def born(stage: Stage, resource: Resource) -> Observed:
    """Missing, created by one request, and as wished."""
    assert await sending(stage, 0, lambda: resource.read(stage.session)) is None
    made = await sending(stage, 1, lambda: resource.create(stage.session))
    made = await sending(stage, 0, lambda: stage.steady(resource, made))
    assert resource.kind in SEVERAL or resource.differences(made) == ()
    read = await as_wished(stage, resource, made)
    assert read.owner == ("" if resource.kind in UNMARKED else "shop")
    return read


async def changed(stage: Stage, sample: Sample, resource: Resource) -> tuple[Resource, Observed]:
    """Otherwise wished, or otherwise found; and brought about."""
    if sample.spoiled is not None:
        await sample.spoiled(stage)
    resource = dataclasses.replace(resource, **sample.changes)
    observed = await stage.seen(resource)
    assert resource.differences(observed), "nothing to change"
    return resource, await as_wished(stage, resource, observed)


async def gone(stage: Stage, resource: Resource, observed: Observed) -> None:
    """Deleted by one request, and no error when it is deleted again."""
    if resource.kind in NEVER_DELETED:
        with pytest.raises(NotAllowed) as refused:
            await resource.delete(stage.session, observed)
        assert refused.value.hints
        return
    await sending(stage, 0 if resource.kind in STAYS else 1, lambda: resource.delete(stage.session, observed))
    if resource.kind in STAYS:
        assert await resource.read(stage.session) is not None
        return
    await stage.unseen(resource)
    await sending(stage, 0, lambda: resource.delete(stage.session, observed))


@pytest.mark.parametrize("kind", LIVING)
async def test_the_life_of_a_kind(kind: str, stage: Stage) -> None:
    sample = SAMPLES[kind]
    resource = await sample.wished(stage)
    begun = len(stage.sandbox.exchanges)
    assert resource.kind == kind and resource.command("create")
    observed = await born(stage, resource)
    if sample.existing is not None:
        await found_as_existing(stage, sample, resource, observed)
    if sample.changes or sample.spoiled:
        assert resource.command("update")
        resource, observed = await changed(stage, sample, resource)
    else:
        with pytest.raises(NotImplementedError):
            await resource.update(stage.session, observed)
    await gone(stage, resource, observed)
    agrees(kind, stage, begun)


async def found_as_existing(stage: Stage, sample: Sample, resource: Resource, observed: Observed) -> None:
    """Named by its id the same thing is found, and nothing but reading is asked for."""
    assert sample.existing is not None
    theirs = dataclasses.replace(resource, existing=sample.existing(observed), project="theirs")
    found = await sending(stage, 0, lambda: stage.seen(theirs))
    assert found.id.lower() == observed.id.lower()
    assert [need.action for need in theirs.requires if not need.action.endswith("/read")] == []
    nowhere = dataclasses.replace(theirs, existing=nobody(theirs.existing))
    assert await sending(stage, 0, lambda: nowhere.read(stage.session)) is None


def nobody(existing: str) -> str:
    """An id of the same form that names nothing."""
    start, slash, name = existing.rpartition("/")
    return f"{start}{slash}{'0' * 8 + name[8:] if name.count('-') == 4 and len(name) == 36 else 'nobody-' + name[:8]}"


@pytest.mark.parametrize("kind", LOOKUPS)
async def test_a_lookup_only_reads(kind: str, stage: Stage) -> None:
    resource = await SAMPLES[kind].wished(stage)
    begun = len(stage.sandbox.exchanges)
    observed = await sending(stage, 0, lambda: stage.seen(resource))
    assert resource.differences(observed) == ()
    with pytest.raises(NotImplementedError):
        await sending(stage, 0, lambda: resource.create(stage.session))
    await sending(stage, 0, lambda: resource.delete(stage.session, observed))
    agrees(kind, stage, begun)


def agrees(kind: str, stage: Stage, begun: int) -> None:
    """What was said is as the official descriptions have it, and used just the operations that the table names for the kind."""
    if not JUDGE.exists():
        return
    verdict = judged(stage.sandbox.exchanges)
    assert verdict.findings == ()
    used = sorted(judged(stage.sandbox.exchanges[begun:]).operations - SESSION)
    write = os.environ.get("LAKESTRAP_OPERATIONS")
    if write:
        Path(write, f"{kind}.txt").write_text("".join(f"{operation}\n" for operation in used), encoding="utf-8")
    told = operations_by_kind()[kind]
    assert write or told - SOMETIMES.keys() <= set(used) <= told, "tests/contract/operations.py tells how to renew the table"


def test_every_kind_has_a_sample_and_every_exception_a_kind() -> None:
    assert set(SAMPLES) == set(KINDS) == set(operations_by_kind())
    for table in (STAYS, NEVER_DELETED, UNMARKED, SEVERAL):
        assert set(table) <= set(LIVING)
        assert all(table.values())


@pytest.mark.parametrize("kind", LIVING)
def test_what_may_be_the_users_own_is_shown_to_be_found(kind: str) -> None:
    takes = "self.existing" in inspect.getsource(kind_class(kind))
    assert takes is (SAMPLES[kind].existing is not None)


async def test_a_second_request_is_seen(stage: Stage) -> None:
    async def twice() -> None:
        await stage.registered("Microsoft.KeyVault")
        await stage.registered("Microsoft.Databricks")

    with pytest.raises(AssertionError, match=r"Microsoft\.Databricks/register"):
        await sending(stage, 1, twice)
