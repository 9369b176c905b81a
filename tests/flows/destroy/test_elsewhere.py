"""From a fresh clone, by another operator, after a destroy that was killed, with people and names gone: the marks are enough."""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest

from tests.flows.destroy.taking_down import left_over, marked, shown, taken_down, world_of
from tests.flows.finished_shop import Shop
from wizard.errors import ServiceRefused
from wizard.project.file import load, save

World = dict[str, dict[str, Any]]


async def test_a_fresh_clone_without_a_journal_is_enough(shop: Shop, before: World) -> None:
    shutil.rmtree(shop.path.parent / ".lakestrap")
    done = await taken_down(shop, purge=True)
    assert done.outcome.exit_code == 0
    after = world_of(shop)
    assert left_over(before, after) == [] and marked(after) == []


async def test_an_environment_that_left_the_file_is_found_by_its_marks(shop: Shop) -> None:
    project = load(shop.path)
    save(shop.path, {"environments.dev": None})
    shutil.rmtree(shop.path.parent / ".lakestrap")
    kept = load(shop.path)
    done = await taken_down(shop, "dev", confirm=())
    assert done.outcome.exit_code == 0 and project != kept
    after = world_of(shop)
    assert not [line for line in marked(after) if "dev" in line]
    assert [line for line in marked(after) if "prod" in line], "the other one is not touched"
    assert load(shop.path) == kept


@pytest.mark.matrix
async def test_only_the_github_environment_is_left_and_tells_where_the_rest_was(shop: Shop) -> None:
    await taken_down(shop, "dev", confirm=())
    with shop.sandbox.lock:
        name = "contoso/shop|dev"
        shop.table("github.environments")[name] = {**shop.table("github.environments")["contoso/shop|prod"], "name": "dev", "id": 5999999}
        for variable in ("LAKESTRAP_PROJECT", "AZURE_SUBSCRIPTION_ID"):
            row = shop.table("github.variables")[f"contoso/shop|prod|{variable}"]
            shop.table("github.variables")[f"{name}|{variable}"] = row
    shutil.rmtree(shop.path.parent / ".lakestrap")
    removal = await shown(shop, "dev")
    assert [change.key for change in removal.plan.changes] == ["github.environment/dev"]


@pytest.mark.matrix
async def test_it_goes_on_where_it_was_stopped(shop: Shop, before: World) -> None:
    shop.sandbox.faults.add(method="DELETE", path=r"graph\.microsoft\.com/v1\.0/applications/[^/]+", status=400, fail=100)
    first = await taken_down(shop)
    assert first.outcome.exit_code == 1 and isinstance(next(iter(first.outcome.applied.failed.values())), ServiceRefused)
    assert {environment.name for environment in load(shop.path).environments} == {"dev", "prod"}
    shop.sandbox.faults.rules.clear()
    again = await taken_down(shop, purge=True)
    assert again.outcome.exit_code == 0
    assert left_over(before, world_of(shop)) == []


@pytest.mark.matrix
async def test_reviewers_and_people_who_left_do_not_hinder(shop: Shop) -> None:
    save(shop.path, {"environments.prod.reviewers": ["@gone-since"], "access": [{"user": "gone@contoso.com", "role": "reader"}]})
    done = await taken_down(shop)
    assert done.outcome.exit_code == 0
    assert marked(world_of(shop)) == []


@pytest.mark.matrix
@pytest.mark.parametrize("mode", ["client-secret", "managed-identity"])
async def test_every_mode_leaves_nothing(shop: Shop, before: World, mode: str) -> None:
    done = await taken_down(shop, purge=True)
    assert done.outcome.exit_code == 0
    after = world_of(shop)
    assert left_over(before, after) == [] and marked(after) == []


@pytest.mark.matrix
async def test_a_new_set_up_succeeds_afterwards(shop: Shop) -> None:
    """What is soft-deleted is recovered; nothing has to be purged for it."""
    await taken_down(shop)
    environment = {"API_KEY": "a-value-for-the-test"}
    done = shop.sandbox.lakestrap("setup", "--yes", "--json", cwd=shop.path.parent, env={**os.environ, **environment}, timeout=100)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.matrix
@pytest.mark.parametrize("mode", ["client-secret"])
async def test_a_fresh_clone_finds_the_day_of_a_secret_too(shop: Shop, before: World, mode: str) -> None:
    def days() -> list[str]:
        return [key for key in shop.table("github.variables") if "AZURE_CLIENT_SECRET_EXPIRES" in key]

    assert len(days()) == 2
    shutil.rmtree(shop.path.parent / ".lakestrap")
    done = await taken_down(shop, purge=True)
    assert done.outcome.exit_code == 0 and days() == []
    assert left_over(before, world_of(shop)) == []
