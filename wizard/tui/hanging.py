"""Text whose lines are indented as wholes: where a point or an indented line is longer than the screen is wide, the rest stands below it.

Owns that way of wrapping. Words and styles are those of the text it is given.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.measure import Measurement
from rich.segment import Segment
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

BEGINNING = re.compile(r"\s*(?:(?:[•→✓✗⏸!?~+=-]|\d+\.)\s+)?")
"""What the rest of a line stands behind: spaces, and the mark or number of a point."""
NARROW = 20
"""Columns that are left at least."""


class Hanging:
    """A renderable; as wide as there is room."""

    def __init__(self, text: Text) -> None:
        self.text = text

    @property
    def plain(self) -> str:
        """The words alone."""
        return self.text.plain

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self.text)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.text.split("\n", allow_blank=True):
            begun = BEGINNING.match(line.plain)
            indent = begun.end() if begun is not None else 0
            if indent > options.max_width - NARROW:
                indent = 0
            first, rest = line.divide([indent]) if indent else (Text(), line)
            for number, part in enumerate(rest.wrap(console, options.max_width - indent) or [Text()]):
                yield Text.assemble(first if number == 0 else " " * indent, part, end="")
                yield Segment.line()
