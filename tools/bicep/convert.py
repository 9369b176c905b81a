"""Bicep expressions to expressions of the template language.

Owns the meaning of every expression: names, loops' variables, accesses to resources and modules, operators. Knows
nothing of JSON. What a name of a loop means depends on where it is read, so every conversion takes an :class:`Environment`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from . import functions, identifiers, loading, tree
from .language import SAFE, Expression, Function, Literal, access, as_function, function, integer, tried
from .model import ModuleSymbol, ResourceSymbol
from .refusal import Refusal

if TYPE_CHECKING:
    from .unit import Unit

OPERATORS = {
    "||": "or", "&&": "and", "==": "equals", "<": "less", "<=": "lessOrEquals", ">": "greater", ">=": "greaterOrEquals",
    "+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod", "??": "coalesce",
}  # fmt: skip


@dataclass(frozen=True)
class Environment:
    """What the names in scope mean: local variables, nested resources, and the loops that are being repeated."""

    local: Mapping[str, Expression] = field(default_factory=dict)
    visible: Mapping[str, ResourceSymbol] = field(default_factory=dict)
    loops: Mapping[tree.Loop, Environment] = field(default_factory=dict)


@dataclass(frozen=True)
class Reference:
    """A resource or module, and the environment in which its name is to be read."""

    symbol: ResourceSymbol | ModuleSymbol
    environment: Environment
    index: Expression | None


class Converter:
    """Converts the expressions of one file."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.model = unit.model

    def bound(self, loop: tree.Loop, index: Expression, environment: Environment) -> Environment:
        """The environment inside a loop whose index is given."""
        local = dict(environment.local)
        if loop.item:
            local[loop.item] = access(self.convert(loop.source, environment), index)
        if loop.index:
            local[loop.index] = index
        inner = replace(environment, local=local)
        return replace(inner, loops={**environment.loops, loop: inner})

    def inside(self, symbol: ResourceSymbol | ModuleSymbol) -> Environment:
        """The environment of a resource's or module's body."""
        environment = Environment(visible=symbol.visible if isinstance(symbol, ResourceSymbol) else {})
        return self.bound(symbol.loop, function("copyIndex"), environment) if symbol.loop else environment

    def resolved(self, value: tree.Node, environment: Environment) -> tuple[tree.Node, Environment]:
        """The value without what leaves no trace: parentheses, ``!``, ``any()`` and variables that are inlined."""
        while True:
            if isinstance(value, (tree.Group, tree.NonNull)):
                value = value.inner
            elif isinstance(value, tree.Call) and value.name == "any" and _is_namespace(value.owner) and len(value.arguments) == 1:
                value = value.arguments[0]
            elif isinstance(value, tree.Name) and value.name not in environment.local and value.name not in environment.visible:
                variable = self.model.named.get(value.name)
                if not isinstance(variable, tree.Variable) or variable.name not in self.unit.inlined:
                    return value, environment
                value, environment = variable.value, Environment()
            else:
                return value, environment

    def reference(self, value: tree.Node, environment: Environment) -> Reference | None:
        """What a value refers to when it is a resource or a module."""
        value, environment = self.resolved(value, environment)
        index = None
        base = value
        if isinstance(value, tree.Index):
            base = value.base
        if isinstance(base, tree.Name) and base.name in environment.local:
            return None
        symbol = self.model.deployed(base, dict(environment.visible))
        if symbol is None:
            return None
        if isinstance(value, tree.Index):
            if symbol.loop is None:
                return None
            if value.safe:
                raise Refusal(value.at, "a safe index into a collection of resources")
            index = self.convert(value.index, environment)
        return Reference(symbol, self.moved(symbol, environment, index, value), index)

    def moved(
        self, symbol: ResourceSymbol | ModuleSymbol, environment: Environment, index: Expression | None, at: tree.Node
    ) -> Environment:
        """The environment in which the name of a resource or module is to be read from elsewhere."""
        own = Environment(visible=symbol.visible if isinstance(symbol, ResourceSymbol) else {})
        if symbol.loop is None:
            return own
        if index is not None:
            return self.bound(symbol.loop, index, own)
        if symbol.loop in environment.loops:
            return environment.loops[symbol.loop]
        raise Refusal(at.at, f"the whole collection {symbol.name!r} as a value")

    def convert(self, value: tree.Node, environment: Environment) -> Expression:
        """The value as an expression."""
        value, environment = self.resolved(value, environment)
        name = "_" + type(value).__name__.lower()
        method = getattr(self, name, None)
        if method is None:
            raise Refusal(value.at, f"a {type(value).__name__.lower()} inside an expression")
        result: Expression = method(value, environment)
        return result

    def _integer(self, value: tree.Integer, environment: Environment) -> Expression:
        return integer(value.value)

    def _boolean(self, value: tree.Boolean, environment: Environment) -> Expression:
        return function("true" if value.value else "false")

    def _null(self, value: tree.Null, environment: Environment) -> Expression:
        return function("null")

    def _text(self, value: tree.Text, environment: Environment) -> Expression:
        if value.literal is not None:
            return Literal(value.literal)
        if value.segments == ["", ""] and not self.unit.dialect.formatted_holes:
            return self.convert(value.holes[0], environment)
        pattern = "".join(
            segment.replace("{", "{{").replace("}", "}}") + (f"{{{i}}}" if i < len(value.holes) else "")
            for i, segment in enumerate(value.segments)
        )
        return function("format", Literal(pattern), *(self.convert(hole, environment) for hole in value.holes))

    def _array(self, value: tree.Array, environment: Environment) -> Expression:
        return function("createArray", *(self.convert(item, environment) for item in value.items))

    def _object(self, value: tree.Object, environment: Environment) -> Expression:
        parts: list[Expression] = []
        for item in value.properties:
            parts += [self.convert(item.key, environment), self.convert(item.value, environment)]
        return function("createObject", *parts)

    def _flattened(self, value: tree.Flattened, environment: Environment) -> Expression:
        return function("flatten", function("createArray", *(self.convert(chunk, environment) for chunk in value.chunks)))

    def _merged(self, value: tree.Merged, environment: Environment) -> Expression:
        return function("shallowMerge", function("createArray", *(self.convert(chunk, environment) for chunk in value.chunks)))

    def _ternary(self, value: tree.Ternary, environment: Environment) -> Expression:
        return function("if", *(self.convert(part, environment) for part in (value.condition, value.yes, value.no)))

    def _unary(self, value: tree.Unary, environment: Environment) -> Expression:
        operand = self.convert(value.operand, environment)
        return function("not", operand) if value.operator == "!" else function("sub", Literal(0), operand)

    def _binary(self, value: tree.Binary, environment: Environment) -> Expression:
        left, right = self.convert(value.left, environment), self.convert(value.right, environment)
        if value.operator in ("=~", "!~"):
            left, right = function("toLower", left), function("toLower", right)
        if value.operator in ("!=", "!~"):
            return function("not", function("equals", left, right))
        return function("equals" if value.operator == "=~" else OPERATORS[value.operator], left, right)

    def _lambda(self, value: tree.Lambda, environment: Environment) -> Expression:
        local = {**environment.local, **{name: function("lambdaVariables", Literal(name)) for name in value.parameters}}
        body = self.convert(value.body, replace(environment, local=local))
        return function("lambda", *(Literal(name) for name in value.parameters), body)

    def _name(self, value: tree.Name, environment: Environment) -> Expression:
        if value.name in environment.local:
            return environment.local[value.name]
        found = self.reference(value, environment)
        if found is not None:
            if isinstance(found.symbol, ModuleSymbol):
                raise Refusal(value.at, f"the module {value.name!r} as a value")
            return identifiers.state(self, found, True)
        declaration = self.model.named.get(value.name)
        if isinstance(declaration, tree.Parameter):
            return function("parameters", Literal(value.name))
        if isinstance(declaration, tree.Variable):
            return function("variables", Literal(value.name))
        raise Refusal(value.at, f"the name {value.name!r}")

    def _child(self, value: tree.Child, environment: Environment) -> Expression:
        found = self.reference(value, environment)
        if found is None:
            raise Refusal(value.at, "this kind of '::'")
        return identifiers.state(self, found, True)

    def _call(self, value: tree.Call, environment: Environment) -> Expression:
        if not _is_namespace(value.owner):
            return self._method(value, environment)
        if value.name in loading.LOADERS:
            return function("variables", Literal(self.unit.loads.variable(value)))
        if value.owner is None and isinstance(self.model.named.get(value.name), tree.Function):
            name = f"__bicep.{value.name}"
        elif value.name in functions.PLAIN or functions.is_list(value.name):
            name = value.name
        else:
            raise Refusal(value.at, f"the function {value.name!r}")
        if name in functions.SCOPES and value.arguments:
            raise Refusal(value.at, f"{name}() with arguments as a value")
        if name in ("tenant", "managementGroup") and not self.unit.dialect.scopes_as_values:
            raise Refusal(value.at, f"{name}() as a value in this release")
        return function(name, *(self.convert(argument, environment) for argument in value.arguments))

    def _method(self, value: tree.Call, environment: Environment) -> Expression:
        found = self.reference(value.owner, environment) if value.owner else None
        if found is None or not isinstance(found.symbol, ResourceSymbol) or not functions.is_list(value.name):
            raise Refusal(value.at, f"the method {value.name!r}")
        target = identifiers.target(self, found)
        arguments = [self.convert(argument, environment) for argument in value.arguments] or [Literal(found.symbol.version)]
        return function(value.name, target, *arguments)

    def _index(self, value: tree.Index, environment: Environment) -> Expression:
        found = self.reference(value, environment)
        if found is not None:
            if isinstance(found.symbol, ModuleSymbol):
                raise Refusal(value.at, "a module as a value")
            return identifiers.state(self, found, True)
        if isinstance(value.index, tree.Text) and value.index.literal is not None:
            if self._outputs(value.base, environment):
                raise Refusal(value.at, "an output of a module by index")
            return self._member(tree.Member(value.at, value.base, value.index.literal, value.safe), environment)
        return self._accessed(value.base, self.convert(value.index, environment), value.safe, environment)

    def _outputs(self, base: tree.Node, environment: Environment) -> tuple[Reference, bool] | None:
        """The module and whether access is safe, when the value is ``module.outputs``."""
        base, environment = self.resolved(base, environment)
        if not isinstance(base, tree.Member) or base.name != "outputs":
            return None
        found = self.reference(base.base, environment)
        return (found, base.safe) if found is not None and isinstance(found.symbol, ModuleSymbol) else None

    def _member(self, value: tree.Member, environment: Environment) -> Expression:
        outputs = self._outputs(value.base, environment)
        if outputs is not None:
            return identifiers.output(self, outputs[0], value, outputs[1])
        found = self.reference(value.base, environment)
        if found is not None:
            return identifiers.property_of(self, found, value)
        return self._accessed(value.base, Literal(value.name), value.safe, environment)

    def _accessed(self, base: tree.Node, step: Expression, safe: bool, environment: Environment) -> Expression:
        converted = self.convert(base, environment)
        if safe:
            return tried(converted, step)
        while isinstance(base, tree.NonNull) or (isinstance(base, tree.Call) and base.name == "any"):
            base = base.inner if isinstance(base, tree.NonNull) else base.arguments[0]
        chained = isinstance(base, (tree.Member, tree.Index))
        if chained and isinstance(converted, Function) and not converted.accesses and converted.name in SAFE:
            return Function(converted.name, (*converted.arguments, step))
        return access(as_function(converted), step)


def _is_namespace(owner: tree.Node | None) -> bool:
    return owner is None or (isinstance(owner, tree.Name) and owner.name in ("az", "sys"))
