"""Where resources and modules are, and how a template names them: resource ids, ``reference()`` and outputs.

Owns scopes and ids; everything is given as an expression that is valid in the file's own target scope.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import tree
from .language import SAFE, Expression, Function, Literal, access, function, tried
from .model import ModuleSymbol, ResourceSymbol
from .refusal import Position, Refusal

if TYPE_CHECKING:
    from .convert import Converter, Environment, Reference

DEPLOYMENTS = "Microsoft.Resources/deployments"
GROUPS = "microsoft.resources/resourcegroups"
ARITY = {"resourceGroup": 2, "subscription": 1, "managementGroup": 1, "tenant": 0}


@dataclass
class Scope:
    """``kind`` is one of the four target scopes or ``resource``; the expressions are None where the current one is meant."""

    kind: str
    subscription: Expression | None = None
    name: Expression | None = None
    resource: Reference | None = None


def scope_of(converter: Converter, symbol: ResourceSymbol | ModuleSymbol, environment: Environment) -> Scope:
    """The scope in which a resource or module lives; ``environment`` is the one its name is read in."""
    while isinstance(symbol, ResourceSymbol) and symbol.parent is not None:
        environment = parent_environment(converter, symbol, environment)
        symbol = symbol.parent.resource
    value = symbol.body.get("scope")
    if value is None:
        return Scope(converter.model.target_scope)
    value, environment = converter.resolved(value, environment)
    if isinstance(value, tree.Call) and value.name in ARITY and (value.owner is None or isinstance(value.owner, tree.Name)):
        arguments = [converter.convert(argument, environment) for argument in value.arguments]
        if len(arguments) > ARITY[value.name]:
            raise Refusal(value.at, "a scope with this many arguments")
        if value.name == "subscription":
            return Scope("subscription", arguments[0] if arguments else None)
        if len(arguments) == 2:
            return Scope(value.name, arguments[0], arguments[1])
        return Scope(value.name, None, arguments[0] if arguments else None)
    found = converter.reference(value, environment)
    if found is None or not isinstance(found.symbol, ResourceSymbol):
        raise Refusal(value.at, "this kind of scope")
    if found.symbol.type.lower() == GROUPS:
        own = scope_of(converter, found.symbol, found.environment)
        return Scope("resourceGroup", own.subscription, converter.convert(found.symbol.given_name, found.environment))
    if isinstance(symbol, ModuleSymbol):
        raise Refusal(value.at, "a module whose scope is this resource")
    return Scope("resource", resource=found)


def parent_environment(converter: Converter, symbol: ResourceSymbol, environment: Environment) -> Environment:
    """The environment in which the name of the parent is to be read."""
    assert symbol.parent is not None
    index = converter.convert(symbol.parent.index, environment) if symbol.parent.index else None
    return converter.moved(symbol.parent.resource, environment, index, symbol.node)


def segments(converter: Converter, symbol: ResourceSymbol, environment: Environment) -> list[Expression]:
    """The names of a resource and its ancestors, outermost first: one for each segment of the type."""
    own = converter.convert(symbol.given_name, environment)
    depth = symbol.type.count("/")
    if symbol.parent is not None:
        above = segments(converter, symbol.parent.resource, parent_environment(converter, symbol, environment))
        if len(above) != depth - 1:
            raise Refusal(symbol.node.at, "a child whose type does not continue its parent's")
        return [*above, own]
    if depth == 1:
        return [own]
    return [access(function("split", own, Literal("/")), Literal(i)) for i in range(depth)]


def full_name(converter: Converter, symbol: ResourceSymbol, environment: Environment) -> Expression:
    """The value of ``name`` in the template."""
    if symbol.parent is None:
        return converter.convert(symbol.given_name, environment)
    parts = segments(converter, symbol, environment)
    return function("format", Literal("/".join(f"{{{i}}}" for i in range(len(parts)))), *parts)


def identifier(converter: Converter, symbol: ResourceSymbol | ModuleSymbol, environment: Environment) -> Expression:
    """The fully qualified id."""
    if isinstance(symbol, ModuleSymbol):
        return _qualified(converter, scope_of(converter, symbol, environment), DEPLOYMENTS, [module_name(converter, symbol, environment)])
    return _qualified(converter, scope_of(converter, symbol, environment), symbol.type, segments(converter, symbol, environment))


def module_name(converter: Converter, symbol: ModuleSymbol, environment: Environment) -> Expression:
    """The name of a module's deployment."""
    value = symbol.body.get("name")
    if value is None:
        raise Refusal(symbol.node.at, "a module without a name")
    return converter.convert(value, environment)


def _qualified(converter: Converter, scope: Scope, kind: str, names: list[Expression]) -> Expression:
    rest = [Literal(kind), *names]
    if scope.kind == "tenant":
        return function("tenantResourceId", *rest)
    if scope.kind == "subscription":
        return function("subscriptionResourceId", *([scope.subscription] if scope.subscription else []), *rest)
    if scope.kind == "managementGroup":
        if not converter.unit.dialect.scopes_as_values:
            raise Refusal(Position(converter.model.path, 1, 1), "the id of something in a management group in this release")
        group = management_group(scope.name, True) if scope.name else access(function("managementGroup"), "id")
        return function("extensionResourceId", group, *rest)
    if scope.kind == "resource":
        assert scope.resource is not None
        return function("extensionResourceId", identifier(converter, scope.resource.symbol, scope.resource.environment), *rest)
    if scope.name is None:
        return function("resourceId", *rest)
    subscription = scope.subscription or access(function("subscription"), "subscriptionId")
    return function(
        "extensionResourceId", function("format", Literal("/subscriptions/{0}/resourceGroups/{1}"), subscription, scope.name), *rest
    )


def unqualified(converter: Converter, symbol: ResourceSymbol, environment: Environment) -> Expression:
    """The id relative to its scope, as older compilers wrote it into ``scope``."""
    scope = scope_of(converter, symbol, environment)
    names = segments(converter, symbol, environment)
    if scope.kind == "resource":
        assert scope.resource is not None and isinstance(scope.resource.symbol, ResourceSymbol)
        above = unqualified(converter, scope.resource.symbol, scope.resource.environment)
        return function("extensionResourceId", above, Literal(symbol.type), *names)
    first, *kinds = symbol.type.split("/")
    pattern = f"{first}/" + "/".join(f"{kind}/{{{i}}}" for i, kind in enumerate(kinds))
    return function("format", Literal(pattern), *names)


def management_group(name: Expression, qualified: bool) -> Expression:
    """The id of a management group."""
    if qualified:
        return function("tenantResourceId", Literal("Microsoft.Management/managementGroups"), name)
    return function("format", Literal("Microsoft.Management/managementGroups/{0}"), name)


def symbolic(symbol: ResourceSymbol | ModuleSymbol, index: Expression | None) -> Expression:
    """The symbolic name, with the index into a collection."""
    return Literal(symbol.name) if index is None else function("format", Literal(f"{symbol.name}[{{0}}]"), index)


def target(converter: Converter, found: Reference) -> Expression:
    """What ``reference()`` and the list functions are asked about."""
    if converter.unit.symbolic:
        if found.symbol.loop is not None and found.index is None:
            raise Refusal(found.symbol.node.at, "a collection that refers to itself")
        return symbolic(found.symbol, found.index)
    return identifier(converter, found.symbol, found.environment)


def state(converter: Converter, found: Reference, full: bool) -> Function:
    """``reference()`` of a resource or module."""
    about = target(converter, found)
    dialect = converter.unit.dialect
    conditional = found.symbol.condition if isinstance(found.symbol, ModuleSymbol) else found.symbol.conditions or found.symbol.existing
    if not (full or conditional or converter.unit.symbolic or dialect.references_known):
        raise Refusal(found.symbol.node.at, "something whose state is read, in this release")
    if isinstance(found.symbol, ModuleSymbol):
        plain = converter.unit.symbolic or not (dialect.versioned_modules or found.symbol.condition)
        return function("reference", about) if plain else function("reference", about, Literal(dialect.deployments_version))
    version = Literal(found.symbol.version)
    if full:
        return function("reference", about, version, Literal("full"))
    plain = converter.unit.symbolic or not (dialect.versioned_references or found.symbol.existing or found.symbol.conditions)
    return function("reference", about) if plain else function("reference", about, version)


def property_of(converter: Converter, found: Reference, value: tree.Member) -> Expression:
    """A property of a resource, or the name of a module."""
    symbol = found.symbol
    if isinstance(symbol, ModuleSymbol):
        if value.name != "name" or value.safe:
            raise Refusal(value.at, f"the module property {value.name!r} here")
        return module_name(converter, symbol, found.environment)
    if value.safe and symbol.conditions:
        raise Refusal(value.at, "'.?' on a resource with a condition")
    if value.name == "id":
        return identifier(converter, symbol, found.environment)
    if value.name == "name":
        return converter.convert(symbol.given_name, found.environment)
    if value.name == "type":
        return Literal(symbol.type)
    if value.name == "apiVersion":
        return Literal(symbol.version)
    if value.safe:
        return tried(state(converter, found, True), value.name)
    return state(converter, found, False) if value.name == "properties" else access(state(converter, found, True), value.name)


def output(converter: Converter, found: Reference, value: tree.Member, safe: bool) -> Expression:
    """``module.outputs.name``."""
    assert isinstance(found.symbol, ModuleSymbol)
    if converter.unit.module(found.symbol).secure_outputs:
        raise Refusal(value.at, "an output of a module that has secure outputs")
    base = state(converter, found, False)
    if not safe:
        outputs: Function = access(base, "outputs")
    else:
        guarded: Expression = base
        if found.symbol.condition is not None:
            guarded = function("if", converter.convert(found.symbol.condition, found.environment), base, function("null"))
        outputs = tried(guarded, "outputs")
    if value.safe:
        return tried(tried(outputs, value.name), "value")
    if outputs.name in SAFE and not outputs.accesses:
        return Function(outputs.name, (*outputs.arguments, Literal(value.name), Literal("value")))
    return access(outputs, value.name, "value")
