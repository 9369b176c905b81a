"""The log of a run: every event in a line, narrowed down by words.

Owns its lines' words and their filter.
"""

from __future__ import annotations

from datetime import UTC, datetime

from rich.text import Text
from textual.widgets import RichLog

from wizard.engine.events import Event, EventKind

STYLES = {
    EventKind.CHANGE_FAILED: "bold red",
    EventKind.SKIPPED: "yellow",
    EventKind.WAITING: "dim",
    EventKind.PENDING: "yellow",
    EventKind.SETTLED: "green",
    EventKind.FILE_WRITTEN: "cyan",
}


class EventLog(RichLog):
    """Keeps every event; draws those that the words of the filter leave."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, wrap=False, auto_scroll=True, max_lines=5000)
        self.events: list[Event] = []
        self.words: list[str] = []

    def add(self, event: Event) -> None:
        self.events.append(event)
        self._draw(event)

    def filter(self, text: str) -> None:
        """Show only lines that have every word."""
        self.words = text.lower().split()
        self.clear()
        for event in self.events:
            self._draw(event)

    def _draw(self, event: Event) -> None:
        line = words_of(event)
        if line and all(word in line.lower() for word in self.words):
            self.write(Text(line, style=STYLES.get(event.event, "")))


def words_of(event: Event) -> str:
    """One event as a line; empty for what nobody looks for."""
    if event.event in (EventKind.RESOURCE_READ, EventKind.RUN_STARTED):
        return ""
    moment = datetime.fromtimestamp(event.time, UTC).strftime("%H:%M:%S")
    what = str(event.event).replace("_", " ")
    reason = str(event.detail.get("reason", ""))
    tail = event.error or reason or (event.outcome if event.outcome not in ("made", "settled", "waiting") else "")
    return f"{moment}  {what:<14} {event.action:<8} {event.key}" + (f"  {tail}" if tail else "")
