"""`status` and `explain` as people call them: exit codes, the published events, nothing written, and `--fix` from plan to mended."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.flows.finished_shop import copy_of, set_up
from tests.scenarios.finished import READER
from tests.scenarios.rehearsal import ROOT, Finished, rehearsed

SUBJECT = "repo:contoso/shop:environment:dev"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project that is set up, with the world that was left beside it as ``left.json``."""
    made = set_up()
    copy_of(made, tmp_path)
    (tmp_path / "left.json").write_text(json.dumps(_played(json.loads((made / "world.json").read_text()))))
    return tmp_path


def _played(world: Any) -> Any:
    """The world without its runs: one that was left would play them again, as whatever is planted lets them end."""
    world["tables"]["github.workflow_runs"] = {}
    return world


def planted(folder: Path) -> None:
    world = json.loads((folder / "left.json").read_text())
    for key, row in world["tables"]["graph.federated_credentials"].items():
        row["subject"] = SUBJECT if key.endswith("/github-dev") else row["subject"]
    world["tables"]["github.variables"]["contoso/shop|dev|AZURE_LOCATION"]["value"] = "northeurope"
    (folder / "left.json").write_text(json.dumps(world))


def ran(folder: Path, *command: str, who: str = "ada@contoso.com") -> Finished:
    return rehearsed(folder, "lakestrap", *command, options=("--world", str(folder / "left.json"), "--as", who))


def test_a_clean_project_ends_with_0_for_its_operator_and_for_one_who_may_only_read(folder: Path) -> None:
    done = ran(folder, "status")
    assert done.code == 0, done.stdout + done.stderr
    assert done.mutating == [] and "drift" not in done.stdout and "as they should be" in done.stdout
    shutil.rmtree(folder / ".lakestrap")
    reader = ran(folder, "status", "--json", who=READER)
    assert reader.code == 0, reader.stderr
    assert reader.mutating == [] and not (folder / ".lakestrap").exists()
    standings = {event["standing"] for event in reader.events[:-1]}
    assert standings == {"ok", "unknown", "waiting"}
    schema = json.loads(
        subprocess.run([sys.executable, "-m", "wizard", "schema", "--events"], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    )
    for event in reader.events:
        jsonschema.validate(event, schema)
    assert reader.events[-1]["event"] == "run_finished" and reader.events[-1]["exit_code"] == 0


@pytest.mark.matrix
def test_drift_ends_with_5_is_planned_by_fix_and_mended_with_agreement(folder: Path) -> None:
    planted(folder)
    done = ran(folder, "status")
    assert done.code == 5 and done.mutating == []
    assert f"trusts {SUBJECT}, GitHub sends repo:contoso@2001/shop@" in done.stdout
    assert "github.environment_variable/dev/AZURE_LOCATION" in done.stdout
    assert "hint: lakestrap migrate subject" in done.stderr
    plan = ran(folder, "status", "--fix", "--no-input")
    assert plan.code == 5 and plan.mutating == []
    assert "2 to update" in plan.stdout and "lakestrap status --fix --yes" in plan.stderr
    mended = ran(folder, "status", "--fix", "--yes", "--json")
    assert mended.code == 0, mended.stderr
    changed = {event["key"] for event in mended.events if event["event"] == "change_made" and event["action"] == "update"}
    assert changed == {"entra.federated_credential/dev", "github.environment_variable/dev/AZURE_LOCATION"}
    assert mended.events[-1]["event"] == "run_finished" and "drift" not in mended.events[-1]["counts"]


@pytest.mark.matrix
def test_explain_tells_the_difference_and_the_command(folder: Path) -> None:
    done = ran(folder, "explain", f"AADSTS700213: No matching … subject '{SUBJECT}'. Check your …")
    assert done.code == 0 and done.mutating == [], done.stderr
    assert "contoso[@2001]/shop[@1300000001]:environment:dev" in done.stdout
    assert "to do: lakestrap migrate subject" in done.stdout
    told = ran(folder, "explain", "dev", "--json")
    assert [finding["kind"] for finding in told.events[0]["findings"]] == ["trusted"]
    assert ran(folder, "explain", "nothing-of-the-kind").code == 2


def test_an_error_is_explained_by_its_code_where_there_is_no_project(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "wizard", "explain", "AADSTS7000222"]
    done = subprocess.run(
        words, capture_output=True, text=True, check=False, cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin"}
    )
    assert done.returncode == 0, done.stderr
    assert "to do: the secret AZURE_CLIENT_SECRET has expired: run `lakestrap rotate`" in done.stdout
