"""One source file, compiled to a template. Owns the template's sections and the modules below the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import identifiers, schema, tree
from .convert import Converter, Environment
from .dependencies import Dependencies
from .dialect import Dialect
from .emit import Emitter
from .inlining import inlined
from .language import Literal, access, function, serialized
from .loading import LOADERS, Loads
from .model import STRUCTURE, Model, ModuleSymbol, ResourceSymbol
from .refusal import Refusal
from .settings import check as check_settings
from .stamp import stamped
from .statements import parse

Json = Any
SCHEMAS = {
    "resourceGroup": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "subscription": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
    "managementGroup": "https://schema.management.azure.com/schemas/2019-08-01/managementGroupDeploymentTemplate.json#",
    "tenant": "https://schema.management.azure.com/schemas/2019-08-01/tenantDeploymentTemplate.json#",
}


class Unit:
    """Compiles one file; modules are units of their own."""

    def __init__(self, path: Path, dialect: Dialect, above: tuple[Path, ...] = ()) -> None:
        self.path = path.resolve()
        self.dialect = dialect
        self.above = (*above, self.path)
        check_settings(path)
        self.model = Model(path, parse(path))
        self._modules: dict[str, Unit] = {}
        self.inlined = inlined(self.model)
        self.secure_outputs = any(
            call.name == "secure" for item in self.model.declarations if isinstance(item, tree.Output) for call in item.decorators
        )
        self.symbolic = self._needs_symbolic_names()
        self.loads = Loads(self.model)
        self.converter = Converter(self)
        self.emitter = Emitter(self.converter)
        self.dependencies = Dependencies(self)

    def module(self, symbol: ModuleSymbol) -> Unit:
        """The unit of a module's file."""
        text = symbol.node.path
        if text not in self._modules:
            path = (self.model.path.parent / text).resolve()
            if ":" in text or path.suffix != ".bicep" or not path.is_file():
                raise Refusal(symbol.node.at, f"the module {text!r}, which is not a Bicep file beside this one")
            if path in self.above:
                raise Refusal(symbol.node.at, f"the module {text!r}, which contains this file")
            self._modules[text] = Unit(self.model.path.parent / text, self.dialect, self.above)
        return self._modules[text]

    def _needs_symbolic_names(self) -> bool:
        for item in self.model.declarations:
            if isinstance(item, (tree.TypeAlias, tree.Function)):
                return True
            if isinstance(item, (tree.Parameter, tree.Output)) and schema.uses_type_syntax(item.type):
                return True
        if any(resource.existing and resource.body.get("dependsOn") for resource in self.model.resources):
            return True
        modules = self.model.modules
        return self.secure_outputs or any(module.body.get("name") is None or self.module(module).secure_outputs for module in modules)

    def template(self) -> dict[str, Json]:
        """The template, stamped."""
        found: dict[str, Json] = {"$schema": SCHEMAS[self.model.target_scope]}
        if self.symbolic:
            found["languageVersion"] = "2.0"
        found["contentVersion"] = "1.0.0.0"
        found["metadata"] = {"_generator": {"name": "bicep", "version": self.dialect.version}} | self._metadata()
        sections = {
            "definitions": self._definitions(), "functions": self._functions(), "parameters": self._parameters(),
            "variables": self._variables(),
        }  # fmt: skip
        if self.dialect.empty_functions:
            found |= {"parameters": sections.pop("parameters")} if sections["parameters"] else {}
            found |= {"functions": sections.pop("functions")}
        found |= {name: section for name, section in sections.items() if section}
        resources = {r.name: self._resource(r) for r in self.model.in_order() if self.symbolic or not r.existing}
        resources |= {m.name: self._module(m) for m in self.model.modules}
        found["resources"] = resources if self.symbolic else list(resources.values())
        outputs = {item.name: self._output(item) for item in self.model.declarations if isinstance(item, tree.Output)}
        if outputs:
            found["outputs"] = outputs
        return stamped(found, self.dialect.hash_as_written)

    def _metadata(self) -> dict[str, Json]:
        items = [item for item in self.model.declarations if isinstance(item, tree.Metadata)]
        return {item.name: self.emitter.value(item.value, Environment()) for item in items}

    def _definitions(self) -> Json:
        aliases = self.model.types.values()
        return {
            alias.name: schema.decorated(self.model, alias.decorators, schema.properties(self.model, alias.type), self) for alias in aliases
        }

    def _functions(self) -> Json:
        members = {item.name: self._function(item) for item in self.model.declarations if isinstance(item, tree.Function)}
        return [{"namespace": "__bicep", "members": members}] if members else []

    def _function(self, node: tree.Function) -> Json:
        local = {name: function("parameters", Literal(name)) for name, _ in node.parameters}
        found: dict[str, Json] = {"parameters": [{**schema.properties(self.model, kind), "name": name} for name, kind in node.parameters]}
        found["output"] = {**schema.properties(self.model, node.returns), "value": self.emitter.value(node.body, Environment(local=local))}
        described = schema.description(node.decorators)
        if any(call.name != "description" for call in node.decorators):
            raise Refusal(node.at, "this decorator on a function")
        return found | ({"metadata": {"description": described}} if described is not None else {})

    def _parameters(self) -> Json:
        return {item.name: self._parameter(item) for item in self.model.declarations if isinstance(item, tree.Parameter)}

    def _parameter(self, node: tree.Parameter) -> Json:
        found = schema.properties(self.model, node.type)
        if node.default is not None:
            found["defaultValue"] = self.emitter.value(node.default, Environment())
        allowed = [call for call in node.decorators if call.name == "allowed"]
        if allowed:
            found["allowedValues"] = self.emitter.value(allowed[0].arguments[0], Environment())
        return schema.decorated(self.model, node.decorators, found, self)

    def _variables(self) -> Json:
        found: dict[str, Json] = {}
        variables = [item for item in self.model.declarations if isinstance(item, tree.Variable) and item.name not in self.inlined]
        copies = [
            self.emitter.copy(item.name, item.value, Environment(), function("copyIndex", Literal(item.name)))
            for item in variables
            if isinstance(item.value, tree.Loop)
        ]
        if copies:
            found["copy"] = copies
        found |= self.loads.values
        for item in variables:
            if any(call.name != "description" for call in item.decorators):
                raise Refusal(item.at, "this decorator on a variable")
            if isinstance(item.value, tree.Call) and item.value.name in LOADERS:
                found[item.name] = self.loads.value(item.value)
            elif not isinstance(item.value, tree.Loop):
                found[item.name] = self.emitter.value(item.value, Environment())
        return found

    def _output(self, node: tree.Output) -> Json:
        found = schema.decorated(self.model, node.decorators, schema.properties(self.model, node.type), self)
        if isinstance(node.value, tree.Loop):
            found["copy"] = self.emitter.copy(None, node.value, Environment(), function("copyIndex"))
        else:
            found["value"] = self.emitter.value(node.value, Environment())
        if self.dialect.outputs_described_last:
            found |= {key: found.pop(key) for key in list(found) if key not in ("type", "copy", "value")}
        return found

    def _head(self, symbol: ResourceSymbol | ModuleSymbol) -> dict[str, Json]:
        """The loop and the condition."""
        found: dict[str, Json] = {}
        if symbol.loop is not None:
            source = self.emitter.count(symbol.node.name, symbol.loop, Environment())
            found["copy"] = source | self._batch(symbol)
        elif self._batch(symbol):
            raise Refusal(symbol.node.at, "@batchSize() without a loop")
        environment = self.converter.inside(symbol)
        conditions = symbol.conditions if isinstance(symbol, ResourceSymbol) else [symbol.condition] if symbol.condition else []
        if len(conditions) == 1:
            found["condition"] = self.emitter.value(conditions[0], environment)
        elif conditions:
            converted = [self.converter.convert(condition, environment) for condition in conditions]
            joined = converted[0]
            for condition in converted[1:]:
                joined = function("and", joined, condition)
            found["condition"] = serialized(joined)
        return found

    def _batch(self, symbol: ResourceSymbol | ModuleSymbol) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for call in symbol.node.decorators:
            if call.name == "batchSize" and len(call.arguments) == 1 and isinstance(call.arguments[0], tree.Integer):
                found = {"mode": "serial", "batchSize": call.arguments[0].value}
            elif call.name != "description":
                raise Refusal(call.at, f"the decorator @{call.name}() here")
        return found

    def _tail(self, symbol: ResourceSymbol | ModuleSymbol) -> dict[str, Json]:
        """What is waited for, and the description."""
        found: dict[str, Json] = {}
        entries = self.dependencies.json(symbol)
        if entries:
            found["dependsOn"] = entries
        described = schema.description(symbol.node.decorators)
        return found | ({"metadata": {"description": described}} if described is not None else {})

    def _resource(self, symbol: ResourceSymbol) -> dict[str, Json]:
        environment = self.converter.inside(symbol)
        found = self._head(symbol)
        if symbol.existing:
            found["existing"] = True
        found |= {"type": symbol.type, "apiVersion": symbol.version} | self._resource_scope(symbol)
        found["name"] = serialized(identifiers.full_name(self.converter, symbol, environment))
        body = self.emitter.object(symbol.body, environment, STRUCTURE)
        if "copy" in body and "copy" in found:
            raise Refusal(symbol.node.at, "a loop directly in the body of a looped resource")
        return found | body | self._tail(symbol)

    def _resource_scope(self, symbol: ResourceSymbol) -> dict[str, Json]:
        if symbol.parent is not None:
            if symbol.root.body.get("scope") is None:
                return {}
            raise Refusal(symbol.node.at, "a child of a resource with a scope")
        if symbol.body.get("scope") is None:
            return {}
        scope = identifiers.scope_of(self.converter, symbol, self.converter.inside(symbol))
        if scope.kind == "resource":
            assert scope.resource is not None and isinstance(scope.resource.symbol, ResourceSymbol)
            form = identifiers.identifier if self.dialect.qualified_extension_scopes else identifiers.unqualified
            return {"scope": serialized(form(self.converter, scope.resource.symbol, scope.resource.environment))}
        if scope.kind == self.model.target_scope and not symbol.existing and scope.name is None and scope.subscription is None:
            return {}
        if symbol.existing or scope.kind == "tenant":
            return self._deployment_scope(scope)
        raise Refusal(symbol.node.at, "a resource in another scope than its file's")

    def _deployment_scope(self, scope: identifiers.Scope) -> dict[str, Json]:
        if scope.kind == "tenant":
            return {} if self.model.target_scope == "tenant" else {"scope": "/"}
        if scope.kind == "managementGroup":
            if scope.name is None:
                return {}
            qualified = self.model.target_scope not in ("tenant", "managementGroup")
            return {"scope": serialized(identifiers.management_group(scope.name, qualified))}
        found: dict[str, Json] = {}
        if scope.subscription is not None:
            found["subscriptionId"] = serialized(scope.subscription)
        elif scope.kind == "subscription" and self.model.target_scope == "resourceGroup":
            found["subscriptionId"] = serialized(access(function("subscription"), "subscriptionId"))
        if scope.kind == "resourceGroup" and scope.name is not None:
            found["resourceGroup"] = serialized(scope.name)
        return found

    def _module(self, symbol: ModuleSymbol) -> dict[str, Json]:
        environment = self.converter.inside(symbol)
        found = self._head(symbol) | {"type": identifiers.DEPLOYMENTS, "apiVersion": self.dialect.deployments_version}
        found["name"] = serialized(identifiers.module_name(self.converter, symbol, environment))
        scope = identifiers.scope_of(self.converter, symbol, environment)
        unit = self.module(symbol)
        if unit.model.target_scope != scope.kind:
            raise Refusal(symbol.node.at, "a module in another scope than its own")
        found |= self._deployment_scope(scope)
        if scope.kind != "resourceGroup":
            owner = "resourceGroup" if self.model.target_scope == "resourceGroup" else "deployment"
            found["location"] = serialized(access(function(owner), "location"))
        properties: dict[str, Json] = {"expressionEvaluationOptions": {"scope": "inner"}, "mode": "Incremental"}
        parameters = symbol.body.get("params")
        if parameters is not None:
            if not isinstance(parameters, tree.Object):
                raise Refusal(parameters.at, "parameters that are not an object")
            properties["parameters"] = self._arguments(parameters, environment, unit)
        properties["template"] = unit.template()
        return found | {"properties": properties} | self._tail(symbol)

    def _arguments(self, node: tree.Object, environment: Environment, unit: Unit) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for item in node.properties:
            if item.key.literal is None or not isinstance(unit.model.named.get(item.key.literal), tree.Parameter):
                raise Refusal(item.at, "a parameter that the module does not declare")
            found[item.key.literal] = self.emitter.parameter(item.value, environment)
        return found
