"""A project as set-up left it: no drift, nothing unknown, and nothing written by looking."""

from __future__ import annotations

from tests.flows.finished_shop import Shop
from wizard.errors import ExitCode
from wizard.flows.status import Standing, status


async def test_a_finished_project_has_not_drifted(shop: Shop) -> None:
    async with shop.job() as job:
        found = await status(job)
    assert [row for row in found.rows if row.standing in (Standing.DRIFT, Standing.UNKNOWN)] == []
    assert found.exit_code is ExitCode.DONE
    assert shop.sandbox.mutating() == []
