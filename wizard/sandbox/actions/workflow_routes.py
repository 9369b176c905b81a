"""Routes of workflows on api.github.com: list, get, enable, disable, dispatch.

Only a workflow that stands on the default branch exists. A push or a pull request starts no run in this cloud: what those
workflows do (deploy) is not played; ``workflow_dispatch`` is the one event. Not emulated: usage, schedules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from wizard.sandbox.actions import errors, models, runs
from wizard.sandbox.actions.workflow_file import InvalidWorkflow, dispatch_inputs
from wizard.sandbox.github import errors as github_errors
from wizard.sandbox.github import models as github
from wizard.sandbox.github import rights
from wizard.sandbox.github.bodies import members, page
from wizard.sandbox.github.forms import API, WEB
from wizard.sandbox.github.router import ROUTER, signed_in
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

BASE = "/repos/{owner}/{repo}/actions/workflows"


def found(request: Request, world: World, repository: Json) -> tuple[str, bytes]:
    """Path and content of ``{workflow_id}``, a number or a file name. 404 where the default branch has none such."""
    wanted = unquote(request.params["workflow_id"])
    for path, content in runs.workflows(world, github.full_name(repository)).items():
        if wanted in (str(models.workflow_id(repository, path)), path.rpartition("/")[2], path):
            return path, content
    raise github_errors.not_found()


@ROUTER.get(BASE)
def list_workflows(request: Request, world: World) -> Response:
    """https://docs.github.com/rest/actions/workflows#list-repository-workflows"""
    repository = rights.opened(request, world, permission="actions:read")
    items = runs.workflows(world, github.full_name(repository)).items()
    return page(request, [models.workflow(world, repository, path, content) for path, content in items], "workflows")


@ROUTER.get(BASE + "/{workflow_id}")
def get_workflow(request: Request, world: World) -> Response:
    """https://docs.github.com/rest/actions/workflows#get-a-workflow"""
    repository = rights.opened(request, world, permission="actions:read")
    return Response(200, models.workflow(world, repository, *found(request, world, repository)))


@ROUTER.put(BASE + "/{workflow_id}/disable")
def disable_workflow(request: Request, world: World) -> Response:
    """https://docs.github.com/rest/actions/workflows#disable-a-workflow"""
    repository = rights.opened(request, world, "push", "actions:write")
    path, _ = found(request, world, repository)
    world.table("github.disabled_workflows")[f"{github.full_name(repository)}/{path}".lower()] = {"path": path}
    return Response(204)


@ROUTER.put(BASE + "/{workflow_id}/enable")
def enable_workflow(request: Request, world: World) -> Response:
    """https://docs.github.com/rest/actions/workflows#enable-a-workflow"""
    repository = rights.opened(request, world, "push", "actions:write")
    path, _ = found(request, world, repository)
    world.table("github.disabled_workflows").pop(f"{github.full_name(repository)}/{path}".lower(), None)
    return Response(204)


@ROUTER.post(BASE + "/{workflow_id}/dispatches")
def dispatch(request: Request, world: World) -> Response:
    """https://docs.github.com/rest/actions/workflows#create-a-workflow-dispatch-event

    204, or 200 with the run's id and addresses where ``return_run_details`` is true, or the version is 2026-03-10.
    """
    repository = rights.opened(request, world, "push", "actions:write")
    body = members(request, {"ref": str}, {"inputs": dict, "return_run_details": bool})
    path, _ = found(request, world, repository)
    name = github.full_name(repository)
    if not _actions_enabled(world, repository):
        raise errors.actions_disabled()
    if f"{name}/{path}".lower() in world.table("github.disabled_workflows"):
        raise errors.dispatch_refused("Cannot trigger a 'workflow_dispatch' on a disabled workflow")
    ref = _full_ref(world, name, body["ref"])
    inputs = _inputs(world, name, ref, path, body.get("inputs") or {})
    run = runs.create(world, name, path, ref, "workflow_dispatch", inputs, signed_in(request, world).login)
    if not body.get("return_run_details") and request.headers.get("x-github-api-version") != "2026-03-10":
        return Response(204)
    urls = {"run_url": f"{API}/repos/{name}/actions/runs/{run['id']}", "html_url": f"{WEB}/{name}/actions/runs/{run['id']}"}
    return Response(200, {"workflow_run_id": run["id"], **urls})


def _actions_enabled(world: World, repository: Json) -> bool:
    owner = github.account(world, repository["owner"]) or {}
    return bool(repository["actions"].get("enabled", True) and (owner.get("actions") or {}).get("enabled", True))


def _full_ref(world: World, name: str, ref: str) -> str:
    for full in (ref, f"refs/heads/{ref}", f"refs/tags/{ref}"):
        if full.startswith(("refs/heads/", "refs/tags/")) and github.ref_sha(world, name, full):
            return full
    raise errors.dispatch_refused(f"No ref found for: {ref}")


def _inputs(world: World, name: str, ref: str, path: str, given: dict[str, Json]) -> dict[str, Json]:
    """The inputs as the file *at that ref* declares them."""
    if len(given) > 25:
        raise errors.dispatch_refused("Invalid request.\n\nNo more than 25 properties are allowed; " + f"{len(given)} were supplied.")
    try:
        workflow = runs.workflow_at(world, name, github.resolve(world, name, ref), path)
    except InvalidWorkflow as error:
        raise errors.dispatch_refused(f"failed to parse workflow: {error}") from error
    if "workflow_dispatch" not in workflow.triggers:
        raise errors.dispatch_refused("Workflow does not have 'workflow_dispatch' trigger")
    try:
        return dispatch_inputs(workflow, given)
    except InvalidWorkflow as error:
        raise errors.dispatch_refused(str(error)) from error
