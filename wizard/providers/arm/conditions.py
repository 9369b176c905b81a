"""Would a condition on one's own role let one assign that role?

Owns a small reader of role-assignment conditions, for the preflight: it answers yes, no, or *cannot tell* for whatever it
does not know. It must never say yes where it does not understand.
https://learn.microsoft.com/azure/role-based-access-control/conditions-format
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LEXEMES = re.compile(
    r"""\s*(?:(?P<call>ActionMatches)\s*\{\s*'(?P<pattern>[^']*)'\s*\}
    |@(?P<source>Request|Resource)\[[^\]:]*:(?P<attribute>\w+)\]\s+(?:(?P<quantifier>\w+):)?(?P<operator>\w+)\s*
        (?:\{(?P<values>[^}]*)\}|'(?P<value>[^']*)'|(?P<bare>[\w-]+))
    |(?P<mark>\(|\)|!|&&|\|\||\bAND\b|\bOR\b|\bNOT\b))""",
    re.IGNORECASE | re.VERBOSE,
)
_EQUALS = frozenset({"guidequals", "stringequals", "stringequalsignorecase"})
_DIFFERS = frozenset({"guidnotequals", "stringnotequals", "stringnotequalsignorecase"})
_PRECEDENCE = {"or": 1, "and": 2, "not": 3}
_WORDS = {"!": "not", "&&": "and", "||": "or"}

Truth = bool | None
"""``None``: it cannot be told."""


def fulfilled(condition: str, action: str, attributes: Mapping[str, str]) -> Truth:
    """Whether the condition holds for ``action`` on a role assignment with those attributes.

    ``attributes`` are ``roledefinitionid`` (a GUID), ``principalid`` and ``principaltype``; what is asked of the request and
    of the resource is the same here, for we delete what we have assigned. ``None`` where it cannot be told.
    """
    output: list[str | bool | None] = []
    waiting: list[str] = []
    at = 0
    while condition[at:].strip():
        found = _LEXEMES.match(condition, at)
        if found is None:
            return None
        at = found.end()
        if found["mark"] is None:
            output.append(_fact(found, action, attributes))
            continue
        mark = _WORDS.get(found["mark"], found["mark"].lower())
        if mark == ")":
            while waiting and waiting[-1] != "(":
                output.append(waiting.pop())
            if not waiting:
                return None
            waiting.pop()
            continue
        while mark in ("or", "and") and waiting and _PRECEDENCE.get(waiting[-1], 0) >= _PRECEDENCE[mark]:
            output.append(waiting.pop())
        waiting.append(mark)
    return _value([*output, *reversed(waiting)])


def _value(output: Sequence[str | bool | None]) -> Truth:
    """The worth of an expression in postfix order; *cannot tell* spreads as in three-valued logic."""
    stack: list[Truth] = []
    for item in output:
        if not isinstance(item, str):
            stack.append(item)
        elif item == "not" and stack:
            worth = stack.pop()
            stack.append(None if worth is None else not worth)
        elif item in ("and", "or") and len(stack) > 1:
            pair, decisive = {stack.pop(), stack.pop()}, item == "or"
            stack.append(decisive if decisive in pair else None if None in pair else not decisive)
        else:
            return None
    return stack[0] if len(stack) == 1 else None


def _fact(found: re.Match[str], action: str, attributes: Mapping[str, str]) -> Truth:
    if found["call"]:
        pattern = ".*".join(re.escape(part) for part in found["pattern"].lower().split("*"))
        return re.fullmatch(pattern, action.lower()) is not None
    held, operator = attributes.get(found["attribute"].lower()), found["operator"].lower()
    listed = found["values"] if found["values"] is not None else found["value"] or found["bare"] or ""
    values = {part.strip().strip("'").lower() for part in listed.split(",")}
    if held is None:
        return None
    if operator in _EQUALS:
        return held.lower() in values
    if operator in _DIFFERS and (found["quantifier"] or "").lower() in ("foranyofallvalues", "forallofallvalues", ""):
        return held.lower() not in values
    return None
