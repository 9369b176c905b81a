"""The judges of the Bicep find what is planted; the tools that they ask run in ``make check-bicep``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.outputs.infrastructure import ACCEPTED, Types, by_policy, by_type_data

NAMED = [{"name": "name", "type": "string", "flags": "Required"}, {"name": "properties", "type": "P"}]
ROWS = [
    {"$type": "Resource", "name": "A/b@2024-01-01", "bodyType": {"properties": NAMED}},
    {"$type": "Object", "name": "P", "properties": [
        {"name": "mode", "type": "On | Off"}, {"name": "id", "type": "string", "flags": "ReadOnly"},
        {"name": "parts", "type": "Q[]", "flags": "Required"}]},
    {"$type": "Object", "name": "Q", "properties": [{"name": "x", "type": "int"}]},
]  # fmt: skip
ANSWER = {"results": {"BicepSchemaResult": ROWS}}


@pytest.mark.parametrize(
    ("properties", "found"),
    [
        ({"mode": "On", "parts": [{"x": 1}]}, []),
        ({"mode": "[parameters('m')]", "parts": []}, []),
        ({"mode": "Of", "parts": []}, [".properties.mode: Of is none of On | Off"]),
        ({"parts": [{"y": 1}]}, [".properties.parts[].y: there is no such member"]),
        ({"id": "i"}, [".properties.id: is read-only", ".properties: lacks parts"]),
    ],
)
def test_a_body_against_its_type(properties: Any, found: list[str]) -> None:
    types = Types(ANSWER)
    assert list(types.members({"name": "n", "properties": properties}, types.body, "")) == found


def program(path: Path, answer: Any) -> str:
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(answer)}\nEND\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(("version", "count"), [("2024-01-01", 1), ("2025-01-01", 0)])
def test_a_version_newer_than_the_type_data_is_not_judged(tmp_path: Path, version: str, count: int) -> None:
    inner = {"resources": [{"type": "A/b", "apiVersion": version, "name": "n", "properties": {}}]}
    outer = {"resources": [{"type": "Microsoft.Resources/deployments", "properties": {"template": inner}}]}
    (tmp_path / "main.json").write_text(json.dumps(outer))
    assert len(list(by_type_data(tmp_path / "main.json", program(tmp_path / "azmcp", ANSWER)))) == count


@pytest.mark.parametrize(
    ("errors", "resources", "check", "count"),
    [(0, 3, next(iter(ACCEPTED)), 0), (1, 3, next(iter(ACCEPTED)), 1), (0, 0, next(iter(ACCEPTED)), 1), (0, 3, "CKV_AZURE_3", 1)],
)
def test_a_finding_that_nobody_accepted_and_a_file_not_read(tmp_path: Path, errors: int, resources: int, check: str, count: int) -> None:
    failed = [{"check_id": check, "check_name": "words", "resource": "r", "file_path": "f"}]
    told = {"summary": {"parsing_errors": errors, "resource_count": resources}, "results": {"failed_checks": failed}}
    assert len(list(by_policy(tmp_path, program(tmp_path / "checkov", told)))) == count
