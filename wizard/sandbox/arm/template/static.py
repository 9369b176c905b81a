"""What can be refused by reading a template, before anything is evaluated: grammar, and functions that do not exist.

Owns the walk over every expression of one template; nested templates are read when their turn comes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from wizard.sandbox.arm.template.evaluate import known_function, unknown_function
from wizard.sandbox.arm.template.faults import ExpressionFault, validation_failed
from wizard.sandbox.arm.template.syntax import calls, is_expression, parsed

Json = Any


def expressions(value: Json) -> Iterator[str]:
    """Every expression in the values and member names, nested templates left out."""
    if isinstance(value, str):
        if is_expression(value):
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from expressions(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from expressions(name)
            if not (name == "template" and isinstance(item, dict) and "resources" in item):
                yield from expressions(item)


def check(template: Json, own_functions: Collection[str]) -> None:
    """Raise ``InvalidTemplate`` for the first expression that cannot be read or calls what there is not."""
    for section in ("parameters", "variables", "resources", "outputs", "functions"):
        for text in expressions(template.get(section) or {}):
            try:
                for call in calls(parsed(text)):
                    known = call.function.lower() in own_functions if "." in call.function else known_function(call.function)
                    if not known:
                        raise unknown_function(call.function)
            except ExpressionFault as fault:
                raise validation_failed(f"The template {section.rstrip('s')} is not valid: {fault}") from None
