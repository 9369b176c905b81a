"""From the catalogs that bear the project's mark to ``data`` and to who reads and writes it.

Owns that translation back, the other way round of ``wizard.blueprint.data``. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from wizard.blueprint.data import READER, WRITER
from wizard.flows.adopt.evidence import Person

if TYPE_CHECKING:
    from wizard.flows.adopt.settings import Settings
    from wizard.providers.databricks.held_catalog import HeldCatalog

Json = Any
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
PERSON = re.compile(f"@|^{GUID.pattern}$")
"""A user or a service principal, and no group."""


def data(found: Settings, catalogs: Mapping[str, HeldCatalog]) -> None:
    """Put the section into what was found. ``catalogs`` by environment; environments without one are not among them."""
    if not catalogs:
        return
    section: dict[str, Json] = {"unity_catalog": True}
    containers = found.project.get("lake", {}).get("containers") or ["bronze", "silver", "gold"]
    usual = [name.replace("-", "_") for name in containers]
    seen = {name: _ordered(held.schemas, usual) for name, held in catalogs.items() if held.schemas}
    schemas = found.agreed("data.schemas", seen, usual)
    if schemas is not None:
        section["schemas"] = schemas
        found.unknown.append(("data.schemas", "Unity Catalog does not keep their order: those of the lake's containers stand first"))
    ours = {name: held for name, held in catalogs.items() if held.marked}
    if found.agreed("data.isolated", {name: held.isolated for name, held in ours.items()}, True) is False:
        section["isolated"] = False
    owners = {name: held.owner for name, held in ours.items() if held.owner and "@" not in held.owner and not GUID.fullmatch(held.owner)}
    owner = found.agreed("data.owner", owners, "") if len(owners) == len(ours) else None
    found.section("data", section | ({"owner": owner} if owner else {}))


def _ordered(names: tuple[str, ...], first: list[str]) -> list[str]:
    return sorted(names, key=lambda name: (first.index(name) if name in first else len(first), name))


def people(catalog: HeldCatalog | None) -> Iterator[Person]:
    """Who reads or writes the whole catalog; pipelines are not people of the project file."""
    if catalog is None:
        return
    for principal, held in catalog.grants.items():
        role = "data-writer" if held >= WRITER else "data-reader" if held >= READER else ""
        if role and not GUID.fullmatch(principal):
            yield Person("user" if "@" in principal else "group", principal, role)
