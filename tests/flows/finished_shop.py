"""A project that is set up: the world that the real command left, made once in a run of tests, and a fresh copy of it for each test.

Owns nothing of the local cloud: what is planted there is the tests' own deed.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import Sandbox
from tests.scenarios import finished
from tests.scenarios.finished import described
from wizard.flows.job import Job, opened

OLD = {"created_at": "2024-03-01T09:00:00Z", "immutable_subject": False}


def set_up(mode: str = "federated", *, old: bool = False) -> Path:
    """The folder of a project after its first set-up: working tree, journal and ``world.json``.

    With ``old`` the repository is from before immutable subjects, so that its jobs present a name-based one.
    """
    return finished.set_up(mode=mode, world=described(**OLD) if old else None)


@dataclass(slots=True)
class Shop:
    """One test's copy: the project's file, and the world behind a running local cloud."""

    path: Path
    sandbox: Sandbox

    def remember_runs(self) -> None:
        """Play what has run, before anything is planted: a world that was left forgets what came of its runs."""
        from wizard.sandbox.actions import runs

        with self.sandbox.lock:
            for run in list(self.table(runs.RUNS).values()):
                runs.progress(self.sandbox.world, run)

    def table(self, name: str) -> Any:
        return self.sandbox.world.table(name)

    def change(self, table: str, part: str, **members: Any) -> str:
        """Change members of the one document whose key or content contains ``part``; its key."""
        with self.sandbox.lock:
            rows = self.table(table)
            keys = [key for key in rows if part.lower() in key.lower()]
            keys = keys or [key for key, row in rows.items() if part.lower() in json.dumps(row).lower()]
            assert len(keys) == 1, f"{len(keys)} documents of {table} have {part}: {keys}"
            rows[keys[0]] = {**rows[keys[0]], **members}
        return str(keys[0])

    def remove(self, table: str, part: str) -> None:
        """Remove the one document whose key or content contains ``part``."""
        key = self.change(table, part)
        with self.sandbox.lock:
            del self.table(table)[key]

    @asynccontextmanager
    async def job(self, **options: Any) -> AsyncIterator[Job]:
        """The project, opened to look at it."""
        async with opened(self.path, to_look=True, **options) as job:
            yield job


def copy_of(folder: Path, target: Path) -> Path:
    """The working tree and its journals in a folder of the test's own; the project's file in it."""
    shutil.copytree(folder, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("record.jsonl", "given.json"))
    return target / "lakestrap.yaml"
