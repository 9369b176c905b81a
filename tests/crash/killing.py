"""Killing set-up at a chosen mutating request and running it again: the loop's one step.

Owns the undisturbed run that all others are compared with, and the choice of the sample.
"""

from __future__ import annotations

import os
import random
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.crash.canonical import differing
from tests.scenarios.rehearsal import Finished, rehearsed, small_project

SETUP = (sys.executable, "-m", "wizard", "setup", "--yes", "--json", "--no-input")
SAMPLE = 4


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """The world that a run nobody killed ends in, and how many mutating requests it took."""

    world: dict[str, Any]
    requests: int


def undisturbed(folder: Path, mode: str) -> Undisturbed:
    done = _run(folder, mode)
    assert done.code == 0, done.stderr
    return Undisturbed(done.world, len(done.mutating))


def killed_and_resumed(folder: Path, mode: str, point: str) -> Finished:
    """``setup`` killed at ``N.before`` or ``N.after``, then ``setup`` again, in one sandbox."""
    return _run(folder, mode, "--kill-after", point)


def _run(folder: Path, mode: str, *options: str) -> Finished:
    small_project(folder, mode)
    script = 'if "$@" >first.out 2>first.err; then exit 0; fi; exec "$@"'
    return rehearsed(folder, "sh", "-c", script, "sh", *SETUP, options=options)


def problems(reference: Undisturbed, done: Finished, point: str) -> list[str]:
    """What is wrong with a killed and resumed run; empty where nothing is."""
    found = []
    if done.code != 0:
        found.append(f"{point}: the second run ended with {done.code}: {done.stderr[-800:]}")
    if not any(exchange.get("killed") for exchange in done.exchanges):
        found.append(f"{point}: nothing was killed")
    return found + [f"{point}: {line[:400]}" for line in differing(reference.world, done.world)]


def points(requests: int) -> list[str]:
    """All points with ``LAKESTRAP_CRASH=all``; else a sample drawn by ``LAKESTRAP_CRASH=SEED`` (0)."""
    every = [f"{number}.{when}" for number in range(1, requests + 1) for when in ("before", "after")]
    wish = os.environ.get("LAKESTRAP_CRASH", "0")
    return every if wish == "all" else sorted(random.Random(int(wish)).sample(every, min(SAMPLE, len(every))), key=_place)


def _place(point: str) -> tuple[int, str]:
    number, _, when = point.partition(".")
    return int(number), when
