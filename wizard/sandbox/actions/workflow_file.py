"""One workflow file: what GitHub's own parser takes from it, and what it refuses.

Owns the reading of ``.github/workflows/*.yml`` (YAML 1.2, so that ``on`` is a word) and its static checks: unknown keys,
jobs that need what is not there, steps that are neither ``run`` nor ``uses``, expressions that do not parse.
It must never look at the world. See https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from wizard.sandbox.actions.expressions import Expression, ExpressionError, expressions_in

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = Any

TOP = {"name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs"}
JOB = {
    *("name", "needs", "if", "permissions", "runs-on", "environment", "concurrency", "outputs", "env", "defaults", "steps"),
    *("timeout-minutes", "strategy", "continue-on-error", "container", "services", "uses", "with", "secrets"),
}
STEP = {"id", "if", "name", "uses", "run", "shell", "with", "env", "continue-on-error", "timeout-minutes", "working-directory"}
INPUT = {"description", "required", "default", "type", "options", "deprecationMessage"}
SCOPES = {
    *("actions", "attestations", "checks", "contents", "deployments", "discussions", "id-token", "issues", "models", "packages", "pages"),
    *("pull-requests", "repository-projects", "security-events", "statuses"),
}


class InvalidWorkflow(Exception):
    """The file is not a workflow; the text is GitHub's."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """A parsed workflow file. ``triggers`` maps event names to their (possibly empty) filters; ``jobs`` stay YAML."""

    path: str
    name: str
    triggers: dict[str, dict[str, Json]]
    jobs: dict[str, dict[str, Json]]
    environment: dict[str, Json] = field(default_factory=dict)
    permissions: Json = None
    run_name: str = ""

    def inputs(self, event: str) -> dict[str, dict[str, Json]]:
        """The declared inputs of ``workflow_dispatch`` or ``workflow_call``."""
        return {name: dict(spec or {}) for name, spec in (self.triggers.get(event, {}).get("inputs") or {}).items()}


def parse(path: str, content: bytes) -> Workflow:
    """The workflow in ``content``; raises ``InvalidWorkflow`` with what GitHub would say."""
    try:
        document = YAML(typ="safe", pure=True).load(content.decode("utf-8"))
    except (YAMLError, UnicodeDecodeError) as error:
        raise InvalidWorkflow(f"You have an error in your yaml syntax: {str(error).splitlines()[0]}") from error
    if not isinstance(document, dict):
        raise InvalidWorkflow("A mapping was expected")
    _known(document, TOP, "")
    for name in ("on", "jobs"):
        if not document.get(name):
            raise InvalidWorkflow(f"Required property is missing: {name}")
    jobs = document["jobs"]
    if not isinstance(jobs, dict):
        raise InvalidWorkflow("jobs: A mapping was expected")
    for name, job in jobs.items():
        _checked_job(str(name), job, set(jobs))
    _checked_permissions(document.get("permissions"))
    _checked_expressions(document)
    return Workflow(
        path=path,
        name=str(document.get("name") or path),
        triggers=_triggers(document["on"]),
        jobs=jobs,
        environment=document.get("env") or {},
        permissions=document.get("permissions"),
        run_name=str(document.get("run-name") or ""),
    )


def _known(mapping: Mapping[str, Json], allowed: set[str], place: str) -> None:
    for key in mapping:
        if key not in allowed:
            raise InvalidWorkflow(f"{place}Unexpected value '{key}'")


def _triggers(on: Json) -> dict[str, dict[str, Json]]:
    if isinstance(on, str):
        return {on: {}}
    if isinstance(on, list):
        return {str(name): {} for name in on}
    if not isinstance(on, dict):
        raise InvalidWorkflow("on: A string, a sequence or a mapping was expected")
    found: dict[str, dict[str, Json]] = {str(name): filters if isinstance(filters, dict) else {} for name, filters in on.items()}
    for event in ("workflow_dispatch", "workflow_call"):
        for name, spec in (found.get(event, {}).get("inputs") or {}).items():
            _known(spec or {}, INPUT, f"on.{event}.inputs.{name}: ")
            if event == "workflow_call" and "type" not in (spec or {}):
                raise InvalidWorkflow(f"on.{event}.inputs.{name}: Required property is missing: type")
    return found


def _checked_job(name: str, job: Json, siblings: set[str]) -> None:
    place = f"jobs.{name}: "
    if not isinstance(job, dict):
        raise InvalidWorkflow(place + "A mapping was expected")
    _known(job, JOB, place)
    for needed in needs_of(job):
        if needed not in siblings:
            raise InvalidWorkflow(f"{place}Job '{name}' depends on unknown job '{needed}'.")
    _checked_permissions(job.get("permissions"))
    if "uses" in job:
        if extra := {"steps", "runs-on", "environment", "env"} & set(job):
            raise InvalidWorkflow(f"{place}Unexpected value '{sorted(extra)[0]}'")
        return
    for required in ("runs-on", "steps"):
        if not job.get(required):
            raise InvalidWorkflow(f"{place}Required property is missing: {required}")
    ids: set[str] = set()
    for number, step in enumerate(job["steps"], 1):
        _checked_step(f"jobs.{name}.steps[{number}]: ", step, ids)


def _checked_step(place: str, step: Json, ids: set[str]) -> None:
    if not isinstance(step, dict):
        raise InvalidWorkflow(place + "A mapping was expected")
    _known(step, STEP, place)
    if ("run" in step) == ("uses" in step):
        raise InvalidWorkflow(place + ("Unexpected value 'uses'" if "run" in step else "Required property is missing: run"))
    if "id" in step:
        if step["id"] in ids:
            raise InvalidWorkflow(f"{place}The identifier '{step['id']}' may not be used more than once within the same scope.")
        ids.add(step["id"])


def _checked_permissions(permissions: Json) -> None:
    if permissions is None or permissions in ("read-all", "write-all"):
        return
    if not isinstance(permissions, dict):
        raise InvalidWorkflow(f"permissions: Unexpected value '{permissions}'")
    _known(permissions, SCOPES, "permissions: ")
    for scope, access in permissions.items():
        if access not in ("read", "write", "none") or (scope == "id-token" and access == "read"):
            raise InvalidWorkflow(f"permissions.{scope}: Unexpected value '{access}'")


def _checked_expressions(document: dict[str, Json]) -> None:
    try:
        expressions_in(document)
        for job in document["jobs"].values():
            for conditional in (job, *job.get("steps", ())):
                source = str(conditional.get("if", "")).strip()
                if source and "${{" not in source and source not in ("True", "False"):
                    Expression(source)
    except ExpressionError as error:
        raise InvalidWorkflow(str(error)) from error


def needs_of(job: Mapping[str, Json]) -> list[str]:
    """The jobs that a job waits for."""
    needs = job.get("needs") or []
    return [needs] if isinstance(needs, str) else list(needs)


def permissions_of(declared: Json, inherited: dict[str, str]) -> dict[str, str]:
    """The token's permissions: what is declared and nothing else, or ``inherited`` where nothing is declared."""
    if declared is None:
        return inherited
    if declared == "read-all":
        return dict.fromkeys(SCOPES - {"id-token"}, "read")
    if declared == "write-all":
        return dict.fromkeys(SCOPES, "write")
    return {"metadata": "read", **{scope: access for scope, access in declared.items() if access != "none"}}


def beyond(wanted: Mapping[str, str], limit: Mapping[str, str]) -> list[str]:
    """The scopes that ``wanted`` has and ``limit`` does not grant, as ``id-token: write``."""
    rank = {"none": 0, "read": 1, "write": 2}
    return [
        f"{scope}: {access}"
        for scope, access in sorted(wanted.items())
        if scope != "metadata" and rank[access] > rank[limit.get(scope, "none")]
    ]


def dispatch_inputs(workflow: Workflow, given: Mapping[str, Json]) -> dict[str, Json]:
    """The inputs of a dispatch, defaults filled in; raises ``InvalidWorkflow`` with the words of the 422.

    An input of type ``environment`` is not checked against the environments there are: GitHub's form does that, its API
    takes any text.
    """
    declared = workflow.inputs("workflow_dispatch")
    if unexpected := [name for name in given if name not in declared]:
        raise InvalidWorkflow("Unexpected inputs provided: [" + ", ".join(f'"{name}"' for name in unexpected) + "]")
    found: dict[str, Json] = {}
    for name, spec in declared.items():
        value = given.get(name)
        if value in (None, ""):
            if spec.get("required") and "default" not in spec:
                raise InvalidWorkflow(f"Required input '{name}' not provided")
            value = spec.get("default", False if spec.get("type") == "boolean" else "")
        if spec.get("type") == "choice" and value not in spec.get("options", ()):
            raise InvalidWorkflow(f"Provided value '{value}' for input '{name}' not in the list of allowed values")
        if spec.get("type") == "boolean":
            if str(value).lower() not in ("true", "false"):
                raise InvalidWorkflow(f"Provided value '{value}' for input '{name}' is not a boolean")
            value = str(value).lower() == "true"
        found[name] = value
    return found
