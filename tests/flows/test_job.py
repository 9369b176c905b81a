"""Opening a job while a service does not answer as it should: a clear error with a hint, and no traceback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.rehearsal import small_project
from wizard.errors import ExitCode, NotYet, Unreachable
from wizard.flows import job, patience


async def test_an_error_of_the_token_service_is_told_with_a_hint(sandbox: Any, tmp_path: Path) -> None:
    sandbox.faults.add(method="POST", path=r"login\.microsoftonline\.com/.*/token", status=500, fail=20)
    with pytest.raises(Unreachable, match="did not answer the sign-in: HTTP Error: 500") as told:
        async with job.opened(small_project(tmp_path)):
            pass
    assert told.value.hints and told.value.exit_code is ExitCode.FAILED


async def test_what_is_put_off_while_opening_is_asked_again_and_told_where_it_lasts(
    sandbox: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []

    async def limited(*_: object, **__: object) -> Any:
        told.append(1)
        raise NotYet("GitHub's secondary rate limit", retry_after=0.05)

    monkeypatch.setattr(patience, "READ_PATIENCE", 0.2)
    monkeypatch.setattr("wizard.providers.github.plans.plan_features", limited)
    with pytest.raises(Unreachable, match="cannot read what the project names: GitHub's secondary rate limit") as lasting:
        async with job.opened(small_project(tmp_path)):
            pass
    assert len(told) > 1 and lasting.value.hints == ("run the same command again later",)
