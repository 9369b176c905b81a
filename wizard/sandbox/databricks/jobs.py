"""Jobs and their runs. A run succeeds a moment after its start when the notebooks of its tasks are there.

Owns settings (every one is returned as it was given, with the service's defaults), runs, and their states by the
clock. What a task computes is not emulated; schedules and triggers never fire.
https://docs.databricks.com/api/azure/workspace/jobs
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks import objects, permissions
from wizard.sandbox.databricks.errors import denied, invalid
from wizard.sandbox.databricks.identity import Member, find_principal
from wizard.sandbox.databricks.models import below, done, milliseconds, numeric_id
from wizard.sandbox.databricks.router import WORKSPACES, body, caller, needed

if TYPE_CHECKING:
    from wizard.sandbox.router import Request, Response
    from wizard.sandbox.world import World

Json = Any

PATH = "/api/2.2/jobs"
DEFAULTS = {"email_notifications": {}, "webhook_notifications": {}, "timeout_seconds": 0, "max_concurrent_runs": 1, "format": "MULTI_TASK"}
TASK_DEFAULTS = {"run_if": "ALL_SUCCESS", "timeout_seconds": 0, "email_notifications": {}}
MOST_TASKS = 1000


def job_row(world: World, workspace: str, job_id: object) -> Json:
    """The job; a missing one is a bad parameter, as the API says it."""
    row = world.table("databricks.jobs").get(f"{workspace}/{job_id}")
    if row is None:
        raise invalid(f"Job {job_id} does not exist.")
    return row


def _settings(world: World, who: Member, given: Json) -> Json:
    """Checked settings with the defaults that the service fills in."""
    tasks = given.get("tasks") or []
    if (
        len(tasks) > MOST_TASKS
        or len({task.get("task_key") for task in tasks}) != len(tasks)
        or any(not task.get("task_key") for task in tasks)
    ):
        raise invalid("Task keys must be given and unique.")
    known = {task["task_key"] for task in tasks}
    for task in tasks:
        for other in task.get("depends_on") or []:
            if other.get("task_key") not in known:
                raise invalid(f"Task {task['task_key']} depends on unknown task {other.get('task_key')}.")
    run_as = given.get("run_as") or {}
    name = run_as.get("user_name") or run_as.get("service_principal_name")
    if name and find_principal(world, who.workspace, name) is None:
        raise invalid(f"Principal {name} in run_as does not exist.")
    if name and name != who.name and not who.admin:
        raise denied(f"{who.name} is not allowed to set run_as to {name}.")
    filled = {"name": "Untitled", **DEFAULTS, **{key: value for key, value in given.items() if key != "access_control_list"}}
    if tasks:
        filled["tasks"] = [{**TASK_DEFAULTS, **task} for task in tasks]
    return filled


def shown(row: Json) -> Json:
    run_as = row["settings"].get("run_as") or {}
    name = run_as.get("user_name") or run_as.get("service_principal_name") or row["creator_user_name"]
    return {**{key: row[key] for key in ("job_id", "settings", "creator_user_name", "created_time")}, "run_as_user_name": name}


@WORKSPACES.post(PATH + "/create")
def create(request: Request, world: World) -> Response:
    who = caller(request, world)
    settings = _settings(world, who, body(request))
    row = {"job_id": numeric_id(world, "job"), "settings": settings, "creator_user_name": who.name, "created_time": milliseconds(world)}
    world.table("databricks.jobs")[f"{who.workspace}/{row['job_id']}"] = row
    permissions.set_initial(world, who, "jobs", row["job_id"], "IS_OWNER")
    return done({"job_id": row["job_id"]})


@WORKSPACES.get(PATH + "/get")
def get(request: Request, world: World) -> Response:
    workspace = caller(request, world).workspace
    return done(shown(job_row(world, workspace, *needed(request.query, "job_id"))))


@WORKSPACES.get(PATH + "/list")
def every(request: Request, world: World) -> Response:
    workspace, query = caller(request, world).workspace, request.query
    rows = [shown(row) for row in below(world, "databricks.jobs", workspace).values()]
    wanted = query.get("name", "").lower()
    rows = [row for row in rows if not wanted or row["settings"]["name"].lower() == wanted]
    if query.get("expand_tasks") != "true":
        rows = [{**row, "settings": {key: value for key, value in row["settings"].items() if key != "tasks"}} for row in rows]
    start, limit = int(query.get("offset", query.get("page_token", "0"))), int(query.get("limit", "20"))
    more = start + limit < len(rows)
    return done({"jobs": rows[start : start + limit], "has_more": more} | ({"next_page_token": str(start + limit)} if more else {}))


@WORKSPACES.post(PATH + "/reset")
def reset(request: Request, world: World) -> Response:
    who, given = caller(request, world), body(request)
    row = job_row(world, who.workspace, *needed(given, "job_id"))
    new = given.get("new_settings") or {}
    if "run_as" not in new and "run_as" in row["settings"]:
        new = {**new, "run_as": row["settings"]["run_as"]}  # the service keeps it, although all else is replaced
    row["settings"] = _settings(world, who, new)
    world.table("databricks.jobs")[f"{who.workspace}/{row['job_id']}"] = row
    return done()


@WORKSPACES.post(PATH + "/update")
def update(request: Request, world: World) -> Response:
    who, given = caller(request, world), body(request)
    row = job_row(world, who.workspace, *needed(given, "job_id"))
    kept = {key: value for key, value in row["settings"].items() if key not in (given.get("fields_to_remove") or [])}
    row["settings"] = _settings(world, who, {**kept, **(given.get("new_settings") or {})})
    world.table("databricks.jobs")[f"{who.workspace}/{row['job_id']}"] = row
    return done()


@WORKSPACES.post(PATH + "/delete")
def delete(request: Request, world: World) -> Response:
    who = caller(request, world)
    row = job_row(world, who.workspace, *needed(body(request), "job_id"))
    del world.table("databricks.jobs")[f"{who.workspace}/{row['job_id']}"]
    permissions.forget(world, who.workspace, "jobs", row["job_id"])
    return done()


@WORKSPACES.post(PATH + "/run-now")
def run_now(request: Request, world: World) -> Response:
    who, given = caller(request, world), body(request)
    row = job_row(world, who.workspace, *needed(given, "job_id"))
    token = given.get("idempotency_token")
    runs = below(world, "databricks.runs", who.workspace)
    if token and (found := next((run for run in runs.values() if run.get("idempotency_token") == token), None)):
        return done({"run_id": found["run_id"]})
    run = _start(world, who, row, given)
    world.table("databricks.runs")[f"{who.workspace}/{run['run_id']}"] = run
    return done({"run_id": run["run_id"], "number_in_job": run["number_in_job"]})


def _start(world: World, who: Member, job: Json, given: Json) -> Json:
    now, run_id = milliseconds(world), numeric_id(world, "run")
    lasts = int((60.0 * world.latency if world.latency else 0.4) * 1000)
    tasks = []
    for task in job["settings"].get("tasks") or []:
        entry = {
            key: task[key] for key in ("task_key", "depends_on", "notebook_task", "existing_cluster_id", "python_wheel_task") if key in task
        }
        tasks.append({**entry, "run_id": numeric_id(world, "run"), "error": _failure(world, who.workspace, task)})
    parameters = {item["name"]: str(item.get("default", "")) for item in job["settings"].get("parameters") or []}
    overrides = {**parameters, **(given.get("job_parameters") or {})}
    return {
        "run_id": run_id,
        "job_id": job["job_id"],
        "run_name": job["settings"]["name"],
        "number_in_job": run_id,
        "creator_user_name": who.name,
        "start_time": now,
        "ends": now + lasts,
        "tasks": tasks,
        "parameters": overrides,
        "idempotency_token": given.get("idempotency_token") or "",
    }


def _failure(world: World, workspace: str, task: Json) -> str:
    """Why the task cannot succeed; empty where it can."""
    notebook = task.get("notebook_task") or {}
    path = notebook.get("notebook_path", "")
    if path and notebook.get("source", "WORKSPACE") == "WORKSPACE":
        found = objects.find(world, workspace, path) if path.startswith("/") else None
        if found is None or found["object_type"] != "NOTEBOOK":
            return (
                f'Unable to access the notebook "{path}". Either it does not exist, or the identity used to run this job lacks the '
                "required permissions."
            )
    return ""
