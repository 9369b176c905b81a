"""The data-side kinds beyond their plain life: who may, what is missing, whose it is, and what stays. Planted violations beside each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.contract.samples.stage import Stage
from tests.providers.databricks.workspaces import LAKE, Workspace
from wizard.engine.plan import Action, decide
from wizard.errors import NotAllowed, NotYet, ServiceRefused
from wizard.providers.arm.deployment import deployed_key
from wizard.providers.databricks.held_data import Held, held_in, marked_securables


class Data:
    """A catalog of ours with all it stands on, or less of it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace, self.session = workspace, workspace.session
        self.stage = Stage(workspace.sandbox, workspace.session)

    async def make(self, *, catalog: bool = True) -> None:
        await self.workspace.lake()
        await self.stage.made(self.workspace.credential())
        await self.stage.made(self.workspace.location())
        if catalog:
            await self.stage.made(self.workspace.catalog())

    def plant(self, kind: str, name: str, /, **members: Any) -> None:
        """Somebody else's hand."""
        with self.workspace.sandbox.lock:
            rows = self.workspace.sandbox.world.table("databricks.unity")
            metastore = next(iter(rows)).partition("/")[0]
            key = f"{metastore}/{kind}/{name}"
            rows[key] = {**(rows.get(key) or {"full_name": name, "grants": {}}), **members}

    def metastore(self, **members: Any) -> None:
        with self.workspace.sandbox.lock:
            rows = self.workspace.sandbox.world.table("databricks.metastores")
            rows["westeurope"] = {**rows["westeurope"], **members}


async def test_without_a_metastore_the_administrators_request_is_told(workspace: Workspace) -> None:
    wished = workspace.assignment()
    seen = await wished.read(workspace.session)
    assert seen is not None and decide(wished, seen).action is Action.KEEP
    with workspace.sandbox.lock:
        del workspace.sandbox.world.table("databricks.metastores")["westeurope"]
    with pytest.raises(NotAllowed) as refused:
        await wished.read(workspace.session)
    assert refused.value.permission == "account administrator"
    assert refused.value.hints[-1].endswith(f"metastore-assignments create {seen.attributes['workspace_id']} METASTORE_ID")
    workspace.session.made(deployed_key(workspace.host))
    with pytest.raises(NotYet):  # a workspace that this run has deployed may get one in a moment
        await wished.read(workspace.session)


@pytest.mark.matrix
async def test_a_privilege_that_is_missing_is_named_with_the_command_that_gives_it(workspace: Workspace) -> None:
    data = Data(workspace)
    await workspace.lake()
    data.metastore(automatic=False)
    with pytest.raises(NotAllowed) as refused:
        await workspace.credential().create(workspace.session)
    assert refused.value.permission == "CREATE STORAGE CREDENTIAL on Metastore 'metastore-westeurope'"
    assert "grants update metastore" in refused.value.hints[1] and "CREATE_STORAGE_CREDENTIAL" in refused.value.hints[1]
    data.metastore(grants={"ada@contoso.com": ["CREATE_STORAGE_CREDENTIAL"]})
    assert (await workspace.credential().create(workspace.session)).owner == "shop"


@pytest.mark.matrix
async def test_a_role_that_has_not_spread_is_waited_for_only_where_it_is_young(workspace: Workspace) -> None:
    data = Data(workspace)
    await workspace.lake()
    await data.stage.made(workspace.credential())
    elsewhere = workspace.location(url="abfss://silver@stshopdev.dfs.core.windows.net/")
    with pytest.raises(NotAllowed) as refused:
        await elsewhere.create(workspace.session)
    assert refused.value.permission == "Storage Blob Data Contributor"
    workspace.session.made(deployed_key(workspace.host))
    with pytest.raises(NotYet):
        await elsewhere.create(workspace.session)


@pytest.mark.matrix
async def test_what_others_made_is_adopted_by_agreement_only(workspace: Workspace) -> None:
    data = Data(workspace)
    await data.make()
    wished = workspace.catalog()
    data.plant("catalog", "shop_dev", properties={"team": "theirs"})
    observed = await wished.read(workspace.session)
    assert observed is not None and decide(wished, observed).action is Action.ADOPT
    adopted = await wished.update(workspace.session, observed)
    assert adopted.owner == "shop" and wished.differences(adopted) == ()
    rows = await workspace.session.databricks(workspace.host, lambda w: w.catalogs.get("shop_dev").properties)
    assert rows["team"] == "theirs", "other properties stay"
    data.plant("catalog", "shop_dev", properties={"lakestrap-project": "other", "lakestrap-environment": "dev"})
    assert decide(wished, await wished.read(workspace.session)).action is Action.BLOCKED
    with pytest.raises(ServiceRefused):  # not ours: it is not taken for what an earlier try has made
        await wished.create(workspace.session)


@pytest.mark.matrix
async def test_what_somebody_opened_or_took_away_is_drift(workspace: Workspace) -> None:
    data = Data(workspace)
    await data.make()
    catalog, location = workspace.catalog(), workspace.location()
    grant = workspace.grant_on(catalog)
    await data.stage.made(grant)
    data.plant("catalog", "shop_dev", isolation_mode="OPEN", grants={"data-analysts": ["SELECT", "MODIFY"]})
    data.plant("external_location", "shop_dev_bronze", comment="mine now")
    assert [each.field for each in catalog.differences(await data.stage.seen(catalog))] == ["isolated"]
    assert [each.field for each in location.differences(await data.stage.seen(location))] == ["tags"]
    observed = await data.stage.seen(grant)
    assert grant.differences(observed)[0].observed == "SELECT"
    assert grant.differences(await grant.update(workspace.session, observed)) == ()
    await grant.delete(workspace.session, observed)
    held = await workspace.session.databricks(workspace.host, lambda w: w.grants.get("catalog", "shop_dev").privilege_assignments)
    assert [str(each.value) for each in held[0].privileges] == ["MODIFY"], "what others gave stays"


@pytest.mark.matrix
async def test_a_principal_that_nobody_knows(workspace: Workspace) -> None:
    data = Data(workspace)
    await data.make()
    ghost = workspace.grant_on(workspace.catalog(), principal="admins")
    assert await ghost.read(workspace.session) is None
    with pytest.raises(ServiceRefused) as refused:
        await ghost.create(workspace.session)
    assert "group of the Databricks account" in refused.value.hints[0]
    workspace.session.made("admins")
    with pytest.raises(NotYet):  # this run has just made it a member
        await ghost.create(workspace.session)


@pytest.mark.matrix
async def test_data_is_seen_and_never_deleted_unsaid(workspace: Workspace) -> None:
    data = Data(workspace)
    await data.make()
    catalog = workspace.catalog()
    await data.stage.made(workspace.schema_in(catalog))
    data.plant("table", "shop_dev.bronze.orders", name="orders", owner="ana@contoso.com")
    held = await held_in(workspace.session, workspace.host, "shop_dev")
    assert {name: schema.inside for name, schema in held.items()} == {"bronze": ("orders",), "default": ()}
    assert held["bronze"].bears("shop", "dev") and not held["default"].bears("shop", "dev")
    marked = await marked_securables(workspace.session, workspace.host, "shop", "dev")
    assert {each.kind for each in marked} == {"databricks.catalog", "databricks.external_location", "databricks.storage_credential"}
    assert await marked_securables(workspace.session, workspace.host, "shop", "prod") == ()
    assert Held("databricks.catalog", "shop_dev") in marked
    observed = await data.stage.seen(catalog)
    for refusing in (workspace.schema_in(catalog), catalog, workspace.location(), workspace.credential()):
        with pytest.raises(ServiceRefused):
            await refusing.delete(workspace.session, observed)
    await replace(catalog, forced=True).delete(workspace.session, observed)
    assert await catalog.read(workspace.session) is None


def test_paths_are_compared_without_their_last_slash() -> None:
    from wizard.providers.databricks.external_location import ExternalLocation

    wished = ExternalLocation(name="dev/bronze", project="shop", host="h", location="l", url=LAKE, credential="c")

    class Row:
        name, url, credential_name = "l", LAKE.rstrip("/"), "c"

    assert wished._own(Row())["url"] == LAKE
    Row.url = LAKE.replace("bronze", "silver")
    assert wished._own(Row())["url"] != LAKE
