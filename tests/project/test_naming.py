"""Names fit, tell things apart, and are the same on every machine."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.project.model import Project
from wizard.project.naming import KINDS, names


def project(name: str = "shop", environments: tuple[str, ...] = ("dev", "prod"), **more: Any) -> Project:
    listed = [{"name": environment, "subscription": f"Contoso {environment}"} for environment in environments]
    raw = {"version": 1, "name": name, "region": "westeurope", "github": {"repository": "contoso/shop"}, "environments": listed}
    return Project.model_validate({**raw, **more})


def test_the_names_of_the_architecture() -> None:
    shop = project()
    assert dataclasses.asdict(names(shop, shop.environments[0])) == {
        "resource_group": "rg-shop-dev",
        "operations_group": "rg-shop-dev-ops",
        "vault": "kv-shop-dev-26smk",
        "operations_vault": "kv-shop-dev-o26smk",
        "storage": "stshopdev26smk",
        "workspace": "dbw-shop-dev",
        "managed_group": "rg-shop-dev-databricks",
        "access_connector": "dbac-shop-dev",
        "log_analytics": "log-shop-dev",
        "network": "vnet-shop-dev",
        "application_insights": "appi-shop-dev",
        "application": "shop-dev-deploy",
        "identity": "id-shop-dev-deploy",
        "scope": "shop",
        "catalog": "shop_dev",
        "application_unique_name": "lakestrap-shop-dev",
        "credential": "github-dev",
        "deployment": "lakestrap-shop-dev",
        "hash": "26smk",
    }


NAME = st.from_regex(r"\A[a-z](-?[a-z0-9]){1,23}\Z").filter(lambda text: len(text) <= 24)
ENVIRONMENT = st.from_regex(r"\A[A-Z](-?[A-Za-z0-9]){0,23}\Z").filter(lambda text: len(text) <= 24)


@settings(max_examples=200, deadline=None)
@given(NAME, ENVIRONMENT)
def test_default_names_always_fit(name: str, environment: str) -> None:
    shop = project(name).model_copy(update={"environments": (project().environments[0].model_copy(update={"name": environment}),)})
    given_names = names(shop, shop.environments[0])
    for kind, rule in KINDS.items():
        text = getattr(given_names, kind)
        assert len(text) <= rule.longest, (kind, text)
        assert rule.legal.fullmatch(text), (kind, text)
    assert len(given_names.deployment) <= 64


def test_long_names_keep_the_hash_and_so_stay_apart() -> None:
    shop = project(environments=("preproduction-north", "preproduction-south"))
    north, south = (names(shop, environment).vault for environment in shop.environments)
    assert north.startswith("kv-shop-preproduct-")
    assert north != south
    assert len(north) <= 24


def test_another_repository_gives_another_vault() -> None:
    here = project()
    there = project(github={"repository": "fabrikam/shop"})
    assert names(here, here.environments[0]).vault != names(there, there.environments[0]).vault


def test_patterns_of_the_environment_win_over_those_of_the_project() -> None:
    raw = {"name": "prod", "subscription": "s", "naming": {"resource_group": "RG-{Environment}-{region}"}, "region": "northeurope"}
    shop = project(naming={"resource_group": "grp-{environment}"}, environments=("dev",)).model_dump(by_alias=True)
    shop["environments"] = [*shop["environments"], raw]
    whole = Project.model_validate(shop)
    assert [names(whole, environment).resource_group for environment in whole.environments] == ["grp-dev", "RG-prod-northeurope"]


def test_a_thing_of_ones_own_keeps_its_name() -> None:
    vault = "/subscriptions/1/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv-theirs"
    shop = project(environments=("dev",)).model_dump(by_alias=True)
    shop["environments"][0]["existing"] = {"vault": vault, "resource_group": "/subscriptions/1/resourceGroups/their-group"}
    whole = Project.model_validate(shop)
    assert names(whole, whole.environments[0]).vault == "kv-theirs"
    assert names(whole, whole.environments[0]).resource_group == "their-group"


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("trunk", [("main",), ("main",)]),
        ("release", [("main", "release/*"), ("tag:v*",)]),
        ("environment-branches", [("dev",), ("prod",)]),
    ],
)
def test_who_deploys_from_where(strategy: str, expected: list[tuple[str, ...]]) -> None:
    shop = project(delivery={"strategy": strategy})
    assert [shop.deploys_from(environment) for environment in shop.environments] == expected


def test_production_is_the_last_unless_said() -> None:
    shop = project(locks="production")
    assert [shop.is_production(environment) for environment in shop.environments] == [False, True]
    assert [shop.locked(environment) for environment in shop.environments] == [False, True]
    assert [shop.purge_protected(environment) for environment in shop.environments] == [False, True]
