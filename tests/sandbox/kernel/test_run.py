"""``sandbox run``: the child, its environment, its end, and what is left behind."""

from __future__ import annotations

import base64
import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import warm
from tests.conftest import ROOT

LOGIN = "https://login.microsoftonline.com/common"
DISCOVERY = f"{LOGIN}/discovery/instance?api-version=1.1&authorization_endpoint={LOGIN}"
COLD = [sys.executable, "-m", "wizard.sandbox", "run"]


def run(*arguments: str, **options: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **options}
    words = [*warm.command(), "sandbox", "run", *arguments]
    return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT, env=environment)


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


def test_the_bundle_is_ours_alone_in_a_private_folder(tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    own.write_text("# the caller's own\n")
    code = (
        "import os, stat, pathlib; path = pathlib.Path(os.environ['SSL_CERT_FILE']); text = path.read_text();"
        "print('the caller' in text, text.count('BEGIN CERTIFICATE'), oct(stat.S_IMODE(path.parent.stat().st_mode)))"
    )
    assert run("--", sys.executable, "-c", code, SSL_CERT_FILE=str(own)).stdout.split() == ["False", "1", "0o700"]


def test_termination_is_handed_on_and_cleaned_up_after(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [*COLD, "--", "sh", "-c", "trap 'echo told; exit 9' TERM; echo up; while :; do sleep 0.05; done"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == "told\n"
        assert process.wait(timeout=10) == 9
    assert folders(tmp_path) == []


def test_an_interrupt_is_the_childs_to_answer() -> None:
    command = [*COLD, "--", "sh", "-c", "trap 'echo no' INT; echo up; sleep 0.3; echo done; exit 3"]
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
    assert run("--world-out", str(world), "--record", str(record), "--seed", "3", "--", "curl", "-sSf", DISCOVERY).returncode == 0
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


SET_UP = """
api() { curl -sSf -o /dev/null -H "Authorization: Bearer $GH_TOKEN" -X "$1" "https://api.github.com$2" -d "$3"; }
api POST /orgs/contoso/repos '{"name": "shop", "private": true, "auto_init": true}' &&
api PUT /repos/contoso/shop/environments/dev '{}' &&
api POST /repos/contoso/shop/environments/dev/variables '{"name": "AZURE_CLIENT_ID", "value": "the-deploy-identity"}'
"""
AS_A_JOB = """
echo "$AZURE_CLIENT_ID|$GITHUB_REPOSITORY|${AZURE_CLIENT_SECRET-none}|${GH_TOKEN-none}|$(ls "$AZURE_CONFIG_DIR" | wc -l)"
curl -sSf -H "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\
  "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=api%3A%2F%2FAzureADTokenExchange"
"""


def test_a_job_has_its_environment_and_its_token_and_no_operator(tmp_path: Path) -> None:
    world = tmp_path / "world.json"
    made = run("--world-out", str(world), "--", "sh", "-c", SET_UP)
    assert made.returncode == 0, made.stderr
    done = run("--world", str(world), "--job", "dev", "--", "sh", "-c", AS_A_JOB)
    told, token = done.stdout.splitlines()
    assert told.replace(" ", "") == "the-deploy-identity|contoso/shop|none|none|0"
    payload = json.loads(token)["value"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["sub"].endswith(":environment:dev")
    missing = run("--world", str(world), "--job", "prod", "--", "echo", "started")
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "--job prod" in missing.stderr


NEW_GROUPS = """
token=$(curl -sSf "https://login.microsoftonline.com/$AZURE_TENANT_ID/oauth2/v2.0/token" -d grant_type=client_credentials \
  -d "client_id=$AZURE_CLIENT_ID" -d "client_secret=$AZURE_CLIENT_SECRET" -d scope=https://management.azure.com/.default |
  sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')
for group in rg-a rg-b rg-c; do
  curl -sS -o /dev/null -w "$group %{http_code}\\n" -X PUT -H "Authorization: Bearer $token" -H "Content-Type: application/json" \
    -d '{"location": "westeurope"}' "https://management.azure.com/subscriptions/$AZURE_SUBSCRIPTION_ID/resourcegroups/$group?api-version=2021-04-01"
done; echo end
"""


def groups(world: Path) -> list[str]:
    return sorted(key.rpartition("/")[2] for key in json.loads(world.read_text())["tables"]["arm.groups"])


@pytest.mark.parametrize(("when", "kept"), [("2.before", ["rg-a", "rg-c"]), ("2.after", ["rg-a", "rg-b", "rg-c"])])
def test_the_kill_switch_strikes_a_grandchild_and_its_shell_goes_on(tmp_path: Path, when: str, kept: list[str]) -> None:
    world = tmp_path / "world.json"
    done = run("--kill-after", when, "--world-out", str(world), "--", "sh", "-c", NEW_GROUPS)
    assert done.stdout.split() == ["rg-a", "201", "rg-c", "201", "end"]
    assert "kill switch: killed process" in done.stderr
    assert groups(world) == kept


def test_a_kill_switch_that_never_struck_says_so() -> None:
    assert "there were only 0 mutating requests, not 3" in run("--kill-after", "3", "--", "true").stderr


def test_faults_strike_real_requests(tmp_path: Path) -> None:
    rules, world = tmp_path / "faults.yaml", tmp_path / "world.json"
    rules.write_text(
        "- {method: PUT, path: 'management[.]azure[.]com/.*/rg-b', status: 429, retry_after: 1}\n"
        "- {method: PUT, path: 'management[.]azure[.]com/.*/rg-c', status: 500, when: after}\n"
    )
    done = run("--faults", str(rules), "--world-out", str(world), "--", "sh", "-c", NEW_GROUPS)
    assert done.stdout.split() == ["rg-a", "201", "rg-b", "429", "rg-c", "500", "end"]
    assert groups(world) == ["rg-a", "rg-c"]
