"""The bundle has a target for each environment and works as it is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.render.projects import project
from wizard.render import render


def written(folder: Path, **more: Any) -> Path:
    for file in render(project(**more)):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8", newline="\n")
    return folder


def read(path: Path) -> Any:
    return YAML(typ="safe", pure=True).load(path.read_text())


def test_there_is_a_target_for_each_environment_and_one_for_people(tmp_path: Path) -> None:
    bundle = read(written(tmp_path) / "databricks.yml")
    assert list(bundle["targets"]) == ["local", "dev", "UAT", "prod"]
    assert [name for name, target in bundle["targets"].items() if target.get("default")] == ["local"]
    assert {target["mode"] for name, target in bundle["targets"].items() if name != "local"} == {"production"}
    assert "host" not in str(bundle)


def test_the_sample_job_names_a_file_that_is_there(tmp_path: Path) -> None:
    resource = written(tmp_path) / "resources" / "sample.job.yml"
    (job,) = read(resource)["resources"]["jobs"].values()
    (task,) = job["tasks"]
    assert (resource.parent / task["spark_python_task"]["python_file"]).resolve().is_file()
    assert task["environment_key"] in [environment["environment_key"] for environment in job["environments"]]


def run_tests(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "unittest", "discover", "--start-directory", "tests"]
    return subprocess.run(command, cwd=folder, env={"PYTHONPATH": "src"}, capture_output=True, text=True, check=False, timeout=60)


def test_the_samples_own_tests_pass_and_would_fail(tmp_path: Path) -> None:
    written(tmp_path)
    assert run_tests(tmp_path).returncode == 0
    source = tmp_path / "src" / "sample" / "summary.py"
    source.write_text(source.read_text().replace("-item[1]", "item[1]"))
    (tmp_path / "tests" / "test_more.py").write_text("from sample.summary import summary\nassert summary('a a b')[0][0] == 'a'\n")
    assert run_tests(tmp_path).returncode != 0


def test_samples_can_be_left_out() -> None:
    paths = [file.path for file in render(project(samples=False))]
    assert not any(path.startswith(("resources/", "src/", "tests/")) for path in paths)
    assert "databricks.yml" in paths


@pytest.mark.parametrize("path", ["databricks.yml", "resources/sample.job.yml", ".github/dependabot.yml"])
def test_what_is_yaml_can_be_read(tmp_path: Path, path: str) -> None:
    assert read(written(tmp_path) / path)
