"""Functions over arrays and objects, and over strings where the same name serves both.
https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-array and …-object

Functions that take a ``lambda`` live with the evaluator.
"""

from __future__ import annotations

from typing import Any

from wizard.sandbox.arm.template.faults import wrong_arguments, wrong_type
from wizard.sandbox.arm.template.library import Shelf
from wizard.sandbox.arm.template.strings import joined, number_of, text_of
from wizard.sandbox.arm.template.values import as_text, is_int, is_scalar, key_of, kind, merged, same

Json = Any
SHELF = Shelf()


def array_of(function: str, value: Json) -> list[Json]:
    """The argument, which has to be an array."""
    if not isinstance(value, list):
        raise wrong_type(function, "an array", kind(value))
    return value


def object_of(function: str, value: Json) -> dict[str, Json]:
    """The argument, which has to be an object."""
    if not isinstance(value, dict):
        raise wrong_type(function, "an object", kind(value))
    return value


def _sequence(function: str, value: Json) -> list[Json] | str:
    if not isinstance(value, (list, str)):
        raise wrong_type(function, "an array or a string", kind(value))
    return value


@SHELF.add("array", 1)
def array(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


@SHELF.add("concat", 1, -1)
def concat(*values: Json) -> Json:
    if all(isinstance(value, list) for value in values):
        return [item for value in values for item in value]
    return joined(values)


@SHELF.add("contains", 2)
def contains(container: Json, item: Json) -> bool:
    if isinstance(container, str):
        if not is_scalar(item):
            raise wrong_type("contains", "a string", kind(item))
        return as_text(item) in container
    if isinstance(container, dict):
        return key_of(container, text_of("contains", item)) is not None
    return any(same(item, other) for other in array_of("contains", container))


@SHELF.add("createArray", 0, -1)
def create_array(*values: Json) -> list[Json]:
    return list(values)


@SHELF.add("createObject", 0, -1)
def create_object(*values: Json) -> dict[str, Json]:
    if len(values) % 2:
        raise wrong_arguments("createObject", "the function requires an even number of arguments.")
    return {text_of("createObject", values[at]): values[at + 1] for at in range(0, len(values), 2)}


@SHELF.add("empty", 1)
def empty(value: Json) -> bool:
    if value is None or isinstance(value, (str, list, dict)):
        return not value
    raise wrong_type("empty", "an array, an object or a string", kind(value))


@SHELF.add("first", 1)
def first(value: Json) -> Json:
    sequence = _sequence("first", value)
    return sequence[0] if sequence else "" if isinstance(sequence, str) else None


@SHELF.add("last", 1)
def last(value: Json) -> Json:
    sequence = _sequence("last", value)
    return sequence[-1] if sequence else "" if isinstance(sequence, str) else None


@SHELF.add("flatten", 1)
def flatten(value: Json) -> list[Json]:
    return [item for part in array_of("flatten", value) for item in array_of("flatten", part)]


@SHELF.add("indexOf", 2)
def index_of(container: Json, item: Json) -> int:
    if isinstance(container, str):
        return container.lower().find(text_of("indexOf", item).lower())
    return next((at for at, other in enumerate(array_of("indexOf", container)) if same(other, item)), -1)


@SHELF.add("lastIndexOf", 2)
def last_index_of(container: Json, item: Json) -> int:
    if isinstance(container, str):
        return container.lower().rfind(text_of("lastIndexOf", item).lower())
    found = [at for at, other in enumerate(array_of("lastIndexOf", container)) if same(other, item)]
    return found[-1] if found else -1


@SHELF.add("length", 1)
def length(value: Json) -> int:
    if not isinstance(value, (str, list, dict)):
        raise wrong_type("length", "an array, an object or a string", kind(value))
    return len(value)


@SHELF.add("intersection", 2, -1)
def intersection(*values: Json) -> Json:
    if all(isinstance(value, list) for value in values):
        common = [item for item in values[0] if all(any(same(item, other) for other in value) for value in values[1:])]
        return _unique(common)
    objects = [object_of("intersection", value) for value in values]
    return {
        name: value
        for name, value in objects[0].items()
        if all((key := key_of(other, name)) is not None and same(other[key], value) for other in objects[1:])
    }


def _unique(items: list[Json]) -> list[Json]:
    out: list[Json] = []
    for item in items:
        if not any(same(item, other) for other in out):
            out.append(item)
    return out


@SHELF.add("union", 2, -1)
def union(*values: Json) -> Json:
    if all(isinstance(value, list) for value in values):
        return _unique([item for value in values for item in value])
    out: Json = {}
    for value in values:
        out = merged(out, object_of("union", value))
    return out


@SHELF.add("shallowMerge", 1)
def shallow_merge(values: Json) -> Json:
    out: Json = {}
    for value in array_of("shallowMerge", values):
        for name, item in object_of("shallowMerge", value).items():
            out[key_of(out, name) or name] = item
    return out


@SHELF.add("items", 1)
def items(value: Json) -> list[Json]:
    members = object_of("items", value)
    return [{"key": name, "value": members[name]} for name in sorted(members, key=str.lower)]


@SHELF.add("objectKeys", 1)
def object_keys(value: Json) -> list[Json]:
    return sorted(object_of("objectKeys", value), key=str.lower)


@SHELF.add("range", 2)
def range_of(start: Json, count: Json) -> list[int]:
    begin, size = number_of("range", start), number_of("range", count)
    if not 0 <= size <= 10000:
        raise wrong_arguments("range", "the count must be between 0 and 10000.")
    return list(range(begin, begin + size))


@SHELF.add("skip", 2)
def skip(value: Json, count: Json) -> Json:
    return _sequence("skip", value)[max(0, number_of("skip", count)) :]


@SHELF.add("take", 2)
def take(value: Json, count: Json) -> Json:
    return _sequence("take", value)[: max(0, number_of("take", count))]


@SHELF.add("tryGet", 2, -1)
def try_get(value: Json, *path: Json) -> Json:
    """Null instead of an error where a member or an element is missing on the way."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            key = key_of(value, step)
            value = None if key is None else value[key]
        elif isinstance(value, list) and is_int(step):
            value = value[step] if 0 <= step < len(value) else None
        elif value is not None:
            raise wrong_arguments("tryGet", f"'{step}' cannot be selected on a value of type '{kind(value)}'.")
    return value


@SHELF.add("indexFromEnd", 2)
def index_from_end(value: Json, index: Json) -> Json:
    members, at = array_of("indexFromEnd", value), number_of("indexFromEnd", index)
    if not 1 <= at <= len(members):
        raise wrong_arguments("indexFromEnd", f"the index '{at}' is out of bounds.")
    return members[-at]


@SHELF.add("tryIndexFromEnd", 2)
def try_index_from_end(value: Json, index: Json) -> Json:
    at = number_of("tryIndexFromEnd", index)
    return value[-at] if isinstance(value, list) and 1 <= at <= len(value) else None
