"""Every example of the documentation, and the refusals in ARM's words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from tests.sandbox.arm_template.examples import ROWS, VALUES, G, S
from wizard.sandbox.arm.template.context import Cloud, Context, Place
from wizard.sandbox.arm.template.evaluate import evaluated
from wizard.sandbox.arm.template.faults import ExpressionFault
from wizard.sandbox.arm.template.hashing import hash64, minified, template_hash


class Clock:
    """A cloud of which only the time is known."""

    def now(self) -> datetime:
        return datetime(2019, 3, 5, 17, 53, 18, tzinfo=UTC)

    def new_guid(self) -> str:
        return "b76a51fc-bd72-4a77-b9a2-3c29e7d2e551"


CONTEXT = Context(Place("tenant", S, G), cast("Cloud", Clock()), variables=VALUES)
DEFAULTS = Context(Place("tenant", S, G), cast("Cloud", Clock()), variables=VALUES, in_default=True)


def test_the_table_is_long_and_its_names_are_unique() -> None:
    assert len(ROWS) >= 150
    assert len({name for name, _, _ in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("name", "expression", "result"), ROWS, ids=[row[0] for row in ROWS])
def test_example(name: str, expression: str, result: Any) -> None:
    found = evaluated(f"[{expression}]", CONTEXT)
    assert found == result
    assert type(found) is type(result)


@pytest.mark.parametrize(
    ("expression", "result"),
    [("utcNow()", "20190305T175318Z"), ("utcNow('d')", "03/05/2019"), ("utcNow('M d')", "3 5"), ("utcNow('u')", "2019-03-05 17:53:18Z")],
)
def test_the_time_in_defaults_only(expression: str, result: str) -> None:
    assert evaluated(f"[{expression}]", DEFAULTS) == result
    with pytest.raises(ExpressionFault, match="not expected at this location"):
        evaluated(f"[{expression}]", CONTEXT)


def test_new_guid_in_defaults_only() -> None:
    assert len(evaluated("[newGuid()]", DEFAULTS)) == 36
    with pytest.raises(ExpressionFault, match="newGuid"):
        evaluated("[newGuid()]", CONTEXT)


REFUSED = [
    ("noSuchFunction('a')", "The template function 'noSuchFunction' is not valid"),
    ("contoso.uniqueName('a')", "The template function 'contoso.uniqueName' is not valid"),
    ("toLower(1)", "expects its parameter to be a string"),
    ("toLower('a', 'b')", "requires 1 argument"),
    ("substring('1234567890', 0, 11)", "The index parameter: '0', the length parameter: '11', the length of the string parameter: '10'"),
    ("variables('abc').four", "property 'four' doesn't exist, available properties are 'one, two, three'"),
    ("variables('letters')[3]", "array index '3' is out of bounds"),
    ("variables('missing')", "The template variable 'missing' is not found"),
    ("parameters('missing')", "The template parameter 'missing' is not found"),
    ("copyIndex()", "'copyIndex' is not expected at this location"),
    ("reference('x')", "'reference' is not expected at this location"),
    ("listKeys('x', '2020-01-01')", "'listKeys' is not expected at this location"),
    ("lambda('x', 1)", "'lambda' is not expected at this location"),
    ("div(1, 0)", "divisor"),
    ("int('a')", "cannot be converted to an integer"),
    ("json('{')", "cannot be parsed"),
    ("if('true', 1, 2)", "expects its parameter to be a boolean"),
    ("less(1, 'a')", "two integers or two strings"),
    ("resourceId('My.Rp/parent/child', 'one')", "requires '2' resource name"),
    ("range(0, 10001)", "between 0 and 10000"),
    ("concat('a', createArray())", "must all be strings or all be arrays"),
    ("guid(1)", "string literals"),
    ("fail('the words of the template')", "the words of the template"),
    ("concat('a'", "ends too early"),
    ("'a' 'b'", "was not expected"),
    ("a", "no function call"),
    ("concat('a', $%)", "unexpected character"),
    ("true", "no function call"),
]


@pytest.mark.parametrize(("expression", "words"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused(expression: str, words: str) -> None:
    with pytest.raises(ExpressionFault) as caught:
        evaluated(f"[{expression}]", CONTEXT)
    assert words in str(caught.value)


def test_a_double_bracket_is_text_and_member_names_are_evaluated() -> None:
    assert evaluated("[[concat('a')]", CONTEXT) == "[concat('a')]"
    assert evaluated("[unclosed", CONTEXT) == "[unclosed"
    assert evaluated({"[toUpper('a')]": ["[add(1, 1)]", 3, None]}, CONTEXT) == {"A": [2, 3, None]}


def test_hashes_against_published_values() -> None:
    """The hash behind ``uniqueString`` (JasonWhall/go-azure-uniquestring) and the example of *Calculate Template Hash*."""
    assert hash64(b"hello-world") == 571013382255652050
    template = {
        "$schema": "http://schemas.management.azure.com/deploymentTemplate?api-version=2014-04-01-preview",
        "contentVersion": "1.0.0.0",
        "parameters": {"string": {"type": "string"}},
        "variables": {
            "string": "string", "int": 42, "bool": True, "array": [1, 2, 3, 4],
            "object": {"object": {"vmSize": "Large", "location": "West US"}},
        },
        "resources": [],
        "outputs": {"string": {"type": "string", "value": "myvalue"}},
    }  # fmt: skip
    assert template_hash(template) == "695440707931307747"
    assert minified(template).endswith('"OUTPUTS":{"STRING":{"TYPE":"STRING","VALUE":"MYVALUE"}}}')
