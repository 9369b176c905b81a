"""The published schema says what the model says."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from wizard.project.model import Project
from wizard.project.schema import DIALECT, schema

GOOD: dict[str, Any] = {
    "version": 1,
    "name": "shop",
    "region": "westeurope",
    "github": {"repository": "contoso/shop"},
    "environments": [{"name": "dev", "subscription": "Contoso Dev"}],
}
VALIDATOR = jsonschema.Draft202012Validator(schema())
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 50000),
    st.text(max_size=30),
    st.sampled_from(["federated", "trunk", "dev", "prompt", "env:X", "reader", "/subscriptions/s/resourceGroups/g", "@ana", "none"]),
    st.lists(st.sampled_from(["main", "@ana", 1, None]), max_size=8),
    st.dictionaries(st.sampled_from(["name", "mode", "repository", "x"]), st.sampled_from(["dev", "federated", "a/b", 1]), max_size=3),
)
PLACES = [
    *(["version"], ["name"], ["region"], ["github"], ["github", "repository"], ["github", "create"], ["github", "visibility"], ["other"]),
    *(
        ["identity"],
        ["identity", "mode"],
        ["delivery", "strategy"],
        ["network", "runs_on"],
        ["tags"],
        ["tags", "a"],
        ["access"],
        ["secrets"],
    ),
    *(["naming", "vault"], ["samples"], ["locks"], ["environments"], ["environments", "0", "name"], ["environments", "0", "reviewers"]),
    *(["environments", "0", "wait_minutes"], ["environments", "0", "existing", "vault"], ["environments", "0", "deploy_from"]),
    *(["environments", "0", "production"], ["environments", "0", "subscription"], ["environments", "0", "x"]),
]


def changed(place: list[str], value: Any) -> Any:
    data = json.loads(json.dumps(GOOD))
    node: Any = data
    for step in place[:-1]:
        node = node[int(step)] if isinstance(node, list) else node.setdefault(step, {})
    node[place[-1]] = value
    return data


def structurally_valid(data: Any) -> bool:
    """What the model says, without the rules that span fields, which no schema can say."""
    try:
        Project.model_validate(data)
    except ValidationError as error:
        return all(item["type"] == "rule" for item in error.errors())
    return True


def test_it_is_a_schema_of_its_dialect() -> None:
    assert schema()["$schema"] == DIALECT
    jsonschema.Draft202012Validator.check_schema(schema())
    assert VALIDATOR.is_valid(GOOD)


def test_every_field_is_described() -> None:
    parts = [schema(), *schema()["$defs"].values()]
    bare = [f"{part.get('title')}.{name}" for part in parts for name, field in part["properties"].items() if not field.get("description")]
    assert bare == []


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(PLACES), VALUES)
def test_schema_and_model_agree(place: list[str], value: Any) -> None:
    data = changed(place, value)
    assert VALIDATOR.is_valid(data) == structurally_valid(data)


@pytest.mark.parametrize("place", [["nmae"], ["environments", "0", "subscripton"], ["github", "repo"]])
def test_unknown_fields_are_refused_by_both(place: list[str]) -> None:
    data = changed(place, "x")
    assert not VALIDATOR.is_valid(data)
    assert not structurally_valid(data)
