"""A secret value appears nowhere: with a text planted in every secret of the world, nothing that is left behind holds it."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scenarios.leaks import Sampler, leaking_files, leaks_in_bytes
from tests.scenarios.rehearsal import Finished, rehearsed, small_project

CANARY = "lkC4n4ry+7f3+here"
GIVEN = ("GH_TOKEN", "AZURE_CLIENT_SECRET", "API_KEY", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
OWN = ("record.jsonl", "world.json", "left.json", "faults.yaml")
"""The sandbox's own files, which hold the secrets on purpose."""


def watched(folder: Path, *command: str, options: tuple[str, ...] = ()) -> tuple[Finished, Sampler]:
    with Sampler(CANARY, GIVEN) as sampler:
        given = {"API_KEY": f"{CANARY}-given"}
        done = rehearsed(folder, *command, options=("--canary", CANARY, *options), environment=given, cold=True)
    return done, sampler


def clean(folder: Path, done: Finished, sampler: Sampler) -> None:
    assert leaking_files(folder, CANARY, OWN) == []
    assert not leaks_in_bytes(done.stdout.encode(), CANARY) and not leaks_in_bytes(done.stderr.encode(), CANARY)
    assert sampler.samples > 20 and sampler.found == set()


@pytest.mark.parametrize("mode", [pytest.param("federated", marks=pytest.mark.matrix), "client-secret"])
def test_a_set_up_leaves_no_secret_behind(tmp_path: Path, mode: str) -> None:
    small_project(tmp_path, mode)
    done, sampler = watched(tmp_path, "lakestrap", "setup", "--yes", "--json")
    assert done.code == 0, done.stderr
    assert leaks_in_bytes((tmp_path / "world.json").read_bytes(), CANARY), "the canary is not even in the world"
    clean(tmp_path, done, sampler)


@pytest.mark.matrix
def test_plans_errors_and_refused_secrets_hold_none_either(tmp_path: Path) -> None:
    small_project(tmp_path, "client-secret")
    (tmp_path / "faults.yaml").write_text(
        "- {method: PUT, path: '.*vault.azure.net/secrets/.*', fail: 99, status: 500, when: after}\n"
        "- {method: PUT, path: 'api.github.com/.*/secrets/.*', fail: 99, status: 422}\n"
    )
    script = 'python="$1"; "$python" -m wizard plan --out saved.plan; "$python" -m wizard setup --yes --json; "$python" -m wizard check'
    done, sampler = watched(tmp_path, "sh", "-c", script, "sh", sys.executable, options=("--faults", str(tmp_path / "faults.yaml")))
    assert (tmp_path / "saved.plan").stat().st_size > 1000
    assert "change_failed" in done.stdout, done.stderr
    clean(tmp_path, done, sampler)


def test_a_planted_leak_is_found(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_bytes(b'{"value": "' + base64.b64encode(b"ab" + CANARY.encode() + b"-tail") + b'"}')
    (tmp_path / "innocent.txt").write_text("nothing here")
    assert leaking_files(tmp_path, CANARY) == ["journal.jsonl"]
    (tmp_path / "journal.jsonl").write_text(f"https://host/?secret={CANARY.replace('+', '%2B')}")
    assert leaking_files(tmp_path, CANARY) == ["journal.jsonl"]
    with Sampler(CANARY, GIVEN) as sampler:
        sleeper = [sys.executable, "-c", "import time; time.sleep(0.6)"]
        subprocess.run([*sleeper, CANARY], env={"SHOWN": CANARY, "GH_TOKEN": CANARY}, check=True)
    assert sampler.found == {f"command line of {sys.executable}", "environment variable SHOWN"}
