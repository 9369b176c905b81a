"""Putting new values into a YAML document that a person wrote, without losing what else is there.

Owns the walk over ruamel's nodes. Touches only what differs, so that comments, order and quotes of the rest stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from wizard.errors import BadInput, Problem

Json = Any
IN_ONE_LINE = 100
"""Characters up to which a few new fields stand in one line."""


def whole(node: CommentedMap, data: Mapping[str, Json]) -> None:
    """Make the mapping hold exactly ``data``: changed values replaced, new ones added, others removed."""
    for key in [key for key in node if key not in data]:
        del node[key]
    for key, value in data.items():
        _put(node, key, value)


def sections(node: CommentedMap, data: Mapping[str, Json]) -> None:
    """Make the mapping hold ``data`` by replacing whole top-level values that differ; comments inside those are lost."""
    for key in [key for key in node if key not in data]:
        del node[key]
    for key, value in data.items():
        if key not in node:
            node[key] = _fresh(value)
        elif node[key] != value:
            at = list(node).index(key)
            del node[key]
            node.insert(at, key, _fresh(value))


def fields(document: CommentedMap, changes: Mapping[str, Json]) -> None:
    """Set single fields by dotted path; list items go by index or by their ``name``; ``None`` removes."""
    for path, value in changes.items():
        node: Json = document
        *way, last = path.split(".")
        for step in way:
            node = _step(node, step, path)
        if isinstance(node, CommentedSeq):
            key: str | int = _index(node, last, path)
        else:
            key = last
        if value is None:
            if not isinstance(node, CommentedMap) or key in node:
                del node[key]
        elif isinstance(key, int) and key == len(node):
            node.append(_fresh(value))
        else:
            _put(node, key, value)


def _step(node: Json, step: str, path: str) -> Json:
    if isinstance(node, CommentedSeq):
        index = _index(node, step, path)
        if index == len(node):
            raise BadInput([Problem(path, f"there is no {step}")])
        return node[index]
    if step not in node or node[step] is None:
        node[step] = CommentedMap()
    return node[step]


def _index(node: CommentedSeq, step: str, path: str) -> int:
    """The index that a step means; one past the end appends."""
    for index, item in enumerate(node):
        if isinstance(item, Mapping) and item.get("name") == step:
            return index
    if step.isdigit() and int(step) <= len(node):
        return int(step)
    raise BadInput([Problem(path, f"there is no {step}")])


def _put(node: Json, key: str | int, value: Json) -> None:
    present = key in node if isinstance(node, CommentedMap) else True
    old = node[key] if present else None
    if isinstance(old, CommentedMap) and isinstance(value, Mapping):
        whole(old, value)
    elif isinstance(old, CommentedSeq) and isinstance(value, (list, tuple)):
        _items(old, list(value))
    elif not present or old != value or type(old is True) is not type(value is True):
        node[key] = _fresh(value)


def _items(node: CommentedSeq, values: list[Json]) -> None:
    """Make a list hold ``values``; a mapping with a ``name`` stays with its comments when it moves."""
    if list(node) == values:
        return
    named = {item["name"]: item for item in node if isinstance(item, CommentedMap) and "name" in item}
    if named and [item.get("name") for item in values if isinstance(item, Mapping)][: len(node)] != list(named):
        for index in range(len(node) - 1, -1, -1):
            del node[index]
        for value in values:
            kept = named.get(value.get("name"))
            if kept is not None:
                whole(kept, value)
            node.append(_fresh(value) if kept is None else kept)
        return
    for index, value in enumerate(values):
        if index < len(node):
            _put(node, index, value)
        else:
            node.append(_fresh(value))
    for index in range(len(node) - 1, len(values) - 1, -1):
        del node[index]


def _fresh(value: Json) -> Json:
    """New nodes; text that YAML would read as something else is quoted by the writer, team and login names by us."""
    if isinstance(value, Mapping):
        node = CommentedMap((key, _fresh(item)) for key, item in value.items())
        if all(not isinstance(item, (Mapping, list)) for item in value.values()) and len(value) <= 3 and len(str(value)) <= IN_ONE_LINE:
            node.fa.set_flow_style()
        return node
    if isinstance(value, (list, tuple)):
        sequence = CommentedSeq(_fresh(item) for item in value)
        if all(not isinstance(item, (Mapping, list)) for item in value):
            sequence.fa.set_flow_style()
        return sequence
    return DoubleQuotedScalarString(value) if isinstance(value, str) and value.startswith("@") else value
