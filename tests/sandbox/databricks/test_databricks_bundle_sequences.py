"""``bundle validate``, ``deploy``, ``run``, ``summary``, ``plan`` and ``destroy`` as the vendor's CLI sends them, every call in order."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.render.projects import project
from tests.sandbox.databricks.bundle_commands import BundleCommands, Refused
from tests.sandbox.databricks.lakehouse import Lakehouse
from tests.sandbox.keyvault.calls import ADA, BEA
from wizard.render import render

BUNDLE = """
bundle: {name: shop}
include: [resources/*.yml]
variables:
  machine: {lookup: {cluster: shared}}
targets:
  dev:
    mode: production
    run_as: {user_name: "${workspace.current_user.userName}"}
    permissions:
      - {level: CAN_MANAGE, user_name: "${workspace.current_user.userName}"}
      - {level: CAN_VIEW, group_name: users}
"""
JOB = """
resources:
  jobs:
    nightly:
      name: nightly
      tasks:
        - task_key: main
          existing_cluster_id: ${var.machine}
          notebook_task: {notebook_path: ../src/nb.py}
          libraries: [{whl: ../dist/*.whl}]
"""
ROOT = f"/Workspace/Users/{ADA}/.bundle/shop/dev"
OPENING = ["GET /.well-known/databricks-config", "GET scim/v2/Me", "GET clusters/list", "GET clusters/get"]
VALIDATE = [*OPENING, "GET get-status .", "POST mkdirs .", "GET get-status files", "GET get-status .", "GET permissions/directories"]
NO_STATE = ["GET get-status state/terraform.tfstate", "GET get-status state/resources.json", "GET get-status state/deployment.json"]
STATE = [NO_STATE[0], NO_STATE[1], "GET export state/resources.json", NO_STATE[2], "GET export state/deployment.json"]
LOCK, HELD = "POST import state/deploy.lock", ["GET get-status state/deploy.lock", "GET export state/deploy.lock"]
ARTIFACTS = ["POST delete artifacts/.internal", "POST mkdirs artifacts/.internal", "POST import artifacts/.internal/shop-1.whl"]
FOLDERS = ["POST mkdirs files", "POST mkdirs files/resources", "POST mkdirs files/src"]
FILES = [
    "POST import files/databricks.yml",
    "POST import files/resources/job.yml",
    "POST import files/src/lib.py",
    "POST import files/src/nb.py",
]
OPENED = ["POST import state/deployment.json", "GET get-status .", "PUT permissions/directories"]
CREATED = ["POST jobs/create", "GET jobs/get", "PUT permissions/jobs"]
CLOSED = [
    *("POST import state/resources.json", "POST import state/metadata.json", "GET export state/deploy.lock"),
    *("POST delete state/deploy.lock", "POST /telemetry-ext"),
]
FIRST = [
    *(*OPENING, *NO_STATE, LOCK, "POST mkdirs state", LOCK, *HELD, *ARTIFACTS, "GET get-status files", *FOLDERS, *FILES),
    *(*OPENED, *CREATED, *CLOSED),
]
SECOND = [*OPENING, *STATE, LOCK, *HELD, *ARTIFACTS, "GET get-status files", *OPENED, "GET jobs/get", "GET permissions/jobs", *CLOSED]
DESTROY = [
    *(*OPENING, *STATE, LOCK, *HELD, "GET permissions/jobs", "GET jobs/get", "POST jobs/delete", "POST delete ."),
]


def shown(method: str, path: str, body: Any) -> str:
    """A call as the lists above name it: paths from the bundle's root, no ids."""
    path = unquote(path)
    place = body["path"] if isinstance(body, dict) and "path" in body else (re.search(r"/(Workspace/[^?&]*)", path) or [""])[0]
    inside = ("/" + place.lstrip("/")).removeprefix(ROOT).lstrip("/") or "."
    name = re.sub(r"^/api/2\.\d/(preview/|workspace-files/|workspace/)?", "", path.partition("?")[0])
    name = re.sub(r"^import-file/.*", "import", name)
    name = re.sub(r"^(permissions/\w+)/\d+$", r"\1", name)
    return f"{method} {name} {inside}" if place else f"{method} {name}"


class Cli:
    """The CLI in a folder, signed in as somebody; ``calls`` holds what the last command sent."""

    def __init__(self, lakehouse: Lakehouse, folder: Path) -> None:
        self.lakehouse, self.folder, self.calls = lakehouse, folder, list[str]()
        for name, text in (("databricks.yml", BUNDLE), ("resources/job.yml", JOB), ("src/lib.py", "x = 1\n"), ("dist/shop-1.whl", "zip")):
            self.write(name, text)
        self.write("src/nb.py", "# Databricks notebook source\nprint(1)\n")
        spec = {"cluster_name": "shared", "spark_version": "16.4.x-scala2.12", "node_type_id": "Standard_DS3_v2", "num_workers": 1}
        lakehouse.api("POST", "/api/2.1/clusters/create", spec)
        lakehouse.later()

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(exist_ok=True, parents=True)
        (self.folder / name).write_text(text)

    def __call__(self, who: str = ADA) -> BundleCommands:
        self.calls.clear()

        def send(method: str, path: str, body: Any) -> tuple[int, Any]:
            self.calls.append(shown(method, path, body))
            headers = {"content-type": ""} if isinstance(body, bytes) else {}
            answer = self.lakehouse.api(method, path, body, who=who, headers=headers)
            return answer.status, answer.body

        return BundleCommands(send, self.folder, "dev", self.lakehouse.later)


@pytest.fixture
def cli(lakehouse: Lakehouse, tmp_path: Path) -> Cli:
    return Cli(lakehouse, tmp_path / "shop")


def test_validate_then_deploy_then_run_then_plan_then_destroy(cli: Cli) -> None:
    cli().validate()
    assert cli.calls == VALIDATE
    assert cli().plan() == ["create jobs.nightly"]
    assert cli.calls == [*OPENING, *NO_STATE]
    assert cli().deploy() == [f"file {name}" for name in ("databricks.yml", "resources/job.yml", "src/lib.py", "src/nb.py")] + [
        "job nightly: created"
    ]
    assert cli.calls == FIRST
    assert cli().run("nightly") == "SUCCESS"
    assert cli.calls[len(OPENING) :] == [*STATE, "POST jobs/run-now", "GET jobs/runs/get", "GET jobs/runs/get", "GET jobs/runs/get-output"]
    assert list(cli().summary()["resources"]["jobs"]) == ["nightly"]
    assert cli.calls == OPENING
    assert cli().plan() == []
    assert cli.calls == [*OPENING, *STATE, "GET jobs/get", "GET permissions/jobs"]
    cli().destroy()
    assert cli.calls == DESTROY
    assert cli.lakehouse.api("GET", f"/api/2.0/workspace/get-status?path={ROOT}").status == 404
    assert cli.lakehouse.api("GET", "/api/2.2/jobs/list").body["jobs"] == []


def test_a_second_deploy_changes_nothing_and_an_edit_only_what_it_touches(cli: Cli) -> None:
    cli().deploy()
    assert cli().deploy() == []
    assert cli.calls == SECOND
    cli().validate()
    assert "POST mkdirs ." not in cli.calls
    cli.write("resources/job.yml", JOB.replace("name: nightly", "name: daily"))
    assert cli().plan() == ["update jobs.nightly"]
    assert cli().deploy() == ["file resources/job.yml", "job nightly: reset"]
    reset = cli.calls.index("POST jobs/reset")
    assert cli.calls[reset - 1 : reset + 3] == ["GET jobs/get", "POST jobs/reset", "GET jobs/get", "GET permissions/jobs"]
    cli.write("resources/job.yml", JOB.replace("nightly", "hourly"))
    assert cli().deploy() == ["file resources/job.yml", "job hourly: created", "job nightly: deleted"]


def test_a_lock_that_somebody_holds_is_respected(cli: Cli) -> None:
    cli().deploy()
    encoded = f"{ROOT}/state/deploy.lock".lstrip("/").replace("/", "%2F")
    held = json.dumps({"User": BEA}).encode()
    cli.lakehouse.api("POST", f"/api/2.0/workspace-files/import-file/{encoded}?overwrite=false", held, headers={"content-type": ""})
    with pytest.raises(Refused, match=f"acquired by {BEA}"):
        cli().deploy()
    assert not any("jobs/" in call for call in cli.calls)


def test_validate_has_something_to_say_about_a_folder_that_is_too_open(cli: Cli) -> None:
    cli().deploy()
    cli.write("databricks.yml", BUNDLE.replace("      - {level: CAN_VIEW, group_name: users}\n", ""))
    with pytest.raises(Refused, match="untracked permissions"):
        cli().validate()
    cli.write("databricks.yml", BUNDLE.partition("    run_as")[0])
    with pytest.raises(Refused, match="name who deploys"):
        cli().validate()


def test_a_cluster_that_is_not_there_and_a_notebook_that_is_gone(cli: Cli) -> None:
    cli().deploy()
    notebook = f"{ROOT}/files/src/nb"
    assert cli.lakehouse.api("POST", "/api/2.0/workspace/delete", {"path": notebook}).status == 200
    assert cli().run("nightly") == "FAILED"
    cli.write("databricks.yml", BUNDLE.replace("cluster: shared", "cluster: other"))
    with pytest.raises(Refused, match="'other' does not exist"):
        cli()


def test_the_bundle_that_is_generated_validates_strictly_and_is_deployed(lakehouse: Lakehouse, tmp_path: Path) -> None:
    """As the environment's own principal, as the pipeline does."""
    for file in render(project()):
        (tmp_path / file.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file.path).write_text(file.text)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "shop-0.1.0-py3-none-any.whl").write_bytes(b"zip")
    principal, application = lakehouse.automation()
    row = {"applicationId": application, "displayName": "shop-dev-deploy", "entitlements": [{"value": "workspace-access"}]}
    lakehouse.api("POST", "/api/2.0/preview/scim/v2/ServicePrincipals", row)
    lakehouse.later()

    def send(method: str, path: str, body: Any) -> tuple[int, Any]:
        headers = {"content-type": ""} if isinstance(body, bytes) else {}
        answer = lakehouse.api(method, path, body, who=principal, headers=headers)
        return answer.status, answer.body

    def bundle() -> BundleCommands:
        return BundleCommands(send, tmp_path, "dev", lakehouse.later)

    bundle().validate()
    bundle().deploy()
    bundle().validate()
    assert bundle().deploy() == [] == bundle().plan()
    assert bundle().run("smoke_test") == bundle().run("integration_test") == "SUCCESS"
    bundle().destroy()
