"""Template deployments at resource group and subscription scope.

Owns the routes of ``Microsoft.Resources/deployments`` but for ``validate`` and ``whatIf`` (``deployments_preview``). A deployment
is evaluated and carried out as the caller when its PUT is accepted; resources that take time show their
``provisioningState`` meanwhile, and the deployment its own. Decided without a source: cancelling takes back what had not
begun. Not emulated: management group and tenant scope, template links, deployment stacks.
https://learn.microsoft.com/rest/api/resources/deployments
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import checks, deployments_preview, errors, kinds, operations, rbac
from wizard.sandbox.arm.deployments_cloud import WorldCloud
from wizard.sandbox.arm.deployments_models import RUNS, TABLE, TERMINAL, operation_body, shown, state_now, stored
from wizard.sandbox.arm.deployments_preview import GROUP_SCOPE, SUBSCRIPTION_SCOPE, checked_items, program_of
from wizard.sandbox.arm.deployments_requests import TYPE, Wish, deployment_id, scope_of, wish
from wizard.sandbox.arm.deployments_run import Run
from wizard.sandbox.arm.filters import paged
from wizard.sandbox.arm.router import ROUTER, caller, version
from wizard.sandbox.router import Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.login.directory import Principal
    from wizard.sandbox.world import World

Json = Any
__all__ = ["deployments_preview"]
OPERATIONS = (
    "/subscriptions/{subscription}/resourcegroups/{group}/deployments/{name}/operations",
    SUBSCRIPTION_SCOPE + "/{name}/operations",
)


def _allow(request: Request, world: World, action: str) -> Principal:
    who = caller(request, world)
    rbac.require(world, who, f"{TYPE}/{action}", deployment_id(request) if "name" in request.params else scope_of(request))
    return who


def _found(request: Request, world: World) -> Json:
    row = stored(world, deployment_id(request))
    if row is None:
        if "group" in request.params:
            checks.group_of(world, scope_of(request))
        raise errors.refused(404, "DeploymentNotFound", f"Deployment '{request.params['name']}' could not be found.")
    return row


@ROUTER.put(GROUP_SCOPE + "/{name}")
@ROUTER.put(SUBSCRIPTION_SCOPE + "/{name}")
def put_deployment(request: Request, world: World) -> Response:
    """201 (200 for a name used before), ``Azure-AsyncOperation`` to poll; refused at once where the preflight fails."""
    who = _allow(request, world, "write")
    asked = wish(request, world)
    before = stored(world, asked.id)
    _check_overwritten(world, asked, before)
    cloud = WorldCloud(world, who)
    program = program_of(asked, cloud)
    checked_items(world, who, program, cloud, "Provider", register=True)
    correlation = request.headers.get("x-ms-correlation-request-id") or world.new_id("correlation")
    run = Run(world, who, cloud, lambda target, api, body: _sent(request, world, target, api, body), correlation)
    run.finish(program, asked.id, asked.tags, mode=asked.mode, location=asked.place.location)
    if asked.mode == "Complete":
        _remove_others(world, scope_of(request), {instance.key for instance in program.instances if instance.wanted})
    row = world.table(TABLE)[asked.id.lower()]
    return Response(200 if before else 201, shown(world, row), _polling(request, world, asked.id))


def _check_overwritten(world: World, asked: Wish, before: Json) -> None:
    if before is None:
        return
    if state_now(world, asked.id) not in TERMINAL:
        message = (
            f"The deployment with resource id '{asked.id}' cannot be saved, because this would overwrite an existing deployment which is "
            "still active. Please see https://aka.ms/arm-deploy for usage details."
        )
        raise errors.refused(409, "DeploymentActive", message)
    if before.get("location", "") != asked.place.location:
        message = (
            f"Invalid deployment location '{asked.place.location}'. The deployment '{asked.place.name}' already exists in location "
            f"'{before.get('location')}'."
        )
        raise errors.refused(409, "InvalidDeploymentLocation", message)


def _sent(request: Request, world: World, target: str, api_version: str, body: Json) -> tuple[int, Json]:
    """A PUT as the same caller, for types that only have a route."""
    text = json.dumps(body).encode()
    inner = Request("PUT", request.host, target, f"api-version={api_version}", request.headers, text)
    response = ROUTER.handle(inner, world)
    return response.status, response.body


def _polling(request: Request, world: World, target: str) -> dict[str, str]:
    run = world.table(RUNS)[target.lower()]
    number = f"{int(run['begin'] * 1000):020d}"
    address = f"https://{request.host}{target}/operationStatuses/{number}?api-version={version(request)}"
    return {"Azure-AsyncOperation": address} | operations.retry_headers(world, 2.0)


def _remove_others(world: World, group_id: str, named: set[str]) -> None:
    """Complete mode: what the group holds and the template does not name goes, children with their parents."""
    table = world.table("arm.resources")
    prefix = f"{group_id.lower()}/providers/"
    for key in list(table):
        row = table.get(key)
        if row is None or not key.startswith(prefix) or key in named or key.count("/") != 8 or row["type"].lower() == checks.LOCKS.lower():
            continue
        if not any(other.startswith(f"{key}/") for other in named):
            kinds.kind_of(row["type"]).delete(world, row["id"])


@ROUTER.get(GROUP_SCOPE + "/{name}/operationStatuses/{operation}")
@ROUTER.get(SUBSCRIPTION_SCOPE + "/{name}/operationStatuses/{operation}")
def operation_status(request: Request, world: World) -> Response:
    """``{"status": "Running" | "Succeeded" | "Failed" | "Canceled", "error"?}``."""
    _allow(request, world, "operationStatuses/read")
    row = _found(request, world)
    state = state_now(world, row["id"])
    if state not in TERMINAL:
        return Response(200, {"status": "Running"}, operations.retry_headers(world, 2.0))
    error = row["properties"].get("error")
    return Response(200, {"status": state} | ({"error": error} if error and state == "Failed" else {}))


@ROUTER.get(GROUP_SCOPE + "/{name}")
@ROUTER.get(SUBSCRIPTION_SCOPE + "/{name}")
def get_deployment(request: Request, world: World) -> Response:
    """One deployment as it stands."""
    _allow(request, world, "read")
    row = _found(request, world)
    running = state_now(world, row["id"]) not in TERMINAL and not world.latency
    return Response(200, shown(world, row), operations.retry_headers(world) if running else {})


@ROUTER.head(GROUP_SCOPE + "/{name}")
@ROUTER.head(SUBSCRIPTION_SCOPE + "/{name}")
def has_deployment(request: Request, world: World) -> Response:
    """204 or 404."""
    _allow(request, world, "read")
    return Response(204 if stored(world, deployment_id(request)) else 404)


@ROUTER.get(GROUP_SCOPE)
@ROUTER.get(SUBSCRIPTION_SCOPE)
def list_deployments(request: Request, world: World) -> Response:
    """The deployments of the scope, newest first; ``$filter=provisioningState eq 'Failed'``, ``$top``."""
    _allow(request, world, "read")
    scope = scope_of(request)
    if "group" in request.params:
        checks.group_of(world, scope)
    prefix = f"{scope.lower()}/providers/{TYPE.lower()}/"
    rows = [shown(world, row) for key, row in world.table(TABLE).items() if key.startswith(prefix)]
    wanted = request.query.get("$filter", "")
    if wanted:
        state = wanted.split("'")[1] if "'" in wanted else ""
        rows = [row for row in rows if row["properties"]["provisioningState"].lower() == state.lower()]
    rows.sort(key=lambda row: str(row["properties"]["timestamp"]), reverse=True)
    return Response(200, {"value": paged(rows, request)})


@ROUTER.delete(GROUP_SCOPE + "/{name}")
@ROUTER.delete(SUBSCRIPTION_SCOPE + "/{name}")
def delete_deployment(request: Request, world: World) -> Response:
    """202 and a ``Location``; 204 where there was none. What it deployed stays."""
    _allow(request, world, "delete")
    row = stored(world, deployment_id(request))
    if row is None:
        return Response(204)
    if state_now(world, row["id"]) not in TERMINAL:
        message = f"The deployment '{row['name']}' cannot be deleted because it is in progress."
        raise errors.refused(409, "DeploymentActive", message)
    del world.table(TABLE)[row["id"].lower()]
    world.table(RUNS).pop(row["id"].lower(), None)
    until = operations.until(world, 2.0)
    return Response(202, None, operations.begin(world, request, request.params["subscription"], "deployment", until))


@ROUTER.post(GROUP_SCOPE + "/{name}/cancel")
@ROUTER.post(SUBSCRIPTION_SCOPE + "/{name}/cancel")
def cancel(request: Request, world: World) -> Response:
    """204; what had not begun is taken back. 409 for a deployment that is over."""
    _allow(request, world, "cancel/action")
    row = _found(request, world)
    state = state_now(world, row["id"])
    if state in TERMINAL:
        message = (
            f"The deployment '{row['name']}' cannot be cancelled because its provisioning state is '{state}', which is terminal. "
            "Please see https://aka.ms/arm-deploy for usage details."
        )
        raise errors.refused(409, "DeploymentCannotBeCancelled", message)
    run = world.table(RUNS)[row["id"].lower()]
    now = world.clock.now() - run["begin"]
    for operation in row["operations"]:
        target = operation["target"]
        if operation["start"] > now and target["id"] in run["made"] and target["id"].lower() in world.table("arm.resources"):
            kinds.kind_of(target["resourceType"]).delete(world, target["id"])
    row["operations"] = [operation for operation in row["operations"] if operation["start"] <= now]
    row["properties"] = {**row["properties"], "provisioningState": "Canceled"}
    row["properties"].pop("outputs", None)
    world.table(TABLE)[row["id"].lower()] = row
    world.table(RUNS)[row["id"].lower()] = {**run, "end": run["begin"] + now}
    return Response(204)


@ROUTER.post(GROUP_SCOPE + "/{name}/exportTemplate")
@ROUTER.post(SUBSCRIPTION_SCOPE + "/{name}/exportTemplate")
def export(request: Request, world: World) -> Response:
    """The template that was deployed."""
    _allow(request, world, "exportTemplate/action")
    return Response(200, {"template": _found(request, world)["template"]})


def list_operations(request: Request, world: World) -> Response:
    """What the deployment does with each resource."""
    _allow(request, world, "operations/read")
    row = _found(request, world)
    found = [body for operation in row["operations"] if (body := operation_body(world, row, operation))]
    return Response(200, {"value": paged(found, request)})


def get_operation(request: Request, world: World) -> Response:
    """One operation."""
    _allow(request, world, "operations/read")
    row = _found(request, world)
    wanted = request.params["operation"].lower()
    operation = next((each for each in row["operations"] if each["id"].lower() == wanted), None)
    body = operation_body(world, row, operation) if operation else None
    if body is None:
        raise errors.refused(
            404, "DeploymentOperationNotFound", f"The deployment operation '{request.params['operation']}' could not be found."
        )
    return Response(200, body)


for _path in (*OPERATIONS, GROUP_SCOPE + "/{name}/operations"):
    ROUTER.get(_path)(list_operations)
    ROUTER.get(_path + "/{operation}")(get_operation)
