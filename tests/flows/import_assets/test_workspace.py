"""What a workspace of the local cloud has, read by the real SDK and imported by the command."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import Sandbox
from tests.flows.import_assets.layout import CLUSTER, NOTEBOOK, written
from wizard import cli

HOST, NUMBER = "adb-7405601234567890.10.azuredatabricks.net", "7405601234567890"
GROUP = "/subscriptions/11111111-0001-4d5e-8f60-a1b2c3d4e501/resourceGroups/rg-analytics"
PROJECT = f"""\
version: 1
name: shop
region: westeurope
github: {{repository: contoso/shop}}
environments:
  - name: dev
    subscription: Contoso Dev
    existing: {{resource_group: {GROUP}, workspace: {GROUP}/providers/Microsoft.Databricks/workspaces/dbw-analytics}}
"""
CLUSTER_ID, POOL_ID = "1120-101010-abcdef12", "1120-101010-pool-pool-abcd1234"
SCRIPT = base64.b64encode(b"#!/bin/sh\necho all\n").decode()
BUNDLE = {"kind": "BUNDLE", "metadata_file_path": "/x"}


@pytest.fixture
def sandbox_world() -> str:
    return "brownfield"


def planted(sandbox: Sandbox) -> None:
    """A workspace as people leave it."""

    def put(table: str, key: str, row: Any) -> None:
        sandbox.world.table(f"databricks.{table}")[f"{NUMBER}{'' if key.startswith('/') else '/'}{key}"] = row

    with sandbox.lock:
        spec = {**CLUSTER, "init_scripts": [{"dbfs": {"destination": "dbfs:/init-scripts/a.sh"}}], "instance_pool_id": POOL_ID, "newer": 1}
        put(
            "clusters",
            CLUSTER_ID,
            {"cluster_id": CLUSTER_ID, "spec": spec, "creator": "ada@contoso.com", "changed": 0, "target": "TERMINATED"},
        )
        put("cluster_libraries", CLUSTER_ID, {"libraries": [{"pypi": {"package": "p"}}]})
        put("instance_pools", POOL_ID, {"instance_pool_id": POOL_ID, "instance_pool_name": "Warm"})
        put("global_init_scripts", "1", {"script_id": "1", "name": "every where", "enabled": True, "position": 1, "script": SCRIPT})
        put("global_init_scripts", "2", {"script_id": "2", "name": "first", "enabled": True, "position": 0, "script": SCRIPT})
        put("global_init_scripts", "3", {"script_id": "3", "name": "off", "enabled": False, "position": 2, "script": SCRIPT})
        put("dbfs", "/init-scripts/a.sh", {"content": base64.b64encode(b"#!/bin/sh\n").decode()})
        for path, kind in {
            "/Shop": "DIRECTORY",
            "/Shop/Load": "NOTEBOOK",
            "/Users/ada@contoso.com/Mine": "NOTEBOOK",
            "/Users/ada@contoso.com/Own": "NOTEBOOK",
        }.items():
            row: dict[str, Any] = {"path": path, "object_type": kind, "object_id": 1, "created_at": 0, "modified_at": 0}
            row |= {"language": "PYTHON", "content": base64.b64encode(NOTEBOOK.encode()).decode()} if kind == "NOTEBOOK" else {}
            put("objects", path, row)
        notebooks = {"a": "/Shop/Load", "b": "/Users/ada@contoso.com/Mine", "c": "/Shop/Gone"}
        tasks = [
            {"task_key": key, "existing_cluster_id": CLUSTER_ID, "notebook_task": {"notebook_path": path}}
            for key, path in notebooks.items()
        ]
        for number in range(23):
            settings: dict[str, Any] = {"name": f"Job {number}", "tasks": tasks if number == 0 else []}
            settings |= {"deployment": BUNDLE} if number else {}
            put("jobs", str(number), {"job_id": number, "settings": settings, "creator_user_name": "ada@contoso.com", "created_time": 0})


def loaded(path: Path, section: str, key: str) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(path)["resources"][section][key]
    return found


@pytest.mark.parametrize("said", [HOST, f"https://{HOST}/?o={NUMBER}", "dev"])
def test_a_workspace_becomes_a_bundle_and_is_only_read(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    planted(sandbox)
    monkeypatch.chdir(written(tmp_path, {"lakestrap.yaml": PROJECT}))
    assert cli.run(["import-assets", "--from-workspace", said]) == 5
    assert not sandbox.mutating()
    cluster = loaded(tmp_path / "resources" / "small.cluster.yml", "clusters", "small")
    assert cluster["instance_pool_id"] == "${var.instance_pool_warm}" and "newer" not in cluster
    scripts = ("everywhere/first.sh", "everywhere/every-where.sh", "a.sh")
    wanted = [{"workspace": {"destination": f"${{workspace.file_path}}/src/init-scripts/{name}"}} for name in scripts]
    assert cluster["init_scripts"] == wanted, "those of all clusters come first, in their order"
    assert (tmp_path / "src/init-scripts/everywhere/first.sh").read_text() == "#!/bin/sh\necho all\n"
    assert cluster["policy_id"] == "${resources.cluster_policies.small_libraries.id}"
    policy = loaded(tmp_path / "resources" / "small_libraries.cluster_policy.yml", "cluster_policies", "small_libraries")
    assert policy == {"name": "Small libraries", "definition": "{}", "libraries": [{"pypi": {"package": "p"}}]}
    tasks = loaded(tmp_path / "resources" / "job_0.job.yml", "jobs", "job_0")["tasks"]
    assert {task["existing_cluster_id"] for task in tasks} == {"${resources.clusters.small.id}"}
    mine = "../src/notebooks/Users/ada@contoso.com/Mine.py"
    assert [task["notebook_task"]["notebook_path"] for task in tasks] == ["../src/notebooks/Shop/Load.py", mine, "/Shop/Gone"]
    assert (tmp_path / "src" / "notebooks" / "Shop" / "Load.py").read_text() == NOTEBOOK
    assert not (tmp_path / "src" / "notebooks" / "Users" / "ada@contoso.com" / "Own.py").exists(), "what no job runs is its owner's"
    report = (tmp_path / "docs" / "import.md").read_text()
    for words in (
        "spec.newer",
        "/Shop/Gone",
        "every where",
        "are installed by the cluster policy",
        "is switched off",
        "is deployed by a bundle already",
        "Job 22",
    ):
        assert words in report, words
    beside = json.loads((tmp_path / "resources" / "small.cluster.unmapped.json").read_text())
    assert {"place": "spec.newer", "value": 1}.items() <= next(row for row in beside if row["place"] == "spec.newer").items()


@pytest.mark.parametrize("said", ["prod", "https://example.org"])
def test_no_such_environment_and_no_host(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.chdir(written(tmp_path, {"lakestrap.yaml": PROJECT}))
    assert cli.run(["import-assets", "--from-workspace", said]) == 2


def test_what_may_not_be_read_is_told(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    planted(sandbox)
    sandbox.faults.add(path=r".*/global-init-scripts", status=403, fail=9)
    monkeypatch.chdir(tmp_path)
    assert cli.run(["import-assets", "--from-workspace", HOST, "--preview"]) == 5
    assert list(tmp_path.iterdir()) == []
    assert re.search(r"global init scripts +could not be read", capsys.readouterr().out)
