"""Reading a folder, writing a bundle, and the command; its resources are read by the CLI's own models where those are at hand."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.flows.import_assets.layout import CLUSTER, JOB, NOTEBOOK, imported, told, written
from wizard import cli
from wizard.errors import BadInput
from wizard.flows.import_assets import Fate, read_folder
from wizard.flows.import_assets.positions import Located

ROOT = Path(__file__).parents[3]
MODELS = ROOT / ".venv-outputs" / "bin" / "python"
EXAMPLE = ROOT / "examples" / "hand-kept"


def command(folder: Path, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> int:
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    return cli.run(["import-assets", *arguments])


def test_every_fault_of_a_folder_at_once(tmp_path: Path) -> None:
    files = {"clusters/a.json": '{"a": 1,}', "jobs/b.json": "[1]", "jobs/c.json": b"\xff\xfe"}
    with pytest.raises(BadInput) as refused:
        read_folder(written(tmp_path, files))
    assert [problem.place.rpartition("/")[2] for problem in refused.value.problems] == ["a.json:1:9", "b.json:1", "c.json"]


@pytest.mark.parametrize("files", [{}, {"other/x.txt": "x"}])
def test_a_folder_with_nothing_to_import_is_refused(tmp_path: Path, files: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="nothing to import"):
        read_folder(written(tmp_path, files))


def test_what_is_not_read_is_told(tmp_path: Path) -> None:
    twice = '{"cluster_name": "A",\n "num_workers": 1,\n "num_workers": 2, "spark_version": "15.4.x", "node_type_id": "n"}'
    files = {
        "clusters/a.json": twice,
        "clusters/notes.txt": "x",
        "deployment-scripts/a.sh": "x",
        "notebooks/a.dbc": b"\xff",
        "notebooks/x.txt": "x",
    }
    found = imported(tmp_path, files)
    assert told(found, "stands there twice") == ["clusters/a.json:3: num_workers"]
    assert told(found, "no JSON file") == ["clusters/notes.txt"] and told(found, "no part of the layout") == ["deployment-scripts/"]
    assert told(found, "is an archive") == ["notebooks/a.dbc"] and told(found, "no ending") == ["notebooks/x.txt"]


def test_the_answer_of_a_listing_call_is_many_definitions(tmp_path: Path) -> None:
    found = imported(tmp_path, {"clusters/all.json": {"clusters": [{**CLUSTER, "odd": 1}, {**CLUSTER, "cluster_name": "Large", "odd": 2}]}})
    assert [each.key for each in found.resources] == ["small", "large"]
    assert told(found, "no such field") == ["clusters/all.json:8: odd", "clusters/all.json:15: odd"]


def test_lines_of_a_text() -> None:
    found = Located('{\n "a": [1,\n  {"b\\"": [] }],\n\n "c": {}\n}')
    assert found.lines[("a", 1, 'b"')] == 3 and found.lines[("c",)] == 5 and found.twice == []


def test_a_preview_writes_nothing_and_an_import_no_less_than_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = tmp_path / "bundle"
    assert command(bundle, str(EXAMPLE), "--preview", monkeypatch=monkeypatch) == 0 and not list(bundle.iterdir())
    before = {path: path.read_bytes() for path in EXAMPLE.rglob("*") if path.is_file()}
    assert command(bundle, str(EXAMPLE), monkeypatch=monkeypatch) == 0
    assert before == {path: path.read_bytes() for path in EXAMPLE.rglob("*") if path.is_file()}
    again = {path: path.stat().st_mtime_ns for path in bundle.rglob("*.yml")}
    assert len(again) == 6 and command(bundle, str(EXAMPLE), monkeypatch=monkeypatch) == 0
    assert again == {path: path.stat().st_mtime_ns for path in bundle.rglob("*.yml")}


def test_edits_and_files_of_others_are_never_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = written(tmp_path / "bundle", {"resources/x.yml": "resources: {jobs: {load: {name: mine}}}\n", "docs/import.md": "mine\n"})
    assert command(bundle, str(EXAMPLE), monkeypatch=monkeypatch) == 5
    assert (bundle / "resources" / "load_2.job.yml").exists() and (bundle / "docs" / "import.md").read_text() == "mine\n"
    edited = bundle / "resources" / "small.cluster.yml"
    edited.write_text(text := edited.read_text().replace("num_workers: 2", "num_workers: 3"))
    old = tmp_path / "old"
    shutil.copytree(EXAMPLE, old)
    for name in ("small", "large"):
        path = old / "clusters" / f"{name}.json"
        path.write_text(path.read_text().replace("30", "45"))
    capsys.readouterr()
    assert command(bundle, str(old), "--json", monkeypatch=monkeypatch) == 5
    assert edited.read_text() == text and "autotermination_minutes: 45" in (bundle / "resources" / "large.cluster.yml").read_text()
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    fates = {file["path"]: file["fate"] for file in events[0]["files"]}
    assert (fates["resources/small.cluster.yml"], fates["resources/large.cluster.yml"]) == (
        Fate.LEFT.name.lower(),
        Fate.CHANGED.name.lower(),
    )
    assert events[-1]["event"] == "run_finished" and events[-1]["exit_code"] == 5


@pytest.mark.parametrize("arguments", [(), ("nowhere",), (".", "--from-workspace", "dev"), (".", "--scripts-in", "dbfs:/x")])
def test_bad_input_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    assert command(written(tmp_path, {"clusters/a.json": CLUSTER}), *arguments, monkeypatch=monkeypatch) == 2


SCRIPTS = [{"dbfs": {"destination": "dbfs:/init-scripts/a.sh"}}]
LIBRARIES = [{"pypi": {"package": "p"}}, {"whl": "dbfs:/a.whl"}]
RICH = {
    "clusters/small.json": {**CLUSTER, "init_scripts": SCRIPTS, "spark_conf": {"a": 1}, "odd": 1},
    "policies/p.json": {"name": "P", "definition": {"a": {"type": "fixed", "value": "b"}}},
    "jobs/nightly.json": {**JOB, "libraries": LIBRARIES, "retry_on_timeout": True, "max_retries": 2},
    "jobs/jar.json": {"name": "Jar", "existing_cluster_id": "Other", "spark_jar_task": {"main_class_name": "a.B", "parameters": ["x"]}},
    "notebooks/Shop/Load.py": NOTEBOOK,
    "init-scripts/a.sh": "#!/bin/sh\n",
}
READ = """
import json, pathlib, sys
from databricks.bundles.core._resource_type import _ResourceType
models = {each.plural_name: each.resource_type for each in _ResourceType.all()}
for kind, body in json.load(sys.stdin):
    try:
        models[kind].from_dict(body)
    except Exception as error:
        print(kind, repr(error))
"""


@pytest.mark.skipif(not MODELS.exists(), reason="make check-outputs installs the CLI's own models")
@pytest.mark.parametrize("planted", [False, True])
def test_the_resources_are_what_the_models_of_the_cli_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: bool) -> None:
    bundle = tmp_path / "bundle"
    assert command(bundle, str(EXAMPLE), monkeypatch=monkeypatch) == 0
    command(bundle, str(written(tmp_path / "rich", RICH)), monkeypatch=monkeypatch)
    files = [YAML(typ="safe").load(path)["resources"] for path in (bundle / "resources").glob("*.yml") if "variables" not in path.name]
    found = [(kind, body) for file in files for kind, named in file.items() for body in named.values()]
    assert len(found) == 8
    found += [("clusters", {"spark_version": "x", "warp_drive": 1})] if planted else []
    ended = subprocess.run([MODELS, "-c", READ], input=json.dumps(found), capture_output=True, text=True, check=True, env={})
    assert len(ended.stdout.splitlines()) == int(planted), ended.stdout
