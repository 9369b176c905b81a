"""Runs of jobs: their states by the clock, their output, cancelling. The runs themselves are started by ``jobs``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks.errors import invalid
from wizard.sandbox.databricks.jobs import PATH
from wizard.sandbox.databricks.models import below, done, milliseconds
from wizard.sandbox.databricks.router import WORKSPACES, body, caller, needed

if TYPE_CHECKING:
    from wizard.sandbox.router import Request, Response
    from wizard.sandbox.world import World

Json = Any


def _run(world: World, workspace: str, run_id: str) -> tuple[Json, Json | None]:
    """The run, and the task in it where the id is a task's own."""
    row = world.table("databricks.runs").get(f"{workspace}/{run_id}")
    if row is not None:
        return row, None
    for run in below(world, "databricks.runs", workspace).values():
        for task in run["tasks"]:
            if str(task["run_id"]) == run_id:
                return run, task
    raise invalid(f"Run {run_id} does not exist.")


def _state(world: World, run: Json, failed: str) -> Json:
    if run.get("cancelled"):
        return {
            "life_cycle_state": "TERMINATED",
            "result_state": "CANCELED",
            "state_message": "Run cancelled.",
            "user_cancelled_or_timedout": True,
        }
    if milliseconds(world) < run["ends"]:
        return {"life_cycle_state": "RUNNING", "state_message": "In run", "user_cancelled_or_timedout": False}
    result = "FAILED" if failed else "SUCCESS"
    state = "INTERNAL_ERROR" if failed else "TERMINATED"
    return {"life_cycle_state": state, "result_state": result, "state_message": failed, "user_cancelled_or_timedout": False}


def shown(request: Request, world: World, run: Json, *, tasks: bool = True) -> Json:
    failed = next((task["error"] for task in run["tasks"] if task["error"]), "")
    finished = run.get("cancelled") or milliseconds(world) >= run["ends"]
    out = {name: run[name] for name in ("run_id", "job_id", "run_name", "number_in_job", "creator_user_name", "start_time")}
    out |= {"state": _state(world, run, failed), "run_type": "JOB_RUN", "trigger": "ONE_TIME", "end_time": run["ends"] if finished else 0}
    workspace = caller(request, world).workspace
    out["run_page_url"] = f"https://{request.host}/?o={workspace}#job/{run['job_id']}/run/{run['run_id']}"
    if run["parameters"]:
        out["job_parameters"] = [{"name": name, "value": value} for name, value in run["parameters"].items()]
    if tasks:
        out["tasks"] = [_task(world, run, task) for task in run["tasks"]]
    return out


def _task(world: World, run: Json, task: Json) -> Json:
    kept = {key: value for key, value in task.items() if key != "error"}
    return {**kept, "state": _state(world, run, task["error"]), "start_time": run["start_time"], "attempt_number": 0}


@WORKSPACES.get(PATH + "/runs/get")
def get(request: Request, world: World) -> Response:
    run, task = _run(world, caller(request, world).workspace, *needed(request.query, "run_id"))
    found = shown(request, world, run)
    if task is not None:
        found |= {"run_id": task["run_id"], "tasks": [_task(world, run, task)], "state": _state(world, run, task["error"])}
    return done(found)


@WORKSPACES.get(PATH + "/runs/list")
def every(request: Request, world: World) -> Response:
    workspace, query = caller(request, world).workspace, request.query
    runs = [run for run in below(world, "databricks.runs", workspace).values() if query.get("job_id", "") in ("", str(run["job_id"]))]
    runs.sort(key=lambda run: -int(run["start_time"]))
    start, limit = int(query.get("page_token", query.get("offset", "0"))), int(query.get("limit", "20"))
    page = [shown(request, world, run, tasks=query.get("expand_tasks") == "true") for run in runs[start : start + limit]]
    more = start + limit < len(runs)
    return done({"runs": page, "has_more": more} | ({"next_page_token": str(start + limit)} if more else {}))


@WORKSPACES.get(PATH + "/runs/get-output")
def output(request: Request, world: World) -> Response:
    """Of one task's run; a run of several tasks has no output of its own."""
    run, task = _run(world, caller(request, world).workspace, *needed(request.query, "run_id"))
    if task is None and len(run["tasks"]) != 1:
        raise invalid(
            "Retrieving the output of runs with multiple tasks is not supported. Please retrieve the output of each individual task run "
            "instead."
        )
    chosen = task or run["tasks"][0]
    out: Json = {"metadata": shown(request, world, run) | {"run_id": chosen["run_id"]}}
    if chosen["error"]:
        out["error"] = chosen["error"]
    elif "notebook_task" in chosen:
        out["notebook_output"] = {}
    else:
        out |= {"logs": "", "logs_truncated": False}
    return done(out)


@WORKSPACES.post(PATH + "/runs/cancel")
def cancel(request: Request, world: World) -> Response:
    workspace = caller(request, world).workspace
    run, _ = _run(world, workspace, *needed(body(request), "run_id"))
    if milliseconds(world) < run["ends"]:
        run |= {"cancelled": True, "ends": milliseconds(world)}
        world.table("databricks.runs")[f"{workspace}/{run['run_id']}"] = run
    return done()
