"""What definitions become, and that nothing of them is lost in silence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.flows.import_assets.layout import CLUSTER, JOB, NOTEBOOK, definition, imported, told
from wizard.flows.import_assets import Choices, Weight

FILES = {"clusters/small.json": CLUSTER, "jobs/nightly.json": JOB, "notebooks/Shop/Load.py": NOTEBOOK}


def test_a_cluster_ends_stopped_and_never_runs_idle_for_ever(tmp_path: Path) -> None:
    cluster = definition(imported(tmp_path, FILES), "small")
    assert cluster["lifecycle"] == {"started": False} and cluster["autotermination_minutes"] == 60
    assert cluster["cluster_name"] == "Small" and cluster["num_workers"] == 2


def test_the_one_task_of_an_old_job_refers_to_the_cluster_and_the_notebook_of_the_bundle(tmp_path: Path) -> None:
    found = imported(tmp_path, FILES)
    task = {"task_key": "nightly", "existing_cluster_id": "${resources.clusters.small.id}"}
    assert definition(found, "nightly")["tasks"] == [task | {"notebook_task": {"notebook_path": "../src/notebooks/Shop/Load.py"}}]
    assert found.complete


@pytest.mark.parametrize("member", ["existing_cluster_id", "existing_cluster_name"])
def test_a_cluster_that_is_not_imported_is_looked_up_by_name(tmp_path: Path, member: str) -> None:
    job = (
        {**JOB, member: "Analysts"}
        if member == "existing_cluster_id"
        else {"name": "N", member: "Analysts", "notebook_task": JOB["notebook_task"]}
    )
    found = imported(tmp_path, {**FILES, "jobs/nightly.json": job})
    variables = next(file for file in found.files if file.path == "resources/cluster_analysts.variables.yml").data.decode()
    assert "cluster_analysts:" in variables and "cluster: Analysts" in variables
    assert (
        next(each for each in found.resources if each.kind == "job").definition["tasks"][0]["existing_cluster_id"]
        == "${var.cluster_analysts}"
    )


def test_clusters_that_are_kept_are_all_looked_up(tmp_path: Path) -> None:
    found = imported(tmp_path, FILES, Choices(keep_clusters=True))
    assert definition(found, "nightly")["tasks"][0]["existing_cluster_id"] == "${var.cluster_small}"
    assert not [each for each in found.resources if each.kind == "cluster"] and told(found, "stays in its workspaces")


def test_two_clusters_of_one_name_are_told_and_not_chosen_between(tmp_path: Path) -> None:
    found = imported(tmp_path, {**FILES, "clusters/other.json": CLUSTER})
    assert [each.key for each in found.resources if each.kind == "cluster"] == ["small", "small_2"]
    assert told(found, "2 of them are called Small") == ["jobs/nightly.json:3: existing_cluster_id"] and not found.complete


def test_an_id_of_one_workspace_is_told_and_one_that_is_known_is_its_name(tmp_path: Path) -> None:
    number = "0923-164208-meows279"
    job = {**JOB, "existing_cluster_id": number}
    assert told(imported(tmp_path / "a", {**FILES, "jobs/nightly.json": job}), "is an id of one workspace")
    known = imported(tmp_path / "b", {**FILES, "jobs/nightly.json": job, "clusters/small.json": {**CLUSTER, "cluster_id": number}})
    assert definition(known, "nightly")["tasks"][0]["existing_cluster_id"] == "${resources.clusters.small.id}" and known.complete


def test_an_unknown_field_is_told_with_its_line_and_kept_beside_the_resource(tmp_path: Path) -> None:
    found = imported(tmp_path, {**FILES, "clusters/small.json": {**CLUSTER, "warp_drive": {"speed": 9}}})
    assert told(found, "no such field") == ["clusters/small.json:6: warp_drive"] and not found.complete
    assert "warp_drive" not in definition(found, "small")
    beside = next(file for file in found.files if file.path == "resources/small.cluster.unmapped.json")
    assert {"place": "warp_drive", "value": {"speed": 9}}.items() <= json.loads(beside.data)[0].items()


def test_everything_of_the_originals_is_in_the_bundle_or_told(tmp_path: Path) -> None:
    """Each value of a definition stands in the resource, or at a place that is told."""
    cluster: dict[str, Any] = {
        **CLUSTER,
        "autotermination_minutes": "30",
        "spark_conf": {"a": True, "b": 3},
        "data_security_mode": "NEW_ONE",
    }
    cluster |= {
        "aws_attributes": {"zone_id": "z", "odd": 1},
        "docker_image": "text",
        "libraries": [{"jar": "dbfs:/a.jar"}],
        "state": "RUNNING",
    }
    found = imported(tmp_path, {**FILES, "clusters/small.json": cluster})
    kept, left = definition(found, "small"), {each.place for each in found.told if each.file == "clusters/small.json"}
    assert (
        kept["autotermination_minutes"] == 30
        and kept["spark_conf"] == {"a": "true", "b": "3"}
        and kept["aws_attributes"] == {"zone_id": "z"}
    )
    assert left == {"data_security_mode", "aws_attributes.odd", "docker_image", "libraries", "libraries[0]", "state", ""}


def test_a_secret_is_replaced_by_a_reference_and_stands_nowhere(tmp_path: Path) -> None:
    key, password = "fs.azure.account.key.st.dfs.core.windows.net", "c2VjcmV0IGNhbmFyeQ=="
    docker = {"url": "u", "basic_auth": {"username": "me", "password": password}}
    cluster = {**CLUSTER, "spark_conf": {key: password}, "docker_image": docker, "odd": {"client_secret": password}}
    found = imported(tmp_path, {**FILES, "clusters/small.json": cluster}, Choices(scope="shop"))
    reference = "{{secrets/shop/fs-azure-account-key-st-dfs-core-windows-net}}"
    assert definition(found, "small")["spark_conf"] == {key: reference}
    assert password not in repr([file.data for file in found.files]) and len(told(found, "is a secret")) == 2
    plain = imported(tmp_path / "plain", {**FILES, "clusters/small.json": {**CLUSTER, "spark_conf": {"plain": password}}})
    assert password in repr([file.data for file in plain.files]), "what is no secret is kept: the test above would see it"


def test_init_scripts_are_workspace_files_or_in_a_volume(tmp_path: Path) -> None:
    scripts = [{"dbfs": {"destination": "dbfs:/init-scripts/a.sh"}}, {"dbfs": {"destination": "dbfs:/other/gone.sh"}}]
    files = {**FILES, "clusters/small.json": {**CLUSTER, "init_scripts": scripts}, "init-scripts/a.sh": "#!/bin/sh\r\necho\r\n"}
    found = imported(tmp_path, files)
    assert definition(found, "small")["init_scripts"] == [{"workspace": {"destination": "${workspace.file_path}/src/init-scripts/a.sh"}}]
    assert told(found, "no longer read scripts") == ["clusters/small.json:12: init_scripts[1]"]
    assert next(f for f in found.files if f.path == "src/init-scripts/a.sh").data == b"#!/bin/sh\necho\n"
    volume = imported(tmp_path, files, Choices(scripts_in="/Volumes/c/s/v/"))
    assert definition(volume, "small")["init_scripts"] == [{"volumes": {"destination": "/Volumes/c/s/v/a.sh"}}]


def test_libraries_are_kept_and_found_beside(tmp_path: Path) -> None:
    given = [
        {"whl": "dbfs:/libs/a.whl"},
        {"jar": "dbfs:/far.jar"},
        {"pypi": {"package": "p==1"}},
        {"maven": {"coordinates": "a:b:1"}},
        {"egg": "e"},
    ]
    found = imported(tmp_path, {**FILES, "jobs/nightly.json": {**JOB, "libraries": given}, "libraries/a.whl": b"\xff\x00"})
    assert definition(found, "nightly")["tasks"][0]["libraries"] == [{"whl": "../src/libraries/a.whl"}, *given[1:4]]
    assert told(found, "eggs") and told(found, "is in DBFS")


def test_libraries_of_a_cluster_are_installed_by_a_policy_of_its_own(tmp_path: Path) -> None:
    given = [{"pypi": {"package": "p==1"}}, {"whl": "dbfs:/libs/a.whl"}, {"egg": "e"}]
    files = {**FILES, "libraries/a.whl": b"\xff\x00"}
    found = imported(tmp_path / "free", {**files, "clusters/small.json": {**CLUSTER, "libraries": given}})
    assert definition(found, "small")["policy_id"] == "${resources.cluster_policies.small_libraries.id}"
    assert definition(found, "small_libraries") == {"name": "Small libraries", "definition": "{}", "libraries": given[:1]}
    assert told(found, "a policy cannot install") and told(found, "eggs") and told(found, "are installed by the cluster policy")
    held = imported(tmp_path / "held", {**files, "clusters/small.json": {**CLUSTER, "libraries": given, "policy_id": "Theirs"}})
    assert [each.key for each in held.resources if each.section == "cluster_policies"] == []
    assert told(held, "has a policy already"), "nobody else's policy is changed"


def test_policies_jobs_of_several_tasks_and_their_permissions(tmp_path: Path) -> None:
    policy = {"name": "Small only", "definition": {"num_workers": {"type": "fixed", "value": 1}}, "policy_id": "ABCDEF0123456789"}
    access = [{"group_name": "users", "permission_level": "CAN_VIEW"}, {"user_name": "a@b.c", "permission_level": "IS_OWNER"}]
    shared = [{"job_cluster_key": "c", "new_cluster": {"spark_version": "15.4.x-scala2.12", "policy_id": "ABCDEF0123456789"}}]
    each = {
        "task_key": "each",
        "for_each_task": {"inputs": "[1]", "task": {"task_key": "one", "notebook_task": {"notebook_path": "/Shop/Load"}}},
    }
    tasks = [each, {"task_key": "next", "depends_on": [{"task_key": "each"}], "run_job_task": {"job_id": 7}, "odd": 1}]
    settings = {"name": "Many", "tasks": tasks, "job_clusters": shared, "access_control_list": access, "run_as": {"user_name": "a@b.c"}}
    files = {
        **FILES,
        "policies/p.json": policy,
        "jobs/many.json": {"job_id": 8, "settings": settings},
        "jobs/nightly.json": {**JOB, "job_id": 7},
    }
    job = definition(found := imported(tmp_path, files), "many")
    assert job["job_clusters"][0]["new_cluster"]["policy_id"] == "${resources.cluster_policies.small_only.id}"
    assert job["permissions"] == [{"level": "CAN_VIEW", "group_name": "users"}] and "run_as" not in job
    assert job["tasks"][0]["for_each_task"]["task"]["notebook_task"]["notebook_path"] == "../src/notebooks/Shop/Load.py"
    assert job["tasks"][1]["run_job_task"]["job_id"] == "${resources.jobs.nightly.id}"
    assert [each.place for each in found.told if each.weight is Weight.UNMAPPED] == ["settings.tasks[1].odd"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/Shop/Sales vs. Price.sql", "../src/notebooks/Shop/Sales vs. Price.sql"),
        ("/Users/me@x.y/deep/Shop/Load", "../src/notebooks/Shop/Load.py"),
        ("/Load", "../src/notebooks/Shop/Load.py"),
        ("/Elsewhere/Gone", ""),
        ("/Shop/Twice", ""),
        ("/Shop/Twice.sql", "../src/notebooks/Shop/Twice.sql"),
    ],
)
def test_the_notebook_that_a_workspace_path_means(tmp_path: Path, path: str, expected: str) -> None:
    names = ("Shop/Load.py", "Shop/Sales vs. Price.sql", "Shop/Twice.py", "Shop/Twice.sql", "Other/Sales vs. Price.sql")
    files = {f"notebooks/{name}": ("-- " if name.endswith("sql") else "# ") + "Databricks notebook source\n" for name in names}
    found = imported(tmp_path, {**files, "jobs/j.json": {"name": "j", "notebook_task": {"notebook_path": path}}})
    assert definition(found, "j")["tasks"][0]["notebook_task"]["notebook_path"] == (expected or path)
    assert bool(expected) is found.complete


def test_what_looks_like_a_token_in_a_notebook_is_not_copied(tmp_path: Path) -> None:
    found = imported(tmp_path, {**FILES, "notebooks/bad.py": NOTEBOOK + f"token = 'dapi{'0a' * 16}'\n"})
    assert "src/notebooks/bad.py" not in [file.path for file in found.files] and told(found, "looks like a token") == ["notebooks/bad.py"]
