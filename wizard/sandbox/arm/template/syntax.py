"""The grammar of ``[expressions]``: text to tree.

Owns tokens and the parser; knows no function and evaluates nothing. The language has strings (``'it''s'``), integers,
calls (also ``namespace.function(…)``), property access and indexing; everything else is spelt as a call.
https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from wizard.sandbox.arm.template.faults import ExpressionFault

TOKEN = re.compile(r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<number>[+-]?\d+(?![\w.]))|(?P<name>[A-Za-z_$][\w$]*)|(?P<mark>[()\[\],.]))")


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | int


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Property:
    subject: Node
    name: str


@dataclass(frozen=True, slots=True)
class Index:
    subject: Node
    index: Node


Node = Literal | Call | Property | Index


def is_expression(text: str) -> bool:
    """Whether the text of a JSON value is an expression: ``[…]``, but not ``[[…``."""
    return len(text) >= 2 and text.startswith("[") and text.endswith("]") and not text.startswith("[[")


def unescaped(text: str) -> str:
    """``[[text]`` stands for the plain text ``[text]``."""
    return text[1:] if text.startswith("[[") and text.endswith("]") else text


def _tokens(text: str) -> list[tuple[str, str, int]]:
    found, at = [], 0
    while at < len(text):
        if not text[at:].strip():
            break
        match = TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise ExpressionFault(_unparsable(text, f"unexpected character at position '{at}'"))
        found.append((match.lastgroup, match.group(match.lastgroup), match.end()))
        at = match.end()
    return found


def _unparsable(text: str, reason: str) -> str:
    return f"The language expression '{text}' is not valid: {reason}. Please see https://aka.ms/arm-template-expressions for usage details."


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0

    def fault(self, reason: str) -> ExpressionFault:
        return ExpressionFault(_unparsable(self.text, reason))

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at][:2] if self.at < len(self.tokens) else ("end", "")

    def take(self, mark: str = "") -> str:
        kind, text = self.peek()
        if kind == "end" or (mark and text != mark):
            raise self.fault(f"expected '{mark}' and found '{text}'" if kind != "end" else "the expression ends too early")
        self.at += 1
        return text

    def whole(self) -> Node:
        node = self.expression()
        if self.peek()[0] != "end":
            raise self.fault(f"the string character '{self.peek()[1]}' was not expected")
        return node

    def expression(self) -> Node:
        kind, text = self.peek()
        if kind == "string":
            self.take()
            node: Node = Literal(text[1:-1].replace("''", "'"))
        elif kind == "number":
            self.take()
            node = Literal(int(text))
        elif kind == "name":
            node = self.call()
        else:
            raise self.fault(f"the string character '{text}' was not expected" if text else "the expression is empty")
        return self.accesses(node)

    def call(self) -> Call:
        name = self.take()
        if self.peek()[1] == ".":
            self.take(".")
            name = f"{name}.{self.take()}"
        if self.peek()[1] != "(":
            raise self.fault(f"'{name}' is no function call")
        self.take("(")
        arguments: list[Node] = []
        while self.peek()[1] != ")" or self.peek()[0] == "string":
            arguments.append(self.expression())
            if self.peek() != ("mark", ","):
                break
            self.take(",")
        self.take(")")
        return Call(name, tuple(arguments))

    def accesses(self, node: Node) -> Node:
        while True:
            if self.peek() == ("mark", "."):
                self.take(".")
                kind, text = self.peek()
                if kind != "name":
                    raise self.fault("a property name was expected")
                self.take()
                node = Property(node, text)
            elif self.peek() == ("mark", "["):
                self.take("[")
                node = Index(node, self.expression())
                self.take("]")
            else:
                return node


@functools.lru_cache(maxsize=4096)
def parsed(text: str) -> Node:
    """The tree of ``[…]``; raises ``ExpressionFault`` where the text is none."""
    return _Parser(text[1:-1]).whole()


def calls(node: Node) -> list[Call]:
    """Every call in a tree, outermost first."""
    if isinstance(node, Call):
        return [node] + [call for argument in node.arguments for call in calls(argument)]
    if isinstance(node, Property):
        return calls(node.subject)
    return calls(node.subject) + calls(node.index) if isinstance(node, Index) else []
