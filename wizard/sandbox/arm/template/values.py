"""JSON values as the template language sees them: types, look-up without regard to case, text forms.

Owns what every function shares about values; knows no function. ``bool`` is never an integer here.
"""

from __future__ import annotations

import json
import re
from typing import Any

from wizard.sandbox.arm.template.faults import ExpressionFault

Json = Any


class Pending(str):
    """An expression that only run time can answer, passed on as a value while a template is looked at in advance."""

    __slots__ = ()


def kind(value: Json) -> str:
    """The name that ARM's errors give the type of a value."""
    if value is None:
        return "Null"
    if isinstance(value, bool):
        return "Boolean"
    for kinds, name in ((str, "String"), (int, "Integer"), (float, "Float"), (list, "Array"), (dict, "Object")):
        if isinstance(value, kinds):
            return name
    raise TypeError(f"no JSON value: {value!r}")


def is_int(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_scalar(value: Json) -> bool:
    return isinstance(value, (str, int, float, bool))


def same(left: Json, right: Json) -> bool:
    """Deep equality; ``true`` is not 1, and text is compared with its case."""
    if kind(left) != kind(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return bool(left == right)


def key_of(members: dict[str, Json], name: str) -> str | None:
    """The spelling under which an object holds a member; the language does not mind case."""
    if name in members:
        return name
    return next((key for key in members if key.lower() == name.lower()), None)


def member(subject: Json, name: str) -> Json:
    """``subject.name``; raises ``ExpressionFault`` where there is none."""
    if not isinstance(subject, dict):
        raise ExpressionFault(
            f"The language expression property '{name}' can't be evaluated, property name '{name}' can only be selected on an object; "
            f"the value is of type '{kind(subject)}'."
        )
    key = key_of(subject, name)
    if key is None:
        available = ", ".join(subject)
        raise ExpressionFault(f"The language expression property '{name}' doesn't exist, available properties are '{available}'.")
    return subject[key]


def element(subject: Json, index: Json) -> Json:
    """``subject[index]``, by number in arrays and by name in objects."""
    if isinstance(subject, list) and is_int(index):
        if not 0 <= index < len(subject):
            raise ExpressionFault(f"The language expression property array index '{index}' is out of bounds.")
        return subject[index]
    if isinstance(index, str):
        return member(subject, index)
    raise ExpressionFault(f"The language expression property '{index}' can't be evaluated on a value of type '{kind(subject)}'.")


def compact(value: Json) -> str:
    """The JSON text without white space, as ``string()`` gives it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def as_text(value: Json) -> str:
    """What ``string()`` makes of a value."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value)
    return "" if value is None else compact(value)


def parsed_json(text: str) -> Json:
    """``json()``: JSON text, also with the single quotes and the ``True`` that ARM's reader takes."""
    try:
        return json.loads(text)
    except ValueError:
        pass
    try:
        return json.loads(_double_quoted(text))
    except ValueError:
        raise ExpressionFault(
            f"The template language function 'json' parameter is not valid. The provided value '{text}' cannot be parsed to a JSON value. "
            "Please see https://aka.ms/arm-functions#json for usage details."
        ) from None


def _double_quoted(text: str) -> str:
    pieces = re.split(r"('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", text)
    for at, piece in enumerate(pieces):
        if piece.startswith("'"):
            pieces[at] = json.dumps(piece[1:-1].replace("\\'", "'"))
        elif not piece.startswith('"'):
            pieces[at] = re.sub(r"\b(True|False|Null)\b", lambda match: match.group().lower(), piece)
    return "".join(pieces)


def merged(left: Json, right: Json) -> Json:
    """``union`` of two objects: members of the second win, objects within are merged, arrays are replaced."""
    if not (isinstance(left, dict) and isinstance(right, dict)):
        return right
    out = dict(left)
    for name, value in right.items():
        key = key_of(out, name)
        out[key or name] = merged(out[key], value) if key else value
    return out
