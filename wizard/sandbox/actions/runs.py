"""Workflow runs: making one, and knowing where it stands now.

Owns the tables ``github.workflow_runs`` (what people did: dispatched, reviewed, cancelled, ran again) and
``_actions.progress`` (what follows from that and from the clock: jobs, steps, logs; ephemeral, computed when asked for).
It must never start by itself: nothing happens in a run before somebody looks at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.actions import graph, workflow_file
from wizard.sandbox.github import models as github

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

FOLDER = ".github/workflows/"
RUNS, PROGRESS = "github.workflow_runs", "_actions.progress"


def workflows(world: World, repository: str) -> dict[str, bytes]:
    """The workflow files of the default branch, by path; only these exist for the API."""
    found = github.files_at(world, repository, "", FOLDER)
    return {path: text for path, text in found.items() if path.endswith((".yml", ".yaml")) and "/" not in path.removeprefix(FOLDER)}


def workflow_at(world: World, repository: str, sha: str, path: str) -> workflow_file.Workflow:
    """The workflow as committed at ``sha``. Raises ``InvalidWorkflow``, also where it is not there."""
    content = github.file_at(world, repository, sha, path)
    if content is None:
        raise workflow_file.InvalidWorkflow(f"workflow was not found: {path}")
    return workflow_file.parse(path, content)


def create(world: World, repository: str, path: str, ref: str, event: str, inputs: dict[str, Json], actor: str) -> Json:
    """A new run of a workflow at a full ref, waiting to be looked at."""
    now = world.clock.now()
    run = {
        "id": world.next_number("github.workflow_run", 19_000_000_001),
        "repository": repository,
        "path": path,
        "ref": ref,
        "sha": github.resolve(world, repository, ref),
        "event": event,
        "inputs": inputs,
        "actor": actor,
        "number": world.next_number(f"github.workflow_run.{repository}/{path}".lower()),
        "attempt": 1,
        "created": now,
        "started": now,
        "reviews": [],
        "cancelled": None,
    }
    put(world, run)
    return run


def put(world: World, run: Json) -> None:
    world.table(RUNS)[str(run["id"])] = run


def of_repository(world: World, repository: str) -> list[Json]:
    """Every run of a repository, newest first."""
    rows = world.table(RUNS).where(lambda row: row["repository"].lower() == repository.lower())
    return sorted(rows, key=lambda row: (row["created"], row["id"]), reverse=True)


def get(world: World, number: str) -> Json | None:
    return world.table(RUNS).get(number)


def progress(world: World, run: Json) -> Json:
    """The run's jobs as they stand now: ``{"nodes": {key: node}, "refused": message}``."""
    table, key = world.table(PROGRESS), f"{run['id']}/{run['attempt']}"
    found = table.get(key)
    if found is None:
        found = graph.begun(world, run)
    if graph.advance(world, run, found) or key not in table:
        table[key] = found
    return found


def again(world: World, run: Json, actor: str) -> None:
    """A new attempt of a finished run, by whoever asked for it."""
    run |= {"attempt": run["attempt"] + 1, "started": world.clock.now(), "reviews": [], "cancelled": None, "triggering_actor": actor}
    put(world, run)


def standing(found: Json) -> tuple[str, str | None, float]:
    """``(status, conclusion, changed)`` of a run, from the standing of its jobs."""
    if found["refused"]:
        return "completed", "startup_failure", found["started"]
    leaves = [node for node in found["nodes"].values() if node["kind"] == "job"]
    changed = max([found["started"], *(node["changed"] for node in leaves)])
    if all(node["status"] == "completed" for node in leaves):
        return "completed", _conclusion(leaves), changed
    active = {node["status"] for node in leaves if node["status"] not in ("completed", "blocked")}
    for status in ("in_progress", "queued", "waiting"):
        if status in active:
            return status, None, changed
    return "in_progress", None, changed


def _conclusion(leaves: list[Json]) -> str:
    results = {node["result"] for node in leaves if not (node["result"] == "failure" and node.get("tolerated"))}
    for result in ("failure", "cancelled"):
        if result in results:
            return result
    return "success" if "success" in results or not results else "skipped"
