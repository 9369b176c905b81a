"""The commands beside `setup`: plan and apply, check, schema, and a rehearsal whose world stays between commands."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from tests.scenarios.finished import run_of, set_up
from tests.scenarios.rehearsal import ROOT, rehearsed, small_project

PYTHON = (sys.executable, "-m", "wizard")


def test_a_saved_plan_is_applied_once_and_refused_when_something_moved(tmp_path: Path) -> None:
    project = small_project(tmp_path)
    script = """
    "$@" plan --detailed-exitcode --out first.plan; echo "plan $?"
    sed -i 's/4711/4712/' lakestrap.yaml; "$@" apply first.plan --json 2>changed.err; echo "changed $?"
    sed -i 's/4712/4711/' lakestrap.yaml; "$@" apply first.plan --json >apply.out 2>apply.err; echo "applied $?"
    "$@" apply first.plan --json 2>moved.err; echo "moved $?"
    "$@" plan --detailed-exitcode; echo "empty $?"
    """
    done = rehearsed(tmp_path, "sh", "-c", script, "sh", "lakestrap")
    codes = [line for line in done.stdout.splitlines() if line.split(" ")[0] in ("plan", "changed", "applied", "moved", "empty")]
    assert codes == ["plan 5", "changed 2", "applied 0", "moved 2", "empty 0"], done.stdout[-3000:] + done.stderr[-2000:]
    assert "changed since the plan was made" in (tmp_path / "changed.err").read_text()
    assert "moved since the plan was made" in (tmp_path / "moved.err").read_text()
    saved = json.loads((tmp_path / "first.plan").read_text())
    commands = [change["command"] for change in saved["changes"] if change["action"] == "create"]
    assert any(c.startswith("az role assignment create") for c in commands) and any(c.startswith("gh api") for c in commands)
    assert (tmp_path / "first.plan").stat().st_mode & 0o777 == 0o600 and project.exists()


def test_every_event_keeps_to_the_published_schema() -> None:
    done = run_of(set_up())
    schema = json.loads(subprocess.run([*PYTHON, "schema", "--events"], capture_output=True, text=True, check=True, cwd=ROOT).stdout)
    assert len(done.events) > 100
    for event in done.events:
        jsonschema.validate(event, schema)
    assert [event["event"] for event in done.events].index("plan_made") < 60 and done.events[-1]["event"] == "run_finished"


def test_the_schema_accepts_the_examples_and_refuses_a_misspelt_field() -> None:
    schema = json.loads(subprocess.run([*PYTHON, "schema"], capture_output=True, text=True, check=True, cwd=ROOT).stdout)
    for example in ("four-environments", "monoline"):
        project = yaml.safe_load((ROOT / "examples" / example / "lakestrap.yaml").read_text(encoding="utf-8"))
        jsonschema.validate(project, schema)
        assert list(jsonschema.Draft202012Validator(schema).iter_errors({**project, "regoin": "westeurope"}))


def test_check_says_what_only_an_administrator_can_grant(tmp_path: Path) -> None:
    small_project(tmp_path)
    done = rehearsed(tmp_path, "lakestrap", "check", options=("--world", "contributor"))
    assert done.code == 3 and done.mutating == []
    assert "Microsoft.Authorization/roleAssignments/write" in done.stdout
    assert "To send to an administrator" in done.stderr and "az role assignment create --assignee-object-id" in done.stderr
    rows = rehearsed(tmp_path, "lakestrap", "check", "--json", options=("--world", "contributor")).events
    assert {row["answer"] for row in rows} == {"yes", "no", "unknown"}
    owner = rehearsed(tmp_path, "lakestrap", "check", "--json")
    assert owner.code == 0 and "no" not in {row["answer"] for row in owner.events}


@pytest.mark.matrix
def test_a_rehearsals_world_stays_between_commands_until_it_is_reset(tmp_path: Path) -> None:
    small_project(tmp_path)
    options = {"cwd": tmp_path, "capture_output": True, "text": True, "check": False, "timeout": 120}
    environment = {"PYTHONPATH": str(ROOT), "API_KEY": "x", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}

    def lakestrap(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*PYTHON, *words], env=environment, **options)  # type: ignore[call-overload,no-any-return]

    setup = lakestrap("--sandbox", "setup", "--yes")
    assert setup.returncode == 0, setup.stderr
    assert lakestrap("--sandbox", "plan", "--detailed-exitcode").returncode == 0
    assert lakestrap("sandbox", "reset").returncode == 0
    assert lakestrap("plan", "--sandbox", "--detailed-exitcode").returncode == 5


def test_help_and_version_import_nothing_heavy() -> None:
    code = "import sys; from wizard.cli import run; run(['--help']); print(sorted(m for m in sys.modules if m in HEAVY))"
    heavy = "HEAVY = {'azure', 'msgraph', 'github', 'databricks', 'textual', 'pydantic', 'uvicorn', 'aiohttp', 'cryptography', 'jinja2'}; "
    done = subprocess.run([sys.executable, "-c", heavy + code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_journal_of_a_complete_run_says_so_and_that_of_a_refused_one_does_not(tmp_path: Path) -> None:
    small_project(tmp_path)
    assert rehearsed(tmp_path, "lakestrap", "setup", "--json", "--no-input").code == 2

    def told_the_end(folder: Path) -> list[bool]:
        return ["run_finished" in path.read_text().splitlines()[-1] for path in (folder / ".lakestrap" / "runs").glob("*.jsonl")]

    assert told_the_end(tmp_path) == [False]
    assert told_the_end(set_up()) == [True]
