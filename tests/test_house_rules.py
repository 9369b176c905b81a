"""The rules of the house that a machine can check: sizes, names, and what the product must not know."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE, LONGEST_FUNCTION = 400, 50
VAGUE = {"utils", "helpers", "common", "base", "core", "manager", "service", "misc"}


def violations(source: str, name: str) -> Iterator[str]:
    """What one Python file breaks; ``name`` is its path below the checkout."""
    lines = source.splitlines()
    if len(lines) > LONGEST_FILE:
        yield f"{name}: {len(lines)} lines"
    if Path(name).stem in VAGUE:
        yield f"{name}: a name that says nothing"
    tree = ast.parse(source)
    if lines and not ast.get_docstring(tree):
        yield f"{name}: no docstring says what it owns"
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.end_lineno is not None:
            first = node.body[0]
            has_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
            text = (first.end_lineno or 0) - first.lineno + 1 if has_text else 0
            if node.end_lineno - node.lineno + 1 - text > LONGEST_FUNCTION:
                yield f"{name}: {node.name} has {node.end_lineno - node.lineno + 1} lines"
    product = re.match(r"wizard/(providers|flows|engine|blueprint|render|project)", name)
    if product and re.search(r"sandbox", source, re.IGNORECASE):
        yield f"{name}: knows the sandbox"
    sdks = "azure|msgraph|github|databricks" if name.startswith("wizard/tui/") else "azure|msgraph|github|databricks|textual"
    if name.startswith("wizard/") and re.search(rf"^(from|import) ({sdks})\b", source, re.MULTILINE):
        yield f"{name}: imports an SDK at the top"


def python_files() -> list[Path]:
    folders = ("wizard", "tests", "tools", "benchmarks")
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py")) if "golden" not in path.parts]


def test_every_file_keeps_the_rules() -> None:
    found = [v for path in python_files() for v in violations(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix())]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("source", "name", "expected"),
    [
        ("x = 1\n" * 401, "wizard/engine/long.py", "401 lines"),
        ('"""Owns."""\n', "wizard/engine/utils.py", "says nothing"),
        ("x = 1\n", "wizard/engine/plain.py", "no docstring"),
        ('"""Owns."""\ndef f():\n' + "    x = 1\n" * 51, "wizard/a.py", "f has 52 lines"),
        ('"""Owns the sandbox switch."""\n', "wizard/providers/arm/x.py", "knows the sandbox"),
        ('"""Owns."""\nimport azure.core\n', "wizard/x.py", "imports an SDK"),
    ],
)
def test_a_planted_violation_is_found(source: str, name: str, expected: str) -> None:
    assert any(expected in violation for violation in violations(source, name))


def test_the_median_file_is_small() -> None:
    texts = (path.read_text(encoding="utf-8") for path in python_files())
    sizes = sorted(len(text.splitlines()) for text in texts if text.strip())
    assert sizes[len(sizes) // 2] <= 130
