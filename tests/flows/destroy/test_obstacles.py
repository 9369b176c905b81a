"""What stands in the way is named and nothing is touched; what is somebody else's is seen even where its name looks like ours."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from tests.flows.destroy.taking_down import Person, shown, taken_down, world_of
from tests.flows.finished_shop import Shop
from wizard.errors import BadInput, Cancelled, NotAllowed
from wizard.flows.decisions import Outcome
from wizard.flows.destroy import destroy, preview

DEV = "/subscriptions/11111111-0001-4d5e-8f60-a1b2c3d4e501/resourceGroups/rg-shop-dev"
PROD = "/subscriptions/11111111-0004-4d5e-8f60-a1b2c3d4e504/resourceGroups/rg-shop-prod"


def planted(shop: Shop, table: str, row: dict[str, Any]) -> None:
    with shop.sandbox.lock:
        shop.table(table)[row["id"].lower()] = row


def changed(shop: Shop, table: str, ending: str, **members: Any) -> None:
    with shop.sandbox.lock:
        rows = shop.table(table)
        (key,) = [key for key in rows if key.lower().endswith(ending)] or [
            key for key, row in rows.items() if row.get("displayName") == ending
        ]
        rows[key] = {**rows[key], **members}


def lock(scope: str, name: str, notes: str = "") -> dict[str, Any]:
    place = f"{scope}/providers/Microsoft.Authorization/locks/{name}"
    return {"id": place, "name": name, "type": "Microsoft.Authorization/locks", "properties": {"level": "CanNotDelete", "notes": notes}}


def strange(name: str = "ststrange", **tags: str) -> dict[str, Any]:
    place = f"{DEV}/providers/Microsoft.Storage/storageAccounts/{name}"
    row = {"id": place, "name": name, "type": "Microsoft.Storage/storageAccounts", "location": "westeurope", "tags": tags}
    return {**row, "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": {"provisioningState": "Succeeded"}}


@pytest.mark.parametrize(
    "scope", [DEV, f"{DEV}/providers/Microsoft.KeyVault/vaults/kv-shop-dev-26smk", DEV.rpartition("/resourceGroups")[0]]
)
async def test_somebody_elses_lock_blocks_with_its_name(shop: Shop, scope: str) -> None:
    planted(shop, "arm.resources", lock(scope, "keep-for-audit", "until the audit is over"))
    old = world_of(shop)
    with pytest.raises(NotAllowed) as refused:
        await taken_down(shop, "dev")
    assert "lock keep-for-audit" in refused.value.message and "until the audit is over" in refused.value.message
    assert refused.value.hints == (f"az lock delete --ids {scope}/providers/Microsoft.Authorization/locks/keep-for-audit",)
    assert world_of(shop) == old


async def test_a_lock_that_bears_another_projects_mark_is_somebody_elses(shop: Shop) -> None:
    planted(shop, "arm.resources", lock(DEV, "lakestrap-other", "lakestrap:other"))
    with pytest.raises(NotAllowed):
        await taken_down(shop, "dev")


@pytest.mark.matrix
async def test_what_we_did_not_make_in_our_group_has_to_be_agreed_to_by_the_groups_name(shop: Shop) -> None:
    planted(shop, "arm.resources", strange())
    removal = await shown(shop, "dev")
    assert [item.what for item in removal.foreign] == [strange()["id"]]
    assert "az resource move" in removal.foreign[0].command
    with pytest.raises(BadInput) as refused:
        await taken_down(shop, "dev", confirm=("dev",))
    assert "ststrange (Microsoft.Storage/storageAccounts)" in str(refused.value)
    assert shop.sandbox.mutating() == []
    done = await taken_down(shop, "dev", confirm=("rg-shop-dev",))
    assert done.outcome.exit_code == 0
    assert strange()["id"].lower() not in world_of(shop)["arm.resources"]


async def test_what_our_deployment_made_is_ours_though_somebody_took_its_tags(shop: Shop) -> None:
    changed(shop, "arm.resources", "storageaccounts/stshopdev26smk", tags={})
    assert (await shown(shop, "dev")).foreign == ()


async def test_a_group_of_our_name_with_another_mark_stays(shop: Shop) -> None:
    """A destroy that followed names would take it."""
    changed(shop, "arm.groups", "/rg-shop-dev", tags={"lakestrap-project": "other", "lakestrap-environment": "dev"})
    removal = await shown(shop, "dev")
    assert not any(change.key == "arm.resource_group/dev" for change in removal.plan.changes)
    (left,) = [item for item in removal.kept if item.what.startswith("arm.resource_group/dev")]
    assert left.why == "it belongs to the project other"


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("table", "ending", "tags", "key"),
    [
        ("arm.groups", "/rg-shop-dev", {}, "arm.resource_group/dev"),
        ("arm.resources", "/vaults/kv-shop-dev-26smk", {}, "keyvault.vault/dev"),
        ("graph.applications", "shop-dev-deploy", [], "entra.application/dev"),
    ],
)
async def test_what_lost_its_mark_is_ours_only_by_our_own_journal(shop: Shop, table: str, ending: str, tags: Any, key: str) -> None:
    changed(shop, table, ending, tags=tags)
    assert any(change.key == key for change in (await shown(shop, "dev")).plan.changes), "this machine made it"
    shutil.rmtree(shop.path.parent / ".lakestrap")
    removal = await shown(shop, "dev")
    assert not any(change.key == key for change in removal.plan.changes), "another machine cannot know"
    assert any(item.what.startswith(key) and item.command.startswith("az ") for item in removal.kept)


def trust(shop: Shop, name: str, description: str) -> str:
    """A further federated credential on dev's application; its application's object id."""
    with shop.sandbox.lock:
        rows = shop.table("graph.federated_credentials")
        row = next(row for row in rows.values() if row["subject"].endswith(":dev"))
        more = {**row, "id": f"0000{name}", "name": name, "subject": f"repo:contoso/shop:ref:{name}", "description": description}
        rows[f"{row['parent']}/{name}"] = more
    return str(row["parent"])


@pytest.mark.matrix
async def test_a_second_trust_of_ours_goes_first_too(shop: Shop) -> None:
    trust(shop, "github-dev-old", "lakestrap:shop")
    done = await taken_down(shop, "dev", confirm=())
    deletes = [exchange["url"] for exchange in shop.sandbox.mutating() if exchange["method"] == "DELETE"]
    assert done.outcome.exit_code == 0
    assert sum("federatedIdentityCredentials" in url for url in deletes) == 2


async def test_who_else_signs_in_as_our_application_is_told_and_has_to_be_agreed_to(shop: Shop) -> None:
    trust(shop, "their-nightly", "")
    removal = await shown(shop, "dev")
    assert [item.what for item in removal.foreign] == ["federated credential their-nightly"]
    assert list(removal.to_name) == ["shop-dev-deploy"]
    with pytest.raises(BadInput):
        await taken_down(shop, "dev", confirm=())


async def test_a_no_changes_nothing(shop: Shop) -> None:
    async with shop.job() as job:
        removal = await preview(job, ["dev"])
        with pytest.raises(Cancelled):
            async for _ in destroy(job, ["dev"], Person(agree=False), Outcome(), removal=removal):
                pass
    assert shop.sandbox.mutating() == []


async def test_what_moved_since_it_was_shown_is_not_removed(shop: Shop) -> None:
    async with shop.job() as job:
        removal = await preview(job, ["dev"])
        shop.remove("github.environments", "shop|dev")
        with pytest.raises(NotAllowed) as refused:
            async for _ in destroy(job, ["dev"], Person(), Outcome(), removal=removal):
                pass
    assert "changed since this was shown" in refused.value.message
    assert not [e for e in shop.sandbox.mutating() if e["method"] == "DELETE"]
