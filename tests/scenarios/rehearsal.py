"""Runs of the real command against the local cloud, as a person would start them.

Owns the copies of project files that scenarios work on and the form of a finished run.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import warm

ROOT = Path(__file__).resolve().parents[2]

SMALL = """\
version: 1
name: shop
region: westeurope
github: {repository: contoso/shop, create: true, visibility: private}
identity: {mode: MODE}
tags: {cost-centre: "4711"}
locks: production
secrets:
  - {name: api-key, from: "env:API_KEY"}
  - {name: salt, from: generate, environments: [prod]}
environments: # in promotion order
  - {name: dev, subscription: Contoso Dev}
  - {name: prod, subscription: Contoso Prod, reviewers: ["@ana", contoso/platform], wait_minutes: 10}
"""


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that ended: code, the JSON events of its stdout, its stderr, and what the sandbox recorded."""

    code: int
    events: list[dict[str, Any]]
    stdout: str
    stderr: str
    exchanges: list[dict[str, Any]]
    world: dict[str, Any]

    @property
    def mutating(self) -> list[dict[str, Any]]:
        return [e for e in self.exchanges if e["mutating"] and not e.get("part")]


def small_project(folder: Path, mode: str = "federated", text: str = SMALL) -> Path:
    """A project file of two environments with secrets, reviewers and a lock."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "lakestrap.yaml"
    path.write_text(text.replace("MODE", mode), encoding="utf-8")
    return path


def rehearsed(
    folder: Path,
    *command: str,
    options: tuple[str, ...] = (),
    environment: dict[str, str] | None = None,
    timeout: float = 300,
    cold: bool = False,
) -> Finished:
    """``lakestrap sandbox run OPTIONS -- COMMAND`` with recording; a word ``lakestrap`` in the command is this checkout's.

    ``cold`` starts processes of its own from nothing instead of forks of one that has imported (``tests/warm``).
    """
    record, world = folder / "record.jsonl", folder / "world.json"
    given = ["--seed", "7", "--record", str(record), "--world-out", str(world), *options]
    product = (sys.executable, "-m", "wizard") if cold else warm.command()
    words = [*product, "sandbox", "run", *given, "--"]
    inner = [part for word in command for part in (product if word == "lakestrap" else (word,))]
    inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    variables = {**inherited, "PYTHONPATH": str(ROOT), "API_KEY": "a-value-for-the-test", **(environment or {})}
    done = subprocess.run([*words, *inner], capture_output=True, text=True, timeout=timeout, check=False, cwd=folder, env=variables)
    return read(folder, done.returncode, done.stdout, done.stderr)


def read(folder: Path, code: int, stdout: str, stderr: str) -> Finished:
    """What a run left in its folder, with what it said."""
    record, world = folder / "record.jsonl", folder / "world.json"
    exchanges = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()] if record.exists() else []
    left = json.loads(world.read_text(encoding="utf-8")) if world.exists() and world.stat().st_size else {}
    left = left.get("tables", left)
    return Finished(code, _events(stdout), stdout, stderr, exchanges, left)


def _events(text: str) -> list[dict[str, Any]]:
    found = []
    for line in text.splitlines():
        if line.startswith("{"):
            found.append(json.loads(line))
    return found
