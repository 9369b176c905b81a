"""What an import starts from, wherever it was read: definitions as JSON data, and files by path.

Owns the shapes and the telling of what is left over. Knows neither disk nor cloud.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from wizard.flows.import_assets.hidden import masked

Json = Any
Place = tuple[str | int, ...]


class Weight(Enum):
    """What becomes of a part that did not go over as it is; the values are headings for people."""

    UNMAPPED = "could not be mapped"
    """Somebody has to decide: without it the bundle is not what the workspace had."""
    CHANGED = "was mapped otherwise"
    LOOK = "was mapped, and should be looked at"
    LEFT_OUT = "belongs to the workspace it came from"


@dataclass(frozen=True, slots=True)
class Leftover:
    """One part: file, place in it, what stood there (never a secret), and why it did not go over as it is."""

    file: str
    place: str
    reason: str
    weight: Weight = Weight.UNMAPPED
    value: Json = None
    line: int = 0

    @property
    def where(self) -> str:
        """``clusters/small.json:12: spark_conf.x``."""
        return f"{self.file}{f':{self.line}' if self.line else ''}{f': {self.place}' if self.place else ''}"


@dataclass(frozen=True, slots=True)
class Definition:
    """One cluster, job or policy: its data, the file that has it, and the line of every part of it."""

    kind: str
    file: str
    data: dict[str, Json]
    lines: Mapping[Place, int] = field(default_factory=dict)

    def left(self, place: Place, value: Json, reason: str, weight: Weight = Weight.UNMAPPED) -> Leftover:
        """What is told about a part of it."""
        line = next((self.lines[place[:n]] for n in range(len(place), -1, -1) if place[:n] in self.lines), 0)
        name = next((part for part in reversed(place) if isinstance(part, str)), "")
        return Leftover(self.file, dotted(place), reason, weight, masked(value, name), line)


@dataclass(frozen=True, slots=True)
class Assets:
    """Everything that was found. ``files`` maps a path (``notebooks/a.py``, ``init-scripts/b.sh``) to the bytes."""

    definitions: tuple[Definition, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    """Names by id, of whatever the definitions refer to by an id of their workspace."""
    told: tuple[Leftover, ...] = ()
    everywhere: tuple[str, ...] = ()
    """Init scripts that run on all clusters of the workspace, by their paths among the files, in their order."""


def dotted(place: Place) -> str:
    """``('tasks', 0, 'name')`` as ``tasks[0].name``."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


def at(data: Json, place: Place) -> Json:
    """What stands at a place; ``None`` where nothing does."""
    for part in place:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data
