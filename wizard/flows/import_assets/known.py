"""What a bundle knows of a definition, by the vendor's own models: the known part, and the places of everything else.

Owns the walk over the models of databricks-sdk. Pure.
"""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Iterator
from functools import cache
from typing import Any

from wizard.flows.import_assets.assets import Place

Json = Any
NOT_IN_BUNDLES = {"JobSettings": {"deployment", "edit_mode", "format"}, "Task": {"dbt_cloud_task"}}
"""Members of the API that a bundle does not take."""
Unknown = tuple[Place, Json, str]


def fields(model: type) -> dict[str, Any]:
    """Names and types of a model's members."""
    return dict(_hints(model))


@cache
def _hints(model: type) -> dict[str, Any]:
    wanted = {item.name for item in dataclasses.fields(model)} - NOT_IN_BUNDLES.get(model.__name__, set())
    return {name: hint for name, hint in typing.get_type_hints(model).items() if name in wanted}


def split(given: Json, model: Any, place: Place = ()) -> tuple[Json, list[Unknown]]:
    """The part of ``given`` that the model takes, with simple values in its type, and the rest: place, value, reason."""
    if given is None:  # says nothing, wherever it stands
        return None, []
    model = _plain(model)
    origin, inside = typing.get_origin(model), typing.get_args(model)
    if dataclasses.is_dataclass(model) and isinstance(model, type):
        return _object(given, model, place)
    if origin is list and isinstance(given, list):
        return _each(given, inside[0], place)
    if origin is dict and isinstance(given, dict):
        return _mapping(given, inside[1], place)
    if isinstance(model, type) and issubclass(model, enum.Enum):
        known = [str(item.value) for item in model]
        return (given, []) if given in known else (None, [(place, given, f"is none of {', '.join(known)}")])
    if model in (str, int, bool, float):
        return _simple(given, model, place)
    return (None, [(place, given, "is not in the form that a bundle takes")]) if origin in (list, dict) else (given, [])


def _plain(model: Any) -> Any:
    if typing.get_origin(model) in (typing.Union, types.UnionType):
        return next(each for each in typing.get_args(model) if each is not type(None))
    return model


def _object(given: Json, model: type, place: Place) -> tuple[Json, list[Unknown]]:
    if not isinstance(given, dict):
        return None, [(place, given, "should be an object")]
    kept: dict[str, Json] = {}
    rest: list[Unknown] = []
    known = _hints(model)
    for name, value in given.items():
        if name not in known:
            rest.append(((*place, name), value, "a bundle has no such field"))
        else:
            inner, unknown = split(value, known[name], (*place, name))
            rest += unknown
            kept |= {name: inner} if inner is not None else {}
    return kept, rest


def _each(given: list[Json], model: Any, place: Place) -> tuple[Json, list[Unknown]]:
    walked = [split(item, model, (*place, number)) for number, item in enumerate(given)]
    return [item for item, _ in walked if item is not None], [each for _, unknown in walked for each in unknown]


def _mapping(given: dict[str, Json], model: Any, place: Place) -> tuple[Json, list[Unknown]]:
    walked = {name: split(value, model, (*place, name)) for name, value in given.items()}
    return {name: item for name, (item, _) in walked.items() if item is not None}, [e for _, unknown in walked.values() for e in unknown]


def _simple(given: Json, model: type, place: Place) -> tuple[Json, list[Unknown]]:
    if isinstance(given, (dict, list)):
        return None, [(place, given, "should be one value")]
    return next(_spellings(given, model), None), [] if any(True for _ in _spellings(given, model)) else [
        (place, given, f"is no {model.__name__}")
    ]


def _spellings(given: Json, model: type) -> Iterator[Json]:
    """The value as the model's type, where it can only mean that."""
    if model is str:
        yield {True: "true", False: "false"}[given] if isinstance(given, bool) else str(given)
    elif model is bool and isinstance(given, str) and given.lower() in ("true", "false"):
        yield given.lower() == "true"
    elif isinstance(given, bool) == (model is bool) and isinstance(given, (model, int)):
        yield given
    elif model is int and isinstance(given, str) and given.strip().lstrip("-").isdigit():
        yield int(given)
