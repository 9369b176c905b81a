"""Which process of this folder carries out a run: so that one that was killed here need not be waited for.

Owns a file beside each run's journal while the run holds the lease. Knows nothing of the lease itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

from wizard.flows.working_tree import read_text

if TYPE_CHECKING:
    from pathlib import Path


def begun_here(runs: Path, run: str) -> None:
    """Note that this process carries out that run, before it claims anything."""
    said = {"machine": platform.node(), "process": os.getpid(), "started": _started(os.getpid())}
    with contextlib.suppress(OSError):  # without it a killed run is merely waited for
        _file(runs, run).write_text(json.dumps(said), encoding="utf-8")


def ended_here(runs: Path, run: str) -> None:
    """Forget it again."""
    with contextlib.suppress(OSError):
        _file(runs, run).unlink(missing_ok=True)


def noted_dead(runs: Path, run: str) -> bool:
    """Whether that run was begun in this folder, on this machine, by a process that is no more."""
    try:
        said = json.loads(read_text(_file(runs, run)) or "")
        return bool(said["machine"] == platform.node() and _started(int(said["process"])) != said["started"])
    except (ValueError, KeyError, TypeError):
        return False


def killed_here(runs: Path) -> tuple[str, ...]:
    """The runs of this folder that were begun on this machine by a process that is no more."""
    return tuple(path.stem for path in runs.glob("*.process") if noted_dead(runs, path.stem))


def _file(runs: Path, run: str) -> Path:
    # the name comes out of a commit that others may have written: only its last part counts
    return runs / f"{PureWindowsPath(run).name}.process"


def _started(process: int) -> float:
    """When a process began, in seconds since the epoch; 0 where there is none."""
    import psutil

    try:
        return float(psutil.Process(process).create_time())
    except (psutil.Error, ValueError, OverflowError):
        return 0.0
