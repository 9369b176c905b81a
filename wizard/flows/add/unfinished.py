"""Whether an earlier run began to add an environment and did not come to its end, so that the same command goes on with it.

Owns that reading of the journals. A journal is trusted for the question only: what is done is decided by reading the world.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from wizard.engine.events import EventKind
from wizard.flows.working_tree import read_text

if TYPE_CHECKING:
    from pathlib import Path

MEMBER = "adding"
"""Of the event ``run_started``: the environment that the run adds."""


def unfinished(runs: Path, name: str) -> str:
    """The environment as it is spelled, where the last run that added it was killed, failed, or left something for people; else ``""``."""
    found = ""
    for path in sorted(runs.glob("*.jsonl")) if runs.is_dir() else ():
        adding = ""
        for line in (read_text(path) or "").splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                continue  # the last line of a killed run may be torn
            if event.get("event") == EventKind.RUN_STARTED and str(event.get(MEMBER, "")).lower() == name.lower():
                adding = found = str(event[MEMBER])
            elif event.get("event") == EventKind.RUN_FINISHED and adding and not event.get("pending"):
                found = ""
    return found
