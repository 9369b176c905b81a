"""``validate`` and ``whatIf``: a deployment looked at without being carried out.

Owns both routes. Validation levels: *Provider* (the default) asks for the right to write
every resource, *ProviderNoRbac* only for that to read, *Template* evaluates the template and looks no further. What may be
decided without a source is decided strictly: ``validate`` does not register providers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import errors, operations, rbac
from wizard.sandbox.arm.deployments_cloud import WorldCloud
from wizard.sandbox.arm.deployments_models import described
from wizard.sandbox.arm.deployments_preflight import Planned, passed, planned
from wizard.sandbox.arm.deployments_requests import TYPE, Wish, deployment_id, read_body, scope_of, wish
from wizard.sandbox.arm.deployments_whatif import changes
from wizard.sandbox.arm.router import ROUTER, caller
from wizard.sandbox.arm.template.faults import TemplateFault
from wizard.sandbox.arm.template.hashing import minified, template_hash
from wizard.sandbox.arm.template.program import Program, prepared
from wizard.sandbox.router import Refusal, Request, Response

if TYPE_CHECKING:
    from wizard.sandbox.login.directory import Principal
    from wizard.sandbox.world import World

Json = Any
GROUP_SCOPE = "/subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Resources/deployments"
SUBSCRIPTION_SCOPE = "/subscriptions/{subscription}/providers/Microsoft.Resources/deployments"
WHAT_IF_SECONDS = 8.0


def program_of(asked: Wish, cloud: WorldCloud) -> Program:
    """The prepared template of a request; ``InvalidTemplate`` (400) where it is none."""
    properties = {
        "template": asked.template,
        "templateHash": "",
        "parameters": asked.parameters,
        "mode": asked.mode,
        "provisioningState": "Accepted",
    }
    deployment: Json = {"name": asked.place.name, "properties": properties}
    if asked.place.location:
        deployment["location"] = asked.place.location
    try:
        return prepared(asked.template, asked.parameters, asked.place, cloud, deployment=deployment, read_secret=cloud.secret)
    except TemplateFault as fault:
        raise refusal_of(fault) from None


def refusal_of(fault: TemplateFault) -> Refusal:
    """400 with the fault's code and words."""
    return errors.refused(400, fault.code, fault.message, details=fault.details)


def checked_items(world: World, who: Principal, program: Program, cloud: WorldCloud, level: str, *, register: bool) -> list[Planned]:
    """Preflight, with template faults of nested templates as refusals."""
    try:
        return passed(world, who, program, cloud, level, register=register)
    except TemplateFault as fault:
        raise refusal_of(fault) from None


@ROUTER.post(GROUP_SCOPE + "/{name}/validate")
@ROUTER.post(SUBSCRIPTION_SCOPE + "/{name}/validate")
def validate(request: Request, world: World) -> Response:
    """200 with what would be deployed, or 400 with ``InvalidTemplate`` or ``InvalidTemplateDeployment``."""
    who, cloud = _allowed(request, world, "validate")
    asked = wish(request, world)
    program = program_of(asked, cloud)
    items = checked_items(world, who, program, cloud, asked.level, register=False)
    properties = described(program, world.new_id("correlation"), world.clock.iso(), asked.mode)
    properties["validatedResources"] = [{"id": item.instance.id} for item in items if not item.instance.is_deployment]
    body: Json = {"id": asked.id, "name": asked.place.name, "type": TYPE, "properties": properties}
    return Response(200, body | ({"location": asked.place.location} if asked.place.location else {}))


def _allowed(request: Request, world: World, action: str) -> tuple[Principal, WorldCloud]:
    who = caller(request, world)
    rbac.require(world, who, f"{TYPE}/{action}/action", deployment_id(request))
    return who, WorldCloud(world, who)


@ROUTER.post(GROUP_SCOPE + "/{name}/whatIf")
@ROUTER.post(SUBSCRIPTION_SCOPE + "/{name}/whatIf")
def what_if(request: Request, world: World) -> Response:
    """202 and a ``Location`` whose answer is the ``WhatIfOperationResult``."""
    who, cloud = _allowed(request, world, "whatIf")
    asked = wish(request, world)
    try:
        result = {"status": "Succeeded", "properties": {"changes": _predicted(request, world, who, cloud, asked)}}
    except Refusal as refusal:
        result = {"status": "Failed", "error": refusal.response.body["error"]}
    until = operations.until(world, WHAT_IF_SECONDS)
    return Response(202, None, operations.begin(world, request, request.params["subscription"], "what_if", until, result))


def _predicted(request: Request, world: World, who: Principal, cloud: WorldCloud, asked: Wish) -> list[Json]:
    program = program_of(asked, cloud)
    checked_items(world, who, program, cloud, asked.level, register=False)
    group = scope_of(request) if asked.place.group else ""
    try:
        items = list(planned(program, cloud))
    except TemplateFault as fault:
        raise refusal_of(fault) from None
    return changes(world, items, group_id=group, complete=asked.mode == "Complete", full=asked.full_format)


@ROUTER.post("/providers/Microsoft.Resources/calculateTemplateHash")
def calculate_hash(request: Request, world: World) -> Response:
    """The hash that a deployment of the template would show."""
    caller(request, world)
    template = read_body(request)
    return Response(200, {"minifiedTemplate": minified(template), "templateHash": template_hash(template)})
