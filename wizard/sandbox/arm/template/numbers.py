"""Numeric, comparison and logical functions over plain values.
https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-numeric

``if``, ``and``, ``or`` and ``coalesce`` look at their arguments one by one and live with the evaluator.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wizard.sandbox.arm.template.faults import wrong_arguments, wrong_type
from wizard.sandbox.arm.template.library import Shelf
from wizard.sandbox.arm.template.strings import number_of
from wizard.sandbox.arm.template.values import is_int, kind, same

Json = Any
SHELF = Shelf()
LARGEST = 2**63


def _whole(function: str, value: int) -> int:
    if not -LARGEST <= value < LARGEST:
        raise wrong_arguments(function, "the result is out of the range of a 64-bit integer.")
    return value


def _arithmetic(name: str, operation: Callable[[int, int], int]) -> None:
    @SHELF.add(name, 2)
    def compute(left: Json, right: Json) -> int:
        return _whole(name, operation(number_of(name, left), number_of(name, right)))


_arithmetic("add", lambda left, right: left + right)
_arithmetic("sub", lambda left, right: left - right)
_arithmetic("mul", lambda left, right: left * right)


def _truncated(function: str, left: int, right: int) -> int:
    if right == 0:
        raise wrong_arguments(function, "the divisor must not be zero.")
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


@SHELF.add("div", 2)
def div(left: Json, right: Json) -> int:
    return _truncated("div", number_of("div", left), number_of("div", right))


@SHELF.add("mod", 2)
def mod(left: Json, right: Json) -> int:
    first, second = number_of("mod", left), number_of("mod", right)
    return first - _truncated("mod", first, second) * second


def _numbers(function: str, values: tuple[Json, ...]) -> list[int]:
    numbers = values[0] if len(values) == 1 and isinstance(values[0], list) else list(values)
    if not numbers:
        raise wrong_arguments(function, "the provided array must not be empty.")
    return [number_of(function, number) for number in numbers]


@SHELF.add("max", 1, -1)
def largest(*values: Json) -> int:
    return max(_numbers("max", values))


@SHELF.add("min", 1, -1)
def smallest(*values: Json) -> int:
    return min(_numbers("min", values))


@SHELF.add("int", 1)
def integer(value: Json) -> int:
    if isinstance(value, float) or is_int(value):
        return int(value)
    if isinstance(value, str):
        try:
            return _whole("int", int(value))
        except ValueError:
            raise wrong_arguments("int", f"the provided value '{value}' cannot be converted to an integer.") from None
    raise wrong_type("int", "a string or an integer", kind(value))


@SHELF.add("float", 1)
def floating(value: Json) -> float:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        try:
            return float(value)
        except ValueError:
            raise wrong_arguments("float", f"the provided value '{value}' cannot be converted to a number.") from None
    raise wrong_type("float", "a string or an integer", kind(value))


@SHELF.add("bool", 1)
def boolean(value: Json) -> bool:
    if isinstance(value, bool):
        return value
    if is_int(value):
        return bool(value)
    if isinstance(value, str) and value.lower() in ("true", "false", "1", "0"):
        return value.lower() in ("true", "1")
    raise wrong_arguments("bool", f"the provided value '{value}' cannot be converted to a boolean.")


@SHELF.add("true", 0)
def true() -> bool:
    return True


@SHELF.add("false", 0)
def false() -> bool:
    return False


@SHELF.add("null", 0)
def null() -> None:
    return None


@SHELF.add("not", 1)
def negation(value: Json) -> bool:
    if not isinstance(value, bool):
        raise wrong_type("not", "a boolean", kind(value))
    return not value


@SHELF.add("equals", 2)
def equals(left: Json, right: Json) -> bool:
    return same(left, right)


def _comparison(name: str, operation: Callable[[Any, Any], bool]) -> None:
    @SHELF.add(name, 2)
    def compare(left: Json, right: Json) -> bool:
        if (is_int(left) and is_int(right)) or (isinstance(left, str) and isinstance(right, str)):
            return operation(left, right)
        raise wrong_arguments(name, f"it compares two integers or two strings, not '{kind(left)}' and '{kind(right)}'.")


_comparison("less", lambda left, right: left < right)
_comparison("lessOrEquals", lambda left, right: left <= right)
_comparison("greater", lambda left, right: left > right)
_comparison("greaterOrEquals", lambda left, right: left >= right)
