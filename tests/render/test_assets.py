"""Templates are found in the checkout and in an installed wheel."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.render.projects import ROOT, project
from wizard.render import assets, render

SCRIPT = """
import json, sys
import wizard
from wizard.project.model import Project
from wizard.render import render
assert wizard.__file__.startswith(sys.argv[1]), wizard.__file__
print(json.dumps([[file.path, file.text] for file in render(Project.model_validate_json(sys.stdin.read()))]))
"""


def test_an_installed_copy_renders_the_same(tmp_path: Path) -> None:
    """As the wheel lays it out: ``wizard/_data/`` and no checkout around it."""
    for part in ("project", "render"):
        shutil.copytree(ROOT / "wizard" / part, tmp_path / "wizard" / part)
    for name in ("__init__.py", "errors.py"):
        shutil.copy(ROOT / "wizard" / name, tmp_path / "wizard" / name)
    for name in ("bicep", "workflow_templates"):
        shutil.copytree(ROOT / name, tmp_path / "wizard" / "_data" / name)
    command = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    given = project().model_dump_json(by_alias=True)
    ran = subprocess.run(command, input=given, cwd=tmp_path, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    import json

    assert json.loads(ran.stdout) == [[file.path, file.text] for file in render(project())]


def test_a_template_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        assets.template("github/nothing.yml")


def test_the_compiled_template_is_a_copy_of_ones_own() -> None:
    assets.compiled_template()["parameters"].clear()
    assert assets.compiled_template()["parameters"]
