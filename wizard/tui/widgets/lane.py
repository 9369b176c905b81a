"""One environment's lane: how far it is, and what happens in it at this moment.

Owns its drawing in two rows; what the lane says is the board's.
"""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static

from wizard.tui.progress import Lane

SIGNS = {"waiting to start": ("○", "dim"), "working": ("●", "bold cyan"), "done": ("✓", "bold green"), "failed": ("✗", "bold red")}


class LaneView(Static):
    """Two rows: name, bar, count; below them the current step."""

    def __init__(self, lane: Lane) -> None:
        super().__init__(classes="lane")
        self.lane = lane

    def draw(self, now: float) -> None:
        """As it is at ``now``, seconds since the epoch."""
        lane = self.lane
        mark, style = SIGNS[lane.state]
        width = max(8, min(40, self.size.width - 34)) if self.size.width else 20
        full = width if not lane.total else round(width * lane.done / lane.total)
        bar = ("━" * full, "green" if lane.state != "failed" else "red"), ("─" * (width - full), "dim")
        count = f" {lane.done}/{lane.total}" if lane.total else " nothing to change"
        words = lane.step(now)
        step = Text.assemble((f"  {words}", "red" if lane.state == "failed" else "dim"), no_wrap=True, overflow="ellipsis")
        head = Text.assemble((f"{mark} ", style), (lane.name.ljust(16), "bold"), *bar, (count, "dim"), no_wrap=True)
        self.update(Text("\n").join([head, step]))


def clock(seconds: float) -> str:
    """``1:05`` for sixty-five seconds."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02}"
