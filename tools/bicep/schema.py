"""Types and decorators to the schema of parameters, outputs, functions and definitions. Owns the type language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import tree
from .convert import Environment
from .language import Literal, serialized
from .model import Model
from .refusal import Refusal

if TYPE_CHECKING:
    from .unit import Unit

Json = Any
AMBIENT = frozenset({"string", "int", "bool", "object", "array"})
SECURE = ("string", "object")
LIMITS = ("minLength", "maxLength", "minValue", "maxValue")
USER_DEFINED = (tree.ObjectType, tree.TupleType, tree.ArrayType, tree.UnionType, tree.NullableType)


def uses_type_syntax(node: tree.Node) -> bool:
    """Whether a type needs the template language's second version."""
    return any(isinstance(item, USER_DEFINED) for item in tree.walk(node))


def properties(model: Model, node: tree.Node) -> dict[str, Json]:
    """The schema of a type."""
    if isinstance(node, tree.Group):
        return properties(model, node.inner)
    if isinstance(node, tree.TypeName):
        if node.name in model.types:
            return {"$ref": f"#/definitions/{node.name}"}
        if node.name not in AMBIENT:
            raise Refusal(node.at, f"the type {node.name!r}")
        return {"type": node.name}
    if isinstance(node, tree.NullableType):
        return {**properties(model, node.inner), "nullable": True}
    if isinstance(node, tree.ArrayType):
        allowed = _literals(model, node.item)
        return (
            {"type": "array", "allowedValues": allowed} if allowed is not None else {"type": "array", "items": properties(model, node.item)}
        )
    if isinstance(node, tree.ObjectType):
        return _object(model, node)
    if isinstance(node, tree.TupleType):
        return {"type": "array", "prefixItems": [_member(model, item) for item in node.items], "items": False}
    allowed = _literals(model, node)
    if allowed is None:
        raise Refusal(node.at, "a union of anything but literals")
    return _of_literals(node, allowed)


def _object(model: Model, node: tree.ObjectType) -> dict[str, Json]:
    if not node.members:
        raise Refusal(node.at, "an object type without properties")
    found: dict[str, Json] = {"type": "object", "properties": {item.name: _member(model, item) for item in node.members}}
    if node.rest is not None:
        found["additionalProperties"] = _member(model, node.rest)
    return found


def _member(model: Model, member: tree.TypeMember) -> dict[str, Json]:
    return decorated(model, member.decorators, properties(model, member.type))


def _of_literals(node: tree.Node, allowed: list[Json]) -> dict[str, Json]:
    kinds = {_kind(value) for value in allowed if value is not None}
    if len(kinds) != 1 or "" in kinds:
        raise Refusal(node.at, "a union of several kinds of literals")
    found = {"type": kinds.pop(), "allowedValues": [value for value in allowed if value is not None]}
    return {**found, "nullable": True} if None in allowed else found


def _kind(value: Json) -> str:
    if isinstance(value, bool):
        return "bool"
    return {str: "string", int: "int"}.get(type(value), "")


def _literals(model: Model, node: tree.Node) -> list[Json] | None:
    """The values of a literal type in the compiler's order, or None where the type is something else."""
    if isinstance(node, tree.Group):
        return _literals(model, node.inner)
    if isinstance(node, tree.Text) and node.literal is not None:
        return [node.literal]
    if isinstance(node, (tree.Integer, tree.Boolean)):
        return [node.value]
    if isinstance(node, tree.Null):
        return [None]
    if not isinstance(node, tree.UnionType):
        return None
    found: list[Json] = []
    for member in node.members:
        if isinstance(member, tree.TypeName) and member.name in model.types:
            member = model.types[member.name].type
        values = _literals(model, member)
        if values is None:
            return None
        found += [value for value in values if all(value is not other and (type(value), value) != (type(other), other) for other in found)]
    return sorted(found, key=_shown)


def _shown(value: Json) -> str:
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return {True: "true", False: "false", None: "null"}[value] if value is None or isinstance(value, bool) else str(value)


def decorated(model: Model, decorators: list[tree.Call], schema: dict[str, Json], unit: Unit | None = None) -> dict[str, Json]:
    """The schema with what its decorators say."""
    given = {call.name: call for call in decorators}
    if len(given) != len(decorators):
        raise Refusal(decorators[0].at, "a decorator given twice")
    known = {"secure", "sealed", "description", "metadata", "allowed", *LIMITS}
    for call in decorators:
        if call.name not in known:
            raise Refusal(call.at, f"the decorator @{call.name}()")
    if "secure" in given:
        if schema.get("type") not in SECURE:
            raise Refusal(given["secure"].at, "@secure() on this type")
        text = unit.dialect.secure_string if unit is not None else "securestring"
        schema["type"] = text if schema["type"] == "string" else "secureObject"
    if "sealed" in given:
        schema["additionalProperties"] = False
    metadata = _constant(given["metadata"].arguments[0], unit) if "metadata" in given else None
    described = description(decorators)
    if metadata is not None or described is not None:
        schema["metadata"] = {**(metadata or {}), **({"description": described} if described is not None else {})}
    for name in LIMITS:
        if name in given:
            schema[name] = _constant(given[name].arguments[0], unit)
    if unit is not None and unit.dialect.decorators_reversed:
        members = {"description": "metadata", "allowed": "allowedValues"}
        for name in reversed(given):
            member = members.get(name, name)
            if member in schema:
                schema[member] = schema.pop(member)
    return schema


def description(decorators: list[tree.Call]) -> str | None:
    """The text of ``@description()``."""
    for call in decorators:
        if call.name == "description":
            value = call.arguments[0] if len(call.arguments) == 1 else None
            if not isinstance(value, tree.Text) or value.literal is None:
                raise Refusal(call.at, "a description that is not a literal")
            return str(serialized(Literal(value.literal)))
    return None


def _constant(node: tree.Node, unit: Unit | None) -> Json:
    if isinstance(node, tree.Integer):
        return node.value
    if unit is None:
        raise Refusal(node.at, "this decorator's argument here")
    return unit.emitter.value(node, Environment())
