"""Something to look at before one agrees, or instead of agreeing: branches with lines, each with all its detail; plain data.

Owns the form and the filter. What a line says is told by the view of its subject.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from rich.text import Text


@dataclass(frozen=True, slots=True)
class Line:
    """``detail`` is shown beside it when it is chosen; ``command`` can be copied."""

    text: Text
    detail: Text
    command: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """``opened``: whether its lines are in view from the beginning."""

    title: Text
    lines: tuple[Line, ...] = ()
    opened: bool = True


@dataclass(frozen=True, slots=True)
class Outline:
    """``overview`` is shown as long as no line is chosen; ``summary`` always, in one row."""

    branches: tuple[Branch, ...] = ()
    overview: Text = field(default_factory=Text)
    summary: Text = field(default_factory=Text)


def filtered(branches: Iterable[Branch], text: str) -> tuple[Branch, ...]:
    """The lines that have every word, their branches opened; everything where there is no word."""
    words = text.lower().split()
    if not words:
        return tuple(branches)
    found = []
    for branch in branches:
        heading = branch.title.plain.lower()
        lines = [line for line in branch.lines if all(word in f"{heading} {line.text.plain} {line.detail.plain}".lower() for word in words)]
        if lines:
            found.append(replace(branch, lines=tuple(lines), opened=True))
    return tuple(found)


def fact(text: Text, name: str, value: str, style: str = "") -> None:
    """One line of a detail: a name and its value; nothing where there is no value."""
    if value:
        text.append(f"{name}  ", "dim")
        text.append(f"{value}\n", style)
