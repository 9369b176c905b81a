"""The expression language, case by case: what stands in GitHub's own reference, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from wizard.sandbox.actions.expressions import Expression, ExpressionError, condition, interpolated

CONTEXTS = {
    "github": {"ref": "refs/heads/main", "event": {"labels": [{"name": "bug"}, {"name": "late"}]}},
    "inputs": {"environment": "dev", "count": 3.0, "flag": False},
    "matrix": {"os": ["linux", "mac"]},
    "vars": {"CLIENT": "abc"},
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("-9.2", -9.2),
        ("0xff", 255.0),
        ("2.99e-2", 0.0299),
        ("'It''s open source!'", "It's open source!"),
        ("1 == '1'", True),
        ("null == 0", True),
        ("'' == false", True),
        ("'abc' == 'ABC'", True),
        ("'a' == 0", False),
        ("!inputs.flag && 'yes' || 'no'", "yes"),
        ("inputs.missing.deeper", None),
        ("inputs['environment']", "dev"),
        ("matrix.os[1]", "mac"),
        ("matrix.os[7]", None),
        ("github.event.labels.*.name", ["bug", "late"]),
        ("contains(github.event.labels.*.name, 'bug')", True),
        ("contains('Hello world', 'LLO')", True),
        ("startsWith(github.ref, 'refs/heads/')", True),
        ("endsWith('Hello world', 'ld')", True),
        ("format('{{Hello {0} {1}}}', 'Mona', 'cat')", "{Hello Mona cat}"),
        ("join(matrix.os, ', ')", "linux, mac"),
        ("fromJSON('{\"a\": [1, true]}').a[0]", 1.0),
        ("3 > 2 && 2 >= 2", True),
        ("'b' > 'A'", True),
        ("(1 == 2) || inputs.count", 3.0),
        ("github.ref == 'refs/heads/main' && inputs.environment != 'prod'", True),
    ],
)
def test_values(text: str, value: Any) -> None:
    assert Expression(text).evaluate(CONTEXTS) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("secrets.X", "Unrecognized named-value: 'secrets'"),
        ("nothing('x')", "Unrecognized function: 'nothing'"),
        ("hashFiles('**')", "Unrecognized function: 'hashFiles'"),
        ("'open", "Unexpected symbol"),
        ("1 +", "Unexpected symbol"),
        ("inputs.", "Unexpected end of expression"),
        ("fromJSON('{')", "Error parsing fromJson"),
        ("", "An expression was expected"),
        ('"double"', "Unexpected symbol"),
    ],
)
def test_what_is_no_expression_is_refused(text: str, words: str) -> None:
    with pytest.raises(ExpressionError, match=words):
        Expression(text).evaluate(CONTEXTS)


def test_inside_texts() -> None:
    assert interpolated("x ${{ vars.client }}-${{ inputs.count }}", CONTEXTS) == "x abc-3"
    assert interpolated({"a": ["${{ matrix.os }}"]}, CONTEXTS) == {"a": [["linux", "mac"]]}
    assert interpolated("${{ toJSON(vars) }}", CONTEXTS) == '{\n  "CLIENT": "abc"\n}'
    assert interpolated("${{ inputs.flag }} or not", CONTEXTS) == "false or not"


@pytest.mark.parametrize(
    ("text", "success", "holds"),
    [
        (True, True, True),
        (True, False, False),
        ("inputs.environment == 'dev'", True, True),
        ("inputs.environment == 'dev'", False, False),
        ("always() && inputs.environment == 'dev'", False, True),
        ("failure()", True, False),
        ("failure()", False, True),
        ("${{ !cancelled() }}", False, True),
    ],
)
def test_conditions_ask_for_success_first(text: Any, success: bool, holds: bool) -> None:
    status = {"success": success, "failure": not success, "cancelled": False, "always": True}
    assert condition(text, CONTEXTS, status) is holds
