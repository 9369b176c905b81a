"""Reads GraphQL documents: operations, fields, arguments, variables and fragments.

Owns the grammar (graphql.org specification, October 2021) as far as clients use it. Knows no schema. Not read:
subscriptions, type-system documents, directives other than ``@include`` and ``@skip``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

Json = Any

TOKEN = re.compile(
    r'\s+|,|#[^\n]*|(?P<token>\.\.\.|"""(?:.|\n)*?"""|"(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[_A-Za-z]\w*|[!$&()\[\]{}:=@|])'
)


class Unreadable(ValueError):
    """The document breaks the grammar; the text is what GitHub would say."""


@dataclass(slots=True)
class Field:
    """One selected field: ``alias: name(arguments) {fields}``."""

    name: str
    alias: str
    arguments: dict[str, Json] = field(default_factory=dict)
    fields: list[Field] = field(default_factory=list)


@dataclass(slots=True)
class Operation:
    """``query`` or ``mutation`` with its fields, fragments resolved and variables filled in."""

    kind: str
    fields: list[Field]


def _tokens(text: str) -> list[str]:
    out, position = [], 0
    while position < len(text):
        found = TOKEN.match(text, position)
        if found is None:
            raise Unreadable(f'Parse error on "{text[position]}" (UNKNOWN_CHAR)')
        position = found.end()
        if found.group("token"):
            out.append(found.group("token"))
    return out


class _Reader:
    def __init__(self, text: str, variables: dict[str, Json]) -> None:
        self.tokens, self.position, self.variables = _tokens(text), 0, variables
        self.fragments: dict[str, int] = {}

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self, expected: str = "") -> str:
        token = self.peek()
        if not token or (expected and token != expected):
            raise Unreadable(f'Parse error on "{token}", expected {expected or "more"}')
        self.position += 1
        return token

    def skip_braces(self) -> None:
        depth = 0
        while True:
            token = self.take()
            depth += {"{": 1, "}": -1}.get(token, 0)
            if token == "}" and depth == 0:
                return

    def value(self) -> Json:
        token = self.take()
        if token == "$":
            return self.variables.get(self.take())
        if token == "[":
            out = []
            while self.peek() != "]":
                out.append(self.value())
            self.take("]")
            return out
        if token == "{":
            members: dict[str, Json] = {}
            while self.peek() != "}":
                name = self.take()
                self.take(":")
                members[name] = self.value()
            self.take("}")
            return members
        if token.startswith('"""'):
            return token[3:-3].strip()
        if token.startswith('"') or re.match(r"-?\d", token):
            return json.loads(token)
        return {"true": True, "false": False, "null": None}.get(token, token)

    def arguments(self) -> dict[str, Json]:
        out: dict[str, Json] = {}
        if self.peek() == "(":
            self.take("(")
            while self.peek() != ")":
                name = self.take()
                self.take(":")
                out[name] = self.value()
            self.take(")")
        return out

    def included(self) -> bool:
        keep = True
        while self.peek() == "@":
            self.take("@")
            name, condition = self.take(), self.arguments().get("if")
            keep = keep and bool(condition) == (name == "include")
        return keep

    def selection(self) -> list[Field]:
        out: list[Field] = []
        self.take("{")
        while self.peek() != "}":
            if self.peek() == "...":
                out += self.spread()
                continue
            name = alias = self.take()
            if self.peek() == ":":
                self.take(":")
                name = self.take()
            arguments, keep = self.arguments(), self.included()
            fields = self.selection() if self.peek() == "{" else []
            if keep:
                out.append(Field(name, alias, arguments, fields))
        self.take("}")
        return out

    def spread(self) -> list[Field]:
        self.take("...")
        if self.peek() in ("on", "{"):
            if self.peek() == "on":
                self.take("on")
                self.take()
            return self.selection() if self.included() else []
        name = self.take()
        if name not in self.fragments:
            raise Unreadable(f"Fragment {name} was used, but not defined")
        back, self.position = self.position, self.fragments[name]
        out = self.selection()
        self.position = back
        return out if self.included() else []

    def definitions(self) -> None:
        out = self.take("(") and 1
        while out:
            token = self.take()
            out += {"(": 1, ")": -1}.get(token, 0)
            if token == "$":
                name = self.take()
                self.take(":")
                while self.peek() not in ("=", "$", ")"):
                    self.take()
                if self.peek() == "=":
                    self.take("=")
                    default = self.value()
                    self.variables.setdefault(name, default)


def parsed(text: str, variables: dict[str, Json], operation_name: str | None = None) -> Operation:
    """The operation to run, of the name given where there are several. Raises ``Unreadable``."""
    reader = _Reader(text, dict(variables))
    starts: list[tuple[str, str, int]] = []
    while reader.peek():
        if reader.peek() == "fragment":
            reader.take()
            name = reader.take()
            reader.take("on")
            reader.take()
            reader.fragments[name] = reader.position
            reader.skip_braces()
            continue
        kind = "query" if reader.peek() == "{" else reader.take()
        name = "" if reader.peek() in ("{", "(") else reader.take()
        starts.append((kind, name, reader.position))
        if reader.peek() == "(":
            reader.definitions()
        reader.skip_braces()
    chosen = [start for start in starts if operation_name in (None, "", start[1])]
    if len(chosen) != 1:
        raise Unreadable("An operation name is required" if chosen else f'No operation named "{operation_name}"')
    kind, _, reader.position = chosen[0]
    if reader.peek() == "(":
        reader.definitions()
    return Operation(kind, reader.selection())
