"""``lakestrap files``: what is missing, out of date or edited, told and mended without touching an edit."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.render.projects import ROOT
from wizard.cli import run
from wizard.errors import ExitCode
from wizard.project.file import load
from wizard.render import header, render

WORKFLOW, PARAMETERS = ".github/workflows/infra.yml", "infra/parameters/Dev.parameters.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The working tree of a project, as set-up leaves it where GitHub enforces approvals."""
    (tmp_path / "lakestrap.yaml").write_text((ROOT / "examples/monoline/lakestrap.yaml").read_text())
    for file in render(load(tmp_path / "lakestrap.yaml")):
        (tmp_path / file.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.path).write_text(file.text, encoding="utf-8", newline="\n")
    return tmp_path


def told(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, str]]:
    """The exit code, and the files that are not up to date."""
    code = run(["files", "--json", "--project", str(folder), *words])
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return code, {row["path"]: row["standing"] for row in rows if row.get("standing", "current") != "current"}


def older(folder: Path, path: str) -> None:
    """Put an earlier version of ours in a file's place."""
    (folder / path).write_text(header.stamped(path, "# what an earlier version wrote\n"))


def test_all_is_up_to_date_after_set_up(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(folder, capsys, "--check") == (ExitCode.DONE, {})


def test_what_is_missing_or_out_of_date_is_told_and_then_written(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "databricks.yml").unlink()
    older(folder, WORKFLOW)
    assert told(folder, capsys, "--check") == (ExitCode.DIFFERS, {"databricks.yml": "missing", WORKFLOW: "outdated"})
    assert not (folder / "databricks.yml").exists(), "--check writes nothing"
    assert told(folder, capsys) == (ExitCode.DONE, {})
    assert told(folder, capsys, "--check") == (ExitCode.DONE, {})


@pytest.mark.parametrize("path", [WORKFLOW, PARAMETERS, "src/notebooks/summarise.py"])
def test_an_edit_is_kept_and_is_no_reason_to_fail(folder: Path, capsys: pytest.CaptureFixture[str], path: str) -> None:
    edited = (folder / path).read_text() + "\n"
    (folder / path).write_text(edited)
    assert told(folder, capsys, "--check") == (ExitCode.DONE, {path: "edited"})
    assert told(folder, capsys)[0] == ExitCode.DONE
    assert (folder / path).read_text() == edited


def test_an_edit_of_an_earlier_version_is_out_of_date_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    older(folder, WORKFLOW)
    (folder / WORKFLOW).write_text((folder / WORKFLOW).read_text() + "# mine\n")
    assert told(folder, capsys, "--check") == (ExitCode.DIFFERS, {WORKFLOW: "behind"})


def test_a_file_of_somebody_elses_is_left_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "databricks.yml").write_text("bundle: {name: theirs}\n")
    assert told(folder, capsys) == (ExitCode.DONE, {"databricks.yml": "foreign"})
    assert (folder / "databricks.yml").read_text() == "bundle: {name: theirs}\n"


def test_a_workflow_that_is_generated_no_more_is_left_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    older(folder, ".github/workflows/preview.yml")
    (folder / ".github/workflows/own.yml").write_text("name: own\n")
    assert told(folder, capsys, "--check") == (ExitCode.DIFFERS, {".github/workflows/preview.yml": "left_over"})


def test_what_a_removed_choice_leaves_behind_is_told_unless_it_was_edited(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (folder / "lakestrap.yaml").read_text()
    (folder / "lakestrap.yaml").write_text(text + "\nsamples: false\n" if "samples:" not in text else text.replace("true", "false"))
    (folder / "src/sample/summary.py").write_text((folder / "src/sample/summary.py").read_text() + "# mine\n")
    (folder / "src/own.py").write_text("x = 1\n")
    (folder / "infra/parameters/Gone.parameters.json").write_text("{}\n")
    listed = (folder / header.MANIFEST).read_text()
    (folder / header.MANIFEST).write_text(listed + f"{header.digest('{}' + chr(10))}  parameters/Gone.parameters.json\n")
    code, found = told(folder, capsys, "--check")
    left = {path for path, standing in found.items() if standing == "left_over"}
    assert code == ExitCode.DIFFERS
    assert {"infra/parameters/Gone.parameters.json", "src/sample/jobs.py", ".devcontainer/devcontainer.json"} <= left
    assert not {"src/sample/summary.py", "src/own.py", PARAMETERS} & left


def test_the_difference_starts_from_what_was_generated(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    older(folder, WORKFLOW)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"]
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "x"]):
        subprocess.run([*git, *words], cwd=folder, check=True)
    (folder / WORKFLOW).write_text((folder / WORKFLOW).read_text() + "# mine\n")
    assert run(["files", "--check", "--diff", "--plain", "--project", str(folder)]) == ExitCode.DIFFERS
    shown = capsys.readouterr().out
    assert "(as it was generated)" in shown and "(your edits)" in shown and "(generated now)" in shown
    assert "\n+# mine\n" in shown and "\n-# mine\n" not in shown and "\n+name: infra\n" in shown


def test_without_knowledge_of_the_gate_production_waits_for_a_person(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / ".github/workflows/deploy.yml").unlink()
    told(folder, capsys)
    assert "github.event_name == 'workflow_dispatch'" in (folder / ".github/workflows/deploy.yml").read_text()
