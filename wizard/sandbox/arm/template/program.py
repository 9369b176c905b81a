"""One template made ready to run: arguments checked, resources expanded, dependencies known, outputs to come.

Owns the order of things within a template. Deploys nothing: it says which instance may go next and what its body is,
and is told the answers of ``reference()`` through ``Context.cloud``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from wizard.sandbox.arm.template import arguments, dependencies, outputs, static
from wizard.sandbox.arm.template.context import Cloud, Context, Place
from wizard.sandbox.arm.template.evaluate import evaluated, previewed
from wizard.sandbox.arm.template.faults import ExpressionFault, validation_failed
from wizard.sandbox.arm.template.resources import Instance, by_key, expanded, failed_on
from wizard.sandbox.arm.template.schema import SHOWN, is_secure, resolved

Json = Any
KNOWN = ("$schema", "contentversion", "apiprofile", "definitions", "parameters", "variables", "functions", "resources", "outputs",
         "languageversion", "metadata", "imports", "extensions", "asserts")  # fmt: skip


@dataclass(slots=True)
class Program:
    """A checked template in its place."""

    template: Json
    context: Context
    instances: list[Instance]
    table: Mapping[str, Instance]

    def body(self, instance: Instance) -> Json:
        """The request body of a resource whose dependencies are deployed."""
        try:
            return instance.body(self.at_run_time(instance.context))
        except ExpressionFault as fault:
            raise failed_on(instance, fault) from None

    def preview(self, instance: Instance) -> Json:
        """The body before anything is deployed: what only run time can answer stays an expression."""
        try:
            return instance.body(instance.context, previewed)
        except ExpressionFault as fault:
            raise failed_on(instance, fault) from None

    def inner(self, instance: Instance, value: Json) -> Json:
        """Any JSON written in the properties of a nested deployment, evaluated in this template."""
        try:
            return evaluated(value, self.at_run_time(instance.context))
        except ExpressionFault as fault:
            raise failed_on(instance, fault) from None

    def at_run_time(self, context: Context) -> Context:
        """The surroundings in which ``reference()`` and ``list*()`` are answered."""
        return replace(context, reference=self.reference, described=self.described, referenced=self.referenced)

    def named(self, identifier: str) -> Instance | None:
        """The instance that a symbolic name, a name or an id means."""
        return dependencies.named(self.instances, self.table, identifier)

    def reference(self, identifier: str, api_version: str, full: bool) -> Json:
        """``reference()``: the properties (or with ``full`` the whole body) of a resource in the template or outside."""
        instance = self.named(identifier)
        if instance is None and not identifier.startswith("/"):
            raise ExpressionFault(f"The resource '{identifier}' is not defined in the template. {dependencies.SYNTAX}")
        if instance is not None and not instance.wanted and not instance.existing:
            raise ExpressionFault(f"The resource '{instance.id}' is referenced, but its condition is false and it was not deployed.")
        version = api_version or (instance.api_version if instance else "")
        if not version:
            raise ExpressionFault(
                "Deployment template validation failed: 'The template function 'reference' requires an API version for the resource "
                f"'{identifier}', which is not defined in the template.'"
            )
        body = self.context.cloud.reference(instance.id if instance else identifier, version)
        return body if full else body.get("properties", {})

    def referenced(self, loop: str, full: bool) -> list[Json]:
        """``references()`` of a copy loop, in the order of its instances."""
        members = [instance for instance in self.instances if instance.symbol.lower().startswith(f"{loop.lower()}[")]
        return [self.reference(instance.symbol, "", full) for instance in members if instance.wanted]

    def described(self, symbol: str) -> Json:
        """``resourceInfo()``."""
        instance = self.named(symbol)
        if instance is None:
            raise ExpressionFault(f"The resource '{symbol}' is not defined in the template. {dependencies.SYNTAX}")
        return {"id": instance.id, "name": instance.name, "type": instance.type, "apiVersion": instance.api_version}

    def outputs(self) -> Json:
        """The evaluated outputs, with ARM's type names; values of secure ones are left out."""
        return outputs.collected(self.template, self.at_run_time(self.context))

    def shown_parameters(self) -> Json:
        """Parameters as a deployment shows them."""
        shown: Json = {}
        definitions = self.template.get("definitions") or {}
        for name, node in (self.template.get("parameters") or {}).items():
            whole = resolved(node, definitions)
            shown[name] = {"type": SHOWN[str(whole["type"]).lower()]}
            if not is_secure(whole):
                shown[name]["value"] = self.context.parameters[name]
        return shown


def prepared(
    template: Json, given: Mapping[str, Json], place: Place, cloud: Cloud, *, deployment: Json = None,
    outer: Context | None = None, read_secret: arguments.SecretReader | None = None, preview: bool = False,
) -> Program:  # fmt: skip
    """Check and expand a template; raises ``TemplateFault``.

    ``outer`` is given for a nested template whose expressions belong to the parent: its parameters, variables and
    functions are the parent's, and its own parameters are not allowed to be read. In a ``preview`` parameters may be
    expressions that wait for run time.
    """
    if not isinstance(template, dict):
        raise validation_failed("The template must be a JSON object")
    strange = [name for name in template if name.lower() not in KNOWN]
    if strange:
        raise validation_failed(
            f"Could not find member '{strange[0]}' on object of type 'Template'. Path 'properties.template.{strange[0]}'"
        )
    for name in ("contentVersion", "$schema"):
        if name not in template:
            raise validation_failed(f"Required property '{name}' not found in JSON. Path 'properties.template'")
    if outer is not None:
        static.check(template, outer.functions)
        context = replace(outer, place=place, deployment=deployment, reference=None, described=None, referenced=None, preview=preview)
    else:
        context = _own_context(template, given, Context(place, cloud, deployment=deployment, preview=preview), read_secret)
    instances = expanded(template, context)
    table = by_key(instances)
    program = Program(template, context, instances, table)
    dependencies.link(instances, table)
    outputs.checked_types(template)
    return program


def _own_context(template: Json, given: Mapping[str, Json], bare: Context, read_secret: arguments.SecretReader | None) -> Context:
    functions = {
        f"{space['namespace']}.{name}".lower(): function
        for space in template.get("functions") or []
        for name, function in (space.get("members") or {}).items()
    }
    static.check(template, functions)
    bare = replace(bare, functions=functions)
    bare = replace(bare, parameters=arguments.parameters(template, given, bare, read_secret))
    bare = replace(bare, variables=arguments.variables(template, bare))
    arguments.all_variables_valid(bare.variables, preview=bare.preview)
    return bare
