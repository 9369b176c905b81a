"""The imported files in the user's tree: written where nothing stands or where an import wrote it and nobody edited it since.

Owns the disk of an import. What a person wrote or changed is never overwritten, and nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from wizard.engine.events import Event, EventKind
from wizard.errors import BadInput, Problem
from wizard.flows.import_assets import output
from wizard.project import whole_file


class Fate(Enum):
    """What becomes of a file; the values are words for people."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "as it is"
    LEFT = "left as it is: yours differs"


@dataclass(frozen=True, slots=True)
class Planned:
    """One file of an import, and what would become of it."""

    path: str
    data: bytes
    fate: Fate


def planned(path: str, data: bytes, root: Path) -> Planned:
    """Looks at what stands there now."""
    try:
        found = (root / path).read_bytes()
    except FileNotFoundError:
        return Planned(path, data, Fate.NEW)
    except OSError:
        return Planned(path, data, Fate.LEFT)
    if found.replace(b"\r\n", b"\n") == data.replace(b"\r\n", b"\n"):
        return Planned(path, data, Fate.SAME)
    return Planned(path, data, Fate.CHANGED if output.ours(found.decode("utf-8", "replace")) else Fate.LEFT)


def written(files: tuple[Planned, ...], root: Path) -> Iterator[Event]:
    """Write what is new or changed. Raises ``BadInput`` naming every path that cannot be written."""
    problems: list[Problem] = []
    for file in files:
        if file.fate is Fate.LEFT:
            yield Event(EventKind.NOTED, file.path, outcome="yours differs from what would be imported; it was left as it is")
        elif file.fate is not Fate.SAME:
            try:
                whole_file.replace(root / file.path, file.data)
            except OSError as problem:
                problems.append(Problem(file.path, problem.strerror or str(problem), "make the folder writable"))
                continue
            yield Event(EventKind.FILE_WRITTEN, file.path, outcome="written")
    if problems:
        raise BadInput(problems)
