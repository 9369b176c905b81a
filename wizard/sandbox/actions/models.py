"""Wire forms of workflows, runs, jobs, pending deployments and reviews.

Owns shapes only: reads the world, writes nothing, checks no rights.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from wizard.sandbox.actions import gates, runs
from wizard.sandbox.actions.expressions import ExpressionError, interpolated
from wizard.sandbox.actions.workflow_file import InvalidWorkflow, Workflow, parse
from wizard.sandbox.github import models as github
from wizard.sandbox.github import objects
from wizard.sandbox.github.forms import API, WEB, minimal_repository, node_id, simple_user, team

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any


def workflow_id(repository: Json, path: str) -> int:
    """A number that stays with the path, so that no state is needed."""
    digest = hashlib.sha256(f"{repository['id']}/{path}".encode()).digest()
    return 100_000_000 + int.from_bytes(digest[:4], "big") % 100_000_000


def workflow(world: World, repository: Json, path: str, content: bytes) -> Json:
    """``workflow``."""
    name, number = github.full_name(repository), workflow_id(repository, path)
    try:
        title = parse(path, content).name
    except InvalidWorkflow:
        title = path
    disabled = f"{name}/{path}".lower() in world.table("github.disabled_workflows")
    return {
        "id": number,
        "node_id": node_id("Workflow", number),
        "name": title,
        "path": path,
        "state": "disabled_manually" if disabled else "active",
        "created_at": repository["created_at"],
        "updated_at": repository["pushed_at"],
        "url": f"{API}/repos/{name}/actions/workflows/{number}",
        "html_url": f"{WEB}/{name}/blob/{repository['default_branch']}/{path}",
        "badge_url": f"{WEB}/{name}/workflows/{title.replace(' ', '%20')}/badge.svg",
    }


def run(world: World, document: Json) -> Json:
    """``workflow-run``, as it stands now."""
    repository = github.repository(world, document["repository"])
    assert repository is not None
    name, number = github.full_name(repository), document["id"]
    url = f"{API}/repos/{name}/actions/runs/{number}"
    status, conclusion, changed = runs.standing(runs.progress(world, document))
    try:
        file = runs.workflow_at(world, name, document["sha"], document["path"])
    except InvalidWorkflow:
        file = Workflow(document["path"], document["path"], {}, {})
    suite = number + 10_000_000_000
    form: Json = {
        "id": number,
        "name": file.name,
        "node_id": node_id("WorkflowRun", number),
        "head_branch": document["ref"].removeprefix("refs/heads/").removeprefix("refs/tags/"),
        "head_sha": document["sha"],
        "path": document["path"],
        "display_title": _title(file, document),
        "run_number": document["number"],
        "event": document["event"],
        "status": status,
        "conclusion": conclusion,
        "workflow_id": workflow_id(repository, document["path"]),
        "check_suite_id": suite,
        "check_suite_node_id": node_id("CheckSuite", suite),
        "url": url,
        "html_url": f"{WEB}/{name}/actions/runs/{number}",
        "pull_requests": [],
        "created_at": world.clock.iso(document["created"]),
        "updated_at": world.clock.iso(changed),
        "actor": simple_user(world, document["actor"]),
        "run_attempt": document["attempt"],
        "referenced_workflows": [],
        "run_started_at": world.clock.iso(document["started"]),
        "triggering_actor": simple_user(world, document.get("triggering_actor", document["actor"])),
        "check_suite_url": f"{API}/repos/{name}/check-suites/{suite}",
        "workflow_url": f"{API}/repos/{name}/actions/workflows/{workflow_id(repository, document['path'])}",
        "previous_attempt_url": f"{url}/attempts/{document['attempt'] - 1}" if document["attempt"] > 1 else None,
        "head_commit": _head(world, name, document["sha"]),
        "repository": minimal_repository(world, repository),
        "head_repository": minimal_repository(world, repository),
    }
    return form | {f"{part}_url": f"{url}/{part}" for part in ("jobs", "logs", "artifacts", "cancel", "rerun")}


def _title(file: Workflow, document: Json) -> str:
    """``run-name`` where there is one that can be evaluated, else the workflow's name."""
    known = {
        "github": {"actor": document["actor"], "ref_name": document["ref"].split("/", 2)[-1]},
        "inputs": document["inputs"],
        "vars": {},
    }
    try:
        return str(interpolated(file.run_name, known)) if file.run_name else file.name
    except ExpressionError:
        return file.name


def _head(world: World, name: str, sha: str) -> Json:
    commit = objects.get(world, name, sha)
    if commit is None or commit["type"] != "commit":
        return None
    people = {role: {"name": commit[role]["name"], "email": commit[role]["email"]} for role in ("author", "committer")}
    return {"id": sha, "tree_id": commit["tree"], "message": commit["message"], "timestamp": commit["committer"]["date"], **people}


def job_id(document: Json, key: str) -> int:
    """A number that stays with the job of an attempt."""
    digest = hashlib.sha256(f"{document['id']}/{document['attempt']}/{key}".encode()).digest()
    return 50_000_000_000 + int.from_bytes(digest[:5], "big") % 10_000_000_000


def jobs(world: World, document: Json) -> list[Json]:
    """``job`` for every job that a run shows; what is still to be expanded is shown as one."""
    found = runs.progress(world, document)
    return [_job(world, document, node) for node in found["nodes"].values() if node["kind"] == "job"]


def _job(world: World, document: Json, node: Json) -> Json:
    name, number = document["repository"], job_id(document, node["key"])
    url = f"{API}/repos/{name}/actions/jobs/{number}"
    done, runner = node["status"] == "completed", node["status"] in ("in_progress", "completed") and node["result"] != "skipped"
    started = node["started"] if node["started"] is not None else node["ready"]
    return {
        "id": number,
        "run_id": document["id"],
        "workflow_name": node["path"],
        "head_branch": document["ref"].split("/", 2)[-1],
        "run_url": f"{API}/repos/{name}/actions/runs/{document['id']}",
        "run_attempt": document["attempt"],
        "node_id": node_id("CheckRun", number),
        "head_sha": document["sha"],
        "url": url,
        "html_url": f"{WEB}/{name}/actions/runs/{document['id']}/job/{number}",
        "status": {"blocked": "pending"}.get(node["status"], node["status"]),
        "conclusion": node["result"] if done else None,
        "created_at": world.clock.iso(node["ready"]),
        "started_at": world.clock.iso(started),
        "completed_at": world.clock.iso(node["completed"]) if done else None,
        "name": node["display"],
        "steps": node["steps"],
        "check_run_url": f"{API}/repos/{name}/check-runs/{number}",
        "labels": ["ubuntu-latest"],
        "runner_id": 1 if runner else None,
        "runner_name": "GitHub Actions 1" if runner else None,
        "runner_group_id": 0 if runner else None,
        "runner_group_name": "GitHub Actions" if runner else None,
    }


def _environment(name: str, environment: Json) -> Json:
    return {
        "id": environment["id"],
        "node_id": node_id("Environment", environment["id"]),
        "name": environment["name"],
        "url": f"{API}/repos/{name}/environments/{environment['name']}",
        "html_url": f"{WEB}/{name}/deployments/activity_log?environments_filter={environment['name']}",
    }


def pending_deployment(world: World, document: Json, environment: Json, node: Json, login: str) -> Json:
    """``pending-deployment``, seen by a login."""
    started = node["timer_started"]
    return {
        "environment": _environment(document["repository"], environment),
        "wait_timer": environment["wait_timer"],
        "wait_timer_started_at": world.clock.iso(started) if started is not None else None,
        "current_user_can_approve": gates.may_review(world, document, environment, login),
        "reviewers": [
            {"type": reviewer["type"], "reviewer": form}
            for reviewer in environment["reviewers"]
            if (form := _reviewer(world, reviewer)) is not None
        ],
    }


def _reviewer(world: World, reviewer: Json) -> Json | None:
    if reviewer["type"] == "Team":
        rows = world.table("github.teams").where(lambda row: row["id"] == reviewer["id"])
        return team(rows[0]) if rows else None
    account = github.account_by_id(world, reviewer["id"])
    return simple_user(world, account["login"]) if account else None


def review(world: World, document: Json, entry: Json) -> Json:
    """``environment-approvals``."""
    held = github.environments(world, document["repository"])
    environments = [
        _environment(document["repository"], row) | {"created_at": row["created_at"], "updated_at": row["updated_at"]}
        for row in held
        if row["id"] in entry["environments"]
    ]
    return {"environments": environments, "state": entry["state"], "user": simple_user(world, entry["user"]), "comment": entry["comment"]}


def deployment(world: World, document: Json, environment: Json) -> Json:
    """``deployment``, as a review answers with it."""
    name = document["repository"]
    number = 3_000_000_000 + (job_id(document, environment["name"]) % 1_000_000_000)
    url, moment = f"{API}/repos/{name}/deployments/{number}", world.clock.iso(document["started"])
    return {
        "url": url,
        "id": number,
        "node_id": node_id("Deployment", number),
        "task": "deploy",
        "original_environment": environment["name"],
        "environment": environment["name"],
        "description": None,
        "created_at": moment,
        "updated_at": moment,
        "statuses_url": f"{url}/statuses",
        "repository_url": f"{API}/repos/{name}",
        "creator": simple_user(world, document["actor"]),
        "sha": document["sha"],
        "ref": document["ref"].split("/", 2)[-1],
        "payload": {},
        "transient_environment": False,
        "production_environment": False,
        "performed_via_github_app": None,
    }
