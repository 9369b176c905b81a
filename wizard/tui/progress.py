"""What a run has told so far, as one lane an environment.

Owns the reading of the event stream for a screen: a pure function of events and time. Draws nothing, decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wizard.engine.events import Event, EventKind
from wizard.tui.plan_view import SHARED

WORDS = {
    "create": "creating",
    "update": "updating",
    "adopt": "taking over",
    "replace": "replacing",
    "delete": "deleting",
    "verify": "proving",
    "issue": "issuing",
    "write": "writing",
    "retire": "ending the old",
    "withdraw": "withdrawing the new",
    "note": "noting",
}


@dataclass(slots=True)
class Wait:
    """``until`` is in the events' time, seconds since the epoch."""

    key: str
    reason: str
    until: float


@dataclass(slots=True)
class Lane:
    """``total`` counts the plan's changes; ``proof`` is what became of the login."""

    name: str
    total: int = 0
    settled: set[str] = field(default_factory=set)
    under_way: dict[str, str] = field(default_factory=dict)
    waits: dict[str, Wait] = field(default_factory=dict)
    failed: dict[str, Event] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    proof: Event | None = None

    @property
    def done(self) -> int:
        return min(len(self.settled), self.total)

    @property
    def state(self) -> str:
        """``waiting to start``, ``working``, ``done`` or ``failed``."""
        if self.failed:
            return "failed"
        if self.under_way or self.waits:
            return "working"
        return "done" if self.done >= self.total else "working" if self.settled else "waiting to start"

    def step(self, now: float) -> str:
        """What happens at this moment, in a few words: a wait with its countdown, else the newest request."""
        if self.failed:
            key = next(iter(self.failed))
            return f"{_short(key)}: {self.failed[key].error}"
        wait = min(self.waits.values(), key=lambda item: item.until, default=None)
        if self.under_way:
            key = list(self.under_way)[-1]
            return f"{WORDS.get(self.under_way[key], self.under_way[key])} {_short(key)}"
        if wait is not None:
            left = max(0.0, wait.until - now)
            return f"{_short(wait.key)}: {wait.reason} (next look in {left:.0f} s)"
        if self.proof is not None:
            return self.proof.outcome or self.proof.error
        return {"done": "as wished", "waiting to start": "waiting to start"}.get(self.state, "…")


@dataclass(slots=True)
class Board:
    """All lanes, and the log: every event in order."""

    lanes: dict[str, Lane]
    places: Mapping[str, str]
    log: list[Event] = field(default_factory=list)
    pending: list[Event] = field(default_factory=list)
    files: int = 0
    counted: frozenset[str] = frozenset()
    """The keys that the plan changes: what else is told of (a right for the time of the run) is no progress."""
    notes: list[str] = field(default_factory=list)
    """What the flow had to say beside its steps."""
    before: Wait | None = None
    """What the whole run waits for before its first step: the end of somebody else's."""

    def show(self, event: Event) -> None:
        """Take the next event of the stream."""
        self.log.append(event)
        if event.event is EventKind.FILE_WRITTEN:
            self.files += 1
        elif event.event is EventKind.PENDING:
            self.pending.append(event)
        elif event.event is EventKind.NOTED and event.outcome and event.outcome not in self.notes:
            self.notes.append(event.outcome)
        self.before = _wait(event) if event.event is EventKind.WAITING and event.action == "lease" else None
        lane = self.lane_of(event)
        if lane is not None and event.key:
            _step(lane, event)
            if event.event is EventKind.SETTLED and event.key in self.counted:
                lane.settled.add(event.key)

    def lane_of(self, event: Event) -> Lane | None:
        """The lane that an event belongs to; ``None`` for what is about the run."""
        name = self.places.get(event.key) or str(event.detail.get("environment") or "")
        if name not in self.lanes:
            name = event.key.partition("/")[2].partition("/")[0]
        if name in self.lanes:
            return self.lanes[name]
        return self.lanes.get(SHARED) if event.key in self.places else None

    @property
    def total(self) -> int:
        return sum(lane.total for lane in self.lanes.values())

    @property
    def done(self) -> int:
        return sum(lane.done for lane in self.lanes.values())


def board(places: Mapping[str, str], changing: Mapping[str, str], environments: Sequence[str]) -> Board:
    """An empty board. ``places`` maps every key to its lane, ``changing`` the keys that the plan changes to their action."""
    lanes = {name: Lane(name) for name in (*environments, SHARED)}
    for key in changing:
        lanes[places[key]].total += 1
    if not lanes[SHARED].total and SHARED not in places.values():
        del lanes[SHARED]
    return Board(lanes, places, counted=frozenset(changing))


def _step(lane: Lane, event: Event) -> None:
    key = event.key
    match event.event:
        case EventKind.CHANGE_STARTED:
            lane.waits.pop(key, None)
            lane.failed.pop(key, None)
            lane.under_way[key] = event.action
        case EventKind.CHANGE_MADE:
            lane.under_way.pop(key, None)
            lane.waits.pop(key, None)
        case EventKind.WAITING:
            lane.under_way.pop(key, None)
            lane.waits[key] = _wait(event)
        case EventKind.SETTLED | EventKind.PENDING | EventKind.CHANGE_FAILED | EventKind.SKIPPED:
            lane.under_way.pop(key, None)
            lane.waits.pop(key, None)
            _ended(lane, event)


def _wait(event: Event) -> Wait:
    seconds = event.detail.get("seconds")
    until = event.time + (float(seconds) if isinstance(seconds, (int, float)) else 0.0)
    return Wait(event.key, str(event.detail.get("reason") or event.outcome), until)


def _ended(lane: Lane, event: Event) -> None:
    if event.action == "verify" or event.event is EventKind.PENDING:
        lane.proof = event
        lane.failed.pop(event.key, None)
    if event.event is EventKind.CHANGE_FAILED:
        lane.failed[event.key] = event
    elif event.event is EventKind.SKIPPED:
        lane.skipped[event.key] = str(event.detail.get("reason", ""))
    elif event.event is EventKind.SETTLED:
        lane.failed.pop(event.key, None)


def _short(key: str) -> str:
    kind, _, name = key.partition("/")
    return f"{(kind.partition('.')[2] or kind).replace('_', ' ')} {name}".strip()
