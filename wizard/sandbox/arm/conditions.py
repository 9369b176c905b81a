"""The condition language of role assignments (ABAC), as far as delegation conditions use it.

Owns parsing and evaluating; knows no table. ``evaluate`` is false wherever a part is unknown, so that a condition we
do not understand denies. Not emulated: ``SubOperationMatches``, numeric, date and ``@Environment`` comparisons (false),
``@Principal`` custom security attributes. https://learn.microsoft.com/azure/role-based-access-control/conditions-format
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Attributes = Mapping[str, Sequence[str]]
"""Values by attribute name without its resource type, lower case: ``{"roledefinitionid": ["b24988ac-…"]}``."""


class ConditionInvalid(ValueError):
    """The text is not a condition."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a condition may ask about: the action, and the attributes of the request and of the resource."""

    action: str
    request: Attributes = field(default_factory=dict)
    resource: Attributes = field(default_factory=dict)


Test = Callable[[Facts], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*')|(?P<attribute>@(?:Request|Resource|Principal|Environment)\[[^\]]+\])"
    r"|(?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})|(?P<word>[A-Za-z][A-Za-z0-9]*(?::[A-Za-z]+)?)"
    r"|(?P<mark>&&|\|\||[(){},!])|(?P<number>-?\d+(?:\.\d+)?))",
    re.IGNORECASE,
)
_QUANTIFIERS = {
    "foranyofanyvalues": (any, any),
    "forallofanyvalues": (all, any),
    "foranyofallvalues": (any, all),
    "forallofallvalues": (all, all),
    "": (any, any),
}
Compare = Callable[[str, str], bool]
_COMPARISONS: dict[str, Compare] = {
    "guidequals": lambda left, right: left.lower() == right.lower(),
    "stringequals": lambda left, right: left == right,
    "stringequalsignorecase": lambda left, right: left.lower() == right.lower(),
    "stringstartswith": lambda left, right: left.startswith(right),
    "stringstartswithignorecase": lambda left, right: left.lower().startswith(right.lower()),
    "stringlike": lambda left, right: fnmatch.fnmatchcase(left, right),
    "stringlikeignorecase": lambda left, right: fnmatch.fnmatchcase(left.lower(), right.lower()),
    "boolequals": lambda left, right: left.lower() == right.lower(),
}


def evaluate(condition: str, facts: Facts) -> bool:
    """Whether the condition holds; false where it is not well-formed."""
    try:
        return parse(condition)(facts)
    except ConditionInvalid:
        return False


def parse(condition: str) -> Test:
    """The condition as a function of the facts. Raises ``ConditionInvalid``."""
    tokens = _tokens(condition)
    parser = _Parser(tokens)
    test = parser.either()
    if parser.at < len(tokens):
        raise ConditionInvalid(f"unexpected '{tokens[parser.at]}'")
    return test


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise ConditionInvalid(f"unexpected text at {at}: {text[at : at + 20]!r}")
        found.append(match.group().strip())
        at = match.end()
    return found


def _negated(name: str) -> Compare | None:
    """``GuidNotEquals`` is ``GuidEquals`` turned round."""
    positive = _COMPARISONS.get(name.replace("not", "", 1)) if "not" in name else None
    return None if positive is None else lambda left, right: not positive(left, right)


class _Parser:
    """Recursive descent; each method reads one level and returns its test."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self, expected: str = "") -> str:
        token = self._peek()
        if not token or (expected and token != expected):
            raise ConditionInvalid(f"expected '{expected}', found '{token or 'the end'}'")
        self.at += 1
        return token

    def either(self) -> Test:
        tests = [self._both()]
        while self._peek().upper() in ("OR", "||"):
            self.at += 1
            tests.append(self._both())
        return lambda facts: any(test(facts) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._peek().upper() in ("AND", "&&"):
            self.at += 1
            tests.append(self._one())
        return lambda facts: all(test(facts) for test in tests)

    def _one(self) -> Test:
        token = self._peek()
        if token.upper() in ("!", "NOT"):
            self.at += 1
            inner = self._one()
            return lambda facts: not inner(facts)
        if token == "(":
            self.at += 1
            inside = self.either()
            self._take(")")
            return inside
        if token.startswith("@"):
            return self._comparison()
        return self._function()

    def _function(self) -> Test:
        name = self._take().lower()
        if name in ("exists", "notexists"):
            read = _reader(self._take())
            return lambda facts: bool(read(facts)) == (name == "exists")
        if name not in ("actionmatches", "suboperationmatches"):
            raise ConditionInvalid(f"unknown function '{name}'")
        patterns = self._values()
        if name == "suboperationmatches":
            return lambda facts: False
        return lambda facts: any(matches(pattern, facts.action) for pattern in patterns)

    def _comparison(self) -> Test:
        read = _reader(self._take())
        quantifier, _, name = self._take().lower().rpartition(":")
        if quantifier not in _QUANTIFIERS:
            raise ConditionInvalid(f"unknown quantifier '{quantifier}'")
        compare = _COMPARISONS.get(name) or _negated(name)
        outer, inner = _QUANTIFIERS[quantifier]
        if compare is None:
            if not re.fullmatch(r"(numeric|datetime|string|time|ip)\w+", name):
                raise ConditionInvalid(f"unknown operator '{name}'")
            self._operand()
            return lambda facts: False
        operand = self._operand()
        return lambda facts: bool(read(facts)) and outer(inner(compare(left, right) for right in operand(facts)) for left in read(facts))

    def _operand(self) -> Callable[[Facts], Sequence[str]]:
        if self._peek().startswith("@"):
            return _reader(self._take())
        values = self._values() if self._peek() == "{" else [_plain(self._take())]
        return lambda facts: values

    def _values(self) -> list[str]:
        self._take("{")
        values = [_plain(self._take())]
        while self._peek() == ",":
            self.at += 1
            values.append(_plain(self._take()))
        self._take("}")
        return values


def _plain(token: str) -> str:
    if token in ("(", ")", "{", "}", ",", "!"):
        raise ConditionInvalid(f"expected a value, found '{token}'")
    return token[1:-1] if token.startswith("'") else token


def _reader(token: str) -> Callable[[Facts], Sequence[str]]:
    if not token.startswith("@"):
        raise ConditionInvalid(f"expected an attribute, found '{token}'")
    source, _, rest = token[1:-1].partition("[")
    name = rest.rpartition(":")[2].lower()
    if source.lower() == "request":
        return lambda facts: facts.request.get(name, ())
    if source.lower() == "resource":
        return lambda facts: facts.resource.get(name, ())
    return lambda facts: ()


def matches(pattern: str, action: str) -> bool:
    """Whether an action pattern of a role (``Microsoft.KeyVault/*/read``) covers an action; ``*`` spans slashes."""
    parts = [re.escape(part) for part in pattern.lower().split("*")]
    return re.fullmatch(".*".join(parts), action.lower()) is not None
