"""What can be said of a new environment before any cloud is asked: its place, and whether its name will do.

Owns these answers for forms. Pure but for reading the project file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import BadInput, Problem
from wizard.flows.add.entry import Request, proposed
from wizard.flows.add.preview import requested

if TYPE_CHECKING:
    from wizard.project.model import Project


def problem_of(project: Project, request: Request) -> Problem | None:
    """What is wrong with the name, whatever else may be wrong."""
    try:
        proposed(project, request)
    except BadInput as wrong:
        return next((found for found in wrong.problems if found.place == "ENV"), None)
    return None


def before_production(project: Project) -> str:
    """The environment that a new one comes after where nobody says another; empty where all are production."""
    ordinary = [environment.name for environment in project.environments if not project.is_production(environment)]
    return ordinary[-1] if ordinary else ""


def goes_on(path: Path, request: Request) -> bool:
    """Whether an earlier run began with that environment: its entry stands already."""
    try:
        return bool(request.name) and not requested(path, request).like
    except BadInput:
        return False
