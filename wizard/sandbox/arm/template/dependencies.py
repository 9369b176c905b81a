"""What waits for what: ``dependsOn``, the dependencies that ``reference()`` implies, and the order that follows.

Owns the graph of one template. A ring is an error, and so is a dependency on what the template does not define.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from wizard.sandbox.arm.template.evaluate import evaluate, evaluated
from wizard.sandbox.arm.template.faults import ExpressionFault, validation_failed
from wizard.sandbox.arm.template.resources import Instance
from wizard.sandbox.arm.template.syntax import Call, Node, calls, is_expression, parsed

Json = Any
SYNTAX = "Please see https://aka.ms/arm-syntax-resources for usage details."


def named(instances: Sequence[Instance], table: Mapping[str, Instance], identifier: str) -> Instance | None:
    """The instance meant by a symbolic name, an id, ``type/name`` or a bare name."""
    low = identifier.lower()
    for instance in instances:
        if instance.symbol and instance.symbol.lower() == low:
            return instance
    if low.startswith("/"):
        return table.get(low)
    for instance in instances:
        if low in (instance.name.lower(), f"{instance.type}/{instance.name}".lower()):
            return instance
    tail = f"/providers/{low}"
    return next((instance for instance in instances if instance.key.endswith(tail)), None)


def link(instances: list[Instance], table: Mapping[str, Instance]) -> None:
    """Fill ``waits`` of every instance; raises ``TemplateFault`` for an unknown dependency or a ring."""
    loops: dict[str, list[Instance]] = {}
    for instance in instances:
        if instance.loop:
            loops.setdefault(instance.loop.lower(), []).append(instance)
            if instance.symbol:
                loops.setdefault(instance.symbol.partition("[")[0].lower(), []).append(instance)
    for instance in instances:
        if instance.unknown:
            continue
        for text in _depends_on(instance):
            found = loops.get(text.lower()) or [other for other in [named(instances, table, text)] if other]
            if not found and any(other.unknown for other in instances):
                continue
            if not found:
                raise validation_failed(f"The resource '{text}' is not defined in the template. {SYNTAX}")
            instance.waits |= {other.key for other in found}
        for text in _referred(instance):
            other = named(instances, table, text)
            if other is not None:
                instance.waits.add(other.key)
        if instance.batch > 1:
            before = [other.key for other in loops[instance.loop.lower()] if other.batch == instance.batch - 1]
            instance.waits |= set(before)
        instance.waits.discard(instance.key)
        instance.waits &= {key for key, other in table.items() if other.wanted and not other.existing}
    ordered(instances)


def _depends_on(instance: Instance) -> Iterator[str]:
    for entry in instance.raw.get("dependsOn") or []:
        try:
            yield str(evaluated(entry, instance.context))
        except ExpressionFault as fault:
            raise validation_failed(f"The template resource '{instance.name}' is not valid: {fault}") from None


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            if name.lower() != "template":
                yield name
                yield from _texts(item)


def _referred(instance: Instance) -> Iterator[str]:
    """What ``reference()`` and ``list*()`` of the body name, as far as that can be told before anything is deployed."""
    for text in _texts({name: value for name, value in instance.raw.items() if name.lower() != "resources"}):
        if not is_expression(text):
            continue
        try:
            tree: Node = parsed(text)
        except ExpressionFault as fault:
            raise validation_failed(f"The template resource '{instance.name}' is not valid: {fault}") from None
        for call in calls(tree):
            name = _target(call, instance)
            if name:
                yield name


def _target(call: Call, instance: Instance) -> str:
    low = call.function.lower()
    if not call.arguments or not (low == "reference" or (low.startswith("list") and len(low) > 4)):
        return ""
    try:
        return str(evaluate(call.arguments[0], instance.context))
    except ExpressionFault:
        return ""


def ordered(instances: list[Instance]) -> list[Instance]:
    """The wanted instances so that each comes after what it waits for, else as they are written."""
    waiting = [instance for instance in instances if instance.wanted and not instance.existing]
    done: set[str] = set()
    out: list[Instance] = []
    while waiting:
        ready = [instance for instance in waiting if instance.waits <= done]
        if not ready:
            ring = sorted(instance.id for instance in waiting)
            raise validation_failed(f"Circular dependency detected on resource: '{ring[0]}'. {SYNTAX}")
        for instance in ready:
            out.append(instance)
            done.add(instance.key)
            waiting.remove(instance)
    return out
