"""A kept world: started once, used by one process at a time, saved, and forgotten on demand."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.conftest import ROOT
from wizard.sandbox.commands import rehearse as from_command_line
from wizard.sandbox.kept import InUse, Running, claimed, rehearse, running, serving
from wizard.sandbox.options import BadOption, Options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / ".lakestrap" / "sandbox"
    yield folder
    sandbox(folder, "reset")


def sandbox(state: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "wizard.sandbox", *arguments, "--state", str(state)]
    environment = {**os.environ, **variables}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT, env=environment)


def in_exports(exports: str, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", "-c", f"{exports}\n{command}"], capture_output=True, text=True, timeout=30, check=False)


def test_start_serves_stop_keeps_and_reset_forgets(state: Path, tmp_path: Path) -> None:
    began = sandbox(state, "start", GITHUB_TOKEN="theirs", TMPDIR=str(tmp_path))
    assert began.returncode == 0, began.stderr
    url = "https://login.microsoftonline.com/common/discovery/instance?api-version=1.1&authorization_endpoint=https://login.microsoftonline.com/common"
    used = in_exports(began.stdout, f"curl -sSf '{url}' && echo \"token=${{GITHUB_TOKEN-none}}\"")
    assert used.returncode == 0, used.stderr
    assert "token=none" in used.stdout
    again = sandbox(state, "start")
    assert (again.returncode, again.stdout) == (2, "")
    assert "in use by process" in again.stderr
    found = running(state)
    assert found is not None
    assert sandbox(state, "stop").returncode == 0
    assert not psutil.pid_exists(found.process)
    assert [path.name for path in state.iterdir()] == ["world.json"]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("lakestrap-sandbox-")]
    assert stat.S_IMODE((state / "world.json").stat().st_mode) == 0o600
    assert "no sandbox is running" in sandbox(state, "stop").stderr
    sandbox(state, "reset")
    assert not state.exists()


def test_another_world_than_the_kept_one_is_refused(state: Path) -> None:
    with serving(state, Options(world="contributor")):
        pass
    done = sandbox(state, "start", "--world", "owner")
    assert done.returncode == 2
    assert "contributor is kept" in done.stderr


def test_a_wrong_option_is_said_by_start_itself(state: Path) -> None:
    done = sandbox(state, "start", "--world", "nobody")
    assert (done.returncode, "nobody" in done.stderr) == (2, True)
    assert running(state) is None


@pytest.mark.matrix
def test_what_a_dead_process_left_is_cleaned_up(state: Path, tmp_path: Path) -> None:
    began = sandbox(state, "start", TMPDIR=str(tmp_path))
    assert began.returncode == 0
    found = running(state)
    assert found is not None
    os.kill(found.process, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(found.process)] if psutil.pid_exists(found.process) else [], timeout=10)
    assert running(state) is None
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("lakestrap-sandbox-")]
    assert sandbox(state, "start").returncode == 0


def test_two_at_once_are_refused(state: Path) -> None:
    with claimed(state), pytest.raises(InUse), claimed(state):
        pass
    assert running(state) is None


def test_a_foreign_process_of_the_same_number_is_not_the_owner(state: Path) -> None:
    with claimed(state) as mine:
        stale = Running(mine.process, mine.started - 100)
        (state / "running.json").write_text(json.dumps({"process": stale.process, "started": stale.started}))
        assert running(state) is None


def test_the_world_goes_on_from_command_to_command(state: Path) -> None:
    for number in (1, 2):
        with serving(state, Options(world="")) as (internet, _), internet.lock:
            internet.world.table("shop.items")[str(number)] = {}
            assert len(internet.world.table("shop.items")) == number


def test_a_rehearsal_runs_our_own_command_and_returns_its_code(state: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert rehearse(["--version"], state) == 0
    assert capfd.readouterr().out.startswith("lakestrap ")
    assert rehearse(["no-such-command"], state) == 2
    assert [path.name for path in state.iterdir()] == ["world.json"]
    assert running(state) is None


def test_a_rehearsal_goes_to_the_world_that_is_served(state: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert sandbox(state, "start").returncode == 0
    assert rehearse(["--version"], state) == 0
    assert capfd.readouterr().out.startswith("lakestrap ")
    found = running(state)
    assert found is not None
    assert found.variables["HTTPS_PROXY"].startswith("http://127.0.0.1:")


def test_a_rehearsal_beside_another_is_refused_in_one_line(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with claimed(state):
        assert from_command_line(["--version"], state) == 2
    assert capsys.readouterr().err.startswith(f"error: the sandbox in {state} is in use by process {os.getpid()}")


def test_the_kept_worlds_folder_is_not_lost_on_a_bad_option(state: Path) -> None:
    with pytest.raises(BadOption), serving(state, Options(latency="much")):
        pass
    assert not (state / "world.json").exists()
