"""Pictures of screens held to recorded ones: SVG files under ``snapshots/``, renewed with ``LAKESTRAP_UPDATE_SNAPSHOTS=1``.

Owns the comparison: cell for cell, text and colours, without what differs from release to release of the drawing (fonts, ids).
"""

from __future__ import annotations

import difflib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.pilot import Pilot

FOLDER = Path(__file__).resolve().parent / "snapshots"
UPDATE = bool(os.environ.get("LAKESTRAP_UPDATE_SNAPSHOTS"))


def differences(pilot: Pilot[int], name: str) -> list[str]:
    """Lines that differ between the screen and its recorded picture; a missing picture is recorded on demand only."""
    picture = pilot.app.export_screenshot(title="Lakestrap")
    path = FOLDER / f"{name}-{pilot.app.size.width}x{pilot.app.size.height}.svg"
    if UPDATE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(picture, encoding="utf-8")
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    return [line for line in difflib.unified_diff(_cells(before), _cells(picture), lineterm="") if line[0] in "+-"]


def _cells(picture: str) -> list[str]:
    """The drawn texts in order, without the ids that hang on the whole picture."""
    plain = re.sub(r"terminal-\d+", "terminal", picture)
    return re.findall(r"<(?:text|rect)[^>]*>(?:[^<]*</text>)?", plain) + re.findall(r"\.terminal-r\d+ \{[^}]*\}", plain)
