"""What the compiler says of a construct that it does not compile. Owns the wording and the position only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Position:
    """A place in a source file: line and column count from 1."""

    path: Path
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Refusal(Exception):
    """A construct outside the exactly known part of the language; ``str()`` is ``file:line:column: construct``."""

    def __init__(self, position: Position, construct: str) -> None:
        super().__init__(f"{position}: {construct}")
        self.position = position
        self.construct = construct
