"""The template language's expressions and their spelling inside JSON strings. Owns serialization only."""

from __future__ import annotations

import re
from dataclasses import dataclass

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
LARGEST = 2**31 - 1
SAFE = ("tryGet", "tryIndexFromEnd")


@dataclass(frozen=True)
class Literal:
    """A string or an integer."""

    value: str | int


@dataclass(frozen=True)
class Function:
    """A call and the accesses after it."""

    name: str
    arguments: tuple[Expression, ...] = ()
    accesses: tuple[Expression, ...] = ()


Expression = Literal | Function


def function(name: str, *arguments: Expression) -> Function:
    """A call without accesses."""
    return Function(name, arguments)


def integer(value: int) -> Expression:
    """An integer inside an expression; one that does not fit 32 bits is read from text."""
    return Literal(value) if -LARGEST - 1 <= value <= LARGEST else function("json", Literal(str(value)))


def as_function(value: Expression) -> Function:
    """The value as something that accesses can follow."""
    if isinstance(value, Function):
        return value
    return function("int" if isinstance(value.value, int) else "string", value)


def access(base: Expression, *steps: Expression | str) -> Function:
    """``base.step`` or ``base[step]``."""
    called = as_function(base)
    return Function(called.name, called.arguments, called.accesses + tuple(Literal(s) if isinstance(s, str) else s for s in steps))


def tried(base: Expression, *steps: Expression | str) -> Function:
    """``tryGet(base, step, …)``."""
    return function("tryGet", base, *(Literal(s) if isinstance(s, str) else s for s in steps))


def spelled(value: Expression) -> str:
    """The expression without the outer brackets."""
    if isinstance(value, Literal):
        return str(value.value) if isinstance(value.value, int) else "'" + value.value.replace("'", "''") + "'"
    text = f"{value.name}({', '.join(spelled(argument) for argument in value.arguments)})"
    for step in value.accesses:
        plain = isinstance(step, Literal) and isinstance(step.value, str) and IDENTIFIER.match(step.value)
        text += f".{step.value}" if plain and isinstance(step, Literal) else f"[{spelled(step)}]"
    return text


def serialized(value: Expression) -> str | int:
    """What stands in the JSON: an integer, a plain string, or ``[expression]``."""
    if isinstance(value, Function):
        return f"[{spelled(value)}]"
    if isinstance(value.value, str) and value.value.startswith("[") and value.value.endswith("]"):
        return "[" + value.value
    return value.value
