"""Syntax that is younger than the grammar: read without it, token for token the same where both can read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tools.bicep.dialect import dialect
from tools.bicep.refusal import Refusal
from tools.bicep.scanner import Scanner
from tools.bicep.tokens import Reader, Token
from tools.bicep.unit import Unit

ROOT = Path(__file__).resolve().parents[3]
SOURCES = sorted([*(ROOT / "bicep").rglob("*.bicep"), *(Path(__file__).parent / "pairs").glob("*.bicep")])

SPREADS = """
param base object
param names array = ['a', ...['b']]

var merged = {
  first: 1
  ...base
  last: '${names[0]}'
}
var only = { ...base }
var list = [
  ...names // and one more
  'z'
]
var nested = {
  plain: {
    ...base
  }
}
"""


def shown(tokens: list[Token]) -> list[Any]:
    """What the parser sees of tokens; the place of an end is nobody's business."""
    return [
        (token.kind, token.text, token.line_before if token.kind != "end" else None, token.segments, [shown(hole) for hole in token.holes])
        for token in tokens
    ]


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_both_readers_see_the_same_tokens(source: Path) -> None:
    assert shown(Scanner(source).tokens()) == shown(Reader(source).tokens())


def test_a_planted_difference_between_the_readers_would_be_seen(tmp_path: Path) -> None:
    one, other = tmp_path / "one.bicep", tmp_path / "other.bicep"
    one.write_text("var a = [\n  1\n  -1\n]\n")
    other.write_text("var a = [\n  1 -1\n]\n")
    assert shown(Scanner(one).tokens()) != shown(Reader(other).tokens())


def test_spreads_are_merges_and_flattened_arrays(tmp_path: Path) -> None:
    source = tmp_path / "main.bicep"
    source.write_text(SPREADS)
    template = Unit(source, dialect("0.46.1.21595")).template()
    assert template["parameters"]["names"]["defaultValue"] == "[flatten(createArray(createArray('a'), createArray('b')))]"
    assert template["variables"] == {
        "merged": "[shallowMerge(createArray(createObject('first', 1), parameters('base'), "
        "createObject('last', format('{0}', parameters('names')[0]))))]",
        "only": "[shallowMerge(createArray(parameters('base')))]",
        "list": "[flatten(createArray(parameters('names'), createArray('z')))]",
        "nested": {"plain": "[shallowMerge(createArray(parameters('base')))]"},
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("import {a} from 'b.bicep'\nvar v = {\n  ...a\n}", "1:1: the statement 'import'"),
        ("var v = {\n  ...a\n", "3:1: 'end' where a name was expected"),
        ("var v = [...[1]]\nvar w = '''\nopen", "2:9: a string without an end"),
        ("var v = [...[1]]\nvar w = '${1", "2:13: an interpolation without an end"),
        ("var v = [...[1]]\nvar w = 'a\\q'", "2:9: the escape sequence \\q"),
        ("var v = [...[1]]\nvar w = [1][^1]", "2:13: an index from the end"),
    ],
)
def test_what_neither_knows_is_refused_with_its_place(text: str, why: str, tmp_path: Path) -> None:
    source = tmp_path / "main.bicep"
    source.write_text(text)
    with pytest.raises(Refusal) as refusal:
        Unit(source, dialect("0.46.1.21595")).template()
    assert str(refusal.value) == f"{source}:{why}"
