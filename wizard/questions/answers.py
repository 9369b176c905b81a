"""What has been answered so far, in the shape of the project file, and which questions that settled.

Owns the walk along dotted paths (``environments.0.subscription``) and keeping answers with their row when rows move. Every
change gives a new ``Answers``, so that going back is holding on to an older one. Must never hold a secret's value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from wizard.secret import Secret

Json = Any

RUN = "run"
"""The section for answers that steer the questions and are not part of the project file (``run.preset``)."""


@dataclass(frozen=True, slots=True)
class Answers:
    """``data``: nested mappings and lists like the file's. ``answered``: paths that a person has settled, be it with nothing."""

    data: Mapping[str, Json] = field(default_factory=dict)
    answered: frozenset[str] = frozenset()

    @property
    def project(self) -> dict[str, Json]:
        """The answers that belong into ``lakestrap.yaml``; a copy."""
        return {key: deepcopy(value) for key, value in self.data.items() if key != RUN}

    def get(self, path: str, default: Json = None) -> Json:
        """The value at a path, else ``default``."""
        node: Json = self.data
        for step in path.split("."):
            if isinstance(node, Mapping) and step in node:
                node = node[step]
            elif isinstance(node, (list, tuple)) and step.isdigit() and int(step) < len(node):
                node = node[int(step)]
            else:
                return default
        return node

    def rows(self, table: str) -> Sequence[Json]:
        """The rows of a list of mappings."""
        found: Sequence[Json] = self.get(table) or ()
        return found

    def put(self, path: str, value: Json) -> Answers:
        """These answers with a value, counted as answered; ``None``, ``""`` and empty collections leave the field out."""
        return Answers(placed(self.data, path, value), self.answered | {path})

    def assumed(self, path: str, value: Json) -> Answers:
        """These answers with a value that nobody was asked for."""
        return Answers(placed(self.data, path, value), self.answered)

    def with_rows(self, table: str, rows: Iterable[int | Mapping[str, Json]]) -> Answers:
        """The table made of rows as they are now (their index) and new ones, in that order; answers move with their row."""
        old, wanted = self.rows(table), list(rows)
        new = [deepcopy(old[row]) if isinstance(row, int) else dict(row) for row in wanted]
        begin = f"{table}."
        kept = {path for path in self.answered if not path.startswith(begin)}
        for index, row in enumerate(wanted):
            if isinstance(row, int):
                mine = f"{begin}{row}."
                kept |= {f"{begin}{index}.{path.removeprefix(mine)}" for path in self.answered if path.startswith(mine)}
            else:
                kept |= {f"{begin}{index}.{name}" for name in row}
        data = {**self.data, table: new} if new else {key: value for key, value in self.data.items() if key != table}
        return Answers(data, frozenset(kept | {table}))

    def without_row(self, table: str, index: int) -> Answers:
        """The table without one of its rows."""
        return self.with_rows(table, [other for other in range(len(self.rows(table))) if other != index])


def placed(data: Mapping[str, Json], path: str, value: Json) -> dict[str, Json]:
    """A copy of nested data with a value at a path; emptiness removes it, and the mappings that it leaves empty."""
    if isinstance(value, Secret):
        raise TypeError("a secret's value is no answer")
    copy: dict[str, Json] = deepcopy(dict(data))
    value = list(value) if isinstance(value, tuple) else value
    _place(copy, path.split("."), None if value in ("", [], {}) else value)
    return copy


def _place(node: Json, steps: list[str], value: Json) -> None:
    key: str | int = int(steps[0]) if isinstance(node, list) else steps[0]
    if isinstance(node, list) and key == len(node):
        node.append({} if len(steps) > 1 else value)
    if len(steps) > 1:
        if isinstance(node, dict) and not isinstance(node.get(str(key)), (dict, list)):
            if value is None:
                return
            node[str(key)] = [] if steps[1].isdigit() else {}
        _place(node[key], steps[1:], value)
        if isinstance(node, dict) and node[str(key)] == {}:
            del node[str(key)]
    elif value is None and isinstance(node, dict):
        node.pop(str(key), None)
    else:
        node[key] = value
