"""The gate of an environment: branch policy, reviewers and wait timer that hold a job.

Owns when the gate opens and who may open it. Reviewers and timers count only where the environment has them; which plans
may have them is decided where environments are made. Not emulated: custom protection rules, administrators' bypass.
https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import models as github

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any


@dataclass(frozen=True, slots=True)
class Gate:
    """Where a job stands at its environment's gate: ``opened`` at a moment, ``refused`` with words, or still closed."""

    opened: float | None = None
    refused: str = ""
    decided: float = 0.0
    timer_started: float | None = None


def standing(world: World, run: Json, node: Json) -> Gate:
    """The gate of a job that is otherwise ready. A job without an environment, or with an unprotected one, passes."""
    environment = github.environment(world, run["repository"], node["environment"]) if node["environment"] else None
    if environment is None:
        return Gate(opened=node["ready"])
    if not github.deployable(world, run["repository"], environment["name"], run["ref"]):
        kind = "Tag" if run["ref"].startswith("refs/tags/") else "Branch"
        short = run["ref"].split("/", 2)[-1]
        words = f'{kind} "{short}" is not allowed to deploy to {environment["name"]} due to environment protection rules.'
        return Gate(refused=words, decided=node["ready"])
    review = next((review for review in run["reviews"] if environment["id"] in review["environments"]), None)
    if review and review["state"] == "rejected":
        return Gate(refused=f"The deployment was rejected by {review['user']}.", decided=review["at"])
    timer = 60.0 * environment["wait_timer"]
    timer_started = node["ready"] if timer else None
    if environment["reviewers"] and review is None:
        return Gate(timer_started=timer_started)
    opened = max(node["ready"] + timer, review["at"] if environment["reviewers"] and review else 0.0)
    return Gate(opened=opened if world.clock.now() >= opened else None, timer_started=timer_started)


def awaited(world: World, run: Json, nodes: Json) -> list[tuple[Json, Json]]:
    """``(environment, job)`` for every environment whose gate holds a job now, once each."""
    found: dict[int, tuple[Json, Json]] = {}
    for node in nodes.values():
        environment = github.environment(world, run["repository"], node["environment"]) if node["environment"] else None
        if node["status"] == "waiting" and environment is not None:
            found.setdefault(environment["id"], (environment, node))
    return list(found.values())


def may_review(world: World, run: Json, environment: Json, login: str) -> bool:
    """Whether a login is a reviewer of the environment and, where self-review is prevented, did not start the run."""
    if environment["prevent_self_review"] and login.lower() == run.get("triggering_actor", run["actor"]).lower():
        return False
    account = github.account(world, login)
    if account is None:
        return False
    for reviewer in environment["reviewers"]:
        if reviewer["type"] == "User" and reviewer["id"] == account["id"]:
            return True
        if reviewer["type"] == "Team" and any(
            row["id"] == reviewer["id"] and login.lower() in (member.lower() for member in row["members"])
            for row in world.table("github.teams").rows.values()
        ):
            return True
    return False
