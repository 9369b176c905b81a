"""``make spark``: the bundle's samples on a Spark of this machine, as their jobs call them.

Owns the order (that of the rendered resources), the parameters (the jobs' own, with names of a local catalog) and what must come of it.
Two processes: this one renders and reads the jobs; ``spark_steps.py`` has Spark and nothing of ours. Needs Java 17 or 21.
Not collected by pytest: ``python -m tests.outputs.spark_jobs --python PYTHON``, the one that has pyspark.
Not run: the declarative pipeline and the training, whose libraries are Databricks' own or need a registry.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.render.projects import project
from wizard.render import render

Json = Any
SAMPLES = ("medallion", "pipeline", "machine-learning")
JOBS = ("sample.job.yml", "tests.job.yml", "orders.job.yml")
LOCAL = {"catalog": "spark_catalog", "prefix": "", "table": "default.sample_words"}
"""Spark's own catalog stands in for the environment's."""
STEPS = Path(__file__).with_name("spark_steps.py")


def written(folder: Path) -> Path:
    """The rendered repository."""
    wished = project(bundle={"samples": SAMPLES}, data={"unity_catalog": True})
    for file in render(wished):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8", newline="\n")
    return folder


def steps(folder: Path, landing: Path) -> Iterator[dict[str, Json]]:
    """Every task of the jobs that is a notebook or an entry point of the wheel, in order."""
    entries = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    values = {**LOCAL, "landing": str(landing)}
    for name in JOBS:
        resources = folder / "resources"
        jobs = YAML(typ="safe").load((resources / name).read_text(encoding="utf-8"))["resources"]["jobs"]
        for task in (task for job in jobs.values() for task in job["tasks"]):
            told = f"{name}: {task['task_key']}"
            if "notebook_task" in task:
                notebook = (resources / task["notebook_task"]["notebook_path"]).resolve()
                yield {"told": told, "notebook": str(notebook), "parameters": _given(task["notebook_task"]["base_parameters"], values)}
            elif "python_wheel_task" in task:
                wheel = task["python_wheel_task"]
                module, _, function = entries[wheel["entry_point"]].partition(":")
                yield {
                    "told": told,
                    "module": module,
                    "function": function,
                    "parameters": _given(wheel.get("named_parameters", {}), values),
                }


def _given(parameters: dict[str, str], values: dict[str, str]) -> dict[str, str]:
    """The parameters with the bundle's variables and the job's run id filled in."""
    found = {}
    for name, text in parameters.items():
        filled = re.sub(r"\$\{var\.(\w+)\}", lambda match: values[str(match[1])], text).replace("{{job.run_id}}", "run-1")
        assert "${" not in filled and "{{" not in filled, f"{name}: {filled}"
        found[name] = filled
    return found


def main() -> int:
    """Run it; the exit code of the steps."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--python", required=True, help="a Python that has pyspark")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = written(Path(name).resolve())
        work = folder / "spark"
        work.mkdir()
        plan = {"source": str(folder / "src"), "steps": list(steps(folder, work / "landing"))}
        (work / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        python = Path(given.python).absolute()  # not resolved: a virtual environment is known by its link
        return subprocess.run([str(python), str(STEPS), str(work / "plan.json")], cwd=work, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
