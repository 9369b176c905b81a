"""Parameters and variables of one template: what was passed, what defaults give, and copy loops in variables.

Owns the lazy evaluation of both: a default may use other parameters, a variable other variables, and a ring of them is
an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from wizard.sandbox.arm.template.context import Context
from wizard.sandbox.arm.template.evaluate import evaluated, previewed
from wizard.sandbox.arm.template.faults import ExpressionFault, RunTimeOnly, TemplateFault, validation_failed
from wizard.sandbox.arm.template.loops import repeated
from wizard.sandbox.arm.template.schema import USAGE, checked, resolved, type_of

Json = Any
SecretReader = Callable[[str, Json], str]
"""``(parameter name, keyVault reference) -> secret value``."""


class Lazy(Mapping[str, Json]):
    """Names to values that are computed at the first look; looking at itself meanwhile is a ring."""

    def __init__(self, makers: Mapping[str, Callable[[], Json]], noun: str) -> None:
        self.makers = makers
        self.noun = noun
        self.known: dict[str, Json] = {}
        self.open: list[str] = []

    def __getitem__(self, name: str) -> Json:
        if name not in self.known:
            if name in self.open:
                raise ExpressionFault(f"A circular dependency was detected in the template {self.noun} '{name}'.")
            self.open.append(name)
            try:
                self.known[name] = self.makers[name]()
            finally:
                self.open.remove(name)
        return self.known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.makers)

    def __len__(self) -> int:
        return len(self.makers)


def parameters(template: Json, given: Mapping[str, Json], context: Context, read_secret: SecretReader | None) -> Mapping[str, Json]:
    """Every parameter with its value, checked. ``given`` is the wire form ``{name: {"value": …} | {"reference": …}}``."""
    declared = template.get("parameters") or {}
    definitions = template.get("definitions") or {}
    passed = _passed(declared, given)
    lazy: Lazy
    makers: dict[str, Callable[[], Json]] = {}
    missing = []

    def defaulted(value: Json) -> Callable[[], Json]:
        evaluation = previewed if context.preview else evaluated
        return lambda: evaluation(value, _default_context(context, lazy))

    for name, node in declared.items():
        whole = resolved(node, definitions)
        type_of(whole, f"parameter '{name}'")
        if name in passed:
            makers[name] = _given(name, passed[name], read_secret)
        elif "defaultValue" in whole:
            makers[name] = defaulted(whole["defaultValue"])
        elif whole.get("nullable"):
            makers[name] = lambda: None
        else:
            missing.append(name)
    if missing:
        raise validation_failed(f"The value for the template parameter '{missing[0]}' is not provided. {USAGE}")
    lazy = Lazy(makers, "parameter")
    for name, node in declared.items():
        try:
            checked(name, lazy[name], node, definitions)
        except ExpressionFault as fault:
            raise validation_failed(f"The template parameter '{name}' is not valid: {fault}") from None
    return lazy


def _default_context(context: Context, values: Mapping[str, Json]) -> Context:
    return replace(context, parameters=values, in_default=True)


def _passed(declared: Mapping[str, Json], given: Mapping[str, Json]) -> dict[str, Json]:
    spelt = {name.lower(): name for name in declared}
    unknown = [name for name in given if name.lower() not in spelt]
    if unknown:
        raise validation_failed(
            f"The template parameters '{', '.join(unknown)}' in the parameters file are not valid; they are not present in the original "
            "template and can therefore not be provided at deployment time. The only supported parameters for this template are "
            f"'{', '.join(declared)}'. Please see https://aka.ms/arm-pass-parameter-values for usage details."
        )
    return {spelt[name.lower()]: value for name, value in given.items()}


def _given(name: str, node: Json, read_secret: SecretReader | None) -> Callable[[], Json]:
    if isinstance(node, dict) and "value" in node:
        return lambda: node["value"]
    if isinstance(node, dict) and "reference" in node and read_secret is not None:
        return lambda: read_secret(name, node["reference"])
    raise TemplateFault(
        f"The request content was invalid and could not be deserialized: 'The parameter '{name}' must have a 'value' or a 'reference'.'.",
        code="InvalidRequestContent",
    )


def variables(template: Json, context: Context) -> Mapping[str, Json]:
    """Every variable, evaluated when it is first used; ``copy`` among them makes arrays."""
    declared = template.get("variables") or {}
    lazy: Lazy

    def made(value: Json) -> Callable[[], Json]:
        return lambda: evaluated(value, replace(context, variables=lazy))

    def looped(loop: Json) -> Callable[[], Json]:
        return lambda: repeated(loop, replace(context, variables=lazy))

    makers = {name: made(value) for name, value in declared.items() if not (name.lower() == "copy" and isinstance(value, list))}
    for loop in declared.get("copy") or []:
        makers[str(loop["name"])] = looped(loop)
    lazy = Lazy(makers, "variable")
    return lazy


def all_variables_valid(values: Mapping[str, Json], *, preview: bool = False) -> None:
    """Evaluate each variable once, as ARM does before it looks at resources; ``InvalidTemplate`` names the bad one."""
    for name in values:
        try:
            values[name]
        except RunTimeOnly as misplaced:
            if not preview:
                raise validation_failed(f"The template variable '{name}' is not valid: {misplaced}") from None
        except ExpressionFault as fault:
            raise validation_failed(f"The template variable '{name}' is not valid: {fault}") from None
