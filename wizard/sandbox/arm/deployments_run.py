"""A deployment carried out: resources written one after another as they become possible, outputs, the record of it.

Owns the order, the time line and what a failure leaves behind: what was made stays, what waits for the failed is not
begun. Every resource is written as the caller, through the same functions as a request of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import groups, operations, role_assignments
from wizard.sandbox.arm.deployments_cloud import WorldCloud
from wizard.sandbox.arm.deployments_models import RUNS, TABLE, described, duration_text, target
from wizard.sandbox.arm.deployments_preflight import ASSIGNMENT, nested_program, passed
from wizard.sandbox.arm.ids import parse
from wizard.sandbox.arm.template.dependencies import ordered
from wizard.sandbox.arm.template.faults import TemplateFault
from wizard.sandbox.arm.template.program import Program
from wizard.sandbox.arm.template.resources import GROUP, Instance
from wizard.sandbox.arm.types import put_resource, seconds_of
from wizard.sandbox.router import Refusal

if TYPE_CHECKING:
    from wizard.sandbox.login.directory import Principal
    from wizard.sandbox.world import World

Json = Any
Send = Callable[[str, str, Json], tuple[int, Json]]
"""``(resource id, api version, body)``: a PUT of the caller's own, for types that only routes can write."""
BY_ROUTE = ("microsoft.authorization/locks", "microsoft.authorization/roledefinitions", "microsoft.resources/tags")
FAILED = (
    "At least one resource deployment operation failed. Please list deployment operations for details. Please see "
    "https://aka.ms/arm-deployment-operations for usage details."
)


@dataclass(slots=True)
class Run:
    """One deployment under way."""

    world: World
    principal: Principal
    cloud: WorldCloud
    send: Send
    correlation: str
    offset: float = 0.0
    """Seconds after the outermost deployment's beginning at which this one begins."""
    operations: list[Json] = field(default_factory=list)
    errors: list[Json] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    """Resources that were not there before."""
    produced: list[str] = field(default_factory=list)
    """Every resource written, those of nested deployments too."""
    end: float = 0.0

    def carry_out(self, program: Program) -> None:
        """Write every wanted resource; failures are collected."""
        ends: dict[str, float] = {}
        for instance in ordered(program.instances):
            if not instance.waits <= ends.keys():
                continue
            start = max([self.offset, *(ends[key] for key in instance.waits)])
            status, error, seconds = self._written(program, instance, start)
            self._note(instance, status, error, start, start + seconds)
            if error is None:
                ends[instance.key] = start + seconds
            else:
                self.errors.append({**error, "target": error.get("target") or instance.id})
            self.end = max(self.end, start + seconds)

    def _written(self, program: Program, instance: Instance, start: float) -> tuple[int, Json, float]:
        try:
            if instance.is_deployment:
                return self._nested(program, instance, start)
            body = program.body(instance)
            new = not self._exists(instance)
            status, _ = self._put(instance, body)
            self.produced.append(instance.id)
            if new:
                self.made.append(instance.id)
            return status, None, seconds_of(self.world, instance.type)
        except Refusal as refusal:
            return refusal.response.status, (refusal.response.body or {}).get("error") or {"code": "Failed", "message": "Failed"}, 0.05
        except TemplateFault as fault:
            return 400, fault.body(), 0.05

    def _exists(self, instance: Instance) -> bool:
        return any(instance.key in self.world.table(name) for name in ("arm.resources", "arm.groups", "arm.role_assignments"))

    def _put(self, instance: Instance, body: Json) -> tuple[int, Json]:
        low = instance.type.lower()
        if low == GROUP:
            response = groups.write_group(self.world, self.principal, instance.id, body)
            return response.status, response.body
        if low == ASSIGNMENT:
            parts = parse(instance.id)
            scope = parts.scope if parts else ""
            response = role_assignments.write_assignment(self.world, self.principal, scope, instance.name, body)
            return response.status, response.body
        if low in BY_ROUTE:
            return self.send(instance.id, instance.api_version, body)
        return put_resource(self.world, self.principal, instance.id, instance.api_version, body)

    def _nested(self, program: Program, instance: Instance, start: float) -> tuple[int, Json, float]:
        inner = nested_program(program, instance, self.cloud, running=True)
        passed(self.world, self.principal, inner, self.cloud, "Provider", register=True)
        run = Run(self.world, self.principal, self.cloud, self.send, self.correlation, offset=start, end=start)
        error = run.finish(inner, instance.id, {}, mode="Incremental", location=instance.place.location if not instance.place.group else "")
        self.made += run.made
        self.produced += run.produced
        return (200 if error is None else 409), error, run.end - start

    def _note(self, instance: Instance, status: int, error: Json, start: float, end: float) -> None:
        words = {200: "OK", 201: "Created", 202: "Accepted", 400: "BadRequest", 403: "Forbidden", 404: "NotFound", 409: "Conflict"}
        self.operations.append({
            "id": f"{self.world.next_number('deployment_operation', 1000):016X}",
            "provisioningOperation": "Create",
            "state": "Succeeded" if error is None else "Failed",
            "statusCode": words.get(status, str(status)),
            "timestamp": self.world.clock.iso(),
            "start": start,
            "end": end,
            "target": target(instance.id, instance.type, instance.name),
            "error": error,
        })  # fmt: skip

    def finish(self, program: Program, deployment_id: str, tags: Json, *, mode: str, location: str) -> Json:
        """Carry it out and keep the record; the error it ended with, or ``None``."""
        begin = self.world.clock.now()
        self.carry_out(program)
        properties = described(program, self.correlation, self.world.clock.iso(), mode)
        error = self._outcome(program, deployment_id, properties)
        self.end += operations.duration(self.world, 2.0)
        properties["duration"] = duration_text(self.end - self.offset)
        document: Json = {
            "id": deployment_id,
            "name": deployment_id.rsplit("/", 1)[-1],
            "type": "Microsoft.Resources/deployments",
            "properties": properties,
            "template": program.template,
            "operations": self.operations,
        }
        document |= {"location": location} if location else {}
        document |= {"tags": tags} if tags else {}
        self.world.table(TABLE)[deployment_id.lower()] = document
        self.world.table(RUNS)[deployment_id.lower()] = {"begin": begin, "end": begin + self.end, "made": self.made}
        return error

    def _outcome(self, program: Program, deployment_id: str, properties: Json) -> Json:
        """Fill in outputs or the error; the error."""
        properties["outputResources"] = [{"id": each} for each in sorted(set(self.produced))]
        error: Json = None
        if self.errors:
            error = {"code": "DeploymentFailed", "target": deployment_id, "message": FAILED, "details": self.errors}
        else:
            try:
                properties["outputs"] = program.outputs()
            except TemplateFault as fault:
                error = fault.body()
        if error is not None:
            properties["provisioningState"], properties["error"] = "Failed", error
            properties.pop("outputs", None)
        return error
