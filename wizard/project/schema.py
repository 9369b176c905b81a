"""The published JSON Schema of ``lakestrap.yaml`` (draft 2020-12), for editors and for ``lakestrap schema``.

Owns nothing but the form: fields and descriptions come from ``model.py``. Rules that span fields are not in it.
"""

from __future__ import annotations

from typing import Any

from wizard.project.model import Project

Json = Any
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Json]:
    """The schema as JSON data: what ``file.load`` accepts, without the rules that span fields."""
    body = Project.model_json_schema(by_alias=True, mode="validation")
    body.pop("description", None)
    return {
        "$schema": DIALECT,
        "title": "Lakestrap project",
        "description": "What lakestrap sets up: lakestrap.yaml in the root of the repository.",
        **{key: value for key, value in body.items() if key != "title"},
    }
