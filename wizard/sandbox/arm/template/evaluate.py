"""Evaluation: from trees, and from JSON with expressions in it, to values.

Owns the walk, the forms that look at their arguments one by one (``if``, ``and``, ``or``, ``coalesce``, lambdas) and
the table of all functions. An unknown function is an error. Never touches the world but through ``Context.cloud``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from wizard.sandbox.arm.template import addresses, collection_functions, dates, loops, numbers, resource_functions, strings
from wizard.sandbox.arm.template.collection_functions import array_of, object_of
from wizard.sandbox.arm.template.context import Context
from wizard.sandbox.arm.template.faults import ExpressionFault, RunTimeOnly, wrong_arguments, wrong_type
from wizard.sandbox.arm.template.library import Function, check_count
from wizard.sandbox.arm.template.strings import text_of
from wizard.sandbox.arm.template.syntax import Call, Index, Literal, Node, Property, is_expression, parsed, unescaped
from wizard.sandbox.arm.template.values import Pending, element, key_of, kind, member

Json = Any
Form = Callable[[tuple[Node, ...], Context], Json]

PURE: dict[str, Function] = {
    **strings.SHELF.functions,
    **collection_functions.SHELF.functions,
    **numbers.SHELF.functions,
    **dates.SHELF.functions,
    **addresses.SHELF.functions,
}
FORMS: dict[str, Form] = {}


def evaluated(value: Json, context: Context) -> Json:
    """A JSON value with every expression in it, also in member names, replaced by what it evaluates to."""
    if isinstance(value, str):
        return evaluate(parsed(value), context) if is_expression(value) else unescaped(value)
    if isinstance(value, list):
        return [evaluated(item, context) for item in value]
    return _members(value, context) if isinstance(value, dict) else value


def _members(value: dict[str, Json], context: Context) -> Json:
    out: dict[str, Json] = {}
    for name, item in value.items():
        if loops.is_property_loop(name, item):
            out.update({str(loop["name"]): loops.repeated(loop, context) for loop in item})
        else:
            out[text_of("object key", evaluated(name, context))] = evaluated(item, context)
    return out


def previewed(value: Json, context: Context) -> Json:
    """As ``evaluated``, but expressions that only run time can answer stay as they are written (``Pending``)."""
    if isinstance(value, str):
        try:
            return evaluated(value, context)
        except RunTimeOnly:
            return Pending(value)
    if isinstance(value, list):
        return [previewed(item, context) for item in value]
    if isinstance(value, dict) and not any(loops.is_property_loop(name, item) for name, item in value.items()):
        return {str(previewed(name, context)): previewed(item, context) for name, item in value.items()}
    try:
        return evaluated(value, context)
    except RunTimeOnly:
        return {"copy": value["copy"]}


def evaluate(node: Node, context: Context) -> Json:
    """The value of a tree; raises ``ExpressionFault``."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Property):
        return member(known(evaluate(node.subject, context)), node.name)
    if isinstance(node, Index):
        return element(known(evaluate(node.subject, context)), known(evaluate(node.index, context)))
    return _called(node, context)


def known(value: Json) -> Json:
    """The value, unless it waits for run time."""
    if isinstance(value, Pending):
        raise RunTimeOnly(f"The value of the expression '{value}' is not known before run time.")
    return value


def _called(call: Call, context: Context) -> Json:
    name = call.function.lower()
    if "." in name:
        return _own_function(call, context)
    if form := FORMS.get(name):
        return form(call.arguments, context)
    arguments = [known(evaluate(argument, context)) for argument in call.arguments]
    if pure := PURE.get(name):
        return pure(arguments)
    if bound := resource_functions.FUNCTIONS.get(name):
        return bound(arguments, context)
    if name.startswith("list") and len(name) > 4:
        return resource_functions.listed(call.function, arguments, context)
    raise unknown_function(call.function)


def unknown_function(name: str) -> ExpressionFault:
    return ExpressionFault(f"The template function '{name}' is not valid. Please see https://aka.ms/arm-functions for usage details.")


def known_function(name: str) -> bool:
    """Whether there is such a built-in function."""
    low = name.lower()
    known = low in PURE or low in FORMS or low in resource_functions.FUNCTIONS
    return known or (low.startswith("list") and len(low) > 4)


def _own_function(call: Call, context: Context) -> Json:
    """A call of a function that the template itself defines: it sees its parameters and nothing else."""
    function = context.functions.get(call.function.lower())
    if function is None:
        raise unknown_function(call.function)
    wanted = function.get("parameters") or []
    check_count(call.function, len(call.arguments), len(wanted), len(wanted))
    values = {item["name"]: evaluate(argument, context) for item, argument in zip(wanted, call.arguments, strict=True)}
    inner = Context(context.place, context.cloud, parameters=values, functions=context.functions)
    return evaluated(function["output"]["value"], inner)


def _form(name: str, least: int, most: int) -> Callable[[Form], Form]:
    def register(form: Form) -> Form:
        def checked(arguments: tuple[Node, ...], context: Context) -> Json:
            check_count(name, len(arguments), least, most)
            return form(arguments, context)

        FORMS[name.lower()] = checked
        return form

    return register


def _truth(function: str, value: Json) -> bool:
    known(value)
    if not isinstance(value, bool):
        raise wrong_type(function, "a boolean", kind(value))
    return value


@_form("if", 3, 3)
def _if(arguments: tuple[Node, ...], context: Context) -> Json:
    return evaluate(arguments[1 if _truth("if", evaluate(arguments[0], context)) else 2], context)


@_form("and", 2, -1)
def _and(arguments: tuple[Node, ...], context: Context) -> bool:
    return all(_truth("and", evaluate(argument, context)) for argument in arguments)


@_form("or", 2, -1)
def _or(arguments: tuple[Node, ...], context: Context) -> bool:
    return any(_truth("or", evaluate(argument, context)) for argument in arguments)


@_form("coalesce", 1, -1)
def _coalesce(arguments: tuple[Node, ...], context: Context) -> Json:
    return next((value for argument in arguments if (value := evaluate(argument, context)) is not None), None)


@_form("lambdaVariables", 1, 1)
def _lambda_variable(arguments: tuple[Node, ...], context: Context) -> Json:
    name = text_of("lambdaVariables", evaluate(arguments[0], context))
    key = key_of(dict(context.lambdas), name)
    if key is None:
        raise ExpressionFault(f"The lambda variable '{name}' is not found. Please see https://aka.ms/arm-functions for usage details.")
    return context.lambdas[key]


@_form("lambda", 1, -1)
def _loose_lambda(arguments: tuple[Node, ...], context: Context) -> Json:
    raise ExpressionFault("The template function 'lambda' is not expected at this location. It is an argument of a lambda function only.")


def _array(function: str, value: Json) -> list[Json]:
    return array_of(function, known(value))


def _lambda(function: str, node: Node, context: Context, most: int) -> Callable[..., Json]:
    """A callable of the ``lambda('a', 'b', expression)`` argument; it may name fewer variables than it is given."""
    if not isinstance(node, Call) or node.function.lower() != "lambda" or not node.arguments:
        raise wrong_arguments(function, "the last argument must be a lambda expression.")
    names = [text_of("lambda", evaluate(name, context)) for name in node.arguments[:-1]]
    if len(names) > most:
        raise wrong_arguments(function, f"the lambda expression takes at most {most} variable(s).")

    def call(*values: Json) -> Json:
        return evaluate(node.arguments[-1], context.with_lambdas(dict(zip(names, values, strict=False))))

    return call


@_form("map", 2, 2)
def _map(arguments: tuple[Node, ...], context: Context) -> list[Json]:
    call = _lambda("map", arguments[1], context, 2)
    return [call(item, at) for at, item in enumerate(_array("map", evaluate(arguments[0], context)))]


@_form("filter", 2, 2)
def _filter(arguments: tuple[Node, ...], context: Context) -> list[Json]:
    call = _lambda("filter", arguments[1], context, 2)
    items = _array("filter", evaluate(arguments[0], context))
    return [item for at, item in enumerate(items) if _truth("filter", call(item, at))]


@_form("reduce", 3, 3)
def _reduce(arguments: tuple[Node, ...], context: Context) -> Json:
    call, value = _lambda("reduce", arguments[2], context, 3), evaluate(arguments[1], context)
    for at, item in enumerate(_array("reduce", evaluate(arguments[0], context))):
        value = call(value, item, at)
    return value


@_form("sort", 2, 2)
def _sort(arguments: tuple[Node, ...], context: Context) -> list[Json]:
    call = _lambda("sort", arguments[1], context, 2)

    def order(left: Json, right: Json) -> int:
        if _truth("sort", call(left, right)):
            return -1
        return 1 if _truth("sort", call(right, left)) else 0

    return sorted(_array("sort", evaluate(arguments[0], context)), key=functools.cmp_to_key(order))


@_form("toObject", 2, 3)
def _to_object(arguments: tuple[Node, ...], context: Context) -> Json:
    key = _lambda("toObject", arguments[1], context, 1)
    value = _lambda("toObject", arguments[2], context, 1) if len(arguments) == 3 else None
    return {text_of("toObject", key(item)): value(item) if value else item for item in _array("toObject", evaluate(arguments[0], context))}


@_form("groupBy", 2, 2)
def _group_by(arguments: tuple[Node, ...], context: Context) -> Json:
    key = _lambda("groupBy", arguments[1], context, 1)
    groups: dict[str, list[Json]] = {}
    for item in _array("groupBy", evaluate(arguments[0], context)):
        groups.setdefault(text_of("groupBy", key(item)), []).append(item)
    return groups


@_form("mapValues", 2, 2)
def _map_values(arguments: tuple[Node, ...], context: Context) -> Json:
    call = _lambda("mapValues", arguments[1], context, 1)
    return {name: call(item) for name, item in object_of("mapValues", evaluate(arguments[0], context)).items()}
