"""The data side from end to end: set up, left alone by a second set-up, found when it drifts, taken down without what is not ours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flows.destroy.taking_down import Done, shown, taken_down
from tests.flows.finished_shop import Shop
from wizard.engine.plan import Action
from wizard.errors import BadInput, NotAllowed
from wizard.flows.check import request_for_administrator
from wizard.flows.setup import planned, refuse_what_cannot_be
from wizard.flows.status import Standing, status
from wizard.providers.verdict import Answer

LAKE = "@stshopdev26smk.dfs.core.windows.net/"


def held(shop: Shop) -> dict[str, Any]:
    """Everything in the metastore, by ``kind/name``."""
    return {key.partition("/")[2]: row for key, row in shop.table("databricks.unity").items()}


def plant(shop: Shop, kind: str, name: str, **members: Any) -> None:
    """Somebody else's securable, or somebody else's hand on ours."""
    with shop.sandbox.lock:
        rows = shop.table("databricks.unity")
        key = f"{next(iter(rows)).partition('/')[0]}/{kind}/{name}"
        fixed = {"full_name": name, "name": name.rpartition(".")[2], "owner": "ana@contoso.com", "grants": {}, "bindings": []}
        rows[key] = {**(rows.get(key) or fixed), **members}


def theirs(shop: Shop) -> None:
    """A catalog of somebody's, beside a table of theirs in ours."""
    plant(shop, "catalog", "theirs", properties={"team": "finance"}, isolation_mode="OPEN")
    plant(shop, "schema", "theirs.ledger", catalog_name="theirs")
    plant(shop, "table", "shop_dev.bronze.orders")


def failures(done: Done) -> list[str]:
    return [f"{event.key}: {event.error}" for event in done.events if event.error]


async def test_what_set_up_made_is_as_wished_and_stays_so(shop: Shop) -> None:
    found = held(shop)
    catalog = found["catalog/shop_dev"]
    assert catalog["storage_root"] == f"abfss://bronze{LAKE}managed/catalog" and catalog["isolation_mode"] == "ISOLATED"
    assert found["schema/shop_dev.raw_data"]["storage_root"] == f"abfss://raw-data{LAKE}managed/schemas/raw_data"
    assert "storage_root" not in found["schema/shop_dev.reports"], "no container of that name: in the catalog's own place"
    assert {"external_location/shop_dev_bronze", "external_location/shop_dev_raw_data", "storage_credential/shop_dev"} <= found.keys()
    assert "SELECT" in catalog["grants"]["data-analysts"] and "MODIFY" not in catalog["grants"]["data-analysts"]
    (deploy,) = [given for name, given in catalog["grants"].items() if name != "data-analysts"]
    assert "CREATE_TABLE" in deploy and not {"MANAGE", "ALL_PRIVILEGES"} & set(deploy)
    async with shop.job() as job:
        plan = (await planned(job)).plan
        rows = (await status(job)).rows
    assert [change.key for change in plan.changes if change.action is not Action.KEEP] == []
    assert [row for row in rows if row.standing in (Standing.DRIFT, Standing.UNKNOWN)] == []
    assert shop.sandbox.mutating() == []


@pytest.mark.matrix
async def test_a_catalog_that_holds_data_has_to_be_named_and_others_stay(shop: Shop) -> None:
    theirs(shop)
    removal = await shown(shop)
    assert "bronze.orders" in removal.to_name["shop_dev"]
    with pytest.raises(BadInput):
        await taken_down(shop, confirm=())
    assert shop.sandbox.mutating() == []
    done = await taken_down(shop, confirm=("shop_dev",))
    assert failures(done) == []
    assert sorted(held(shop)) == ["catalog/theirs", "schema/theirs.ledger"], "what is not ours is left, and nothing else"


@pytest.mark.matrix
async def test_an_empty_one_goes_piece_by_piece_and_data_that_came_meanwhile_keeps_it(shop: Shop) -> None:
    removal = await shown(shop)
    assert removal.to_name == {}
    keys = [change.key for change in removal.plan.changes if change.resource.service.value == "databricks"]
    assert "databricks.schema/dev/default" in keys
    order = [keys.index(f"databricks.{each}") for each in ("catalog/dev", "external_location/dev/bronze", "storage_credential/dev")]
    assert order == sorted(order) and keys.index("databricks.schema/dev/reports") < order[0]
    assert not any(change.resource.forced for change in removal.plan.changes if change.resource.kind == "databricks.catalog")  # type: ignore[attr-defined]
    done = await taken_down(shop)
    assert failures(done) == [] and held(shop) == {}


@pytest.mark.matrix
async def test_what_left_the_file_is_found_by_its_mark(shop: Shop) -> None:
    text = shop.path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in text if not line.startswith(("data:", "access:", "  - {group"))]
    shop.path.write_text("".join(kept), encoding="utf-8")
    assert (await shown(shop)).to_name == {}
    done = await taken_down(shop, confirm=())
    assert failures(done) == [] and held(shop) == {}


@pytest.mark.matrix
async def test_drift_is_told_and_what_others_gave_is_none(shop: Shop) -> None:
    catalog = held(shop)["catalog/shop_dev"]
    grants = {**catalog["grants"], "data-analysts": ["USE_CATALOG"], "data-engineers": ["SELECT"]}
    plant(shop, "catalog", "shop_dev", isolation_mode="OPEN", grants=grants)
    shop.remove("databricks.unity", "schema/shop_dev.reports")
    async with shop.job() as job:
        drift = {row.what: row for row in (await status(job)).standing(Standing.DRIFT)}
    assert set(drift) == {"databricks.catalog/dev", "databricks.schema/dev/reports", "databricks.grant/dev/data-analysts-data-reader"}
    assert drift["databricks.catalog/dev"].area == "data" and "isolated" in drift["databricks.catalog/dev"].why
    assert drift["databricks.schema/dev/reports"].why == "is missing"


@pytest.mark.matrix
async def test_without_a_metastore_it_is_blocked_with_the_request_to_send(shop: Shop) -> None:
    with shop.sandbox.lock:
        del shop.table("databricks.metastores")["westeurope"]
    async with shop.job() as job:
        found = await planned(job)
        text = request_for_administrator(found.rows, job)
    (blocked,) = [change for change in found.plan.blocked if change.resource.kind == "databricks.metastore_assignment"]
    assert "no Unity Catalog metastore" in blocked.reason
    assert "databricks account metastore-assignments create" in text and "METASTORE_ID" in text
    with pytest.raises(NotAllowed) as refused:
        refuse_what_cannot_be(found, frozenset())
    assert any("metastore-assignments create" in hint for hint in refused.value.hints)
    assert shop.sandbox.mutating() == []


@pytest.mark.matrix
async def test_a_workspace_that_is_gone_keeps_nobody_from_destroying(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    from wizard.providers import workers

    monkeypatch.setattr(workers, "RETRY_SECONDS", 1)
    with shop.sandbox.lock:
        rows = shop.table("arm.resources")
        for key in [key for key in rows if "/workspaces/dbw-shop-dev" in key]:
            del rows[key]
    removal = await shown(shop)
    stays = {item.what.partition("  ")[0]: item for item in removal.kept}
    assert "databricks catalogs delete shop_dev" in stays["databricks.catalog/dev"].command
    assert not [item for item in removal.obstacles if "databricks" in item.what]


@pytest.mark.matrix
async def test_what_making_a_catalog_takes_is_asked_beforehand(shop: Shop) -> None:
    """A catalog and a location that are missing; then a metastore whose administrators let nobody make one."""

    async def rows() -> dict[str, Any]:
        async with shop.job() as job:
            found = await planned(job)
            text = request_for_administrator(found.rows, job)
        assert all(" of adb-" in row.question or "metastore of" in row.question for row in found.rows if row.area == "databricks")
        return {"": text, **{row.question.partition(" of adb-")[0]: row for row in found.rows if row.area == "databricks"}}

    shop.remove("databricks.unity", "catalog/shop_dev")
    first = await rows()
    assert first["dev: the workspace has a metastore of Unity Catalog"].answer is Answer.YES
    asked = first["CREATE CATALOG on the metastore"]
    assert asked.answer is Answer.UNKNOWN and "since November 2023" in asked.why and "databricks.catalog/dev decides" in asked.why
    assert first[""] == "" and "CREATE STORAGE CREDENTIAL on the metastore" not in first, "it is there"
    with shop.sandbox.lock:
        stores = shop.table("databricks.metastores")
        stores["westeurope"] = {**stores["westeurope"], "automatic": False, "grants": {}}
        for key, row in list(shop.table("databricks.groups").items()):
            shop.table("databricks.groups")[key] = {**row, "members": row["members"] if row["displayName"] == "users" else []}
        for key, row in list(shop.table("arm.role_assignments").items()):
            if row["properties"]["principalType"] == "User" and "/rg-" not in key:
                owner = row["properties"]["roleDefinitionId"].rpartition("/")[0]
                reader = f"{owner}/acdd72a7-3385-48ef-bd42-f606fba81ae7"
                shop.table("arm.role_assignments")[key] = {**row, "properties": {**row["properties"], "roleDefinitionId": reader}}
    second = await rows()
    assert second["CREATE CATALOG on the metastore"].answer is Answer.NO
    assert '"add":["CREATE_CATALOG"]' in second[""] and "METASTORE_ID" not in second[""]
