"""The sandbox's own time: the machine's, moved forward where a test asks for it."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Seconds since the epoch, as the clouds of this world see them."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        return time.time() + self.offset

    def forward(self, seconds: float) -> None:
        """Let time pass: secrets expire, propagation ends, wait timers run out."""
        self.offset += seconds

    def iso(self, moment: float | None = None) -> str:
        """ISO 8601 in UTC with a ``Z``, to the second."""
        at = datetime.fromtimestamp(self.now() if moment is None else moment, UTC)
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")
