"""Playing one job: its steps in order, each against the services of this world as the identity that the job has.

Owns the order of steps, their conditions, environment, outputs and log. What a step does is ``steps``'. A step that nobody
knows ends the job in failure with ``not emulated: …``; nothing is ever passed over in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.actions import contexts, job, job_token, runs, steps
from wizard.sandbox.actions.expressions import ExpressionError, condition, interpolated, text_of
from wizard.sandbox.actions.shell_syntax import NotEmulated
from wizard.sandbox.actions.workflow_file import InvalidWorkflow
from wizard.sandbox.github import models as github

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any


def play(world: World, run: Json, nodes: Json, node: Json) -> None:
    """Play the job and mark it completed at the moment the clock gave it."""
    from wizard.sandbox.actions.graph import finish

    log = _Log(world)
    try:
        result = _played(world, run, nodes, node, log)
    except (ExpressionError, InvalidWorkflow) as error:
        log.write(f"##[error]{error}")
        result = "failure"
    node["log"] += log.text()
    finish(node, result, node["completed"])


class _Log:
    """The job's log, with secrets masked as a runner masks them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.masks: list[str] = []
        self._lines: list[str] = []

    def write(self, text: str) -> None:
        for secret in self.masks:
            text = text.replace(secret, "***")
        moment = self._world.clock.iso().removesuffix("Z") + ".0000000Z"
        self._lines.extend(f"{moment} {line}" for line in text.splitlines())

    def text(self) -> str:
        return "".join(line + "\n" for line in self._lines)


def _played(world: World, run: Json, nodes: Json, node: Json, log: _Log) -> str:
    workflow = runs.workflow_at(world, run["repository"], run["sha"], node["path"])
    definition = workflow.jobs[node["job"]]
    if definition.get("container") or definition.get("services"):
        log.write("##[error]not emulated: jobs in containers")
        return "failure"
    token = "ghs_" + world.new_secret("actions-job-token", 36)  # no played step calls GitHub with it, so nobody has to know it
    identity = _identity(world, run, node, workflow.name)
    known = contexts.node_contexts(world, run, nodes, node)
    known["github"]["token"] = token
    known["vars"] = contexts.variables(world, run, node["environment"])
    known["secrets"] = contexts.secrets_of(world, run, nodes, node, token, node["environment"])
    known |= {
        "steps": {},
        "job": {"status": "success"},
        "runner": {"os": "Linux", "arch": "X64", "name": "GitHub Actions 1", "temp": str(contexts.TEMPORARY)},
    }
    log.masks += [secret for secret in known["secrets"].values() if secret]
    state = steps.JobState(world, run["repository"], log=log.write, permissions=node["permissions"])
    state.variables = job.github_variables(world, identity)
    if node["permissions"].get("id-token") == "write":
        state.variables |= job_token.request_variables(world, identity)
    state.variables |= _texts(interpolated(workflow.environment, contexts.offered(known, ("github", "secrets", "inputs", "vars"))))
    state.variables |= _texts(interpolated(definition.get("env") or {}, contexts.offered(known, contexts.JOB_ENVIRONMENT)))
    log.write(
        f"Job: {node['display']}\nGITHUB_TOKEN Permissions\n" + "\n".join(f"{k}: {v}" for k, v in sorted(node["permissions"].items()))
    )
    result = "success"
    for number, step in enumerate(definition["steps"], 1):
        outcome = _step(state, step, known, result, log, node, number)
        result = "failure" if outcome == "failure" else result
        known["job"]["status"] = result
    known_outputs = contexts.offered(known, contexts.STEP)
    node["outputs"] = {name: text_of(interpolated(value, known_outputs)) for name, value in (definition.get("outputs") or {}).items()}
    return result


def _identity(world: World, run: Json, node: Json, workflow: str) -> job_token.JobIdentity:
    actor = github.account(world, run["actor"]) or {"id": 0}
    environment = github.environment(world, run["repository"], node["environment"]) if node["environment"] else None
    return job_token.JobIdentity(
        repository=run["repository"],
        environment=environment["name"] if environment else node["environment"],
        ref=run["ref"],
        sha=run["sha"],
        workflow=workflow,
        workflow_path=run["path"],
        job_workflow_path=node["path"],
        event=run["event"],
        run_id=run["id"],
        run_number=run["number"],
        run_attempt=run["attempt"],
        actor=run["actor"],
        actor_id=actor["id"],
    )


def _texts(values: dict[str, Json]) -> dict[str, str]:
    return {str(name): text_of(value) for name, value in values.items()}


def _step(state: steps.JobState, step: Json, known: Json, result: str, log: _Log, node: Json, number: int) -> str:
    """Play one step; returns its outcome after ``continue-on-error``, which is what the job's result counts."""
    own = _texts(interpolated(step.get("env") or {}, contexts.offered(known | {"env": state.variables}, contexts.STEP)))
    known["env"] = state.variables | own
    status = {"success": result == "success", "failure": result == "failure", "cancelled": False, "always": True}
    shown = step.get("name") or (f"Run {step['uses']}" if "uses" in step else "Run " + str(step["run"]).strip().splitlines()[0])
    name = text_of(interpolated(shown, contexts.offered(known, contexts.STEP)))
    moment = state.world.clock.iso(node["completed"])
    record = {"name": name, "status": "completed", "number": number, "started_at": moment, "completed_at": moment}
    if not condition(step.get("if", True), contexts.offered(known, contexts.STEP_IF), status):
        node["steps"].append(record | {"conclusion": "skipped"})
        return "skipped"
    log.write(f"##[group]{name}")
    outputs: dict[str, str] = {}
    try:
        given = contexts.offered(known, contexts.STEP)
        outcome = steps.play(state, interpolated(step, given | {"env": known["env"]}), own, outputs)
    except NotEmulated as error:
        log.write(f"##[error]not emulated: {error}")
        outcome = "failure"
    log.write("##[endgroup]")
    conclusion = "success" if outcome == "failure" and step.get("continue-on-error") else outcome
    node["steps"].append(record | {"conclusion": conclusion})
    if "id" in step:
        known["steps"][step["id"]] = {"outputs": outputs, "outcome": outcome, "conclusion": conclusion}
    return conclusion
