"""The data side of a project: which schemas a catalog gets, and what cannot be said together under ``data:``.

Owns those rules. Pure; what the account's metastore holds and whom it knows is told there only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wizard.project.naming import names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wizard.project.model import Project

Trouble = tuple[tuple[str | int, ...], str, str]
"""Place, reason, remedy."""
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
RESERVED = ("default", "information_schema")


def schemas(project: Project) -> Mapping[str, str]:
    """Schema -> the container that holds what it manages; empty for the catalog's own place. Containers' ``-`` becomes ``_``."""
    containers = {container.replace("-", "_"): container for container in project.lake.containers}
    return {name: containers.get(name, "") for name in project.data.schemas or containers}


def troubles(project: Project) -> Iterator[Trouble]:
    """Every broken rule of the section, and of rights to what it makes."""
    data = project.data
    if not data.unity_catalog:
        said = [name for name in ("schemas", "owner") if getattr(data, name)]
        if said:
            yield ("data", said[0]), "says nothing without a catalog", "data: {unity_catalog: true}"
    yield from _catalogs(project)
    for index, name in enumerate(data.schemas):
        if name in RESERVED:
            yield ("data", "schemas", index), f"every catalog has {name} by itself", "choose another name"
        if name in data.schemas[:index]:
            yield ("data", "schemas", index), f"schema {name} is there twice", "name each schema once"
    for index, item in enumerate(project.access):
        if item.of_data and not data.unity_catalog:
            yield ("access", index, "role"), f"{item.role} needs a catalog", "data: {unity_catalog: true}"
        kind = "group" if item.group else "user"
        if item.of_data and _GUID.fullmatch(item.group or item.user or ""):
            yield ("access", index, kind), "Databricks knows nobody by an object id", f"the {kind}'s name, as the Databricks account has it"


def _catalogs(project: Project) -> Iterator[Trouble]:
    """Catalogs of the user's own: each environment has one for itself, as its schemas have the same names."""
    taken: dict[str, str] = {}
    for index, environment in enumerate(project.environments):
        here, own = ("environments", index, "existing", "catalog"), environment.existing.catalog
        if own and not project.data.unity_catalog:
            yield here, "says nothing without Unity Catalog", "data: {unity_catalog: true}"
        other = taken.setdefault(own or names(project, environment).catalog, environment.name)
        if own and other != environment.name:
            yield here, f"{own} is the catalog of {other} already", "a catalog for each environment"
