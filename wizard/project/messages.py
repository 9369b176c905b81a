"""Validation errors in the words of the file: what is wrong, and how to mend it.

Owns the wording of every problem with a value. Must never repeat what stands where a secret's source is asked for: somebody
may have typed the secret itself.
"""

from __future__ import annotations

import difflib
import types
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin

from pydantic import BaseModel

from wizard.project.model import Project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from wizard.project.positions import Place

RULES: Mapping[str, str] = {
    "name": "2-24 lower-case letters, digits and single hyphens, starting with a letter",
    "region": "the short form, as in `az account list-locations -o table`: westeurope",
    "github.repository": "owner/name, like contoso/shop",
    "github.default_branch": "like main",
    "tags": "a tag's name has no <>%&\\?/ and at most 128 characters, its value at most 256",
    "access.role": "one of reader, secrets-user, secrets-officer, contributor, data-reader, data-writer",
    "secrets.name": "1-127 letters, digits and hyphens; Key Vault knows no underscore",
    "secrets.from": "prompt, generate, github-token, stdin, env:NAME or file:PATH; never the value itself",
    "data.schemas": "each 1-255 lower-case letters, digits and _, like bronze",
    "lake.containers": "each 3-63 lower-case letters, digits and single hyphens, like rawdata",
    "budget.notify": "e-mail addresses, at least one",
    "network.address_space": "a range of private addresses, /16 to /24, like 10.139.0.0/22",
    "environments": "at least one environment with name and subscription, in promotion order",
    "environments.name": "1-24 letters, digits and single hyphens, starting with a letter",
    "environments.subscription": "name or id, as in `az account list -o table`",
    "environments.reviewers": "at most six, each @login or organisation/team",
    "environments.wait_minutes": "a whole number from 0 to 43200 (30 days)",
    "environments.existing": "an ARM id: /subscriptions/ID/resourceGroups/NAME/providers/NAMESPACE/TYPE/NAME",
}
QUIET = ("secrets",)
VALUE_WORDS = frozenset({"value", "password", "secret", "token"})


def reason_and_remedy(error: ErrorDetails) -> tuple[str, str]:
    """What is wrong and how to mend it, for one of pydantic's errors."""
    place, kind, value = error["loc"], error["type"], error["input"]
    context: Mapping[str, Any] = error.get("ctx", {})
    name = f"`{_last_name(place)}`"
    if kind == "rule":
        return str(context["reason"]), str(context["remedy"])
    if kind == "missing":
        return f"{name} is missing", rule_at(place)
    if kind == "extra_forbidden":
        return _unknown(place)
    if value is None:
        return f"{name} has no value", f"give one or remove it; {rule_at(place)}".removesuffix("; ")
    if kind == "literal_error":
        return f"{name} must be {context['expected']}, not {_shown(place, value)}", _nearest(str(value), context["expected"])
    if kind in _SHAPES:
        quotes = kind == "string_type" and not isinstance(value, (dict, list))
        return f"{name} must be {_SHAPES[kind]}", f'put it in quotes: "{_shown(place, value)}"' if quotes else rule_at(place)
    if kind == "invalid_key":
        return f"{name} is no field name", "field names are text"
    return f"{name} cannot be {_shown(place, value)}", rule_at(place) or error["msg"]


_SHAPES = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "tuple_type": "a list",
    "model_type": "fields with values",
    "dict_type": "names with values",
}


def rule_at(place: Place) -> str:
    """The rule of a field in words: of the place or what is close around it, else its description, else that of the whole section."""
    names = [str(step) for step in place if not isinstance(step, int) and step != "[key]"]
    part = part_at(place[:-1]) if place else None
    field = part.model_fields.get(str(place[-1])) if part else None
    described = (field.description or "").rstrip(".") if field else ""
    own = [RULES.get(".".join(names[:length]), "") for length in range(len(names), 0, -1)]
    return next(filter(None, [*own[: max(1, len(own) - 1)], described, *own]), "")


def part_at(place: Place) -> type[BaseModel] | None:
    """The model of what stands at a place; ``None`` where there are no named fields."""
    part: type[BaseModel] | None = Project
    for step in place:
        if isinstance(step, int):
            continue
        field = part.model_fields.get(step) if part else None
        part = _model_in(field.annotation) if field else None
    return part


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (tuple, Union, types.UnionType):
        return next((found for item in get_args(annotation) if (found := _model_in(item))), None)
    return None


def _unknown(place: Place) -> tuple[str, str]:
    part, name = part_at(place[:-1]), str(place[-1])
    known = [field.alias or key for key, field in part.model_fields.items()] if part else []
    if place[0] == "secrets" and name.lower() in VALUE_WORDS:
        return f"`{name}` is not a field here", "a secret's value is never in this file; say where it comes from: from: prompt"
    near = difflib.get_close_matches(name.lower().replace("-", "_"), known, n=1, cutoff=0.6)
    return f"`{name}` is not a field here", f"did you mean `{near[0]}`?" if near else f"fields here: {', '.join(known)}"


def _nearest(value: str, expected: str) -> str:
    choices = [choice.strip("' ") for choice in expected.replace(" or ", ",").split(",")]
    near = difflib.get_close_matches(value.lower().replace("_", "-"), choices, n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else ""


def _last_name(place: Place) -> str:
    """The field's own name; an item of a list is called after its list."""
    names = [str(step) for step in place if not isinstance(step, int) and step != "[key]"]
    return names[-1] if names else "file"


def _shown(place: Place, value: object) -> str:
    if place and place[0] in QUIET and place[-1] != "name":
        return "what is there"
    return value if isinstance(value, str) and len(value) < 80 else (f"{value}" if isinstance(value, (int, float)) else "what is there")
