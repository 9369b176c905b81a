"""What is known of a resource type: its members, its names, how long it takes, and what its provider adds.

Owns the record and its registry, filled by the files beside this one. Stores nothing in the world.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm.types.shape import Shape

if TYPE_CHECKING:
    from wizard.sandbox.login.directory import Principal
    from wizard.sandbox.world import World

Json = Any


@dataclass(frozen=True, slots=True)
class Writing:
    """One PUT: who writes what where. ``before`` is the stored document or ``None``; ``tolerant`` in a rehearsal.

    ``by_rights`` is false where a rehearsal shall ask for no right to write or join (*ProviderNoRbac*).
    """

    world: World
    principal: Principal
    resource_id: str
    api_version: str
    body: Json
    before: Json
    tolerant: bool = False
    by_rights: bool = True

    @property
    def properties(self) -> Json:
        return self.body.get("properties") or {}

    @property
    def name(self) -> str:
        return self.resource_id.rsplit("/", 1)[-1]


Check = Callable[[Writing], None]
"""Raises a ``Refusal`` for what the table cannot say; writes nothing."""
Finish = Callable[[Writing, Json], None]
"""Fills what the provider adds into the new document, and makes what comes with it."""
Gone = Callable[["World", Json], None]
"""Removes what came with a deleted document."""


def nothing(*_: Any) -> None:
    """No check, nothing to add."""


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One type. ``versions`` gives other property shapes for api-versions before the date named."""

    name: str
    properties: Shape
    older: tuple[tuple[str, Shape], ...] = ()
    envelope: frozenset[str] = frozenset()
    required: tuple[str, ...] = ("location",)
    names: str = r"[\w.()-]{1,260}"
    name_code: str = "InvalidResourceName"
    name_rule: str = ""
    seconds: float = 5.0
    working: str = "Creating"
    updating: str = "Updating"
    check: Check = nothing
    finish: Finish = nothing
    gone: Gone = nothing
    defaults: Json = field(default_factory=dict)
    """Properties that the provider sets where none were sent."""
    with_state: bool = True
    """Whether the properties have a ``provisioningState``."""
    foreign: bool = False
    """Whether another file of ``arm`` writes and deletes it; the table then serves rehearsals only."""

    def shape_at(self, api_version: str) -> Shape:
        """The shape that an api-version has: the one of the first date that is later, else the newest."""
        return next((shape for date, shape in self.older if api_version < date), self.properties)

    def name_fits(self, name: str) -> bool:
        return bool(re.fullmatch(self.names, name))


TYPES: dict[str, ResourceType] = {}


def add(*types: ResourceType) -> None:
    """Enter types into the registry."""
    for each in types:
        TYPES[each.name.lower()] = each


def type_of(name: str) -> ResourceType | None:
    """The record of a type, or ``None`` where there is no table."""
    return TYPES.get(name.lower())
