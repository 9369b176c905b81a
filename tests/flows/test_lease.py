"""One operator at a time: whoever comes second is told, whoever died is waited for no longer than GitHub's clock says."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.providers.github.conftest import session_with
from wizard.blueprint import Facts
from wizard.engine.journal import Journal
from wizard.flows import holder
from wizard.flows import lease as leases
from wizard.flows.job import Job
from wizard.flows.lease import Busy, Lease, LeaseLost, current, given_back, held
from wizard.project.model import Project
from wizard.providers.github import lease as ref
from wizard.sandbox.github import models
from wizard.sandbox.github.seed import token_for

PROJECT = Project.model_validate(
    {
        "version": 1,
        "name": "shop",
        "region": "westeurope",
        "github": {"repository": "contoso/shop"},
        "environments": [{"name": "dev", "subscription": "Contoso Dev"}],
    }
)

ROUNDS = 100 if os.environ.get("LAKESTRAP_SAMPLE") == "all" else 20
"""How often two start together; ``make matrix`` takes a hundred."""

pytestmark = pytest.mark.parametrize("sandbox_world", ["brownfield"])


@asynccontextmanager
async def working(sandbox: Any, folder: Path, login: str = "ada", wait: float = 0.0) -> AsyncIterator[tuple[Job, Journal]]:
    """An operator at a folder of that name."""
    facts: Any = Facts.__new__(Facts)
    session = session_with(token_for(sandbox.world, login), login)
    job = Job(folder / "lakestrap.yaml", PROJECT, session, facts, wait=wait)
    journal = Journal(job.runs, job.identity)
    try:
        yield job, journal
    finally:
        journal.close()
        await session.close()


def at(sandbox: Any) -> str:
    return models.ref_sha(sandbox.world, "contoso/shop", ref.ref_of("shop")) or ""


async def test_who_holds_it_is_seen_by_the_other_and_free_again_afterwards(sandbox: Any, tmp_path: Path) -> None:
    async with working(sandbox, tmp_path / "a") as (ada, journal), working(sandbox, tmp_path / "b", "ana") as (ana, second):
        assert await current(ana) is None
        async with held(ada, "set up", journal) as lease:
            lease.check()
            seen = await current(ana)
            assert seen is not None and (seen.claim.holder, seen.claim.purpose) == ("ada", "set up")
            with pytest.raises(Busy, match=r"ada works on this project: set up, since 20\d\d") as refused:
                async with held(ana, "rotate", second):
                    pytest.fail("both inside")
            assert "--wait" in refused.value.hints[0] and refused.value.exit_code == 3
        assert await current(ana) is None
        async with held(ana, "rotate", second):
            assert (await current(ada)) is not None
    intents = [json.loads(line) for line in journal.path.read_text().splitlines()]
    assert [(line["event"], line["action"]) for line in intents if line.get("key") == "github.lease/shop"] == [
        ("change_started", "lease"),
        ("change_made", "lease"),
        ("change_started", "release"),
        ("change_made", "release"),
    ]


async def test_a_run_that_may_wait_goes_on_when_the_other_ends(sandbox: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LOOKED_AGAIN", 0.05)
    async with working(sandbox, tmp_path / "a") as (ada, journal), working(sandbox, tmp_path / "b", "ana", wait=30) as (ana, second):
        first = Lease(ada, "set up", journal)
        assert [event async for event in first.take()] == []
        other = Lease(ana, "rotate", second)

        async def waited() -> list[str]:
            return [str(event.detail["reason"]) async for event in other.take()]

        waiting = asyncio.create_task(waited())
        await asyncio.sleep(0.3)
        assert not waiting.done()
        await first.release()
        reasons = await waiting
        assert reasons and reasons[0].startswith("ada works on this project: set up")
        await other.release()


async def test_a_dead_holders_claim_ends_by_githubs_clock(sandbox: Any, tmp_path: Path) -> None:
    async with working(sandbox, tmp_path / "a") as (ada, journal), working(sandbox, tmp_path / "b", "ana") as (ana, second):
        dead = Lease(ada, "set up", journal)
        async for _ in dead.take():
            pass
        assert dead._renewing is not None
        dead._renewing.cancel()
        sandbox.world.clock.forward(leases.SECONDS - 5)
        with pytest.raises(Busy):
            async with held(ana, "rotate", second):
                pass
        sandbox.world.clock.forward(6)
        async with held(ana, "rotate", second) as lease:
            lease.check()
            # the one who was thought dead wakes up: it cannot renew, and stops
            assert dead._state is not None
            assert not await dead._claimed(dead._state)
            dead._lost = True
            with pytest.raises(LeaseLost):
                dead.check()
            await dead.release()
            lease.check()
            assert (await current(ada)) is not None


async def test_a_run_that_was_killed_here_is_not_waited_for(sandbox: Any, tmp_path: Path) -> None:
    async with working(sandbox, tmp_path / "a") as (ada, journal):
        dead = Lease(ada, "set up", journal)
        async for _ in dead.take():
            pass
        assert dead._renewing is not None
        dead._renewing.cancel()
        assert not holder.noted_dead(ada.runs, journal.run), "it lives"
        path = ada.runs / f"{journal.run}.process"
        said = json.loads(path.read_text())
        path.write_text(json.dumps(said | {"started": said["started"] - 100}))
        async with working(sandbox, tmp_path / "a") as (again, second), held(again, "set up", second):
            pass
        path.write_text(json.dumps(said | {"started": 1.0, "machine": "elsewhere"}))
        assert not holder.noted_dead(ada.runs, journal.run), "another machine's processes cannot be seen"


async def test_what_a_killed_run_held_is_freed_by_the_next_one_that_has_nothing_to_change(sandbox: Any, tmp_path: Path) -> None:
    async with working(sandbox, tmp_path / "a") as (ada, journal), working(sandbox, tmp_path / "b") as (elsewhere, other):
        dead = Lease(ada, "set up", journal)
        async for _ in dead.take():
            pass
        assert dead._renewing is not None
        dead._renewing.cancel()
        await given_back(ada, other)
        assert await current(ada) is not None, "it lives"
        note = ada.runs / f"{journal.run}.process"
        note.write_text(json.dumps({**json.loads(note.read_text()), "started": 1.0}))
        await given_back(elsewhere, other)
        assert await current(ada) is not None, "whether it lives is not known at another folder"
        before = len(sandbox.exchanges)
        await given_back(ada, journal)
        assert await current(ada) is None and not holder.killed_here(ada.runs)
        asked = len(sandbox.exchanges)
        await given_back(ada, journal)
        assert len(sandbox.exchanges) == asked > before, "nothing is asked where nobody was killed"


async def test_a_claim_that_cannot_be_renewed_in_time_is_given_up(sandbox: Any, tmp_path: Path) -> None:
    async with working(sandbox, tmp_path / "a") as (ada, journal), held(ada, "set up", journal) as lease:
        lease.check()
        lease._good_until -= leases.SECONDS
        with pytest.raises(LeaseLost):
            lease.check()


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_lost_answer_is_neither_a_lost_lease_nor_a_second_one(sandbox: Any, tmp_path: Path, when: str) -> None:
    async with working(sandbox, tmp_path / "a") as (ada, journal):
        for method in ("POST", "PATCH"):
            sandbox.faults.add(method=method, path=r"api.github.com/.*/git/refs.*", when=when, reset=True)
        async with held(ada, "set up", journal) as lease:
            lease.check()
            assert await current(ada) is not None
        assert await current(ada) is None


@pytest.mark.matrix
@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_an_answer_that_is_lost_as_often_as_it_is_asked_for_counts_as_what_the_ref_says(
    sandbox: Any, tmp_path: Path, method: str
) -> None:
    async with working(sandbox, tmp_path / "a") as (ada, journal):
        if method == "PATCH":
            async with held(ada, "set up", journal):
                pass
        sandbox.faults.add(method=method, path=r"api.github.com/.*/git/refs.*", when="after", reset=True, fail=40)
        async with held(ada, "rotate", journal) as lease:
            lease.check()
        assert await current(ada) is None, "what was taken is given back, though neither was ever confirmed"


async def test_two_at_once_again_and_again_never_both(sandbox: Any, tmp_path: Path) -> None:
    async with working(sandbox, tmp_path / "a") as (ada, journal), working(sandbox, tmp_path / "b", "ana") as (ana, second):
        assert await _crowded((ada, journal), (ana, second), rounds=ROUNDS) == 1


async def test_a_ref_that_is_forced_would_let_both_in(sandbox: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted violation: whoever moves the ref whatever stands there is never refused."""

    async def forced(session: Any, repository: str, project: str, before: ref.Seen, commit: str) -> bool:
        models.move_ref(sandbox.world, repository, ref.ref_of(project), commit, "ada")
        return True

    monkeypatch.setattr(ref, "moved", forced)
    async with working(sandbox, tmp_path / "a") as (ada, journal), working(sandbox, tmp_path / "b", "ana") as (ana, second):
        assert await _crowded((ada, journal), (ana, second), rounds=10) == 2


async def _crowded(*operators: tuple[Job, Journal], rounds: int) -> int:
    """How many were inside at once at most, when all start together again and again."""
    inside, most, entered = 0, 0, 0

    async def one(job: Job, journal: Journal, start: asyncio.Barrier) -> None:
        nonlocal inside, most, entered
        await start.wait()
        try:
            async with held(job, "set up", journal):
                inside, entered = inside + 1, entered + 1
                most = max(most, inside)
                await asyncio.sleep(0.003)
                inside -= 1
        except Busy:
            pass

    for _ in range(rounds):
        start = asyncio.Barrier(len(operators))
        await asyncio.gather(*(one(job, journal, start) for job, journal in operators))
    assert entered >= rounds, "somebody gets in every time"
    return most
