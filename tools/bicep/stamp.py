"""The generator's stamp: the template hash that every release writes beside its version.

Owns the hash. The compiler reads its own output back into the deployment engine's classes, whose members have an order of
their own, writes that as compact JSON, and hashes the upper-cased text with the engine's 64-bit hash; the orders below were
established from published hashes. A wrong order changes the stamp only, never the template.
"""

from __future__ import annotations

import json
from typing import Any

Json = Any
TEMPLATE = (
    "$schema", "languageVersion", "contentVersion", "definitions", "parameters", "variables", "functions", "resources", "outputs",
    "metadata",
)  # fmt: skip
PARAMETER = ("defaultValue", "allowedValues", "minValue", "maxValue", "minLength", "maxLength", "type", "metadata")
RESOURCE = (
    "type", "apiVersion", "name", "location", "dependsOn", "tags", "sku", "kind", "identity", "zones", "properties", "copy",
    "subscriptionId", "resourceGroup", "scope", "metadata", "condition",
)  # fmt: skip
OUTPUT = ("copy", "type", "value", "metadata")
WORD = 0xFFFFFFFF
FIRST, SECOND = 0x239B961B, 0xAB0E9789
FIRST_OFFSET, SECOND_OFFSET = 0x561CCD1B, 0x0BCAA747


def stamped(template: dict[str, Json], as_written: bool) -> dict[str, Json]:
    """The template with its hash in the generator's metadata; old releases hashed it as they had written it."""
    template["metadata"]["_generator"]["templateHash"] = template_hash(template, as_written)
    return template


def template_hash(template: dict[str, Json], as_written: bool = False) -> str:
    """The decimal hash of a template that has none yet."""
    text = json.dumps(template if as_written else engine_form(template), separators=(",", ":"), ensure_ascii=False)
    return str(hash64(text.upper().encode()))


def engine_form(template: dict[str, Json]) -> dict[str, Json]:
    """The template as the engine's classes order it."""
    found = _ordered(template, TEMPLATE)
    if "parameters" in found:
        found["parameters"] = {name: _ordered(value, PARAMETER) for name, value in found["parameters"].items()}
    if "outputs" in found:
        found["outputs"] = {name: _ordered(value, OUTPUT) for name, value in found["outputs"].items()}
    resources = found["resources"]
    if isinstance(resources, dict):
        found["resources"] = {name: _ordered(value, RESOURCE) for name, value in resources.items()}
    else:
        found["resources"] = [_ordered(value, RESOURCE) for value in resources]
    return found


def _ordered(value: dict[str, Json], order: tuple[str, ...]) -> dict[str, Json]:
    known = {key: value[key] for key in order if key in value}
    return known | {key: item for key, item in value.items() if key not in known}


def _rotated(value: int, count: int) -> int:
    return ((value << count) | (value >> (32 - count))) & WORD


def _first(word: int) -> int:
    return _rotated(word * FIRST & WORD, 15) * SECOND & WORD


def _second(word: int) -> int:
    return _rotated(word * SECOND & WORD, 17) * FIRST & WORD


def _mixed(value: int) -> int:
    value = (value ^ (value >> 16)) * 0x85EBCA6B & WORD
    value = (value ^ (value >> 13)) * 0xC2B2AE35 & WORD
    return value ^ (value >> 16)


def hash64(data: bytes) -> int:
    """The engine's 64-bit Murmur variant of two 32-bit lanes, with seed 0."""
    low = high = 0
    whole = len(data) // 8 * 8
    for at in range(0, whole, 8):
        low = _rotated(low ^ _first(int.from_bytes(data[at : at + 4], "little")), 19)
        low = ((low + high) * 5 + FIRST_OFFSET) & WORD
        high = _rotated(high ^ _second(int.from_bytes(data[at + 4 : at + 8], "little")), 13)
        high = ((high + low) * 5 + SECOND_OFFSET) & WORD
    tail = data[whole:]
    low ^= _first(int.from_bytes(tail[:4], "little")) if tail else 0
    high ^= _second(int.from_bytes(tail[4:], "little")) if len(tail) > 4 else 0
    low, high = low ^ len(data), high ^ len(data)
    low = (low + high) & WORD
    high = (high + low) & WORD
    low, high = _mixed(low), _mixed(high)
    low = (low + high) & WORD
    return ((high + low) & WORD) << 32 | low
