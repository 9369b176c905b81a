"""What is measured and how: ``make benchmarks`` prints each figure with its command.

Owns the measuring of whole processes (median of several runs, wall clock). No test asserts on any of it.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import screen

ROOT = Path(__file__).resolve().parent.parent
LAKESTRAP = str(Path(sys.executable).with_name("lakestrap"))
IN_SANDBOX = (LAKESTRAP, "sandbox", "run", "--seed", "1", "--")


def timed(command: Sequence[str], folder: Path, runs: int) -> list[float]:
    """Wall seconds of each run; raises ``CalledProcessError`` where one fails."""
    seconds = []
    for _ in range(runs):
        shutil.rmtree(folder / ".lakestrap", ignore_errors=True)
        start = time.perf_counter()
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
    return seconds


def shown(name: str, command: Sequence[str], folder: Path, runs: int) -> None:
    seconds = timed(command, folder, runs)
    spread = f"min {min(seconds):.2f}  median {statistics.median(seconds):.2f}  max {max(seconds):.2f}"
    words = " ".join(Path(word).name if word == LAKESTRAP else word for word in command)
    print(f"{name:<42} {spread} s   ({runs} runs of: {words})")


def main() -> None:
    """Help, an empty sandbox, a plan and a set-up of four environments, the first paint of the full screen."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "project"
        shutil.copytree(ROOT / "examples" / "four-environments", folder)
        shown("--version", (LAKESTRAP, "--version"), folder, 10)
        shown("--help", (LAKESTRAP, "--help"), folder, 10)
        shown("an empty sandbox", (*IN_SANDBOX, "true"), folder, 5)
        shown("plan of four environments from nothing", (*IN_SANDBOX, LAKESTRAP, "plan"), folder, 3)
        shown("set-up of four environments", (*IN_SANDBOX, LAKESTRAP, "setup", "--yes"), folder, 3)
    screen.main()


if __name__ == "__main__":
    main()
