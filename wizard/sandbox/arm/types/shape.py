"""A compact notation for the members of a resource body, and the check of a body against it.

Owns the notation: ``{name: string!, size: int, mode: A|B, hosts: [string], stamp: string~}``. ``!`` is required, ``~``
read-only (accepted and dropped, as resource providers do with what a client read before). ``map`` is any object,
``any`` any value. Knows no resource type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Json = Any
TOKEN = re.compile(r"\s*([\w.$\-]+|[{}\[\]:,|!~])")
NAMES = {"string": "String", "int": "Integer", "bool": "Boolean", "number": "Float", "map": "Object"}


@dataclass(frozen=True, slots=True)
class Shape:
    """One value: ``kind`` is ``string int bool number map any enum array object``."""

    kind: str
    values: tuple[str, ...] = ()
    element: Shape | None = None
    members: dict[str, Shape] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()


ANY = Shape("any")


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens = TOKEN.findall(text)
        self.at = 0

    def take(self, wanted: str = "") -> str:
        token = str(self.tokens[self.at])
        if wanted and token != wanted:
            raise ValueError(f"expected {wanted} and found {token} at token {self.at}")
        self.at += 1
        return token

    def peek(self) -> str:
        return str(self.tokens[self.at]) if self.at < len(self.tokens) else ""

    def shape(self) -> Shape:
        token = self.take()
        if token == "{":
            return self.members("}")
        if token == "[":
            element = self.shape()
            self.take("]")
            return Shape("array", element=element)
        if token in (*NAMES, "any") and self.peek() != "|":
            return Shape(token)
        values = [token]
        while self.peek() == "|":
            self.take("|")
            values.append(self.take())
        return Shape("enum", values=tuple(values))

    def members(self, end: str) -> Shape:
        members: dict[str, Shape] = {}
        marks: dict[str, set[str]] = {"!": set(), "~": set()}
        while self.peek() != end:
            name = self.take()
            self.take(":")
            members[name] = self.shape()
            if self.peek() in marks:
                marks[self.take()].add(name)
            if self.peek() == ",":
                self.take(",")
        if end:
            self.take(end)
        return Shape("object", members=members, required=frozenset(marks["!"]), read_only=frozenset(marks["~"]))


def shape(text: str) -> Shape:
    """An object with the members that the text lists, without its outer braces."""
    return _Reader(text).members("")


def problems(value: Json, wanted: Shape, path: str, *, tolerant: bool = False) -> Iterator[str]:
    """What is wrong with a value, as ARM's deserialiser says it. ``tolerant`` passes expressions not yet evaluated."""
    if value is None or wanted.kind == "any" or (tolerant and isinstance(value, str) and value.startswith("[")):
        return
    if wanted.kind == "object":
        yield from _object(value, wanted, path, tolerant)
    elif wanted.kind == "array":
        if not isinstance(value, list):
            yield _mistyped(path, "Array", value)
            return
        assert wanted.element is not None
        for at, item in enumerate(value):
            yield from problems(item, wanted.element, f"{path}[{at}]", tolerant=tolerant)
    elif wanted.kind == "enum":
        if not isinstance(value, str) or value.lower() not in {each.lower() for each in wanted.values}:
            yield f"Error converting value \"{value}\" to one of '{', '.join(wanted.values)}'. Path '{path}'"
    elif not _fits(value, wanted.kind):
        yield _mistyped(path, NAMES[wanted.kind], value)


def _fits(value: Json, kind: str) -> bool:
    if kind == "bool":
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    kinds: dict[str, tuple[type, ...]] = {"string": (str,), "int": (int,), "number": (int, float), "map": (dict,)}
    return isinstance(value, kinds[kind])


def _mistyped(path: str, wanted: str, value: Json) -> str:
    return f"Error converting value {value!r} to type '{wanted}'. Path '{path}'"


def _object(value: Json, wanted: Shape, path: str, tolerant: bool) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _mistyped(path, "Object", value)
        return
    spelt = {name.lower(): name for name in wanted.members}
    for name, item in value.items():
        own = spelt.get(name.lower())
        if own is None:
            yield f"Could not find member '{name}' on object. Path '{path}.{name}'"
        elif own not in wanted.read_only:
            yield from problems(item, wanted.members[own], f"{path}.{name}", tolerant=tolerant)
    present = {name.lower() for name, item in value.items() if item is not None}
    for name in sorted(wanted.required):
        if name.lower() not in present:
            yield f"Required property '{name}' not found in JSON. Path '{path}'"


def normal(value: Json, wanted: Shape) -> Json:
    """The value with members spelt as the table spells them, enum values too, and read-only members left out."""
    if isinstance(value, list) and wanted.element is not None:
        return [normal(item, wanted.element) for item in value]
    if wanted.kind == "enum" and isinstance(value, str):
        return next((each for each in wanted.values if each.lower() == value.lower()), value)
    if not isinstance(value, dict) or wanted.kind != "object":
        return value
    spelt = {name.lower(): name for name in wanted.members}
    out: Json = {}
    for name, item in value.items():
        own = str(spelt.get(name.lower(), name))
        if own not in wanted.read_only and item is not None:
            out[own] = normal(item, wanted.members.get(own, ANY))
    return out
