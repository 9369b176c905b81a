"""The wire forms of deployments and their operations, and where they are kept.

Owns ``arm.deployments`` (wire body of the finished state, with ``template`` and ``operations`` beside it) and ``_arm.deployment_runs``
(when it began and ends): a deployment is evaluated when it is accepted, and only its appearance takes time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm.catalog import namespace_name
from wizard.sandbox.arm.template.hashing import template_hash
from wizard.sandbox.arm.template.program import Program

if TYPE_CHECKING:
    from wizard.sandbox.arm.template.resources import Instance
    from wizard.sandbox.world import World

Json = Any
TABLE, RUNS = "arm.deployments", "_arm.deployment_runs"
OWN = ("template", "operations")
TERMINAL = ("Succeeded", "Failed", "Canceled")
LATE = ("outputs", "outputResources", "error")
"""Properties that only a finished deployment has."""


def duration_text(seconds: float) -> str:
    """ISO 8601, as ARM writes it: ``PT1M2.345S``."""
    minutes, rest = divmod(max(0.0, seconds), 60)
    return f"PT{f'{int(minutes)}M' if minutes >= 1 else ''}{rest:.3f}S"


def stored(world: World, deployment_id: str) -> Json | None:
    """The row, with template and operations, in the state it ends in."""
    return world.table(TABLE).get(deployment_id.lower())


def state_now(world: World, deployment_id: str) -> str:
    """The provisioning state at this moment."""
    row = world.table(TABLE).rows[deployment_id.lower()]
    run = world.table(RUNS).get(deployment_id.lower())
    if run is None or world.clock.now() >= run["end"]:
        return str(row["properties"]["provisioningState"])
    return "Accepted" if world.clock.now() < run["begin"] + (run["end"] - run["begin"]) * 0.1 else "Running"


def shown(world: World, row: Json) -> Json:
    """The wire body now: while it runs without outputs, error and the like."""
    state = state_now(world, row["id"])
    body = {name: value for name, value in row.items() if name not in OWN}
    body["properties"] = {**row["properties"], "provisioningState": state}
    if state not in TERMINAL:
        for name in LATE:
            body["properties"].pop(name, None)
        run = world.table(RUNS)[row["id"].lower()]
        body["properties"]["duration"] = duration_text(world.clock.now() - run["begin"])
    return body


def operation_body(world: World, row: Json, operation: Json) -> Json | None:
    """One operation as it stands now; ``None`` before it began."""
    run, now = world.table(RUNS).get(row["id"].lower()), world.clock.now()
    begin = run["begin"] if run else 0.0
    if run and now < begin + operation["start"]:
        return None
    finished = not run or now >= begin + operation["end"]
    properties: Json = {
        "provisioningOperation": operation["provisioningOperation"],
        "provisioningState": operation["state"] if finished else "Running",
        "timestamp": operation["timestamp"],
        "duration": duration_text(operation["end"] - operation["start"]),
        "trackingId": operation["id"],
        "serviceRequestId": operation["id"],
        "statusCode": operation["statusCode"] if finished else "Accepted",
    }
    if operation.get("target"):
        properties["targetResource"] = operation["target"]
    if finished and operation.get("error"):
        properties["statusMessage"] = {"status": "Failed", "error": operation["error"]}
    return {"id": f"{row['id']}/operations/{operation['id']}", "operationId": operation["id"], "properties": properties}


def target(resource_id: str, type_: str, name: str) -> Json:
    """What an operation or a dependency says of a resource."""
    return {"id": resource_id, "resourceType": type_, "resourceName": name}


def described(program: Program, correlation: str, now: str, mode: str) -> Json:
    """The properties that every answer about a deployment has: hash, parameters, providers, dependencies."""
    return {
        "templateHash": template_hash(program.template),
        "parameters": program.shown_parameters(),
        "mode": mode,
        "provisioningState": "Succeeded",
        "timestamp": now,
        "duration": "PT0S",
        "correlationId": correlation,
        "providers": _providers(program),
        "dependencies": _dependencies(program),
    }


def _wanted(program: Program) -> list[Instance]:
    return [instance for instance in program.instances if instance.wanted and not instance.existing]


def _providers(program: Program) -> list[Json]:
    found: dict[str, dict[str, list[str]]] = {}
    for instance in _wanted(program):
        namespace, _, kind = instance.type.partition("/")
        places = found.setdefault(namespace_name(namespace) or namespace, {}).setdefault(kind, [])
        if instance.place.location and instance.place.location not in places:
            places.append(instance.place.location)
    return [
        {"namespace": namespace, "resourceTypes": [{"resourceType": kind, "locations": places} for kind, places in kinds.items()]}
        for namespace, kinds in found.items()
    ]


def _dependencies(program: Program) -> list[Json]:
    out = []
    for instance in _wanted(program):
        before = [other for other in _wanted(program) if other.key in instance.waits]
        if before:
            depends = [target(other.id, other.type, other.name) for other in before]
            out.append({"dependsOn": depends, **target(instance.id, instance.type, instance.name)})
    return out
