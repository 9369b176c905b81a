"""What the bundle commands of the CLI send: files, jobs, runs, permissions, clusters, policies."""

from __future__ import annotations

import base64
from typing import Any

from tests.sandbox.databricks.lakehouse import Lakehouse
from tests.sandbox.keyvault.calls import ADA

W, J, C = "/api/2.0/workspace", "/api/2.2/jobs", "/api/2.1/clusters"
HOME = f"/Workspace/Users/{ADA}"
NOTEBOOK = b"# Databricks notebook source\nprint(1)\n"


def upload(lakehouse: Lakehouse, path: str, data: bytes, overwrite: str = "false") -> int:
    encoded = path.lstrip("/").replace("/", "%2F")
    return lakehouse.api(
        "POST", f"/api/2.0/workspace-files/import-file/{encoded}?overwrite={overwrite}", data, headers={"content-type": ""}
    ).status


def test_a_lock_is_taken_once_and_needs_its_folder(lakehouse: Lakehouse) -> None:
    lock = f"{HOME}/.bundle/shop/state/deploy.lock"
    missing = lakehouse.api("GET", f"{W}/get-status?path={lock}")
    assert (missing.status, lakehouse.code(missing)) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert upload(lakehouse, lock, b"{}") == 404
    assert lakehouse.api("POST", f"{W}/mkdirs", {"path": f"{HOME}/.bundle/shop/state"}).body == {}
    assert upload(lakehouse, lock, b'{"ID":1}') == 200
    assert upload(lakehouse, lock, b"{}") == 409
    assert upload(lakehouse, lock, b'{"ID":2}', "true") == 200
    exported = lakehouse.api("GET", f"{W}/export?direct_download=true&path={lock}")
    assert exported.body == b'{"ID":2}'
    status = lakehouse.api("GET", f"{W}/get-status?path={lock}").body
    assert (status["object_type"], status["size"], status["path"]) == ("FILE", 8, lock)
    assert lakehouse.api("POST", f"{W}/delete", {"path": lock}).status == 200
    assert lakehouse.api("POST", f"{W}/delete", {"path": lock}).status == 404


def test_a_marked_source_becomes_a_notebook_without_its_extension(lakehouse: Lakehouse) -> None:
    lakehouse.api("POST", f"{W}/mkdirs", {"path": f"{HOME}/src"})
    assert upload(lakehouse, f"{HOME}/src/nb.py", NOTEBOOK) == 200
    assert upload(lakehouse, f"{HOME}/src/lib.py", b"x = 1\n") == 200
    found = lakehouse.api("GET", f"{W}/list?path={HOME}/src").body["objects"]
    assert [(row["path"], row["object_type"]) for row in found] == [(f"{HOME}/src/lib.py", "FILE"), (f"{HOME}/src/nb", "NOTEBOOK")]
    assert lakehouse.api("GET", f"{W}/get-status?path={HOME}/src/nb.py").status == 404
    full = lakehouse.api("POST", f"{W}/delete", {"path": f"{HOME}/src"})
    assert lakehouse.code(full) == "DIRECTORY_NOT_EMPTY"
    assert lakehouse.api("POST", f"{W}/delete", {"path": f"{HOME}/src", "recursive": True}).status == 200


def test_import_as_json_and_as_a_form(lakehouse: Lakehouse) -> None:
    body = {"path": f"{HOME}/a", "format": "SOURCE", "language": "PYTHON", "content": base64.b64encode(NOTEBOOK).decode()}
    assert lakehouse.api("POST", f"{W}/import", body).status == 200
    assert lakehouse.code(lakehouse.api("POST", f"{W}/import", body)) == "RESOURCE_ALREADY_EXISTS"
    assert lakehouse.api("POST", f"{W}/import", {**body, "overwrite": True}).status == 200
    exported = lakehouse.api("GET", f"{W}/export?path={HOME}/a&format=SOURCE").body
    assert base64.b64decode(exported["content"]) == NOTEBOOK
    assert lakehouse.api("POST", f"{W}/import", {**body, "path": f"{HOME}/b", "language": ""}).status == 400


def job(**more: Any) -> dict[str, Any]:
    task = {"task_key": "main", "notebook_task": {"notebook_path": f"{HOME}/a", "source": "WORKSPACE"}}
    return {"name": "nightly", "queue": {"enabled": True}, "edit_mode": "UI_LOCKED", "format": "MULTI_TASK", "tasks": [task], **more}


def test_a_job_returns_every_setting_it_was_given(lakehouse: Lakehouse) -> None:
    deployment = {"kind": "BUNDLE", "metadata_file_path": f"{HOME}/state/metadata.json"}
    wished = job(deployment=deployment, tags={"a": "b"}, parameters=[{"name": "p", "default": "1"}])
    job_id = lakehouse.api("POST", f"{J}/create", wished).body["job_id"]
    settings = lakehouse.api("GET", f"{J}/get?job_id={job_id}").body["settings"]
    assert {name: settings[name] for name in wished if name != "tasks"} == {name: wished[name] for name in wished if name != "tasks"}
    assert settings["tasks"][0]["notebook_task"] == wished["tasks"][0]["notebook_task"]
    assert lakehouse.api("POST", f"{J}/reset", {"job_id": job_id, "new_settings": job(name="daily")}).status == 200
    now = lakehouse.api("GET", f"{J}/get?job_id={job_id}").body["settings"]
    assert now["name"] == "daily" and "tags" not in now
    assert [row["job_id"] for row in lakehouse.api("GET", f"{J}/list?name=daily").body["jobs"]] == [job_id]
    assert lakehouse.api("POST", f"{J}/delete", {"job_id": job_id}).status == 200
    gone = lakehouse.api("GET", f"{J}/get?job_id={job_id}")
    assert (gone.status, lakehouse.code(gone)) == (400, "INVALID_PARAMETER_VALUE")
    unknown = job(tasks=[{"task_key": "a", "depends_on": [{"task_key": "b"}]}])
    assert lakehouse.api("POST", f"{J}/create", unknown).status == 400


def test_a_run_succeeds_when_its_notebook_is_there(lakehouse: Lakehouse) -> None:
    job_id = lakehouse.api("POST", f"{J}/create", job()).body["job_id"]

    def result() -> str:
        run_id = lakehouse.api("POST", f"{J}/run-now", {"job_id": job_id}).body["run_id"]
        first = lakehouse.api("GET", f"{J}/runs/get?run_id={run_id}").body
        assert first["state"]["life_cycle_state"] == "RUNNING"
        lakehouse.later()
        run = lakehouse.api("GET", f"{J}/runs/get?run_id={run_id}").body
        output = lakehouse.api("GET", f"{J}/runs/get-output?run_id={run['tasks'][0]['run_id']}").body
        assert ("error" in output) == (run["state"]["result_state"] == "FAILED")
        return str(run["state"]["result_state"])

    assert result() == "FAILED"
    upload(lakehouse, f"{HOME}/a.py", NOTEBOOK)
    assert result() == "SUCCESS"
    assert len(lakehouse.api("GET", f"{J}/runs/list?job_id={job_id}").body["runs"]) == 2
    assert lakehouse.api("POST", f"{J}/run-now", {"job_id": 1}).status == 400


def test_permissions_come_back_as_they_were_set(lakehouse: Lakehouse) -> None:
    job_id = lakehouse.api("POST", f"{J}/create", job()).body["job_id"]
    place = f"/api/2.0/permissions/jobs/{job_id}"
    owner = {"user_name": ADA, "permission_level": "IS_OWNER"}
    wished = {"access_control_list": [owner, {"group_name": "users", "permission_level": "CAN_VIEW"}]}
    lakehouse.api("PUT", place, wished)
    shown = lakehouse.api("GET", place).body["access_control_list"]
    levels = {(row.get("user_name") or row.get("group_name")): row["all_permissions"][0] for row in shown}
    assert levels[ADA] == {"permission_level": "IS_OWNER", "inherited": False}
    assert levels["users"]["permission_level"] == "CAN_VIEW" and levels["admins"]["inherited"] is True
    ownerless = lakehouse.api("PUT", place, {"access_control_list": [{"group_name": "users", "permission_level": "CAN_VIEW"}]})
    assert ownerless.body["message"] == "The job must have exactly one owner."
    lakehouse.api("POST", f"{W}/mkdirs", {"path": f"{HOME}/x"})
    folder = lakehouse.api("GET", f"{W}/get-status?path={HOME}/x").body["object_id"]
    read = {"access_control_list": [{"group_name": "users", "permission_level": "CAN_READ"}]}
    assert lakehouse.api("PUT", f"/api/2.0/permissions/directories/{folder}", read).status == 200
    assert lakehouse.api("GET", "/api/2.0/permissions/directories/1").status == 404


def test_clusters_start_and_stop_by_the_clock(lakehouse: Lakehouse) -> None:
    spec = {"cluster_name": "c", "spark_version": "16.4.x-scala2.12", "node_type_id": "Standard_DS3_v2", "num_workers": 1}
    cluster = lakehouse.api("POST", f"{C}/create", spec).body["cluster_id"]

    def state() -> str:
        return str(lakehouse.api("GET", f"{C}/get?cluster_id={cluster}").body["state"])

    assert state() == "PENDING"
    early = lakehouse.api("POST", f"{C}/start", {"cluster_id": cluster})
    assert (early.status, lakehouse.code(early)) == (400, "INVALID_STATE")
    lakehouse.later()
    assert state() == "RUNNING"
    lakehouse.api("POST", f"{C}/delete", {"cluster_id": cluster})
    assert state() == "TERMINATING"
    lakehouse.later()
    assert lakehouse.api("POST", f"{C}/edit", {**spec, "cluster_id": cluster, "num_workers": 2}).status == 200
    assert [row["num_workers"] for row in lakehouse.api("GET", f"{C}/list").body["clusters"]] == [2]
    assert lakehouse.api("POST", f"{C}/permanent-delete", {"cluster_id": cluster}).status == 200
    assert lakehouse.api("GET", f"{C}/get?cluster_id={cluster}").status == 400
    assert lakehouse.api("POST", f"{C}/create", {"cluster_name": "c"}).status == 400


def test_cluster_policies(lakehouse: Lakehouse) -> None:
    P = "/api/2.0/policies/clusters"
    assert "Job Compute" in {row["name"] for row in lakehouse.api("GET", f"{P}/list").body["policies"]}
    made = lakehouse.api("POST", f"{P}/create", {"name": "small", "definition": "{}"}).body["policy_id"]
    assert lakehouse.api("POST", f"{P}/create", {"name": "small", "definition": "{}"}).status == 400
    assert lakehouse.api("POST", f"{P}/edit", {"policy_id": made, "name": "tiny", "definition": "{}"}).status == 200
    assert lakehouse.api("GET", f"{P}/get?policy_id={made}").body["name"] == "tiny"
    assert lakehouse.api("POST", f"{P}/delete", {"policy_id": made}).status == 200
    assert lakehouse.api("POST", f"{P}/create", {"name": "bad", "definition": "{"}).status == 400


def test_what_is_not_emulated_says_so(lakehouse: Lakehouse) -> None:
    before = len(lakehouse.recorder.exchanges)
    assert lakehouse.api("POST", "/oidc/v1/authorize", {}).status == 501
    assert lakehouse.api("GET", "/api/2.0/sql/warehouses").status == 501
    assert lakehouse.api("POST", "/telemetry-ext", {}).status == 200
    del lakehouse.recorder.exchanges[before:]
