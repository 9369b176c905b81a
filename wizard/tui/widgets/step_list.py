"""The steps at the left of the questions, each with its state.

Owns their drawing; which step is in which state it is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.text import Text
from textual.widgets import OptionList
from textual.widgets.option_list import Option

MARKS = {"done": ("✓", "green"), "open": ("○", "dim"), "wrong": ("✗", "bold red"), "now": ("●", "bold")}


class StepList(OptionList):
    """Steps by name; choosing one is an ``OptionSelected`` with the name as id."""

    def show(self, steps: Sequence[str], states: Mapping[str, str], current: str) -> None:
        """Draw the steps; ``states`` maps a name to ``done``, ``open`` or ``wrong``."""
        options = []
        for name in steps:
            state = states.get(name, "open")
            mark, style = MARKS["now" if name == current and state != "wrong" else state]
            title = name.capitalize()
            options.append(Option(Text.assemble((f"{mark} ", style), (title, "bold" if name == current else "")), id=name))
        with self.prevent(OptionList.OptionHighlighted):
            self.clear_options()
            self.add_options(options)
            self.highlighted = list(steps).index(current) if current in steps else None
