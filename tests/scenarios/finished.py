"""Set-ups that many tests begin with: each is carried out once in a run of tests, by the worker that needs it first.

Owns the folders they leave, under ``LAKESTRAP_TEST_WORLDS`` (``tests/conftest.py`` makes and removes it). A test never changes one:
it copies the tree, or loads ``world.json``.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.scenarios.rehearsal import SMALL, Finished, read, rehearsed, small_project
from wizard.sandbox.worlds import describe

READER = "rita@contoso.com"
PATIENCE = 240.0
"""Seconds to wait for another worker's set-up."""


def described(**repository: Any) -> dict[str, Any]:
    """The default world with Rita in it, who may read everything in Azure and in the organization and write nothing.

    With members of a ``repository`` (``created_at``, ``immutable_subject``) the shop's is there from the beginning.
    """
    given = describe("owner")
    rita = {"upn": READER, "name": "Rita Reader", "id": "a0a0c1d2-0009-4e5f-8a9b-000000000009", "roles": []}
    given["tenant"]["users"] = [*given["tenant"]["users"], rita]
    reads = {"principal": READER, "role": "Reader"}
    given["subscriptions"] = [{**row, "roles": [*row["roles"], reads]} for row in given["subscriptions"]]
    given["github"]["users"] = [*given["github"]["users"], {"login": "rita", "id": 1009, "name": "Rita Reader"}]
    if repository:
        given["github"]["repositories"] = [{"name": "shop", "id": 900001, **repository}]
    return given


def set_up(text: str = SMALL, mode: str = "federated", *, world: Mapping[str, Any] | None = None) -> Path:
    """The folder of a project after its first set-up: working tree, journal, ``record.jsonl`` and ``world.json``.

    It begins in the world of that description, in the default one with Rita in it where none is given.
    """
    world = described() if world is None else world
    written = text.replace("MODE", mode)
    key = hashlib.sha256(json.dumps([written, world], sort_keys=True).encode()).hexdigest()[:16]
    folder = Path(os.environ["LAKESTRAP_TEST_WORLDS"]) / key
    try:
        folder.mkdir()
    except FileExistsError:
        return _awaited(folder)
    small_project(folder, text=written)
    (folder / "given.json").write_text(json.dumps(world), encoding="utf-8")
    done = rehearsed(folder, "lakestrap", "setup", "--yes", "--json", "--no-input", options=("--world", str(folder / "given.json")))
    (folder / "stdout").write_text(done.stdout, encoding="utf-8")
    (folder / "stderr").write_text(done.stderr, encoding="utf-8")
    (folder / "code").write_text(str(done.code), encoding="utf-8")
    return _awaited(folder)


def run_of(folder: Path) -> Finished:
    """What the set-up of such a folder said and sent."""
    parts = [(folder / name).read_text(encoding="utf-8") for name in ("code", "stdout", "stderr")]
    return read(folder, int(parts[0]), parts[1], parts[2])


def _awaited(folder: Path) -> Path:
    deadline = time.monotonic() + PATIENCE
    while not (folder / "code").exists():
        assert time.monotonic() < deadline, f"no end of the set-up in {folder}"
        time.sleep(0.05)
    assert (folder / "code").read_text(encoding="utf-8") == "0", (folder / "stderr").read_text(encoding="utf-8")
    return folder
