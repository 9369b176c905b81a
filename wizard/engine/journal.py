"""The event stream on disk: what was about to be done, and what came of it.

Owns the files under ``.lakestrap/runs/``: one file a run, JSON lines, 0600, never a secret. The first line names whom the
run belongs to (tenant, GitHub host and login, project); a journal is trusted only by a run of the same identity. The
journal is a memory, not the truth: a resumed run reads the world, and learns from here only what it had begun itself.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from wizard.engine.events import Event, EventKind
from wizard.errors import JournalLost


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose run it is. Two journals concern the same world only where all of this is equal."""

    tenant: str
    github_host: str
    github_login: str
    project: str
    repository: str


def new_run_id() -> str:
    """Sorts by time, unique among parallel runs: ``20261121T093012-4f2a``."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S") + "-" + secrets.token_hex(2)


class Journal:
    """One run's file, opened for appending. Intents reach the disk before the call they announce."""

    def __init__(self, directory: Path, identity: Identity, run: str | None = None) -> None:
        self.run = run or new_run_id()
        self.path = directory / f"{self.run}.jsonl"
        try:
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as problem:
            raise _lost(self.path, problem) from problem
        self._write(json.dumps({"journal": 1, "run": self.run, "identity": asdict(identity)}), durable=True)

    def record(self, event: Event) -> None:
        """Append the event; an intent is on the disk when this returns. Raises ``JournalLost``."""
        self._write(event.as_json(), durable=event.event is EventKind.CHANGE_STARTED)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _write(self, line: str, *, durable: bool) -> None:
        data = line.encode() + b"\n"
        try:
            while data:
                data = data[os.write(self._descriptor, data) :]
            if durable:
                os.fsync(self._descriptor)
        except OSError as problem:
            raise _lost(self.path, problem) from problem


def _lost(path: Path, problem: OSError) -> JournalLost:
    hint = f"free some space or mend the folder {path.parent}, then run the same command again: it finishes the job"
    return JournalLost(f"cannot write the journal {path}: {problem.strerror or problem}", hints=[hint])


@dataclass(frozen=True, slots=True)
class PastRun:
    """What an earlier run's file says. ``begun`` are the keys whose creation it had at least announced, ``created`` those of them
    that were not there before; ``deleted`` are the keys that it removed and did not make again.
    """

    run: str
    path: Path
    identity: Identity
    finished: bool
    begun: frozenset[str] = field(default_factory=frozenset)
    unsettled: frozenset[str] = field(default_factory=frozenset)
    """Keys with an intent and no result: the process died, or the answer was lost."""
    created: frozenset[str] = field(default_factory=frozenset)
    deleted: frozenset[str] = field(default_factory=frozenset)


def _lines(path: Path) -> Iterator[Mapping[str, object]]:
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue  # the last line of a killed run may be torn
        if isinstance(value, dict):
            yield value


def read_run(path: Path) -> PastRun | None:
    """The run that a file tells of; ``None`` where it is no journal."""
    lines = _lines(path)
    first = next(lines, {})
    identity = first.get("identity")
    if first.get("journal") != 1 or not isinstance(identity, dict):
        return None
    begun: set[str] = set()
    open_intents: set[str] = set()
    created: set[str] = set()
    deleted: set[str] = set()
    finished = False
    for line in lines:
        kind, key, action = line.get("event"), str(line.get("key", "")), line.get("action")
        if kind == EventKind.CHANGE_STARTED:
            open_intents.add(key)
            if action in ("create", "adopt", "replace"):
                begun.add(key)
            if action == "create":
                created.add(key)
                deleted.discard(key)
        elif kind in (EventKind.CHANGE_MADE, EventKind.CHANGE_FAILED):
            open_intents.discard(key)
            if kind == EventKind.CHANGE_MADE and action == "delete":
                deleted.add(key)
                created.discard(key)
                begun.discard(key)
        elif kind == EventKind.RUN_FINISHED:
            finished = True
    try:
        who = Identity(**{str(name): str(value) for name, value in identity.items()})
    except TypeError:
        return None
    several = (begun, open_intents, created, deleted)
    return PastRun(path.stem, path, who, finished, *(frozenset(keys) for keys in several))


def past_runs(directory: Path, identity: Identity | None = None) -> tuple[PastRun, ...]:
    """Earlier runs, oldest first; only those of ``identity`` where one is given."""
    if not directory.is_dir():
        return ()
    runs = (read_run(path) for path in sorted(directory.glob("*.jsonl")))
    return tuple(run for run in runs if run is not None and identity in (None, run.identity))


def remembered(runs: Iterable[PastRun], *, adopted: bool = True) -> frozenset[str]:
    """Keys that runs (oldest first) had begun to make and none has removed since; with ``adopted`` also what they had taken over."""
    keys: frozenset[str] = frozenset()
    for run in runs:
        keys = (keys - run.deleted) | (run.begun if adopted else run.created)
    return keys
