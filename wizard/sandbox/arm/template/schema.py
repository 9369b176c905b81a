"""The types of parameters and outputs: ``type``, ``$ref``, and the constraints that go with them.

Owns what a value must look like to pass; the texts are ARM's where they are public.
https://learn.microsoft.com/azure/azure-resource-manager/templates/definitions
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wizard.sandbox.arm.template.faults import TemplateFault, validation_failed
from wizard.sandbox.arm.template.values import Pending, is_int, key_of, kind, same

Json = Any
USAGE = "Please see https://aka.ms/arm-create-parameter-file for usage details."
SHOWN = {
    "string": "String", "securestring": "SecureString", "int": "Int", "bool": "Bool",
    "object": "Object", "secureobject": "SecureObject", "array": "Array",
}  # fmt: skip
EXPECTED = {
    "string": "String, Uri", "securestring": "String, Uri", "int": "Integer", "bool": "Boolean",
    "object": "Object", "secureobject": "Object", "array": "Array",
}  # fmt: skip


def resolved(node: Json, definitions: Mapping[str, Json]) -> Json:
    """The type with its ``$ref``s followed; what stands beside a ``$ref`` wins over what it points at."""
    seen: set[str] = set()
    while isinstance(node, dict) and "$ref" in node:
        target = str(node["$ref"])
        name = target.removeprefix("#/definitions/")
        key = key_of(dict(definitions), name)
        if not target.startswith("#/definitions/") or key is None or name in seen:
            raise validation_failed(f"The type reference '{target}' could not be resolved")
        seen.add(name)
        node = {**definitions[key], **{member: value for member, value in node.items() if member != "$ref"}}
    return node


def type_of(node: Json, where: str) -> str:
    """The lower-case type name; refuses a type that the language does not have."""
    name = str(node.get("type", "")).lower()
    if name not in SHOWN:
        raise validation_failed(f"The template {where} has the type '{node.get('type', '')}', which is not valid")
    return name


def is_secure(node: Json) -> bool:
    return str(node.get("type", "")).lower().startswith("secure")


def checked(name: str, value: Json, node: Json, definitions: Mapping[str, Json]) -> None:
    """Refuse a value that its type does not admit; ``name`` is the parameter (or the path in it)."""
    node = resolved(node, definitions)
    if isinstance(value, Pending) or (value is None and node.get("nullable")):
        return
    type_ = type_of(node, f"parameter '{name}'")
    wanted = EXPECTED[type_]
    if kind(value) not in wanted.split(", "):
        raise validation_failed(f"Template parameter JToken type is not valid. Expected '{wanted}'. Actual '{kind(value)}'. {USAGE}")
    _allowed(name, value, node)
    _bounded(name, value, node)
    if isinstance(value, list):
        _elements(name, value, node, definitions)
    if isinstance(value, dict):
        _members(name, value, node, definitions)


def _refused(name: str, reason: str) -> TemplateFault:
    return validation_failed(f"The provided value for the template parameter '{name}' is not valid. {reason} {USAGE}")


def _allowed(name: str, value: Json, node: Json) -> None:
    allowed = node.get("allowedValues")
    if allowed is None:
        return
    several = isinstance(value, list) and not any(isinstance(item, list) for item in allowed)
    for item in value if several else [value]:
        if not any(same(item, other) for other in allowed):
            words = ",".join(str(other) for other in allowed)
            raise validation_failed(
                f"The provided value for the template parameter '{name}' is not valid. The value '{item}' is not part of the allowed "
                f"value(s): '{words}'."
            )


def _bounded(name: str, value: Json, node: Json) -> None:
    size = len(value) if isinstance(value, (str, list)) else None
    if size is not None and "minLength" in node and size < node["minLength"]:
        raise _refused(name, f"Length of the value should be greater than or equal to '{node['minLength']}'.")
    if size is not None and "maxLength" in node and size > node["maxLength"]:
        raise _refused(name, f"Length of the value should be less than or equal to '{node['maxLength']}'.")
    if is_int(value) and "minValue" in node and value < node["minValue"]:
        raise _refused(name, f"The value should be greater than or equal to '{node['minValue']}'.")
    if is_int(value) and "maxValue" in node and value > node["maxValue"]:
        raise _refused(name, f"The value should be less than or equal to '{node['maxValue']}'.")


def _elements(name: str, value: list[Json], node: Json, definitions: Mapping[str, Json]) -> None:
    prefix = node.get("prefixItems") or []
    if len(value) < len(prefix):
        raise _refused(name, f"The array must have at least '{len(prefix)}' elements.")
    for at, item in enumerate(value):
        if at < len(prefix):
            checked(f"{name}[{at}]", item, prefix[at], definitions)
        elif node.get("items") is False:
            raise _refused(name, f"The array must not have more than '{len(prefix)}' elements.")
        elif isinstance(node.get("items"), dict):
            checked(f"{name}[{at}]", item, node["items"], definitions)


def _members(name: str, value: dict[str, Json], node: Json, definitions: Mapping[str, Json]) -> None:
    if "discriminator" in node:
        chosen = value.get(node["discriminator"]["propertyName"])
        mapping = node["discriminator"]["mapping"]
        if chosen not in mapping:
            raise _refused(name, f"The discriminator '{chosen}' is not one of '{','.join(mapping)}'.")
        node = resolved(mapping[chosen], definitions)
    known = node.get("properties") or {}
    for member, type_ in known.items():
        key = key_of(value, member)
        if key is not None:
            checked(f"{name}.{member}", value[key], type_, definitions)
        elif not resolved(type_, definitions).get("nullable"):
            raise _refused(name, f"The required property '{member}' is missing.")
    rest = node.get("additionalProperties")
    for member, item in value.items():
        if key_of(known, member) is None:
            if rest is False:
                raise _refused(name, f"The property '{member}' is not allowed.")
            if isinstance(rest, dict):
                checked(f"{name}.{member}", item, rest, definitions)
