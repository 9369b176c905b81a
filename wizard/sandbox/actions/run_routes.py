"""Routes of runs and jobs on api.github.com: list, get, cancel, run again, logs; and the store that logs are read from.

Logs answer 302 to a signed address of ``productionresultssaN.blob.core.windows.net``, as on github.com. Not emulated:
artifacts, usage, check suites, deleting runs.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import TYPE_CHECKING, Any

from wizard.sandbox.actions import errors, models, runs
from wizard.sandbox.actions.workflow_routes import BASE as WORKFLOWS
from wizard.sandbox.actions.workflow_routes import found as found_workflow
from wizard.sandbox.github import errors as github_errors
from wizard.sandbox.github import models as github
from wizard.sandbox.github import rights
from wizard.sandbox.github.bodies import page
from wizard.sandbox.github.router import ROUTER, signed_in
from wizard.sandbox.router import Request, Response, Router

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.sandbox.world import World

Json = Any

BASE = "/repos/{owner}/{repo}/actions/runs"
JOB = "/repos/{owner}/{repo}/actions/jobs/{job_id}"
STORE_HOST = "productionresultssa0.blob.core.windows.net"
STORE = Router("actions-logs", r"productionresultssa\d+\.blob\.core\.windows\.net")
LINK_SECONDS = 60.0


def opened(request: Request, world: World, role: str = "pull", permission: str = "actions:read") -> tuple[Json, Json]:
    """The repository and the run ``{run_id}`` of the path; 404 where there is none."""
    repository = rights.opened(request, world, role, permission)
    run = runs.get(world, request.params["run_id"])
    if run is None or run["repository"].lower() != github.full_name(repository).lower():
        raise github_errors.not_found()
    return repository, run


def _listed(request: Request, world: World, rows: list[Json]) -> Response:
    """Filters of a list: ``status`` (also a conclusion), ``branch``, ``event``, ``actor``, ``head_sha``, ``created``."""
    query = request.query
    forms = [models.run(world, row) for row in rows]
    tests: dict[str, Callable[[Json, str], bool]] = {
        "status": lambda form, value: value in (form["status"], form["conclusion"]),
        "branch": lambda form, value: form["head_branch"] == value,
        "event": lambda form, value: form["event"] == value,
        "actor": lambda form, value: form["actor"]["login"].lower() == value.lower(),
        "head_sha": lambda form, value: form["head_sha"] == value,
        "created": lambda form, value: _created(form["created_at"], value),
    }
    kept = [form for form in forms if all(test(form, query[name]) for name, test in tests.items() if query.get(name))]
    return page(request, kept, "workflow_runs")


def _created(moment: str, wanted: str) -> bool:
    """GitHub's date search: ``>=…``, ``>…``, ``<=…``, ``<…``, ``A..B`` or a day."""
    if ".." in wanted:
        first, _, last = wanted.partition("..")
        return first <= moment <= last + "~"
    for sign, holds in (
        (">=", moment >= wanted[2:]),
        ("<=", moment <= wanted[2:] + "~"),
        (">", moment > wanted[1:]),
        ("<", moment < wanted[1:]),
    ):
        if wanted.startswith(sign):
            return holds
    return moment.startswith(wanted)


@ROUTER.get(BASE)
def list_runs(request: Request, world: World) -> Response:
    """https://docs.github.com/rest/actions/workflow-runs#list-workflow-runs-for-a-repository"""
    repository = rights.opened(request, world, permission="actions:read")
    return _listed(request, world, runs.of_repository(world, github.full_name(repository)))


@ROUTER.get(WORKFLOWS + "/{workflow_id}/runs")
def list_runs_of_workflow(request: Request, world: World) -> Response:
    """https://docs.github.com/rest/actions/workflow-runs#list-workflow-runs-for-a-workflow"""
    repository = rights.opened(request, world, permission="actions:read")
    path, _ = found_workflow(request, world, repository)
    return _listed(request, world, [row for row in runs.of_repository(world, github.full_name(repository)) if row["path"] == path])


@ROUTER.get(BASE + "/{run_id}")
def get_run(request: Request, world: World) -> Response:
    """https://docs.github.com/rest/actions/workflow-runs#get-a-workflow-run"""
    return Response(200, models.run(world, opened(request, world)[1]))


@ROUTER.post(BASE + "/{run_id}/cancel")
def cancel(request: Request, world: World) -> Response:
    """https://docs.github.com/rest/actions/workflow-runs#cancel-a-workflow-run"""
    _, run = opened(request, world, "push", "actions:write")
    if runs.standing(runs.progress(world, run))[0] == "completed":
        raise errors.cannot_cancel()
    runs.put(world, run | {"cancelled": world.clock.now()})
    return Response(202, {})


@ROUTER.post(BASE + "/{run_id}/rerun")
def rerun(request: Request, world: World) -> Response:
    """https://docs.github.com/rest/actions/workflow-runs#re-run-a-workflow"""
    return _again(request, world)


@ROUTER.post(BASE + "/{run_id}/rerun-failed-jobs")
def rerun_failed(request: Request, world: World) -> Response:
    """Runs every job again: results of earlier attempts are not carried over, which is stricter than GitHub."""
    return _again(request, world)


def _again(request: Request, world: World) -> Response:
    _, run = opened(request, world, "push", "actions:write")
    if runs.standing(runs.progress(world, run))[0] != "completed":
        raise errors.already_running()
    runs.again(world, run, signed_in(request, world).login)
    return Response(201, {})


@ROUTER.get(BASE + "/{run_id}/jobs")
def list_jobs(request: Request, world: World) -> Response:
    """https://docs.github.com/rest/actions/workflow-jobs#list-jobs-for-a-workflow-run"""
    return page(request, models.jobs(world, opened(request, world)[1]), "jobs")


@ROUTER.get(BASE + "/{run_id}/attempts/{attempt}/jobs")
def list_jobs_of_attempt(request: Request, world: World) -> Response:
    """The latest attempt only; earlier ones answer 404. (GitHub keeps them all.)"""
    _, run = opened(request, world)
    if request.params["attempt"] != str(run["attempt"]):
        raise github_errors.not_found()
    return page(request, models.jobs(world, run), "jobs")


def _node(request: Request, world: World) -> tuple[Json, Json, Json]:
    """The run, the node and the wire form of ``{job_id}``."""
    repository = rights.opened(request, world, permission="actions:read")
    for run in runs.of_repository(world, github.full_name(repository)):
        for form in models.jobs(world, run):
            if str(form["id"]) == request.params["job_id"]:
                nodes = runs.progress(world, run)["nodes"].values()
                return run, next(node for node in nodes if models.job_id(run, node["key"]) == form["id"]), form
    raise github_errors.not_found()


@ROUTER.get(JOB)
def get_job(request: Request, world: World) -> Response:
    """https://docs.github.com/rest/actions/workflow-jobs#get-a-job-for-a-workflow-run"""
    return Response(200, _node(request, world)[2])


@ROUTER.get(JOB + "/logs")
def job_logs(request: Request, world: World) -> Response:
    """302 to the log, good for one minute; 404 before the job is over."""
    run, node, form = _node(request, world)
    if node["status"] != "completed":
        raise github_errors.not_found()
    return _stored(world, f"workflow-job-run-{form['id']}/logs/job/job-logs.txt", node["log"].encode(), f"{run['id']}")


@ROUTER.get(BASE + "/{run_id}/logs")
def run_logs(request: Request, world: World) -> Response:
    """302 to a zip with one file a job and, in a folder of the job's name, one a step, named as GitHub names them."""
    _, run = opened(request, world)
    if runs.standing(runs.progress(world, run))[0] != "completed":
        raise github_errors.not_found()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for position, node in enumerate(row for row in runs.progress(world, run)["nodes"].values() if row["kind"] == "job"):
            name = node["display"].replace("/", "_")
            archive.writestr(f"{position}_{name}.txt", node["log"])
            for number, text in _step_logs(node):
                archive.writestr(f"{name}/{number}_{_step_name(node, number)}.txt", text)
    return _stored(world, f"workflow-run-{run['id']}/logs/logs.zip", packed.getvalue(), f"{run['id']}")


def _step_logs(node: Json) -> list[tuple[int, str]]:
    """The part of the log that each step wrote; a step that was skipped wrote none."""
    parts = node["log"].split("##[group]")[1:]
    begun = [step["number"] for step in node["steps"] if step["conclusion"] != "skipped"]
    return [(number, part.partition("\n")[2].rpartition("\n")[0] + "\n") for number, part in zip(begun, parts, strict=False)]


def _step_name(node: Json, number: int) -> str:
    return str(node["steps"][number - 1]["name"]).replace("/", "_")


def _stored(world: World, path: str, content: bytes, group: str) -> Response:
    signature = hashlib.sha256(f"{world.seed}/{path}/{world.clock.now()}".encode()).hexdigest()
    expires = world.clock.now() + LINK_SECONDS
    row = {"text": content.decode("latin-1"), "expires": expires}
    world.table("_actions.stored")[signature] = row
    address = f"https://{STORE_HOST}/actions-results/{group}/{path}?se={world.clock.iso(expires)}&sig={signature}&sp=r&spr=https&sr=b&sv=2025-11-05"
    return Response(302, None, {"Location": address})


@STORE.get("/actions-results/{rest:path}")
def stored(request: Request, world: World) -> Response:
    """What a signed address leads to; nobody is asked who they are."""
    row = world.table("_actions.stored").get(request.query.get("sig", ""))
    if row is None or world.clock.now() >= row["expires"]:
        raise errors.log_gone()
    kind = "application/zip" if request.path.endswith(".zip") else "text/plain; charset=utf-8"
    return Response(200, row["text"].encode("latin-1"), {"content-type": kind})
