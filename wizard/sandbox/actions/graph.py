"""The jobs of a run: which there are, what each waits for, and what the clock has made of them.

Owns expansion (``needs``, ``if``, ``strategy.matrix``, calls of reusable workflows of the same repository) and the standing of
each job. Playing a job is ``playing``'s, the gate of its environment is ``gates``'s. Not emulated: ``concurrency`` (runs never
wait for each other), ``fail-fast``, reusable workflows of other repositories, ``include``/``exclude`` beyond plain lists.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from wizard.sandbox.actions import contexts, gates, playing, runs
from wizard.sandbox.actions.expressions import ExpressionError, condition, interpolated
from wizard.sandbox.actions.workflow_file import InvalidWorkflow, Workflow, beyond, needs_of, permissions_of
from wizard.sandbox.github import models as github

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wizard.sandbox.world import World

Json = Any

QUEUE_SECONDS, JOB_SECONDS = 8.0, 20.0
"""What a hosted runner really takes to come, and a short job to run; scaled by the world's latency."""
QUICK = 0.2


def begun(world: World, run: Json) -> Json:
    """The first standing of an attempt: every job of the file, or why GitHub would not start it."""
    found: Json = {"nodes": {}, "refused": "", "started": run["started"]}
    try:
        workflow = runs.workflow_at(world, run["repository"], run["sha"], run["path"])
        _add_jobs(world, run, found["nodes"], workflow, None, run["inputs"], _default_permissions(world, run), run["started"])
    except InvalidWorkflow as error:
        found["refused"] = str(error)
    return found


def _default_permissions(world: World, run: Json) -> dict[str, str]:
    """What a token may do where no file says so: the repository's setting. Never ``id-token``."""
    repository = github.repository(world, run["repository"]) or {}
    access = (repository.get("actions") or {}).get("workflow_permissions", "read")
    if access == "read":
        return {"metadata": "read", "contents": "read", "packages": "read"}
    wide = ("actions", "checks", "contents", "deployments", "issues", "packages", "pull-requests", "statuses")
    return dict.fromkeys(wide, "write")


def _add_jobs(
    world: World, run: Json, nodes: Json, workflow: Workflow, parent: str | None, inputs: Json, limit: dict[str, str], ready: float
) -> None:
    """Enter every job of a workflow; ``limit`` are the permissions that its caller can give."""
    for name, job in workflow.jobs.items():
        key = f"{parent}/{name}" if parent else name
        default = {scope: access for scope, access in limit.items() if scope != "id-token" or parent}
        permissions = permissions_of(job.get("permissions", workflow.permissions), default)
        nodes[key] = _node(key, name, parent, workflow.path, inputs, permissions, needs_of(job), ready)
        if "uses" in job:
            _checked_call(world, run, job["uses"], permissions)


def _checked_call(world: World, run: Json, uses: str, limit: dict[str, str]) -> None:
    """Refuse, before anything starts, a called workflow that asks for more than its caller has; at any depth."""
    workflow = _called(world, run, uses)
    for name, job in workflow.jobs.items():
        permissions = permissions_of(job.get("permissions", workflow.permissions), limit)
        if excess := beyond(permissions, limit):
            allowed = ", ".join(f"{scope.split(':')[0]}: {limit.get(scope.split(':')[0], 'none')}" for scope in excess)
            raise InvalidWorkflow(
                f"The workflow is not valid. {run['path']}: Error calling workflow '{workflow.path}'. "
                f"The nested job '{name}' is requesting '{', '.join(excess)}', but is only allowed '{allowed}'."
            )
        if "uses" in job:
            _checked_call(world, run, job["uses"], permissions)


def _node(key: str, name: str, parent: str | None, path: str, inputs: Json, permissions: Json, needs: list[str], ready: float) -> Json:
    fixed = {"key": key, "job": name, "parent": parent, "path": path, "inputs": inputs, "permissions": permissions, "needs": needs}
    state: Json = {
        "kind": "job",
        "status": "blocked",
        "result": None,
        "outputs": {},
        "matrix": {},
        "leg": 0,
        "legs": 1,
        "calls": "",
        "secrets": None,
    }
    times = {"ready": ready, "opened": None, "started": None, "completed": None, "changed": ready}
    return {**fixed, **state, **times, "display": key, "environment": "", "url": "", "steps": [], "log": "", "timer_started": None}


def _called(world: World, run: Json, uses: str) -> Workflow:
    if not uses.startswith("./"):
        raise InvalidWorkflow(f"not emulated: a reusable workflow of another repository: {uses}")
    workflow = runs.workflow_at(world, run["repository"], run["sha"], uses.removeprefix("./"))
    if "workflow_call" not in workflow.triggers:
        raise InvalidWorkflow(f"Error calling workflow '{uses}'. Workflow '{uses}' does not have a 'workflow_call' trigger.")
    return workflow


def needed(nodes: Mapping[str, Json], node: Json) -> dict[str, Json]:
    """The jobs that a job names in ``needs``, by name. The legs of a matrix need what their group needs."""
    while node["parent"] and not nodes[node["parent"]]["calls"]:
        node = nodes[node["parent"]]
    prefix = f"{node['parent']}/" if node["parent"] else ""
    return {name: nodes[prefix + name] for name in node["needs"]}


def advance(world: World, run: Json, found: Json) -> bool:
    """Bring every job to where the clock says it is; returns whether anything changed."""
    changed_ever = False
    while True:
        changed = False
        for node in list(found["nodes"].values()):
            if node["status"] != "completed":
                before = (node["status"], node["kind"])
                _step(world, run, found["nodes"], node)
                changed = changed or before != (node["status"], node["kind"])
        changed_ever = changed_ever or changed
        if not changed:
            return changed_ever


def _step(world: World, run: Json, nodes: Json, node: Json) -> None:
    if node["kind"] == "group":
        _closed(world, run, nodes, node)
    elif run["cancelled"] is not None and run["cancelled"] <= world.clock.now():
        finish(node, "cancelled", run["cancelled"])
    elif node["status"] == "blocked":
        _unblocked(world, run, nodes, node)
    elif node["status"] == "waiting":
        _gated(world, run, nodes, node)
    else:
        _timed(world, run, nodes, node)


def finish(node: Json, result: str, at: float, message: str = "") -> None:
    """Mark a job completed."""
    node |= {"status": "completed", "result": result, "completed": at, "changed": at, "started": node["started"] or at}
    if message:
        node["log"] += f"{message}\n"


def _unblocked(world: World, run: Json, nodes: Json, node: Json) -> None:
    """A job whose needs are over: skipped, expanded into several, or at the gate of its environment."""
    before = needed(nodes, node)
    if any(other["status"] != "completed" for other in before.values()):
        return
    node["ready"] = max([node["ready"], *(other["completed"] for other in before.values())])
    job = runs.workflow_at(world, run["repository"], run["sha"], node["path"]).jobs[node["job"]]
    results = [other["result"] for other in before.values()]
    status = {
        "success": all(result == "success" for result in results),
        "failure": "failure" in results,
        "cancelled": run["cancelled"] is not None,
        "always": True,
    }
    try:
        known = contexts.node_contexts(world, run, nodes, node)
        leg = bool(node["parent"]) and not nodes[node["parent"]]["calls"]
        node["display"] = _display(job, nodes, node, contexts.offered(known, contexts.ENVIRONMENT))
        if not leg and not condition(job.get("if", True), contexts.offered(known, contexts.DECIDED_BY_GITHUB), status):
            finish(node, "skipped", node["ready"])
        elif "matrix" in (job.get("strategy") or {}) and not leg:
            _into_legs(node, nodes, interpolated(job["strategy"]["matrix"], contexts.offered(known, contexts.DECIDED_BY_GITHUB)))
        elif "uses" in job:
            _into_call(world, run, nodes, node, job, known)
        else:
            _placed(job, node, contexts.offered(known, contexts.ENVIRONMENT))
            node["status"] = "waiting"
            _gated(world, run, nodes, node)
    except (ExpressionError, InvalidWorkflow) as error:
        finish(node, "failure", node["ready"], f"##[error]{error}")


def _display(job: Json, nodes: Json, node: Json, known: Json) -> str:
    """The job's name as GitHub shows it: ``caller / name (leg)``."""
    above = nodes[node["parent"]]["display"] if node["parent"] else ""
    if node["matrix"] and "${{" not in str(job.get("name")):
        return f"{above} ({', '.join(str(value) for value in node['matrix'].values())})"
    if "matrix" in (job.get("strategy") or {}) and not node["matrix"]:
        known = known | {"matrix": {}}
    own = str(interpolated(job.get("name") or node["job"], known))
    calls = bool(node["parent"]) and bool(nodes[node["parent"]]["calls"])
    return f"{above} / {own}" if calls else own


def _placed(job: Json, node: Json, known: Json) -> None:
    """The environment, which GitHub decides before a runner has the job."""
    environment = job.get("environment") or ""
    spec = {"name": environment} if isinstance(environment, str) else environment
    node["environment"] = str(interpolated(spec.get("name", ""), known))
    node["tolerated"] = bool(job.get("continue-on-error"))


def _into_legs(node: Json, nodes: Json, matrix: Json) -> None:
    if not isinstance(matrix, dict) or not matrix:
        raise InvalidWorkflow("Matrix must define at least one vector")
    vectors = {name: values for name, values in matrix.items() if name not in ("include", "exclude")}
    combinations = [dict(zip(vectors, values, strict=True)) for values in itertools.product(*vectors.values())] if vectors else []
    combinations = [one for one in combinations if one not in (matrix.get("exclude") or [])] + list(matrix.get("include") or [])
    node |= {"kind": "group", "status": "in_progress"}
    for index, values in enumerate(combinations):
        key = f"{node['key']}#{index}"
        fresh = _node(key, node["job"], node["key"], node["path"], node["inputs"], node["permissions"], [], node["ready"])
        nodes[key] = fresh | {"matrix": values, "leg": index, "legs": len(combinations)}


def _into_call(world: World, run: Json, nodes: Json, node: Json, job: Json, known: Json) -> None:
    workflow = _called(world, run, job["uses"])
    given = interpolated(job.get("with") or {}, contexts.offered(known, contexts.ENVIRONMENT))
    inputs: dict[str, Json] = {}
    for name, spec in workflow.inputs("workflow_call").items():
        if spec.get("required") and name not in given:
            raise InvalidWorkflow(f"Input {name} is required, but not provided while calling.")
        inputs[name] = given.get(name, interpolated(spec.get("default", False if spec["type"] == "boolean" else ""), known))
    if extra := [name for name in given if name not in inputs]:
        raise InvalidWorkflow(f"Invalid input, {extra[0]} is not defined in the referenced workflow.")
    _add_jobs(world, run, nodes, workflow, node["key"], inputs, node["permissions"], node["ready"])
    node |= {"kind": "group", "status": "in_progress", "calls": workflow.path, "secrets": job.get("secrets")}


def _closed(world: World, run: Json, nodes: Json, node: Json) -> None:
    """A group is over when all its parts are."""
    parts = [other for other in nodes.values() if other["parent"] == node["key"]]
    if any(part["status"] != "completed" for part in parts):
        return
    results = {part["result"] for part in parts}
    result = next((name for name in ("failure", "cancelled", "success") if name in results), "skipped")
    for part in parts:
        node["outputs"] |= part["outputs"]
    if node["calls"]:
        node["outputs"] = _call_outputs(world, run, nodes, node, parts)
    finish(node, result, max([node["ready"], *(part["completed"] for part in parts)]))


def _call_outputs(world: World, run: Json, nodes: Json, node: Json, parts: list[Json]) -> dict[str, str]:
    workflow = runs.workflow_at(world, run["repository"], run["sha"], node["calls"])
    declared = (workflow.triggers["workflow_call"].get("outputs") or {}).items()
    jobs = {part["job"]: {"outputs": part["outputs"], "result": part["result"]} for part in parts}
    known = {"jobs": jobs, "inputs": parts[0]["inputs"] if parts else {}, **contexts.node_contexts(world, run, nodes, node)}
    return {
        name: str(interpolated(spec["value"], contexts.offered(known, ("github", "jobs", "vars", "inputs")))) for name, spec in declared
    }


def _gated(world: World, run: Json, nodes: Json, node: Json) -> None:
    gate = gates.standing(world, run, node)
    node["timer_started"] = gate.timer_started
    if gate.refused:
        finish(node, "failure", max(node["ready"], gate.decided), f"##[error]{gate.refused}")
    elif gate.opened is not None:
        scale = world.latency
        started = gate.opened + (QUEUE_SECONDS * scale or QUICK)
        node |= {"status": "queued", "opened": gate.opened, "changed": gate.opened, "started": started}
        node["completed"] = started + (JOB_SECONDS * scale or QUICK)
        _timed(world, run, nodes, node)


def _timed(world: World, run: Json, nodes: Json, node: Json) -> None:
    now = world.clock.now()
    if now >= node["completed"]:
        playing.play(world, run, nodes, node)
    elif now >= node["started"] and node["status"] == "queued":
        node |= {"status": "in_progress", "changed": node["started"]}
