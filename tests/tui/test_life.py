"""The jobs after set-up through the full screen: each ends in the same world and the same file as the run without questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.flows.conftest import mode, old_repository, shop  # noqa: F401
from tests.tui.driving import at, chosen, outlined, seated, shown

if TYPE_CHECKING:
    from tests.flows.finished_shop import Shop


async def test_status_tells_the_drift_and_leads_to_the_plan_that_mends_it(shop: Shop) -> None:  # noqa: F811
    shop.change("github.variables", "dev|AZURE_LOCATION", value="moved")
    async with seated(shop.path.parent) as pilot:
        await chosen(pilot, "status")
        await outlined(pilot, "Status")
        assert "1 thing is not as shop wants it" in shown(pilot)
        await pilot.press("m")
        await at(pilot, "Review")
    assert shop.sandbox.mutating() == []
