"""The data side of a project: which schemas a catalog gets, and what cannot be said together under ``data:``.

Owns those rules. Pure; what the account's metastore holds and whom it knows is told there only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wizard.project.model import Project

Trouble = tuple[tuple[str | int, ...], str, str]
"""Place, reason, remedy."""
RESERVED = ("default", "information_schema")


def schemas(project: Project) -> Mapping[str, str]:
    """Schema -> the container that holds what it manages; empty for the catalog's own place. Containers' ``-`` becomes ``_``."""
    containers = {container.replace("-", "_"): container for container in project.lake.containers}
    return {name: containers.get(name, "") for name in project.data.schemas or containers}


def troubles(project: Project) -> Iterator[Trouble]:
    """Every broken rule of the section."""
    data = project.data
    if not data.unity_catalog:
        said = [name for name in ("schemas", "owner", "grants") if getattr(data, name)]
        if said:
            yield ("data", said[0]), "says nothing without a catalog", "data: {unity_catalog: true}"
        return
    seen: set[str] = set()
    for index, name in enumerate(data.schemas):
        if name in RESERVED:
            yield ("data", "schemas", index), f"every catalog has {name} by itself", "choose another name"
        if name in seen:
            yield ("data", "schemas", index), f"schema {name} is there twice", "name each schema once"
        seen.add(name)
    yield from _grants(project)


def _grants(project: Project) -> Iterator[Trouble]:
    known = [environment.name for environment in project.environments]
    seen: set[tuple[str, str]] = set()
    for index, item in enumerate(project.data.grants):
        here = ("data", "grants", index)
        if (item.group is None) == (item.user is None):
            yield here, "name either a group or a user", "one entry for each"
        for place, name in enumerate(item.environments or ()):
            if name not in known:
                yield (*here, "environments", place), f"there is no environment {name}", f"one of: {', '.join(known)}"
        if item.environments == ():
            yield (*here, "environments"), "the list of environments is empty", "leave the field out for all of them"
        who = str(item.group or item.user or "").lower()
        for name in item.environments or known:
            if (who, name) in seen and who:
                yield here, f"{item.group or item.user} is there twice for {name}", "writers read too: keep one of them"
                break
            seen.add((who, name))
