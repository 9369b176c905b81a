"""Everything of ours goes, in the order in which it is safe, and nothing of anybody else's is touched."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.flows.destroy.taking_down import left_over, marked, shown, taken_down, world_of
from tests.flows.finished_shop import Shop
from wizard.engine.events import EventKind
from wizard.errors import BadInput
from wizard.flows.setup import planned
from wizard.project.file import load

World = dict[str, dict[str, Any]]


async def test_nothing_of_ours_remains_and_nothing_else_has_changed(shop: Shop, before: World) -> None:
    done = await taken_down(shop, purge=True)
    assert done.outcome.exit_code == 0
    after = world_of(shop)
    assert left_over(before, after) == []
    assert marked(after) == []
    assert [row["name"] for row in after["keyvault.deleted_vaults"].values()] == ["kv-shop-prod-x6ksv"], "purge protection keeps one"
    assert "graph.deleted" not in after
    assert (await shown(shop)).plan.changes == (), "nothing of ours is found any more"


async def test_an_orphan_is_found(shop: Shop, before: World) -> None:
    """The check itself: what a careless destroy would leave is seen."""
    await taken_down(shop)
    set_up_before = world_of(shop)
    left: dict[str, dict[str, Any]] = json.loads(json.dumps(set_up_before))
    left.setdefault("arm.groups", {})["/x"] = {"id": "/x", "tags": {"lakestrap-project": "shop"}}
    left.setdefault("graph.users", {}).popitem()
    assert [line[0] for line in left_over(before, left)] == ["+", "-"]
    assert marked(left) == ["arm.groups /x"]


STEPS = (
    ("entra.federated_credential",),
    ("databricks.secret_scope", "databricks.service_principal"),
    ("arm.lock",),
    ("arm.role_assignment",),
    ("keyvault.vault",),
    ("entra.application",),
    ("arm.resource_group",),
    ("github.files", "github.ruleset"),
    ("github.environment",),
)


@pytest.mark.matrix
async def test_trust_goes_first_and_the_environment_last(shop: Shop) -> None:
    done = await taken_down(shop)
    sent = [event.key for event in done.events if event.event is EventKind.CHANGE_STARTED]
    for environment in ("dev", "prod"):
        ours = [key.split("/")[0] for key in sent if key.split("/")[1] in (environment, "removal", "branches")]
        assert {kind for kinds in STEPS for kind in kinds} - set(ours) <= {"arm.lock"}
        places = [next(place for place, kinds in enumerate(STEPS) if kind in kinds) for kind in ours]
        assert places == sorted(places), ours
    deletes = [exchange["url"] for exchange in shop.sandbox.mutating() if exchange["method"] == "DELETE"]
    assert "federatedIdentityCredentials" in deletes[0]
    assert all("/environments/" in url for url in deletes[-2:])


async def test_one_environment_goes_and_the_other_stays_as_it_is(shop: Shop) -> None:
    old = world_of(shop)
    done = await taken_down(shop, "dev", confirm=())
    assert done.outcome.exit_code == 0
    new = world_of(shop)
    held = [line for line in left_over(old, new) if not line.startswith("-") and "dev" not in line]
    assert [line for line in held if "service_principals" not in line] == []
    for table, rows in old.items():
        for key, row in rows.items():
            if "prod" in key and table not in ("github.variables",):
                assert new[table][key] == row, f"{table} {key}"
    project = load(shop.path)
    assert [environment.name for environment in project.environments] == ["prod"]
    assert not (shop.path.parent / "infra/parameters/dev.parameters.json").exists()
    assert "dev" not in (shop.path.parent / ".github/workflows/deploy.yml").read_text(encoding="utf-8").replace("developer", "")
    (item,) = done.outcome.pending
    assert item["what"] == "merge the pull request"
    async with shop.job() as job:
        again = await planned(job)
    assert again.plan.empty, again.plan.counts()


async def test_a_name_behind_reviewers_has_to_be_typed(shop: Shop) -> None:
    with pytest.raises(BadInput) as refused:
        await taken_down(shop, confirm=())
    assert [problem.place for problem in refused.value.problems] == ["prod"]
    assert shop.sandbox.mutating() == []
    removal = await shown(shop, "dev")
    assert removal.to_name == {}


async def test_reviewers_count_wherever_they_stand(shop: Shop) -> None:
    """Somebody put reviewers on dev on GitHub; the project file does not know."""
    shop.change("github.environments", "shop|dev", reviewers=[{"type": "User", "id": 1002}])
    with pytest.raises(BadInput):
        await taken_down(shop, "dev", confirm=())
    assert shop.sandbox.mutating() == []


async def test_an_unknown_environment_is_refused(shop: Shop) -> None:
    with pytest.raises(BadInput) as refused:
        await taken_down(shop, "test")
    assert "no environment test" in str(refused.value)


async def test_the_preview_is_printable_and_says_what_cannot_be_had_back(shop: Shop) -> None:
    removal = await shown(shop)
    text = "\n".join(removal.lines())
    for words in (
        "stshopdev26smk: with all data in it: gone for good",
        "nobody can purge it before",
        "has to be typed",
        "rg-shop-dev-databricks",
    ):
        assert words in text, words
    assert "a-value-for-the-test" not in text + json.dumps(removal.as_dict())
    assert shop.sandbox.mutating() == []


@pytest.mark.matrix
async def test_what_was_soft_deleted_is_told_with_its_date(shop: Shop) -> None:
    done = await taken_down(shop)
    told = [event.outcome for event in done.events if event.event is EventKind.NOTED]
    assert any("kv-shop-prod-x6ksv" in line and "purge protection" in line for line in told)
    assert any("kv-shop-dev-26smk" in line and "az keyvault purge" in line for line in told)
    assert any("shop-dev-deploy" in line and "deletedItems" in line for line in told)
