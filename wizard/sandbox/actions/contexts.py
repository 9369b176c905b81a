"""The contexts that expressions of a workflow may name, place by place.

Owns what ``github``, ``vars``, ``secrets``, ``inputs``, ``needs`` and ``matrix`` hold for a job. Which of them a place offers
follows GitHub's table of context availability; a name that a place does not offer is refused there.
https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#context-availability
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from wizard.sandbox.actions.expressions import interpolated
from wizard.sandbox.github import models as github

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wizard.sandbox.actions.workflow_file import Workflow
    from wizard.sandbox.world import World

Json = Any

WORK = PurePosixPath("/home", "runner", "work")
"""Where a hosted runner of GitHub works."""
TEMPORARY = WORK / "_temp"
DECIDED_BY_GITHUB = ("github", "needs", "vars", "inputs")
"""Places that are decided before a runner has the job: ``if`` of a job, ``strategy``."""
ENVIRONMENT = (*DECIDED_BY_GITHUB, "matrix", "strategy")
"""``environment``, ``runs-on``, ``name`` and ``concurrency`` of a job, ``with`` of a call."""
CALL_SECRETS = (*ENVIRONMENT, "secrets")
JOB_ENVIRONMENT = (*ENVIRONMENT, "secrets")
STEP_IF = (*ENVIRONMENT, "job", "runner", "env", "steps")
STEP = (*STEP_IF, "secrets")


def github_context(world: World, run: Json, workflow: Workflow, job: str, token: str = "") -> dict[str, Json]:
    """``github``. The token is there only for a job that runs."""
    repository = github.repository(world, run["repository"]) or {}
    owner = github.account(world, str(repository.get("owner", ""))) or {"id": 0}
    actor = github.account(world, run["actor"]) or {"id": 0}
    name = github.full_name(repository)
    short = run["ref"].removeprefix("refs/heads/").removeprefix("refs/tags/")
    reference = f"{name}/{run['path']}@{run['ref']}"
    return {
        "token": token,
        "actor": run["actor"],
        "actor_id": str(actor["id"]),
        "triggering_actor": run.get("triggering_actor", run["actor"]),
        "event_name": run["event"],
        "event": {
            "inputs": run["inputs"],
            "ref": run["ref"],
            "workflow": run["path"],
            "repository": {"full_name": name, "id": repository["id"], "default_branch": repository["default_branch"]},
            "sender": {"login": run["actor"], "id": actor["id"]},
        },
        "ref": run["ref"],
        "ref_name": short,
        "ref_type": "tag" if run["ref"].startswith("refs/tags/") else "branch",
        "head_ref": "",
        "base_ref": "",
        "repository": name,
        "repository_id": str(repository["id"]),
        "repository_owner": repository["owner"],
        "repository_owner_id": str(owner["id"]),
        "repositoryUrl": f"git://github.com/{name}.git",
        "run_id": str(run["id"]),
        "run_number": str(run["number"]),
        "run_attempt": str(run["attempt"]),
        "sha": run["sha"],
        "server_url": "https://github.com",
        "api_url": "https://api.github.com",
        "graphql_url": "https://api.github.com/graphql",
        "workflow": workflow.name,
        "workflow_ref": reference,
        "workflow_sha": run["sha"],
        "workspace": str(WORK / repository["name"] / repository["name"]),
        "job": job,
    }


def variables(world: World, run: Json, environment: str = "") -> dict[str, str]:
    """``vars``: the repository's, and the environment's over them once a runner has the job."""
    values = github.variables(world, run["repository"])
    return values | (github.variables(world, run["repository"], environment) if environment else {})


def secrets_of(world: World, run: Json, nodes: Mapping[str, Json], node: Json, token: str, environment: str = "") -> dict[str, str]:
    """``secrets`` of a job.

    A called workflow has only what its caller hands over, or all with ``secrets: inherit``. An environment's own secrets
    reach a called job only where the caller inherits or hands over a secret of that name (the stricter reading).
    """
    own = github.secrets(world, run["repository"], environment) if environment else {}
    call = _call_above(nodes, node)
    if call is None:
        return github.secrets(world, run["repository"]) | own | {"GITHUB_TOKEN": token}
    outer = secrets_of(world, run, nodes, call, token)
    if call["secrets"] == "inherit":
        return outer | own
    given = offered(node_contexts(world, run, nodes, call) | {"secrets": outer}, CALL_SECRETS)
    handed = {name.upper(): str(interpolated(value, given)) for name, value in (call["secrets"] or {}).items()}
    return handed | {name: value for name, value in own.items() if name in handed} | {"GITHUB_TOKEN": token}


def _call_above(nodes: Mapping[str, Json], node: Json) -> Json | None:
    """The nearest call of a reusable workflow that the node is part of."""
    parent = nodes.get(node["parent"] or "")
    while parent is not None and not parent["calls"]:
        parent = nodes.get(parent["parent"] or "")
    return parent


def node_contexts(world: World, run: Json, nodes: Mapping[str, Json], node: Json) -> dict[str, Json]:
    """``github``, ``vars``, ``inputs``, ``needs``, ``matrix`` and ``strategy`` of a job, before a runner has it."""
    from wizard.sandbox.actions.graph import needed
    from wizard.sandbox.actions.runs import workflow_at

    workflow = workflow_at(world, run["repository"], run["sha"], run["path"])
    needs = {name: {"result": found["result"], "outputs": found["outputs"]} for name, found in needed(nodes, node).items()}
    return {
        "github": github_context(world, run, workflow, node["job"]),
        "vars": variables(world, run),
        "inputs": node["inputs"],
        "needs": needs,
        "matrix": node["matrix"],
        "strategy": {"fail-fast": True, "job-index": node["leg"], "job-total": node["legs"], "max-parallel": node["legs"]},
    }


def offered(contexts: Mapping[str, Json], place: tuple[str, ...]) -> dict[str, Json]:
    """Only the contexts that the place offers."""
    return {name: contexts[name] for name in place if name in contexts}
