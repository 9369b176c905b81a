"""``sandbox run``: the child, its environment, its end, and what is left behind."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT

RUN = [sys.executable, "-m", "wizard.sandbox", "run"]


def run(*arguments: str, **options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **options}
    return subprocess.run([*RUN, *arguments], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT, env=environment)


def folders(temporary: Path) -> list[str]:
    return [path.name for path in temporary.iterdir() if path.name.startswith("lakestrap-sandbox-")]


def test_the_exit_code_is_the_childs_and_nothing_stays(tmp_path: Path) -> None:
    done = run("--", "sh", "-c", "cat; ls $AZURE_CONFIG_DIR; exit 7", TMPDIR=str(tmp_path))
    assert done.returncode == 7
    assert "azureProfile.json" in done.stdout
    assert folders(tmp_path) == []


def test_a_killed_child_is_128_and_the_signal() -> None:
    assert run("--", "sh", "-c", "kill -9 $$").returncode == 137


def test_no_such_command_is_127_and_says_so() -> None:
    done = run("--", "no-such-command-anywhere")
    assert (done.returncode, "no such command" in done.stderr) == (127, True)


def test_the_child_gets_ours_and_none_of_the_callers() -> None:
    theirs = {"AZURE_CLIENT_SECRET": "mine", "ARM_TENANT_ID": "mine", "DATABRICKS_TOKEN": "mine", "GITHUB_TOKEN": "mine"}
    direct = {"NO_PROXY": "management.azure.com", "all_proxy": "http://elsewhere", "GH_HOST": "mine", "KEPT": "mine"}
    code = "import json, os; print(json.dumps(dict(os.environ)))"
    seen = json.loads(run("--", sys.executable, "-c", code, **theirs, **direct).stdout)
    assert [name for name, value in seen.items() if value == "mine"] == ["KEPT"]
    assert seen["HTTPS_PROXY"] == seen["https_proxy"] == seen["HTTP_PROXY"] == seen["http_proxy"]
    assert (seen["NO_PROXY"], seen["no_proxy"], "all_proxy" in seen) == ("", "", False)
    for name in ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_SUBSCRIPTION_ID", "GH_TOKEN"):
        assert seen[name]


def test_the_bundle_is_the_callers_and_ours_in_a_private_folder(tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    own.write_text("# the caller's own\n")
    code = (
        "import os, stat, pathlib; path = pathlib.Path(os.environ['SSL_CERT_FILE']); text = path.read_text();"
        "print(text.startswith('# the caller'), text.count('BEGIN CERTIFICATE'), oct(stat.S_IMODE(path.parent.stat().st_mode)))"
    )
    assert run("--", sys.executable, "-c", code, SSL_CERT_FILE=str(own)).stdout.split() == ["True", "1", "0o700"]


def test_termination_is_handed_on_and_cleaned_up_after(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [*RUN, "--", "sh", "-c", "trap 'echo told; exit 9' TERM; echo up; while :; do sleep 0.05; done"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == "told\n"
        assert process.wait(timeout=10) == 9
    assert folders(tmp_path) == []


def test_an_interrupt_is_the_childs_to_answer() -> None:
    command = [*RUN, "--", "sh", "-c", "trap 'echo no' INT; echo up; sleep 0.3; echo done; exit 3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        assert process.stdout.read().split() == ["no", "done"]
        assert process.wait(timeout=10) == 3


def test_an_unknown_host_is_refused_aloud() -> None:
    done = run("--", "curl", "-sS", "https://example.com/")
    assert done.returncode == 56
    assert "sandbox: refused CONNECT example.com:443" in done.stderr


def test_world_out_and_record_are_private_and_the_world_is_loaded_again(tmp_path: Path) -> None:
    world, record = tmp_path / "world.json", tmp_path / "r.jsonl"
    url = "https://login.microsoftonline.com/common/discovery/instance?api-version=1.1&authorization_endpoint=https://login.microsoftonline.com/common"
    assert run("--world-out", str(world), "--record", str(record), "--seed", "3", "--", "curl", "-sSf", url).returncode == 0
    assert json.loads(record.read_text().splitlines()[0])["status"] == 200
    assert [stat.S_IMODE(path.stat().st_mode) for path in (world, record)] == [0o600, 0o600]
    again = tmp_path / "again.json"
    assert run("--world", str(world), "--world-out", str(again), "--", "true").returncode == 0
    assert json.loads(again.read_text())["tables"] == json.loads(world.read_text())["tables"]


def test_the_canary_is_in_what_the_clouds_mint() -> None:
    done = run("--canary", "c4n4ry", "--", "sh", "-c", 'echo "$AZURE_CLIENT_SECRET $GH_TOKEN"')
    assert [value.count("c4n4ry") for value in done.stdout.split()] == [1, 1]


def test_another_person_is_signed_in() -> None:
    code = "cat $AZURE_CONFIG_DIR/azureProfile.json"
    assert "bea@contoso.com" in run("--as", "bea@contoso.com", "--", "sh", "-c", code).stdout


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--world", "nobody"], "nobody"),
        (["--faults", "/no/such"], "/no/such"),
        (["--latency", "much"], "much"),
        (["--kill-after", "0"], "--kill-after 0"),
        (["--as", "eve@contoso.com"], "eve@contoso.com"),
        (["--record", "/no/such/folder/file"], "/no/such/folder/file"),
        (["--world-out", "/proc/nowhere/file"], "cannot write"),
    ],
)
def test_a_bad_option_is_2_before_the_child_starts(arguments: list[str], named: str) -> None:
    done = run(*arguments, "--", "echo", "started")
    assert (done.returncode, done.stdout) == (2, "")
    assert named in done.stderr
    assert "Traceback" not in done.stderr
