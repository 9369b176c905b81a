"""Values to JSON: objects and arrays stay JSON, loops become ``copy``, all else an expression in a string.

Owns the shape of values inside resources, variables, parameters and outputs.
"""

from __future__ import annotations

from typing import Any

from . import tree
from .convert import Converter, Environment
from .language import Expression, Literal, as_function, function, serialized
from .model import ResourceSymbol
from .refusal import Refusal

Json = Any


class Emitter:
    """Emits the values of one file."""

    def __init__(self, converter: Converter) -> None:
        self.converter = converter

    def value(self, node: tree.Node, environment: Environment) -> Json:
        """Any value but a loop."""
        node, environment = self.converter.resolved(node, environment)
        if isinstance(node, (tree.Boolean, tree.Integer)):
            return node.value
        if isinstance(node, tree.Null):
            return None
        if isinstance(node, tree.Object):
            return self.object(node, environment)
        if isinstance(node, tree.Array):
            return [self.value(item, environment) for item in node.items]
        return serialized(self.converter.convert(node, environment))

    def object(self, node: tree.Object, environment: Environment, omitted: tuple[str, ...] = ()) -> dict[str, Json]:
        """An object; its looped properties come first, as ``copy``."""
        if node.nested and not omitted:
            raise Refusal(node.at, "a resource inside an object")
        found: dict[str, Json] = {}
        loops = [item for item in node.properties if isinstance(item.value, tree.Loop)]
        if loops:
            found["copy"] = [self._property_loop(item, environment) for item in loops]
        for item in node.properties:
            if isinstance(item.value, tree.Loop) or (item.key.literal in omitted and item.key.literal is not None):
                continue
            key = str(serialized(self.converter.convert(item.key, environment)))
            if key.lower() == "copy":
                raise Refusal(item.at, "a property named 'copy'")
            if key in found:
                raise Refusal(item.at, f"the property {key!r} beside another of that name")
            found[key] = self.value(item.value, environment)
        return found

    def _property_loop(self, item: tree.Property, environment: Environment) -> Json:
        assert isinstance(item.value, tree.Loop)
        if item.key.literal is None:
            raise Refusal(item.at, "a loop in a property with an interpolated name")
        return self.copy(item.key.literal, item.value, environment, function("copyIndex", Literal(item.key.literal)))

    def copy(self, name: str | None, loop: tree.Loop, environment: Environment, index: Expression) -> dict[str, Json]:
        """A ``copy`` with its input."""
        inner = self.converter.bound(loop, index, environment)
        body, inner = self.converter.resolved(loop.body, inner)
        if isinstance(body, (tree.Loop, tree.Condition)):
            raise Refusal(body.at, "a loop or condition directly inside this loop")
        found = self.count(name, loop, environment)
        if isinstance(body, tree.Object) or (isinstance(body, tree.Text) and body.literal is not None):
            found["input"] = self.value(body, inner)
        else:
            found["input"] = serialized(as_function(self.converter.convert(body, inner)))
        return found

    def count(self, name: str | None, loop: tree.Loop, environment: Environment) -> dict[str, Json]:
        """The name and the number of a ``copy``."""
        found: dict[str, Json] = {"name": name} if name is not None else {}
        found["count"] = serialized(function("length", self.converter.convert(loop.source, environment)))
        return found

    def parameter(self, node: tree.Node, environment: Environment) -> Json:
        """The value of a module's parameter."""
        if isinstance(node, tree.Loop):
            inner = self.converter.bound(node, function("copyIndex", Literal("value")), environment)
            body, inner = self.converter.resolved(node.body, inner)
            if any(isinstance(item, tree.Loop) for item in tree.walk(body)):
                raise Refusal(body.at, "a loop inside the loop of a module's parameter")
            converted = self.converter.convert(body, inner)
            plain = isinstance(body, tree.Text) and body.literal is not None
            found = self.count("value", node, environment)
            found["input"] = serialized(converted if plain else as_function(converted))
            return {"copy": [found]}
        value, inner = self.converter.resolved(node, environment)
        if isinstance(value, tree.Ternary) and self.converter.unit.dialect.ternary_parameters:
            return serialized(self._choice(value, inner))
        secret = self._secret(value, inner)
        if secret is not None:
            return secret
        return {"value": self.value(value, inner)}

    def _choice(self, node: tree.Node, environment: Environment) -> Expression:
        node, environment = self.converter.resolved(node, environment)
        if isinstance(node, tree.Ternary):
            condition = self.converter.convert(node.condition, environment)
            return function("if", condition, self._choice(node.yes, environment), self._choice(node.no, environment))
        if isinstance(node, tree.Call) and node.name == "getSecret":
            raise Refusal(node.at, "a secret in a choice")
        return function("createObject", Literal("value"), self.converter.convert(node, environment))

    def _secret(self, node: tree.Node, environment: Environment) -> Json | None:
        """``vault.getSecret(name, version)``."""
        if not isinstance(node, tree.Call) or node.name != "getSecret" or node.owner is None:
            return None
        found = self.converter.reference(node.owner, environment)
        if found is None or not isinstance(found.symbol, ResourceSymbol) or len(node.arguments) not in (1, 2):
            raise Refusal(node.at, "this kind of getSecret()")
        owner = tree.Member(node.at, node.owner, "id", False)
        reference: dict[str, Json] = {"keyVault": {"id": self.value(owner, environment)}}
        for name, argument in zip(("secretName", "secretVersion"), node.arguments, strict=False):
            reference[name] = self.value(argument, environment)
        return {"reference": reference}
