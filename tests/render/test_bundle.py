"""The bundle under every choice of compute and samples holds together: what is named is there, and its code is tested without Spark."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.render.projects import project
from wizard.render import render

Json = Any
COMPUTE: dict[str, dict[str, Any]] = {
    "serverless": {"libraries": ["pypi:x==1", "whl:/Volumes/a/b/c/x.whl"]},
    "job-cluster": {
        "policy": "Small: 1",
        "init_scripts": "workspace",
        "libraries": ["pypi:x==1", "maven:a:b:1", "jar:/Volumes/a/b/c/x.jar"],
    },
    "shared-cluster": {"init_scripts": "/Volumes/a/b/c", "runtime": "15.4.x-scala2.12"},
    "existing-cluster": {"cluster": "Analysts"},
}
SAMPLES = ((), ("medallion",), ("pipeline",), ("medallion", "pipeline", "machine-learning"))
GIVEN = re.compile(r"\$\{(var|resources)\.([\w.]+)\}")
ENVIRONMENT = {"PYTHONPATH": "src", "PYTHONDONTWRITEBYTECODE": "1"}
RUFF = Path(sys.executable).with_name("ruff")


def bundle(compute: str, samples: tuple[str, ...] = ()) -> dict[str, str]:
    wished = project(bundle={"compute": compute, "samples": samples, **COMPUTE[compute]}, data={"unity_catalog": True})
    return {file.path: file.text for file in render(wished)}


def loaded(files: dict[str, str]) -> dict[str, Json]:
    return {path: YAML(typ="safe").load(text) for path, text in files.items() if path.startswith(("databricks.yml", "resources/"))}


def resources(documents: dict[str, Json]) -> dict[str, dict[str, Json]]:
    found: dict[str, dict[str, Json]] = {}
    for document in documents.values():
        for section, named in (document.get("resources") or {}).items():
            assert not set(named) & set(found.setdefault(section, {})), "a key is there twice"
            found[section] |= named
    return found


def dangling(files: dict[str, str]) -> Iterator[str]:
    """Everything that is named and not there."""
    documents = loaded(files)
    there, root = resources(documents), documents["databricks.yml"]
    for path in documents:
        for kind, name in GIVEN.findall(files[path]):
            section, _, rest = name.partition(".")
            if name not in root.get("variables", {}) if kind == "var" else rest.partition(".")[0] not in there.get(section, {}):
                yield name
    scripts = tomllib.loads(files["pyproject.toml"])["project"]["scripts"]
    for job in there["jobs"].values():
        keys = {each["job_cluster_key"] for each in job.get("job_clusters", ())} | {
            e["environment_key"] for e in job.get("environments", ())
        }
        for task in job["tasks"]:
            yield from (task[name] for name in ("job_cluster_key", "environment_key") if name in task and task[name] not in keys)
            if "python_wheel_task" in task:
                yield from entry(files, scripts, task["python_wheel_task"]["entry_point"])
    texts = "".join(files[path] for path in documents)
    yield from (path for path in re.findall(r"\.\./(src/[\w./-]+\.\w+)", texts) if path not in files)


def entry(files: dict[str, str], scripts: dict[str, str], point: str) -> Iterator[str]:
    module, _, function = scripts.get(point, "nowhere:nothing").partition(":")
    tree = ast.parse(files.get(f"src/{module.replace('.', '/')}.py", ""))
    if function not in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}:
        yield point


@pytest.mark.parametrize("samples", SAMPLES, ids=lambda names: "+".join(names) or "small")
@pytest.mark.parametrize("compute", COMPUTE)
def test_what_is_named_is_there(compute: str, samples: tuple[str, ...]) -> None:
    assert list(dangling(bundle(compute, samples))) == []


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("pyproject.toml", "orders-gold", "orders-golden"),
        ("databricks.yml", "  landing:\n    desc", "  landed:\n    desc"),
        ("resources/orders.job.yml", "- job_cluster_key: main", "- job_cluster_key: other"),
        ("resources/sample.job.yml", "summarise.py", "summary.py"),
        ("src/orders/jobs.py", "def silver()", "def silvern()"),
    ],
)
def test_what_is_planted_is_found(path: str, old: str, new: str) -> None:
    files = bundle("job-cluster", SAMPLES[-1])
    assert old in files[path]
    assert list(dangling({**files, path: files[path].replace(old, new)}))


def test_each_compute_is_where_it_says() -> None:
    tasks = {compute: resources(loaded(bundle(compute)))["jobs"]["sample"]["tasks"][1] for compute in COMPUTE}
    assert tasks["serverless"]["environment_key"] == "default" and tasks["job-cluster"]["job_cluster_key"] == "main"
    assert tasks["shared-cluster"]["existing_cluster_id"] == "${resources.clusters.shared.id}"
    assert tasks["existing-cluster"]["existing_cluster_id"] == "${var.cluster}"
    assert tasks["job-cluster"]["libraries"][1:] == [
        {"pypi": {"package": "x==1"}},
        {"maven": {"coordinates": "a:b:1"}},
        {"jar": "/Volumes/a/b/c/x.jar"},
    ]


def test_names_are_looked_up_and_clusters_end_stopped() -> None:
    variables = loaded(bundle("job-cluster"))["databricks.yml"]["variables"]
    assert variables["policy"]["lookup"] == {"cluster_policy": "Small: 1"}
    files = bundle("shared-cluster")
    shared = resources(loaded(files))["clusters"]["shared"]
    assert shared["lifecycle"] == {"started": False} and shared["autotermination_minutes"] > 0
    assert shared["init_scripts"] == [{"volumes": {"destination": "/Volumes/a/b/c/prepare.sh"}}]
    assert (
        "databricks-connect==15.4.*" in files[".devcontainer/devcontainer.json"]
        and "python:3.11" in files[".devcontainer/devcontainer.json"]
    )


def test_each_target_has_its_own_catalog_and_lake_and_people_their_own_tables() -> None:
    targets = loaded(bundle("serverless", SAMPLES[-1]))["databricks.yml"]["targets"]
    own = [target["variables"]["landing"] for name, target in targets.items() if name != "local"]
    assert len(set(own)) == 3 and all(path.startswith("abfss://bronze@st") for path in own)
    assert targets["dev"]["variables"]["catalog"] == targets["local"]["variables"]["catalog"] == "shop_dev"
    assert "short_name" in targets["local"]["variables"]["prefix"] and "prefix" not in targets["prod"]["variables"]


def test_the_samples_pass_their_own_tests_and_linter(tmp_path: Path) -> None:
    for path, text in bundle("serverless", SAMPLES[-1]).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    commands: list[list[str | Path]] = [
        [sys.executable, "-W", "error", "-m", "unittest", "discover", "-s", "tests"],
        [RUFF, "check", "."],
        [RUFF, "format", "--check", "."],
    ]
    for command in commands:
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=ENVIRONMENT)
        assert ended.returncode == 0, ended.stdout + ended.stderr
    planted = tmp_path / "src" / "orders" / "statements.py"
    planted.write_text(planted.read_text().replace("where age = 1", "where age > 0"))
    assert subprocess.run(commands[0], cwd=tmp_path, capture_output=True, check=False, env=ENVIRONMENT).returncode


@pytest.mark.parametrize("compute", COMPUTE)
def test_the_page_for_developers_names_what_is_there(compute: str) -> None:
    files = bundle(compute, SAMPLES[-1])
    named = re.findall(r"`((?:src|resources)/[\w./-]+)`", files["docs/development.md"])
    folders = {"/".join(path.split("/")[:2]) for path in files}
    assert len(named) > 5 and [path for path in named if path not in files and path not in folders] == []
    assert ("prepare.sh" in files["docs/development.md"]) is ("src/init-scripts/prepare.sh" in files)
