"""When the line-based face is the right one, and whether it may edit the line that is typed.

Owns the reading of options, variables and terminal size. Pure but for the standard streams.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping

COLUMNS, LINES = 80, 24
"""The smallest terminal for the full-screen face."""
SETTINGS = ("LAKESTRAP_PLAIN", "ACCESSIBLE", "GH_ACCESSIBLE_PROMPTER")
"""Variables that people set for programs that shall not redraw; the last two are those of other well-known tools."""
_OFF = frozenset({"", "0", "false", "no", "disabled"})


def somebody_is_there(*, no_input: bool, json: bool, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether questions can be asked: a terminal at both ends, and nobody forbade it."""
    return not (no_input or json) and not environ.get("CI") and sys.stdin.isatty() and sys.stderr.isatty()


def reason_for_lines(*, plain: bool, environ: Mapping[str, str] = os.environ, size: os.terminal_size | None = None) -> str:
    """Why lines are to be used instead of a full screen; "" where nothing speaks for it."""
    if plain:
        return "--plain"
    for name in SETTINGS:
        if environ.get(name, "").lower() not in _OFF:
            return name
    if environ.get("TERM", "") in ("dumb", ""):
        return "a terminal that cannot redraw"
    size = size or shutil.get_terminal_size()
    return f"a terminal of {size.columns}×{size.lines}" if size.columns < COLUMNS or size.lines < LINES else ""


def edits_lines(*, plain: bool, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a typed line may be edited and completed: not where somebody asked for lines that are never redrawn."""
    big = os.terminal_size((COLUMNS, LINES))
    return not reason_for_lines(plain=plain, environ=environ, size=big) and sys.stdin.isatty()
