"""The end of a migration by clicks, and of the same on lines: done, until when the old secret is valid, and what ends it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Sandbox
from tests.flows.migrate_oidc.test_migrate_oidc import merged, migrated
from tests.flows.rotate.shops import clone, set_up
from tests.notebook.test_life import looked, opened
from tests.notebook.test_page import until
from wizard.flows import verify
from wizard.notebook import Wizard


@pytest.fixture
def sandbox_world() -> Any:
    return set_up("tiny") / "world.json"


@pytest.mark.matrix
async def test_a_grace_is_told_as_the_end_and_not_as_something_left(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "POLL_SECONDS", 0.1)
    path = clone("tiny", tmp_path / "laptop")
    await migrated(path)
    await merged(path)
    page = Wizard(path)
    try:
        job = opened(page, "migrate oidc")
        await looked(job)
        job.go.click()
        await until(lambda: job.report.value and job.under_way.done(), 120)
        assert "the migration is done" in job.report.value and "it is safe to leave" in job.report.value, job.trouble.value
        assert "Left for people" not in job.report.value and "lakestrap rotate ends it after that" in job.lanes.ending.value
        await looked(job)
        assert "wait for the grace (dev until 20" in job.table.value and job.go.disabled
    finally:
        page.close()
    again = sandbox.lakestrap("migrate", "oidc", "--yes", cwd=path.parent)
    assert again.returncode == 0 and "still valid: dev until 20" in again.stderr.splitlines()[-1], again.stderr
