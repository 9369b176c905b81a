"""The project as it is when some of its environments are gone, and the files that follow from that.

Owns that nothing about the remaining environments changes its meaning: production is said where it was only the last one's by its
place. Pure; what is written is written elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from wizard.errors import BadInput, Problem
from wizard.project.file import dumped
from wizard.project.model import Project
from wizard.render.files import render

if TYPE_CHECKING:
    from wizard.project.model import Environment

Json = Any


def without(project: Project, names: Collection[str]) -> Project | None:
    """The project without those environments, everything else as it was; ``None`` where none is left."""
    left = [environment for environment in project.environments if environment.name not in names]
    if not left or len(left) == len(project.environments):
        return project if left else None
    data = dumped(project)
    data["environments"] = [row for row in data["environments"] if row["name"] not in names]
    for name in ("access", "secrets"):
        if name in data:
            data[name] = [row for row in (_narrowed(row, names) for row in data[name]) if row is not None]
    last = data["environments"][-1]
    if "production" not in last and not project.is_production(project.environment(last["name"])):
        last["production"] = False
    return Project.model_validate(data)


def _narrowed(row: dict[str, Json], names: Collection[str]) -> dict[str, Json] | None:
    """An entry that names environments, without those; ``None`` where it was for them alone."""
    if row.get("environments") is None:
        return row
    left = [name for name in row["environments"] if name not in names]
    return {**row, "environments": left} if left else None


def with_lost(project: Project, name: str, subscription: str) -> Project:
    """The project with an environment that left the file before all of it was removed; names follow the project's patterns."""
    data = dumped(project)
    data["environments"] = [{"name": name, "subscription": subscription, "production": False}, *data["environments"]]
    return Project.model_validate(data)


def chosen(project: Project, names: Collection[str]) -> tuple[Environment, ...]:
    """The environments of those names; all where none is named. Raises ``BadInput`` for unknown ones."""
    known = [environment.name for environment in project.environments]
    unknown = [name for name in names if name not in known]
    if unknown:
        words = f"use one of: {', '.join(known)}"
        raise BadInput([Problem(name, f"there is no environment {name}, and nothing bears its mark", words) for name in unknown])
    return tuple(environment for environment in project.environments if not names or environment.name in names)


def wished(project: Project, left: Project | None, gates: bool) -> dict[str, str | None]:
    """Path -> text of every generated file afterwards; ``None`` where it is to go. ``gates``: GitHub enforces approvals."""
    before = {file.path for file in render(project, {environment.name: gates for environment in project.environments})}
    after: Mapping[str, str] = {}
    if left is not None:
        after = {file.path: file.text for file in render(left, {environment.name: gates for environment in left.environments})}
    return {path: after.get(path) for path in sorted(before | after.keys())}
