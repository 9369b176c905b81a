"""The last event of a run, whichever job it was.

Owns its words, and nothing of how a run came to its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.engine.events import Event, EventKind
from wizard.errors import JournalLost

if TYPE_CHECKING:
    from wizard.errors import LakestrapError
    from wizard.flows.decisions import Outcome


def finished(outcome: Outcome, run: str, error: LakestrapError | None = None) -> Event:
    """Exit code, counts and what is left; ``error`` where one ended it."""
    code = error.exit_code if error else outcome.exit_code
    counts = {"settled": len(outcome.applied.settled), "changed": outcome.applied.changed}
    counts |= {"failed": len(outcome.applied.failed), "skipped": len(outcome.applied.skipped)}
    words = "failed" if code else ("done; what is left is named above" if outcome.pending else "done")
    if isinstance(error, JournalLost):
        words = "stopped: the journal cannot be written"
    detail = {"exit_code": int(code), "counts": counts, "pending": list(outcome.pending)}
    hint = "\n".join(error.hints) if error else ""
    return Event(EventKind.RUN_FINISHED, outcome=words, error=error.message if error else "", hint=hint, detail=detail, run=run)
