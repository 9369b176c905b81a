"""The expression language of workflow files: ``${{ … }}``.

Owns lexing, parsing and evaluating, with GitHub's own loose comparison and its own words for what it refuses. Knows no
workflow and no world: the contexts are given. ``hashFiles`` is not emulated.
See https://docs.github.com/en/actions/reference/workflows-and-actions/expressions.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Value = Any  # None, bool, float, str, list or dict: the JSON values

TOKENS = re.compile(
    r"\s*(?:(?P<number>-?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?))|(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_][\w-]*)"
    r"|(?P<sign>&&|\|\||[!=<>]=|[!<>()\[\].,*]))"
)
STATUS_FUNCTIONS = ("success", "failure", "always", "cancelled")


class ExpressionError(Exception):
    """The expression is not one, or names what is not there."""


class Expression:
    """One parsed expression; ``evaluate`` it against contexts and functions any number of times."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self._tokens = _tokens(self.text)
        self._at = 0
        self.functions: set[str] = set()
        self._root = self._or()
        if self._at < len(self._tokens):
            raise ExpressionError(f"Unexpected symbol: '{self._tokens[self._at][1]}'. Located within expression: {self.text}")

    def evaluate(self, contexts: Mapping[str, Value], functions: Mapping[str, Callable[..., Value]] | None = None) -> Value:
        """The value; raises ``ExpressionError`` for a context or function that this place does not offer."""
        return self._root({name.lower(): value for name, value in contexts.items()}, {**FUNCTIONS, **(functions or {})})

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _kind(self) -> str:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _take(self, sign: str = "") -> str:
        if self._at >= len(self._tokens):
            raise ExpressionError(f"Unexpected end of expression: {self.text}")
        found = self._tokens[self._at][1]
        if sign and found != sign:
            raise ExpressionError(f"Unexpected symbol: '{found}'. Located within expression: {self.text}")
        self._at += 1
        return found

    def _or(self) -> Node:
        left = self._and()
        while self._peek() == "||":
            self._take()
            left = _either(left, self._and())
        return left

    def _and(self) -> Node:
        left = self._comparison()
        while self._peek() == "&&":
            self._take()
            left = _both(left, self._comparison())
        return left

    def _comparison(self) -> Node:
        left = self._unary()
        while self._peek() in ("==", "!=", "<", "<=", ">", ">=") and self._kind() == "sign":
            left = _compared(self._take(), left, self._unary())
        return left

    def _unary(self) -> Node:
        if self._peek() == "!" and self._kind() == "sign":
            self._take()
            inner = self._unary()
            return lambda contexts, functions: not truthy(inner(contexts, functions))
        return self._postfix()

    def _postfix(self) -> Node:
        node = self._primary()
        while self._kind() == "sign" and self._peek() in (".", "["):
            if self._take() == ".":
                name = self._take()
                node = _spread(node) if name == "*" else _member(node, _constant(name))
            elif self._peek() == "*":
                self._take()
                self._take("]")
                node = _spread(node)
            else:
                index = self._or()
                self._take("]")
                node = _member(node, index)
        return node

    def _primary(self) -> Node:
        kind, text = self._kind(), self._take()
        if kind == "sign" and text == "(":
            inner = self._or()
            self._take(")")
            return inner
        if kind == "number":
            value = float(int(text, 16)) if "0x" in text else float(text)
            return lambda _contexts, _functions: value
        if kind == "text":
            return lambda _contexts, _functions: text[1:-1].replace("''", "'")
        if kind != "name":
            raise ExpressionError(f"Unexpected symbol: '{text}'. Located within expression: {self.text}")
        if text in ("null", "true", "false"):
            return lambda _contexts, _functions: {"null": None, "true": True, "false": False}[text]
        return self._call(text) if self._peek() == "(" else self._context(text)

    def _call(self, name: str) -> Node:
        self.functions.add(name.lower())
        self._take("(")
        arguments = []
        while self._peek() != ")":
            arguments.append(self._or())
            if self._peek() == ",":
                self._take()
        self._take(")")

        def called(contexts: Mapping[str, Value], functions: Functions) -> Value:
            function = functions.get(name.lower())
            if function is None:
                raise ExpressionError(f"Unrecognized function: '{name}'. Located within expression: {self.text}")
            return function(*(argument(contexts, functions) for argument in arguments))

        return called

    def _context(self, name: str) -> Node:
        def looked_up(contexts: Mapping[str, Value], _functions: Functions) -> Value:
            if name.lower() not in contexts:
                raise ExpressionError(f"Unrecognized named-value: '{name}'. Located within expression: {self.text}")
            return contexts[name.lower()]

        return looked_up


Functions = Mapping[str, Callable[..., Value]]
Node = Callable[[Mapping[str, Value], Functions], Value]


class _Spread(list[Value]):
    """What ``.*`` gives: a member asked of it is asked of each."""


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = TOKENS.match(text, at)
        if match is None or match.end() == at:
            raise ExpressionError(f"Unexpected symbol: '{text[at:].strip()}'. Located at position {at + 1} within expression: {text}")
        found.append((str(match.lastgroup), match.group(str(match.lastgroup))))
        at = match.end()
    if not found:
        raise ExpressionError("An expression was expected")
    return found


def _constant(value: Value) -> Node:
    return lambda _contexts, _functions: value


def _either(left: Node, right: Node) -> Node:
    def chosen(contexts: Mapping[str, Value], functions: Functions) -> Value:
        first = left(contexts, functions)
        return first if truthy(first) else right(contexts, functions)

    return chosen


def _both(left: Node, right: Node) -> Node:
    def chosen(contexts: Mapping[str, Value], functions: Functions) -> Value:
        first = left(contexts, functions)
        return right(contexts, functions) if truthy(first) else first

    return chosen


def _compared(sign: str, left: Node, right: Node) -> Node:
    def compared(contexts: Mapping[str, Value], functions: Functions) -> Value:
        first, second = left(contexts, functions), right(contexts, functions)
        if sign in ("==", "!="):
            return _equal(first, second) == (sign == "==")
        if isinstance(first, str) and isinstance(second, str):
            one: Any = first.casefold()
            two: Any = second.casefold()
        else:
            one, two = number(first), number(second)
        return bool({"<": one < two, "<=": one <= two, ">": one > two, ">=": one >= two}[sign])

    return compared


def _equal(first: Value, second: Value) -> bool:
    if isinstance(first, str) and isinstance(second, str):
        return first.casefold() == second.casefold()
    if isinstance(first, (list, dict)) or isinstance(second, (list, dict)):
        return first is second
    if type(first) is type(second):
        return bool(first == second)
    return number(first) == number(second)


def _member(node: Node, index: Node) -> Node:
    def found(contexts: Mapping[str, Value], functions: Functions) -> Value:
        value, key = node(contexts, functions), index(contexts, functions)
        if isinstance(value, _Spread):
            return _Spread([inner for item in value if (inner := _at(item, key)) is not None])
        return _at(value, key)

    return found


def _at(value: Value, key: Value) -> Value:
    if isinstance(value, Mapping):
        wanted = text_of(key).casefold()
        return next((item for name, item in value.items() if str(name).casefold() == wanted), None)
    if isinstance(value, list):
        at = number(key)
        return value[int(at)] if not math.isnan(at) and 0 <= at < len(value) else None
    return None


def _spread(node: Node) -> Node:
    def spread(contexts: Mapping[str, Value], functions: Functions) -> Value:
        value = node(contexts, functions)
        if isinstance(value, Mapping):
            return _Spread(value.values())
        return _Spread(value) if isinstance(value, list) else _Spread()

    return spread


def truthy(value: Value) -> bool:
    """GitHub's truth: false, 0, NaN, the empty string and null are false, everything else is true."""
    if isinstance(value, float):
        return bool(value) and not math.isnan(value)
    return True if isinstance(value, (list, dict)) else bool(value)


def number(value: Value) -> float:
    """GitHub's cast to a number; NaN where there is none."""
    if value is None or isinstance(value, (bool, int, float)):
        return float(value or 0)
    if isinstance(value, str):
        try:
            return float(int(value, 16)) if value.lower().startswith("0x") else float(value.strip() or 0)
        except ValueError:
            return math.nan
    return math.nan


def text_of(value: Value) -> str:
    """GitHub's cast to text, as done where an expression stands inside a string."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return value if isinstance(value, str) else "Array" if isinstance(value, list) else "Object"


def _plain(value: Value) -> Value:
    """Whole floats as integers, for ``toJSON``."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _contains(where: Value, what: Value) -> bool:
    if isinstance(where, list):
        return any(_equal(item, what) for item in where)
    return text_of(what).casefold() in text_of(where).casefold()


def _format(template: Value, *arguments: Value) -> str:
    def replaced(match: re.Match[str]) -> str:
        if match.group(0) in ("{{", "}}"):
            return match.group(0)[0]
        index = int(match.group(1))
        if index >= len(arguments):
            raise ExpressionError(f"The following format string references more arguments than were supplied: {text_of(template)}")
        return text_of(arguments[index])

    return re.sub(r"\{\{|\}\}|\{(\d+)\}", replaced, text_of(template))


def _joined(items: Value, separator: Value = ",") -> str:
    return text_of(separator).join(text_of(item) for item in items) if isinstance(items, list) else text_of(items)


def _from_json(text: Value) -> Value:
    try:
        return json.loads(text_of(text), parse_int=float)
    except ValueError as error:
        raise ExpressionError(f"Error parsing fromJson: {error}") from error


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "contains": _contains,
    "startswith": lambda text, start: text_of(text).casefold().startswith(text_of(start).casefold()),
    "endswith": lambda text, end: text_of(text).casefold().endswith(text_of(end).casefold()),
    "format": _format,
    "join": _joined,
    "tojson": lambda value: json.dumps(_plain(value), indent=2),
    "fromjson": _from_json,
}

INSIDE = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)


def interpolated(value: Value, contexts: Mapping[str, Value], functions: Functions | None = None) -> Value:
    """``value`` with every ``${{ }}`` evaluated, at any depth; a string that is one expression keeps its type."""
    if isinstance(value, dict):
        return {key: interpolated(item, contexts, functions) for key, item in value.items()}
    if isinstance(value, list):
        return [interpolated(item, contexts, functions) for item in value]
    if not isinstance(value, str):
        return value
    whole = INSIDE.fullmatch(value.strip())
    if whole is not None and "${{" not in whole.group(1):
        return Expression(whole.group(1)).evaluate(contexts, functions)
    return INSIDE.sub(lambda match: text_of(Expression(match.group(1)).evaluate(contexts, functions)), value)


def condition(text: Value, contexts: Mapping[str, Value], status: Mapping[str, bool]) -> bool:
    """Whether an ``if:`` holds. Without a status function in it, ``success()`` is asked first, as GitHub does."""
    if isinstance(text, bool):
        return text and status["success"]
    source = str(text).strip()
    whole = INSIDE.fullmatch(source)
    expression = Expression(whole.group(1) if whole else source)
    functions = {name: (lambda *_ignored, held=held: held) for name, held in status.items()}
    if not expression.functions & set(STATUS_FUNCTIONS) and not status["success"]:
        return False
    return truthy(expression.evaluate(contexts, functions))


def expressions_in(value: Value) -> Sequence[Expression]:
    """Every expression in a value, parsed: a malformed one is found before the workflow starts."""
    if isinstance(value, dict):
        return [found for item in value.values() for found in expressions_in(item)]
    if isinstance(value, list):
        return [found for item in value for found in expressions_in(item)]
    return [Expression(match.group(1)) for match in INSIDE.finditer(value)] if isinstance(value, str) else []
