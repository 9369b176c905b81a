"""What would be created where nobody names a thing of their own: its name, from the answers so far.

Owns nothing but that look-up. Pure; answers that make no project yet give no name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from wizard.project.model import Project
from wizard.project.naming import KINDS, name_of

Json = Any


def project(data: Mapping[str, Json]) -> Project | None:
    """The project of a file's data, ``None`` where it breaks a rule."""
    try:
        return Project.model_validate(data)
    except (ValidationError, ValueError):
        return None


def name(data: Mapping[str, Json], kind: str, row: int) -> str:
    """The name of the thing of a kind that environment number ``row`` gets; empty where it has none of its own."""
    made = project(data)
    if made is None or kind not in KINDS or not 0 <= row < len(made.environments):
        return ""
    return name_of(made, made.environments[row], kind)
