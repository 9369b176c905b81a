"""What is taken for a secret, and what is not."""

from __future__ import annotations

import pytest

from wizard.flows.import_assets.hidden import MASK, is_secret, masked


@pytest.mark.parametrize(("name", "value"), [("javax.jdo.password", "48151623"), ("fs.account.key.x", "abc"), ("plain", "dapi" + "0" * 32)])
def test_a_secret_is_known_by_its_name_or_its_form(name: str, value: str) -> None:
    assert is_secret(name, value) and masked({name: value}) == {name: MASK}


@pytest.mark.parametrize(
    ("name", "value"),
    [("secret.redaction", "true"), ("secret.retries", "90"), ("password", "{{secrets/shop/db}}"), ("spark.sql.x", "48151623")],
)
def test_switches_counts_and_references_are_none(name: str, value: str) -> None:
    assert not is_secret(name, value) and masked({name: value}) == {name: value}
