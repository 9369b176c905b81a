"""What is refused before a deployment begins: permissions, registration, policy, and what providers check up front.

Owns the order and the words of ``InvalidTemplateDeployment``; changes nothing but the registration of providers. Nested
templates are looked into; of their resources those whose name waits for run time are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import checks, errors, policy, rbac
from wizard.sandbox.arm.catalog import type_name
from wizard.sandbox.arm.deployments_cloud import WorldCloud, registered_or_registrable
from wizard.sandbox.arm.template.evaluate import previewed
from wizard.sandbox.arm.template.faults import TemplateFault
from wizard.sandbox.arm.template.program import Program, prepared
from wizard.sandbox.arm.template.resources import GROUP, Instance
from wizard.sandbox.arm.types import rehearse
from wizard.sandbox.router import Refusal

if TYPE_CHECKING:
    from wizard.sandbox.login.directory import Principal
    from wizard.sandbox.world import World

Json = Any
ASSIGNMENT = "microsoft.authorization/roleassignments"
GROUP_ACTION = "Microsoft.Resources/subscriptions/resourceGroups/write"


@dataclass(frozen=True, slots=True)
class Planned:
    """One resource to be written, with its body as far as it is known."""

    program: Program
    instance: Instance
    body: Json


def nested_program(program: Program, instance: Instance, cloud: WorldCloud, *, running: bool) -> Program:
    """The program of a nested deployment; before anything runs its parameters may still be expressions."""
    properties = instance.raw.get("properties") or {}
    if properties.get("templateLink"):
        raise TemplateFault(f"not emulated: the nested deployment '{instance.name}' uses templateLink.", code="NotEmulated")
    template = properties.get("template")
    scope = str((properties.get("expressionEvaluationOptions") or {}).get("scope", "outer")).lower()
    deployment = {"name": instance.name, "location": instance.place.location, "properties": {"template": template, "mode": "Incremental"}}
    if scope == "inner":
        raw = properties.get("parameters") or {}
        given = program.inner(instance, raw) if running else previewed(raw, instance.context)
        return prepared(template, given, instance.place, cloud, deployment=deployment, read_secret=cloud.secret, preview=not running)
    return prepared(template, {}, instance.place, cloud, deployment=deployment, outer=instance.context, preview=not running)


def planned(program: Program, cloud: WorldCloud) -> Iterator[Planned]:
    """Every resource that the template and its nested templates will write."""
    for instance in program.instances:
        if not instance.wanted or instance.existing:
            continue
        if instance.unknown:
            yield Planned(program, instance, {})
            continue
        yield Planned(program, instance, program.preview(instance))
        if instance.is_deployment:
            yield from planned(nested_program(program, instance, cloud, running=False), cloud)


def write_action(instance: Instance) -> str:
    """The permission that writing the resource needs."""
    if instance.type.lower() == GROUP:
        return GROUP_ACTION
    return f"{type_name(instance.type) or instance.type}/write"


def _may(world: World, principal: Principal, item: Planned) -> bool:
    instance = item.instance
    request = item.body if instance.type.lower() == ASSIGNMENT else None
    present = world.table("arm.role_assignments").get(instance.key) if request else None
    return rbac.allowed(world, principal, write_action(instance), instance.id, request_body=request, resource_body=present)


def _client(principal: Principal) -> str:
    """How ARM names a caller: a user by name, an application by its id."""
    return str(principal.claims.get("upn") or (principal.app_id if principal.kind != "user" else principal.name) or principal.object_id)


def require_permissions(world: World, principal: Principal, items: list[Planned]) -> None:
    """``InvalidTemplateDeployment`` (403) naming every resource that the caller may not write."""
    missing = []
    for item in items:
        if not _may(world, principal, item):
            instance = item.instance
            missing.append(
                f"Authorization failed for template resource '{instance.name}' of type '{instance.type}'. The client "
                f"'{_client(principal)}' with object id '{principal.object_id}' does not have permission to perform action "
                f"'{write_action(instance)}' at scope '{instance.id}'."
            )
    if missing:
        head = "The template deployment failed with error" if len(missing) == 1 else "Deployment failed with multiple errors"
        raise errors.refused(403, "InvalidTemplateDeployment", f"{head}: '{':'.join(missing)}'.")


def require_compliance(world: World, items: list[Planned]) -> None:
    """``InvalidTemplateDeployment`` with one detail for each resource that a policy denies."""
    details = []
    for item in items:
        if assignment := policy.denying(world, item.instance.id, item.body):
            details.append(errors.disallowed_by_policy(item.instance.name, assignment).response.body["error"])
    if details:
        message = "The template deployment failed because of policy violation. Please see details for more information."
        raise errors.refused(400, "InvalidTemplateDeployment", message, details=details)


def require_acceptance(world: World, principal: Principal, name: str, items: list[Planned], *, by_rights: bool) -> None:
    """``InvalidTemplateDeployment`` with what the resource providers' own preflight finds; ``by_rights``: rights to join among it."""
    details = []
    for item in items:
        try:
            if item.instance.type.lower() != GROUP:
                rehearse(world, principal, item.instance.id, item.instance.api_version, item.body, by_rights=by_rights)
        except Refusal as refusal:
            error = refusal.response.body["error"]
            details.append({"code": error["code"], "target": item.instance.name, "message": error["message"]})
    if details:
        inner = {
            "code": "PreflightValidationCheckFailed",
            "message": "Preflight validation failed. Please refer to the details for the specific errors.",
            "details": details,
        }
        message = (
            f"The template deployment '{name}' is not valid according to the validation procedure. The tracking id is "
            f"'{world.new_id('tracking')}'. See inner errors for details."
        )
        raise errors.refused(400, "InvalidTemplateDeployment", message, details=[inner])


def require_known_types(items: list[Planned]) -> None:
    """``InvalidResourceNamespace`` or ``InvalidResourceType`` for what this cloud does not have."""
    for item in items:
        namespace, _, kind = item.instance.type.partition("/")
        if type_name(item.instance.type) or item.instance.type.lower() == GROUP:
            continue
        message = (
            f"The resource type '{kind}' could not be found in the namespace '{namespace}' for api version '{item.instance.api_version}'."
        )
        raise errors.refused(404 if "." not in namespace else 400, "InvalidResourceType", f"{message} (Perhaps it is not emulated.)")


def passed(world: World, principal: Principal, program: Program, cloud: WorldCloud, level: str, *, register: bool) -> list[Planned]:
    """Every check that precedes a deployment at a validation level; the resources to be written."""
    items = [item for item in planned(program, cloud) if not item.instance.unknown]
    if level == "Template":
        return items
    require_known_types(items)
    if level == "Provider":
        require_permissions(world, principal, items)
    for item in items:
        subscription = item.instance.id.split("/")[2] if item.instance.id.lower().startswith("/subscriptions/") else ""
        namespace = item.instance.type.partition("/")[0]
        if subscription and level == "Provider":
            registered_or_registrable(world, principal, subscription, namespace, register=register)
        elif subscription:
            checks.require_registered(world, subscription, namespace)
    require_compliance(world, items)
    require_acceptance(world, principal, program.context.place.name, items, by_rights=level == "Provider")
    return items
