"""What a run tells: one stream of events that the journal keeps and every face draws.

Owns the event's form, which is a published interface (``--json``, ``lakestrap schema --events``). An event never
holds a secret: its texts come from resources, whose printable fields cannot.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum


class EventKind(StrEnum):
    """Past tense: what has happened when the event is told."""

    RUN_STARTED = "run_started"
    RESOURCE_READ = "resource_read"
    PLAN_MADE = "plan_made"
    CHANGE_STARTED = "change_started"
    """The intent: one mutating request is about to be sent."""
    CHANGE_MADE = "change_made"
    """Its result: the request was answered with success."""
    WAITING = "waiting"
    SETTLED = "settled"
    """The resource is as wished and other steps may build on it."""
    CHANGE_FAILED = "change_failed"
    SKIPPED = "skipped"
    PENDING = "pending"
    """Done as far as machines can; a person has to act."""
    FILE_WRITTEN = "file_written"
    NOTED = "noted"
    RUN_FINISHED = "run_finished"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the stream. ``detail`` holds what only some kinds have (counts, seconds, links)."""

    event: EventKind
    key: str = ""
    action: str = ""
    outcome: str = ""
    error: str = ""
    hint: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)
    run: str = ""
    time: float = field(default_factory=time.time)

    def as_dict(self) -> dict[str, object]:
        """The published form: the eight fixed members first, then what ``detail`` adds."""
        moment = datetime.fromtimestamp(self.time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        fixed = {"time": moment, "run": self.run, "event": str(self.event), "key": self.key, "action": self.action}
        return {**fixed, "outcome": self.outcome, "error": self.error, "hint": self.hint, **self.detail}

    def as_json(self) -> str:
        return json.dumps(self.as_dict(), ensure_ascii=False)


def event_schema() -> dict[str, object]:
    """JSON Schema (draft 2020-12) of one line of ``--json``."""
    text = {"type": "string"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Lakestrap event",
        "description": "One line of --json. Members beyond these belong to some kinds only; the last line is run_finished.",
        "type": "object",
        "required": ["time", "run", "event", "key", "action", "outcome", "error", "hint"],
        "properties": {
            "time": {**text, "format": "date-time", "description": "UTC, to the millisecond."},
            "run": {**text, "description": "The run's id; its journal is .lakestrap/runs/RUN.jsonl."},
            "event": {"enum": [str(kind) for kind in EventKind]},
            "key": {**text, "description": "The resource: kind/name. Empty where the event is about the run."},
            "action": {**text, "description": "keep, adopt, create, update, replace, delete or blocked."},
            "outcome": {**text, "description": "What came of it, in words."},
            "error": {**text, "description": "What went wrong; empty where nothing did."},
            "hint": {**text, "description": "What to do, one a line."},
            "seconds": {"type": "number", "description": "waiting: until the next look."},
            "reason": {**text, "description": "waiting, skipped: why."},
            "standing": {**text, "description": "status: drift, unknown, expiring, waiting or ok; the same as outcome."},
            "environment": {**text, "description": "status, verify: the environment; empty for what is shared by all."},
            "area": {**text, "description": "status: roles, trust, gate, vault, secrets, credentials, files, proof and so on."},
            "what": {**text, "description": "status: which thing."},
            "why": {**text, "description": "status: what is seen instead of what is wished, or the right that is missing."},
            "until": {**text, "description": "status: when it ends, where that is known: YYYY-MM-DD."},
            "link": {**text, "description": "status, verify: the page where somebody can act."},
            "exit_code": {"type": "integer", "description": "run_finished: the exit code."},
            "counts": {"type": "object", "additionalProperties": {"type": "integer"}, "description": "plan_made, run_finished."},
            "pending": {"type": "array", "items": {"type": "object"}, "description": "run_finished: what is left for people."},
        },
    }
