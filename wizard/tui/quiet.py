"""Keeps every line that a library prints off the screen.

Owns the process's standard streams while the screen is drawn: the screen keeps the terminal through a descriptor of its own, and
what else is written to stdout and stderr goes nowhere. Puts everything back at the end.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def only_the_screen() -> Iterator[None]:
    """Leave the terminal to Textual, which draws on ``sys.__stderr__``, for the block."""
    screen, saved = os.dup(2), {1: os.dup(1), 2: os.dup(2)}
    original, printed = sys.__stderr__, sys.__stdout__
    nowhere = os.open(os.devnull, os.O_WRONLY)
    terminal = os.fdopen(screen, "w", encoding="utf-8", errors="replace")
    try:
        for number in saved:
            os.dup2(nowhere, number)
        sys.__stderr__ = sys.__stdout__ = terminal  # type: ignore[misc]  # the latter is asked for the terminal's size
        yield
    finally:
        sys.__stderr__, sys.__stdout__ = original, printed  # type: ignore[misc]
        for number, copy in saved.items():
            os.dup2(copy, number)
            os.close(copy)
        os.close(nowhere)
        terminal.close()
