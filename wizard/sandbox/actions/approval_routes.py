"""Routes of gates on api.github.com: which deployments of a run wait for whom, and the reviews that were given.

A review counts only from a reviewer of the environment (a user, or a member of a team) and, where self-review is prevented,
not from who started the run. Not emulated: administrators' bypass, custom protection rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.actions import errors, gates, models, runs
from wizard.sandbox.actions.run_routes import BASE, opened
from wizard.sandbox.github.bodies import members, one_of
from wizard.sandbox.github.router import ROUTER, signed_in
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any


@ROUTER.get(BASE + "/{run_id}/pending_deployments")
def pending(request: Request, world: World) -> Response:
    """https://docs.github.com/rest/actions/workflow-runs#get-pending-deployments-for-a-workflow-run"""
    _, run = opened(request, world)
    held = gates.awaited(world, run, runs.progress(world, run)["nodes"])
    login = signed_in(request, world).login
    return Response(200, [models.pending_deployment(world, run, environment, node, login) for environment, node in held])


@ROUTER.post(BASE + "/{run_id}/pending_deployments")
def review(request: Request, world: World) -> Response:
    """https://docs.github.com/rest/actions/workflow-runs#review-pending-deployments-for-a-workflow-run

    Every environment named must wait for the caller's review: one that does not refuses all (the stricter reading).
    """
    _, run = opened(request, world, "pull", "deployments:write")
    body = members(request, {"environment_ids": list, "state": str, "comment": str})
    one_of("state", body["state"], ("approved", "rejected"))
    login = signed_in(request, world).login
    held = {environment["id"]: environment for environment, _ in gates.awaited(world, run, runs.progress(world, run)["nodes"])}
    chosen = [held.get(number) for number in body["environment_ids"]]
    reviewed = {number for entry in run["reviews"] for number in entry["environments"]}
    if not chosen or any(found is None or found["id"] in reviewed or not gates.may_review(world, run, found, login) for found in chosen):
        raise errors.not_a_reviewer()
    entry = {
        "environments": body["environment_ids"],
        "state": body["state"],
        "comment": body["comment"],
        "user": login,
        "at": world.clock.now(),
    }
    runs.put(world, run | {"reviews": [*run["reviews"], entry]})
    return Response(200, [models.deployment(world, run, environment) for environment in chosen if environment is not None])


@ROUTER.get(BASE + "/{run_id}/approvals")
def reviews(request: Request, world: World) -> Response:
    """https://docs.github.com/rest/actions/workflow-runs#get-the-review-history-for-a-workflow-run"""
    _, run = opened(request, world)
    return Response(200, [models.review(world, run, entry) for entry in run["reviews"]])
