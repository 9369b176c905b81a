"""Killing set-up at a chosen mutating request and running it again: the loop's one step.

Owns the projects, the undisturbed run that all others are compared with, and the choice of the sample.
"""

from __future__ import annotations

import json
import os
import random
import shlex
import shutil
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests import warm
from tests.crash.canonical import differing, ids_in
from tests.scenarios.rehearsal import SMALL, Finished, rehearsed, small_project

Json = Any

SETUP = ("lakestrap", "setup", "--yes", "--json", "--no-input")
ADD = ("lakestrap", "add", "test", "--yes", "--json", "--no-input")
RESUMED = 'if "$@" >first.out 2>first.err; then exit 0; fi; exec "$@"'
FINISHED = 'if "$@" >first.out 2>first.err; then exit 0; fi; exec {}'
EVERY_CASE = ("all", "last")
WHOLE = os.environ.get("LAKESTRAP_CRASH") in EVERY_CASE
LAST = 8
"""Points at a run's end, where it has changed everything and cleaned up nothing."""
DEAD_CLAIM = 200.0
"""Seconds after which the claim of a run that died has ended, whoever asks."""
VALUES = frozenset({"a-value-for-the-test"})
"""Secret values that the project gives: they must arrive as they are."""
PATIENCE = 150.0
"""Seconds for a killed run and the one after it; the two take about twenty."""
SINGLE = "".join(line for line in SMALL.splitlines(keepends=True) if "name: dev" not in line)
"""One protected environment with reviewers, both kinds of secrets and a lock."""
SALTLESS = "".join(line for line in SINGLE.splitlines(keepends=True) if "name: salt" not in line)
OWN_REPOSITORY = """\
extends: owner
github:
  repositories:
    - name: shop
      private: true
      default_branch: main
      files: {README.md: "Code that was here before."}
"""


@dataclass(frozen=True, slots=True)
class Case:
    """What is set up, in which world, and what had been set up ``earlier`` without trouble."""

    mode: str = "federated"
    project: str = SINGLE
    world: str = ""
    earlier: str = ""
    elsewhere: bool = False
    command: tuple[str, ...] = SETUP
    then: tuple[str, ...] = ()
    """What finishes a killed run; the same command where nothing is said."""


CASES: Mapping[str, Case] = {
    "federated": Case(),
    "client-secret": Case("client-secret"),
    "managed-identity": Case("managed-identity"),
    "pull-request": Case(world=OWN_REPOSITORY),
    "grown": Case(earlier=SALTLESS),
    "other-machine": Case(elsewhere=True),
    "two-environments": Case(project=SMALL),
    "add": Case(project=SMALL, earlier=SMALL, command=ADD),
    "add-then-setup": Case(project=SMALL, earlier=SMALL, command=ADD, then=SETUP),
}
"""``grown`` adds a secret behind a lock: the lock is lifted, a role given and taken back, the lock set again."""


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """The world that a run nobody killed ends in, the ids that it began with, and how many mutating requests it took."""

    case: Case
    start: Path
    world: dict[str, Json]
    begun_with: frozenset[str]
    requests: int
    dispatches: Counter[str]
    files: dict[str, str]


def undisturbed(folder: Path, case: Case) -> Undisturbed:
    """Run set-up once, alone. Fails where it does."""
    start = folder / "start"
    start.mkdir(parents=True, exist_ok=True)
    options: tuple[str, ...] = ()
    if case.world:
        (folder / "given.yaml").write_text(case.world, encoding="utf-8")
        options = ("--world", str(folder / "given.yaml"))
    if case.earlier:
        small_project(start, case.mode, case.earlier)
        before = rehearsed(start, *SETUP, options=options, timeout=PATIENCE)
        assert before.code == 0, before.stderr
    else:
        before = rehearsed(start, "true", options=options)
    (start / "world.json").rename(start / "start.json")
    done = _run(folder / "undisturbed", start, case)
    assert done.code == 0, done.stderr
    return Undisturbed(
        case, start, done.world, ids_in(before.world), len(done.mutating), dispatches(done.world), files(folder / "undisturbed")
    )


def killed_and_resumed(folder: Path, reference: Undisturbed, point: str) -> Finished:
    """``setup`` killed at ``N.before`` or ``N.after``, then ``setup`` again, in one sandbox."""
    return _run(folder, reference.start, reference.case, "--kill-after", point)


def _run(folder: Path, start: Path, case: Case, *options: str) -> Finished:
    shutil.copytree(start, folder)
    small_project(folder, case.mode, case.project)
    given = ("--world", str(folder / "start.json"), *options)
    if not (case.elsewhere and options):
        script = FINISHED.format(shlex.join([*warm.command(), *case.then[1:]])) if case.then else RESUMED
        return rehearsed(folder, "sh", "-c", script, "sh", *case.command, options=given, timeout=PATIENCE)
    first = rehearsed(folder, *SETUP, options=given, timeout=PATIENCE)
    if first.code == 0:
        return first
    second = _resumed_elsewhere(folder)
    return replace(second, exchanges=[*first.exchanges, *second.exchanges])


def _resumed_elsewhere(folder: Path) -> Finished:
    """From a machine without the journal, some minutes later: what has no mark yet has to be taken over by agreement."""
    shutil.rmtree(folder / ".lakestrap", ignore_errors=True)
    left = json.loads((folder / "world.json").read_text(encoding="utf-8"))
    left["clock_offset"] = left.get("clock_offset", 0.0) + DEAD_CLAIM
    (folder / "start.json").write_text(json.dumps(left), encoding="utf-8")
    return rehearsed(folder, *SETUP, "--allow", "adopt", options=("--world", str(folder / "start.json")), timeout=PATIENCE)


def problems(reference: Undisturbed, folder: Path, point: str) -> list[str]:
    """What is wrong with a run killed at ``point`` and resumed; empty where nothing is."""
    try:
        done = killed_and_resumed(folder, reference, point)
    except subprocess.TimeoutExpired:
        return [f"{point}: not over after {PATIENCE:.0f} s"]
    found = []
    if done.code != 0:
        found.append(f"the second run ended with {done.code}: {done.stderr[-1500:]}")
    if not any(exchange.get("killed") for exchange in done.exchanges):
        found.append("nothing was killed")
    found += needless_dispatches(done.exchanges)
    if dispatches(done.world).keys() != reference.dispatches.keys():
        found.append(f"verified {sorted(dispatches(done.world))} instead of {sorted(reference.dispatches)}")
    if (left := files(folder)) != reference.files:
        found.append(f"other files: {sorted(path for path, _ in left.items() ^ reference.files.items())}")
    differences = differing(reference.world, done.world, reference.begun_with, VALUES)
    found += without_ended_claims(differences) if reference.case.elsewhere else differences
    return [f"{point}: {line}" for line in found]


def without_ended_claims(differences: list[str]) -> list[str]:
    """What is seen from another machine: it cannot know that the holder is dead; a claim that has ended holds nobody."""
    return [line for line in differences if "/lease /sha" not in line]


def files(folder: Path) -> dict[str, str]:
    """What a run wrote for its user, by path; neither its journals nor what the sandbox and the loop left."""
    ours = {"record.jsonl", "world.json", "start.json", "first.out", "first.err", ".lakestrap"}
    found = (path for path in folder.rglob("*") if path.is_file() and path.relative_to(folder).parts[0] not in ours)
    return {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in found}


def dispatches(world: Mapping[str, Json]) -> Counter[str]:
    """How often each environment's proof was started."""
    rows = world.get("github.workflow_runs", {}).values()
    return Counter(f"{row['repository']} {row['path']} {row['ref']} {row['inputs']}" for row in rows)


def needless_dispatches(exchanges: Sequence[Mapping[str, Json]]) -> list[str]:
    """Environments whose proof was started again although no earlier run of it was seen to fail."""
    started: Counter[str] = Counter()
    failed: dict[str, set[int]] = {}
    for exchange in exchanges:
        answer = exchange["response"]
        if exchange["url"].endswith("/dispatches") and exchange["mutating"]:
            started[f"verify-login {exchange['request']['inputs']['environment']}"] += 1
        rows = answer.get("workflow_runs", [answer]) if isinstance(answer, dict) else []
        for row in rows:
            if row.get("conclusion") in ("failure", "startup_failure") and "display_title" in row:
                failed.setdefault(row["display_title"], set()).add(row["id"])
    return [f"{title} was started {n} times" for title, n in started.items() if n > 1 + len(failed.get(title, ()))]


def points(requests: int, sample: int) -> list[str]:
    """All with ``LAKESTRAP_CRASH=all``, those of the last requests with ``last``; else a sample drawn by ``LAKESTRAP_CRASH=SEED`` (0)."""
    every = [f"{number}.{when}" for number in range(1, requests + 1) for when in ("before", "after")]
    wish = os.environ.get("LAKESTRAP_CRASH", "0")
    if wish in EVERY_CASE:
        return every if wish == "all" else every[-LAST:]
    return sorted(random.Random(int(wish)).sample(every, min(sample, len(every))), key=_place)


def _place(point: str) -> tuple[int, str]:
    number, _, when = point.partition(".")
    return int(number), when
