"""Outputs of a template: conditions, loops, types.

Owns the checks of what a template returns. https://learn.microsoft.com/azure/azure-resource-manager/templates/outputs
"""

from __future__ import annotations

from typing import Any

from wizard.sandbox.arm.template.context import Context
from wizard.sandbox.arm.template.evaluate import evaluated
from wizard.sandbox.arm.template.faults import ExpressionFault, output_failed, validation_failed
from wizard.sandbox.arm.template.loops import count_of
from wizard.sandbox.arm.template.schema import EXPECTED, SHOWN, is_secure, resolved, type_of
from wizard.sandbox.arm.template.values import kind

Json = Any


def checked_types(template: Json) -> None:
    """Refuse an output without a valid type, or with neither ``value`` nor ``copy``."""
    for name, node in (template.get("outputs") or {}).items():
        type_of(resolved(node, template.get("definitions") or {}), f"output '{name}'")
        if "value" not in node and "copy" not in node:
            raise validation_failed(f"The template output '{name}' is not valid: the output value is missing")


def collected(template: Json, context: Context) -> Json:
    """``{name: {type, value}}``; a secure output shows its type only, one whose condition is false is left out."""
    out: Json = {}
    for name, node in (template.get("outputs") or {}).items():
        whole = resolved(node, template.get("definitions") or {})
        try:
            if evaluated(whole.get("condition", True), context) is False:
                continue
            value = _value(whole, context)
        except ExpressionFault as fault:
            raise output_failed(name, fault) from None
        low = type_of(whole, f"output '{name}'")
        if not (value is None and whole.get("nullable")) and kind(value) not in EXPECTED[low].split(", "):
            raise output_failed(
                name,
                f"Template output JToken type is not valid. Expected '{EXPECTED[low]}'. Actual '{kind(value)}'. "
                "Please see https://aka.ms/arm-template/#outputs for usage details",
            )
        out[name] = {"type": SHOWN[low]} | ({} if is_secure(whole) else {"value": value})
    return out


def _value(node: Json, context: Context) -> Json:
    if "copy" not in node:
        return evaluated(node["value"], context)
    loop = node["copy"]
    return [evaluated(loop["input"], context.within_loop("", index)) for index in range(count_of(loop, context))]
