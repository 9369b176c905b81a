"""Copy loops over variables, properties and outputs: an array of one input evaluated count times.

Resource loops are the business of ``resources``. https://learn.microsoft.com/azure/azure-resource-manager/templates/copy-properties
"""

from __future__ import annotations

from typing import Any

from wizard.sandbox.arm.template import evaluate
from wizard.sandbox.arm.template.context import Context
from wizard.sandbox.arm.template.faults import ExpressionFault
from wizard.sandbox.arm.template.values import is_int

Json = Any
MOST = 800


def count_of(loop: Json, context: Context, *, least: int = 0) -> int:
    """The evaluated ``count``; ARM allows 800 at most."""
    count = evaluate.evaluated(loop.get("count"), context)
    if not is_int(count) or not least <= count <= MOST:
        raise ExpressionFault(
            f"The value for the template copy count is not valid: it must be a non-negative integer value and cannot exceed '{MOST}'. "
            "Please see https://aka.ms/arm-copy for usage details."
        )
    return int(count)


def is_property_loop(name: str, value: Json) -> bool:
    """Whether a member is the ``copy: [{name, count, input}]`` of properties and variables."""
    return name.lower() == "copy" and isinstance(value, list) and all(isinstance(item, dict) and "input" in item for item in value)


def repeated(loop: Json, context: Context) -> list[Json]:
    """The array that one loop makes."""
    name = str(loop["name"])
    return [evaluate.evaluated(loop["input"], context.within_loop(name, index)) for index in range(count_of(loop, context))]
