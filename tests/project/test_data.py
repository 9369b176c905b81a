"""A catalog of the user's own: what the file accepts, and every rule beside a project that breaks it."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.blueprint.projects import existing_catalog, project
from wizard.render import render


def with_catalogs(*names: str | None, **more: Any) -> list[str]:
    """``place: reason`` of everything that is wrong with catalogs of one's own in dev and prod."""
    environments = [
        {"name": name, "subscription": "Contoso Dev", "existing": {"catalog": own} if own else {}}
        for name, own in zip(("dev", "prod"), names, strict=True)
    ]
    try:
        project(environments=environments, **more)
    except ValidationError as refused:
        return [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in refused.errors()]
    return []


@pytest.mark.parametrize(
    ("names", "wished", "told"),
    [
        (("sales", None), True, []),
        (("sales", None), False, ["environments.0.existing.catalog: says nothing without Unity Catalog"]),
        (("sales", "sales"), True, ["environments.1.existing.catalog: sales is the catalog of dev already"]),
        ((None, "shop_dev"), True, ["environments.1.existing.catalog: shop_dev is the catalog of dev already"]),
    ],
)
def test_each_environment_has_a_catalog_for_itself(names: tuple[str | None, str | None], wished: bool, told: list[str]) -> None:
    assert with_catalogs(*names, data={"unity_catalog": wished}) == told


def test_the_bundle_follows() -> None:
    given = existing_catalog().model_dump(mode="json", by_alias=True) | {"bundle": {"samples": ["medallion"]}}
    text = {file.path: file.text for file in render(type(existing_catalog()).model_validate(given))}["databricks.yml"]
    assert text.count("catalog: sales") == 2 and "catalog: shop_dev" not in text and "catalog: shop_prod" in text
