"""A catalog of the user's own from end to end: schemas and grants go into it, and it outlives everything of ours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flows.data.test_data_side import failures, held, plant
from tests.flows.destroy.taking_down import shown, taken_down
from tests.flows.finished_shop import Shop
from wizard.engine.plan import Action
from wizard.errors import BadInput
from wizard.flows.decisions import Outcome
from wizard.flows.setup import planned, setup
from wizard.providers.databricks.held_catalog import marked_catalog


class Agreeing:
    """Somebody who agrees to the plan."""

    async def agrees(self, plan: object) -> bool:
        return True

    async def secret_value(self, name: str, environment: str) -> None:
        return None


@pytest.fixture
def own(shop: Shop) -> Shop:
    """The shop with a catalog of the operator's named in its file, and none of ours."""
    with shop.sandbox.lock:
        for key in [key for key in shop.table("databricks.unity") if "shop_dev" in key]:
            del shop.table("databricks.unity")[key]
        plant_key = shop.table("databricks.metastores")["westeurope"]["metastore_id"]
        fixed = {"full_name": "sales", "name": "sales", "owner": "ada@contoso.com", "grants": {}, "bindings": [], "isolation_mode": "OPEN"}
        shop.table("databricks.unity")[f"{plant_key}/catalog/sales"] = {**fixed, "properties": {"team": "sales"}, "id": "c-1"}
    text = shop.path.read_text(encoding="utf-8")
    wanted = "  - {name: dev, subscription: Contoso Dev, production: false, existing: {catalog: sales}}"
    shop.path.write_text("\n".join([line for line in text.splitlines() if "name: dev," not in line] + [wanted, ""]), encoding="utf-8")
    return shop


@pytest.mark.matrix
async def test_it_is_used_and_never_created_changed_or_removed(own: Shop) -> None:
    before = dict(held(own)["catalog/sales"])
    outcome = Outcome()
    async with own.job() as job:
        plan = (await planned(job)).plan
        actions = {change.key: change.action for change in plan.changes}
        assert (
            actions["databricks.existing_catalog/dev"] is Action.KEEP
            and "databricks.catalog/dev" not in actions
            and actions["databricks.schema/dev/bronze"] is Action.CREATE
        )
        told = [event async for event in setup(job, Agreeing(), outcome)]
    assert [f"{event.key}: {event.error}" for event in told if event.error] == []
    found: dict[str, Any] = held(own)
    assert {
        "schema/sales.bronze",
        "schema/sales.raw_data",
        "storage_credential/shop_dev",
        "external_location/shop_dev_bronze",
    } <= found.keys()
    assert "catalog/shop_dev" not in found
    now = found["catalog/sales"]
    assert now["properties"] == before["properties"] and now["owner"] == before["owner"] and "SELECT" in now["grants"]["data-analysts"]
    assert len(now["grants"]) == 2, "the readers, and the deploy identity"
    async with own.job() as job:
        assert [change.key for change in (await planned(job)).plan.changes if change.action is not Action.KEEP] == []
        host = str(
            next(event for event in own.table("arm.resources").values() if "workspaceUrl" in event["properties"])["properties"][
                "workspaceUrl"
            ]
        )
        lost = await marked_catalog(job.session, host, "shop", "dev")
    assert lost is not None and (lost.name, lost.marked) == ("sales", False) and "bronze" in lost.schemas
    plant(own, "table", "sales.bronze.orders")
    removal = await shown(own)
    assert "orders" in removal.to_name["sales.bronze"] and [item.what for item in removal.foreign] == ["sales.bronze.orders"]
    with pytest.raises(BadInput):
        await taken_down(own, confirm=())
    done = await taken_down(own, confirm=("sales.bronze",))
    assert failures(done) == []
    left = held(own)
    assert sorted(left) == ["catalog/sales"]
    assert set(left["catalog/sales"]["grants"]) <= {"data-analysts"}, "nothing is left to an identity that is gone"
