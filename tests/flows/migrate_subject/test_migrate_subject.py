"""A change of subject: the new trust beside the old, a job that shows it, then the end of the old; at no moment is there none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flows.finished_shop import Shop
from wizard.engine.events import Event, EventKind
from wizard.errors import BadInput, Cancelled, ExitCode
from wizard.flows import verify as verify_flow
from wizard.flows.decisions import Outcome
from wizard.flows.job import Job, opened
from wizard.flows.migrate_subject import SubjectPreview, migrate_subject, previewed
from wizard.flows.status import Standing, status
from wizard.sandbox.actions import runs

IMMUTABLE = "repo:contoso@2001/shop@900001:environment"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_flow, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(verify_flow, "YOUNG_PAUSES", (0.2,) * 20)


@pytest.fixture
def old_repository() -> bool:
    return True


class Yes:
    """Agrees to everything and knows no secret."""

    def __init__(self, answer: bool = True) -> None:
        self.answer = answer

    async def agrees(self, plan: Any) -> bool:
        return self.answer

    async def secret_value(self, name: str, environment: str) -> None:
        return None

    async def agrees_to_migrate(self, preview: object) -> bool:
        return self.answer


async def carried_out(job: Job, *, opt_in: bool = False, outcome: Outcome | None = None) -> tuple[SubjectPreview, list[Event], Outcome]:
    outcome = outcome or Outcome()
    preview = await previewed(job, opt_in=opt_in)
    events = [event async for event in migrate_subject(job, Yes(), outcome, preview, opts_in=opt_in)]
    return preview, events, outcome


def trusted(shop: Shop) -> dict[str, set[str]]:
    """Subjects by the environment they end with."""
    found: dict[str, set[str]] = {}
    for row in shop.table("graph.federated_credentials").values():
        found.setdefault(row["subject"].rpartition(":")[2], set()).add(row["subject"])
    return found


def approved(shop: Shop) -> None:
    """Ana approves whatever waits in prod, and its timer runs off."""
    with shop.sandbox.lock:
        gate = shop.table("github.environments")["contoso/shop|prod"]["id"]
        rows = shop.table(runs.RUNS)
        for key, run in list(rows.items()):
            review = {"environments": [gate], "state": "approved", "comment": "", "user": "ana", "at": shop.sandbox.world.clock.now()}
            rows[key] = {**run, "reviews": [*run["reviews"], review]}
        shop.sandbox.world.clock.forward(700)


def mutations(shop: Shop) -> list[str]:
    """What was changed, in order, without the lease and the proofs."""
    told = {"federatedIdentityCredentials": "trust", "customization/sub": "opt-in"}
    found = [(e["method"], next((word for part, word in told.items() if part in e["url"]), "")) for e in shop.sandbox.mutating()]
    return [f"{method} {word}" for method, word in found if word]


@pytest.mark.matrix
async def test_an_opt_in_moves_dev_at_once_and_prod_when_its_reviewer_has_approved(shop: Shop) -> None:
    async with opened(shop.path) as job:
        preview, events, outcome = await carried_out(job, opt_in=True)
    assert [move.subject for move in preview.moves] == [f"{IMMUTABLE}:dev", f"{IMMUTABLE}:prod"] and preview.opts_in
    assert trusted(shop) == {
        "dev": {f"{IMMUTABLE}:dev"},
        "prod": {f"{IMMUTABLE}:prod", "repo:contoso/shop:environment:prod"},
    }
    assert [item["what"] for item in outcome.pending] == ["prod: approve the run"] and outcome.exit_code is ExitCode.DONE
    assert "repo:contoso/shop:environment:dev" not in str(trusted(shop))
    assert any(event.event is EventKind.NOTED and "stays trusted" in event.outcome for event in events)
    assert mutations(shop) == ["POST trust", "POST trust", "PUT opt-in", "DELETE trust"]


async def test_the_next_run_finishes_what_waited_and_then_nothing_is_left(shop: Shop) -> None:
    async with opened(shop.path) as job:
        await carried_out(job, opt_in=True)
        approved(shop)
        preview, _, outcome = await carried_out(job)
        assert outcome.exit_code is ExitCode.DONE and [move.there for move in preview.moves] == [True, True]
        assert trusted(shop) == {"dev": {f"{IMMUTABLE}:dev"}, "prod": {f"{IMMUTABLE}:prod"}}
        before = len(shop.sandbox.mutating())
        nothing, events, _ = await carried_out(job)
        assert nothing.empty and events[-1].outcome == "GitHub sends the subjects that are trusted: nothing to do"
        assert len(shop.sandbox.mutating()) == before
        assert (await status(job)).standing(Standing.DRIFT) == ()


@pytest.mark.matrix
async def test_while_a_proof_waits_status_tells_both_trusts_and_no_drift(shop: Shop) -> None:
    async with opened(shop.path) as job:
        await carried_out(job, opt_in=True)
        found = await status(job)
    assert found.standing(Standing.DRIFT) == ()
    (row,) = [row for row in found.rows if row.what == "federated credential github-prod"]
    assert (row.standing, row.hint) == (Standing.WAITING, "lakestrap migrate subject")


@pytest.mark.matrix
async def test_after_a_rename_the_file_follows_and_no_name_in_azure_changes(shop: Shop) -> None:
    from wizard.sandbox.github import models, renames

    with shop.sandbox.lock:
        repository = models.repository(shop.sandbox.world, "contoso/shop")
        renames.moved(shop.sandbox.world, repository, "contoso", "store")
    async with shop.job() as job:
        drift = {row.what: row for row in (await status(job)).standing(Standing.DRIFT)}
    assert drift["github.repository/repository"].why == "contoso/shop is called contoso/store now"
    assert drift["entra.federated_credential/dev"].hint == "lakestrap migrate subject"
    async with opened(shop.path) as job:
        before = shop.path.read_text(encoding="utf-8")
        preview, _, _ = await carried_out(job)
        assert preview.file_changes["github.repository"] == "contoso/store"
        assert any(path.startswith("environments.prod.naming.vault") for path in preview.file_changes)
    assert trusted(shop)["dev"] == {"repo:contoso@2001/store@900001:environment:dev"}
    after = shop.path.read_text(encoding="utf-8")
    assert before != after and "contoso/store" in after
    async with shop.job() as job:
        found = {row.what: row.why for row in (await status(job)).standing(Standing.DRIFT)}
    assert not {what for what in found if not what.startswith((".github/", "infra/", "github.files/"))}, found


async def test_a_trust_that_lost_its_gate_is_not_given(shop: Shop) -> None:
    shop.change("github.environments", "contoso/shop|prod", reviewers=[])
    async with opened(shop.path) as job:
        with pytest.raises(BadInput, match="trust waits for the gate"):
            await previewed(job, opt_in=True)
    assert shop.sandbox.mutating() == []


async def test_a_failed_proof_ends_no_trust(shop: Shop) -> None:
    async with opened(shop.path) as job:
        preview = await previewed(job, opt_in=True)
        with shop.sandbox.lock:
            rows = shop.table("github.variables")
            rows["contoso/shop|dev|AZURE_TENANT_ID"] = {**rows["contoso/shop|dev|AZURE_TENANT_ID"], "value": "no tenant"}
        outcome = Outcome()
        async for _ in migrate_subject(job, Yes(), outcome, preview, opts_in=True):
            pass
    assert outcome.unproven == ["dev"] and outcome.exit_code is ExitCode.FAILED
    assert {len(subjects) for subjects in trusted(shop).values()} == {2}
    assert "DELETE trust" not in mutations(shop)


async def test_without_agreement_nothing_is_changed(shop: Shop) -> None:
    async with opened(shop.path) as job:
        preview = await previewed(job, opt_in=True)
        assert [line for line in preview.lines() if "cannot be taken back" in line]
        with pytest.raises(Cancelled):
            async for _ in migrate_subject(job, Yes(False), Outcome(), preview, opts_in=True):
                pass
    assert shop.sandbox.mutating() == []


@pytest.mark.matrix
@pytest.mark.parametrize("mode", ["managed-identity"])
async def test_a_managed_identity_moves_likewise(shop: Shop) -> None:
    async with opened(shop.path) as job:
        await carried_out(job, opt_in=True)
        approved(shop)
        _, _, outcome = await carried_out(job)
        assert outcome.exit_code is ExitCode.DONE
        assert trusted(shop) == {"dev": {f"{IMMUTABLE}:dev"}, "prod": {f"{IMMUTABLE}:prod"}}
        assert (await status(job)).standing(Standing.DRIFT) == ()
