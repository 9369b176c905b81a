"""From a client secret to federation: the secret works until a job has signed in without it, and ends by its own rotation."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Sandbox
from tests.flows.rotate.shops import clone, rotated, set_up, state, tables_of
from tests.flows.rotate.test_rotation import later
from wizard.engine.events import Event
from wizard.errors import LakestrapError
from wizard.flows import verify
from wizard.flows.job import opened
from wizard.flows.migrate_oidc import MigrationOutcome, closing, migrate_oidc, previewed
from wizard.flows.migrate_oidc.run import Leaving, OidcPreview
from wizard.flows.rotate.credential import Held

REPOSITORY = "contoso/shop"


@pytest.fixture
def sandbox_world() -> Any:
    return set_up("tiny") / "world.json"


@pytest.fixture
def project(sandbox: Sandbox, tmp_path: Path) -> Path:
    return clone("tiny", tmp_path / "laptop")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(verify, "YOUNG_PAUSES", (0.2, 0.4, 0.8))


class Agreed:
    """Yes to everything."""

    async def agrees_to_migrate(self, preview: object) -> bool:
        return True

    async def agrees(self, plan: object) -> bool:
        return True

    async def secret_value(self, name: str, environment: str) -> None:
        return None


async def migrated(path: Path, hours: int = 24, on_event: Callable[[Event], None] = lambda event: None) -> tuple[MigrationOutcome, bool]:
    """One run; the outcome, and whether there was anything to do."""
    outcome = MigrationOutcome()
    async with opened(path) as job:
        preview = await previewed(job, timedelta(hours=hours))
        async for event in migrate_oidc(job, Agreed(), outcome, preview):
            on_event(event)
    return outcome, not preview.empty


async def merged(path: Path) -> None:
    async with opened(path) as job:
        await job.session.github(lambda github: github.requester.requestJsonAndCheck("PUT", f"/repos/{REPOSITORY}/pulls/1/merge"))


async def test_the_secret_ends_after_the_proof_and_the_grace(sandbox: Sandbox, project: Path, tmp_path: Path) -> None:
    before = state(tables_of(sandbox))
    outcome, _ = await migrated(project)
    assert outcome.exit_code == 0
    assert "mode: federated" in project.read_text(encoding="utf-8")
    assert [item["what"] for item in outcome.pending] == ["merge the pull request, then run: lakestrap migrate oidc"]
    assert state(tables_of(sandbox)) == before

    await merged(project)
    outcome, _ = await migrated(project)
    assert outcome.exit_code == 0
    assert state(tables_of(sandbox)).passwords == before.passwords
    assert outcome.pending == [] and outcome.over, "a grace is nothing that anybody has to do"
    assert "still valid: dev until 20" in outcome.words and "safe to leave; lakestrap rotate ends it" in outcome.words
    assert closing(outcome, "run").outcome == f"the migration is done; {outcome.words}"
    third, more = await migrated(project)
    assert not more and third.words == outcome.words, "a third run has nothing to do, and says until when the old one is valid"

    early = await rotated(project)
    assert early.made("retire") == []
    shutil.copy(project, tmp_path / "lakestrap.yaml")
    later(sandbox, 25)
    late = await rotated(tmp_path / "lakestrap.yaml")
    assert late.code == 0, late.error
    tables = tables_of(sandbox)
    application = next(row for row in tables["graph.applications"].values() if row["displayName"] == "shop-dev-deploy")
    assert application["passwordCredentials"] == []
    names = [*tables.get("github.secrets", ()), *tables["github.variables"]]
    assert [name for name in names if "CLIENT_SECRET" in name or "RETIRING" in name] == []
    done = await rotated(tmp_path / "lakestrap.yaml")
    assert done.preview is not None
    assert done.preview.secretless


@pytest.mark.matrix
async def test_without_a_proof_the_secret_stays(sandbox: Sandbox, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that signed in some other way proves nothing."""

    async def other_subject(*_: object) -> bool:
        return False

    await migrated(project)
    await merged(project)
    before, told = state(tables_of(sandbox)), list[Event]()
    monkeypatch.setattr("wizard.flows.migrate_oidc.run.presented", other_subject)
    await migrated(project, 0, told.append)
    assert any("the secret stays valid" in event.outcome for event in told)
    assert state(tables_of(sandbox)) == before


async def test_an_unfinished_rotation_comes_first(sandbox: Sandbox, project: Path) -> None:
    await rotated(project, kinds=("entra-client-secret",))
    with pytest.raises(LakestrapError, match="a rotation of its client secret is not over"):
        await migrated(project)
    assert "client-secret" in project.read_text(encoding="utf-8")


def test_the_grace_is_named_only_where_a_secret_still_waits_for_its_end() -> None:
    def told(*held: Held) -> str:
        return OidcPreview((Leaving("dev", held, noted=bool(held)),), changes_file=False, grace=timedelta(hours=24)).nothing_to_do

    assert "grace" not in told()
    moment = datetime(2026, 3, 5, 12, tzinfo=UTC)
    noted = Leaving("dev", (Held("one", ours=True, active=False),), noted=True, until=moment)
    assert "grace (dev until 2026-03-05 12:00 UTC)" in OidcPreview((noted,), changes_file=False, grace=timedelta()).nothing_to_do
    assert "grace (dev)" in told(Held("one", ours=True, active=False)) and "lakestrap rotate" in told(Held("one", ours=True, active=False))


def test_the_last_words_tell_a_wait_for_people_from_a_wait_for_time() -> None:
    moment = datetime(2026, 3, 5, 12, tzinfo=UTC)
    done = MigrationOutcome(valid_until={"prod": moment + timedelta(hours=1), "dev": moment})
    assert closing(done, "").outcome == (
        "the migration is done; the old client secrets are still valid: dev until 2026-03-05 12:00 UTC, prod until 2026-03-05 13:00 UTC; "
        "it is safe to leave; lakestrap rotate ends them after that"
    )
    halfway = MigrationOutcome(pending=[{"what": "prod: approve the run", "who": "@ana", "link": ""}], valid_until={"dev": moment})
    assert not halfway.over and "the migration is done" not in closing(halfway, "").outcome and "dev until" in closing(halfway, "").outcome
    assert closing(MigrationOutcome(), "").outcome == "done", "no secret is left: nothing more is to be said"
    assert "safe" not in closing(done, "", LakestrapError("it failed")).outcome
