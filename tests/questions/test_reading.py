"""A typed line becomes the value that was meant, and a value the line that means it."""

from __future__ import annotations

from typing import Any

import pytest

from wizard.questions import BY_FIELD, Choice, Unreadable, text_of, value_of_text
from wizard.questions.presets import closest

REGIONS = (Choice("westeurope", "West Europe"), Choice("northeurope", "North Europe"))


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("region", "2", "northeurope"),
        ("region", "west europe", "westeurope"),
        ("region", "Sweden Central", "swedencentral"),
        ("github.repository", "https://github.com/contoso/shop.git", "contoso/shop"),
        ("github.repository", "git@github.com:contoso/shop.git", "contoso/shop"),
        ("environments.*.reviewers", "ana, contoso/platform @bea", ["@ana", "contoso/platform", "@bea"]),
        ("environments.*.wait_minutes", "10", 10),
        ("environments.*.wait_minutes", "ten", "ten"),
        ("tags", "cost-centre=4711, owner=data team", {"cost-centre": "4711", "owner": "data team"}),
        ("samples", "No", False),
        ("name", " shop ", "shop"),
    ],
)
def test_a_line_is_read_as_it_was_meant(field: str, text: str, value: Any) -> None:
    choices = REGIONS if field == "region" else ()
    assert value_of_text(BY_FIELD[field], text, choices) == value
    assert value_of_text(BY_FIELD[field], text_of(BY_FIELD[field], value, choices), choices) == value


@pytest.mark.parametrize(("field", "text"), [("samples", "maybe"), ("locks", "5"), ("locks", "some"), ("tags", "novalue")])
def test_what_cannot_be_read_is_told_with_what_can(field: str, text: str) -> None:
    question = BY_FIELD[field]
    with pytest.raises(Unreadable, match=r"yes or no|number from 1 to 3|name=value"):
        value_of_text(question, text, question.choices if isinstance(question.choices, tuple) else ())


@pytest.mark.parametrize(
    ("environment", "expected"),
    [("dev", "Contoso Dev"), ("uat", "Contoso UAT"), ("preprod", "Contoso PreProd"), ("prod", "Production of Contoso"), ("lab", "")],
)
def test_the_subscription_named_like_the_environment_is_proposed(environment: str, expected: str) -> None:
    names = ("Monoline", "Contoso Dev", "Contoso UAT", "Contoso PreProd", "Production of Contoso")
    assert closest(environment, [Choice(name, name) for name in names]) == expected
