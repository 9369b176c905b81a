"""YAML with positions: text to data, and a field path to ``line:column``.

Owns the ruamel.yaml settings, so that reading and rewriting agree. Must never decide what a field means.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarbool import ScalarBoolean
from ruamel.yaml.scalarfloat import ScalarFloat
from ruamel.yaml.scalarint import ScalarInt

from wizard.errors import Problem

Json = Any
Place = tuple[str | int, ...]
_FLUSH_LIST = re.compile(r"^( *)[\w-]+:[ ]*(#.*)?\r?\n(?:\s*#.*\n)*\1- ", re.MULTILINE)


def parse(text: str, shown: str) -> tuple[Json, Problem | None]:
    """The document of ``text`` with its comments and positions, or the one problem that stops YAML from being read."""
    try:
        document = _yaml().load(text)
        plain(document)
        return document, None
    except RecursionError:
        return None, Problem(
            shown, "not YAML that ends: an alias refers to what it is in, or too much is nested", "write it out without aliases"
        )
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{shown}:{mark.line + 1}:{mark.column + 1}" if mark else shown
        reason = str(error.problem or error.context or "not YAML").splitlines()[0]
        if "duplicate key" in reason:
            return None, Problem(place, reason.split(" with value")[0], "keep one of the two")
        return None, Problem(place, f"not YAML: {reason}", "check indentation, quotes and brackets")
    except (YAMLError, ValueError) as error:
        return None, Problem(shown, f"not YAML: {str(error).splitlines()[0]}", "write the file as plain UTF-8 text")


def written(document: Json, before: str = "") -> str:
    """The document as text, with the comments, order and quotes it was read with, and lists indented as in ``before``."""
    stream = io.StringIO()
    yaml = _yaml()
    if _FLUSH_LIST.search(before):
        yaml.indent(mapping=2, sequence=2, offset=0)
    yaml.dump(document, stream)
    return stream.getvalue()


def plain(node: Json) -> Json:
    """The same data as plain dicts, lists and scalars."""
    if isinstance(node, Mapping):
        return {plain(key) if isinstance(key, (str, int, float)) else str(key): plain(value) for key, value in node.items()}
    if isinstance(node, Sequence) and not isinstance(node, str):
        return [plain(item) for item in node]
    if isinstance(node, ScalarBoolean):
        return bool(node)
    for scalar, kind in ((ScalarInt, int), (ScalarFloat, float), (str, str)):
        if isinstance(node, scalar):
            return kind(node)
    return node


def position(document: Json, place: Place, *, of_key: bool = False) -> str:
    """``line:column`` of what stands at ``place``, or of the nearest thing around it that exists."""
    if place[-1:] == ("[key]",):
        place, of_key = place[:-1], True
    node, line, column = document, *_start(document)
    for depth, step in enumerate(place):
        last = depth == len(place) - 1
        if isinstance(node, CommentedMap) and step in node:
            line, column = node.lc.key(step) if (last and of_key) or node[step] is None else node.lc.value(step)
        elif isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
            line, column = node.lc.item(step)
        else:
            break
        node = node[step]
    return f"{line + 1}:{column + 1}"


def _start(document: Json) -> tuple[int, int]:
    at = getattr(document, "lc", None)
    return (at.line, at.col) if at is not None and at.line is not None else (0, 0)


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml
