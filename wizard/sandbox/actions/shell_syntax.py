"""The syntax of the small shell that plays ``run:`` steps: text to a tree.

Owns words with their quotes, lists (newline, ``;``, ``&&``, ``||``), ``!``, ``if``, redirections. What it does not know (pipes,
loops, functions, groups, here-documents, background jobs) raises ``NotEmulated``. It must never run anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class NotEmulated(Exception):
    """What stands in the step is nothing that the sandbox plays."""


@dataclass(frozen=True, slots=True)
class Simple:
    """One command: raw words (quotes and expansions still in them) and redirections ``(sign, raw word)``."""

    words: tuple[str, ...]
    redirections: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Negated:
    inner: Node


@dataclass(frozen=True, slots=True)
class Chain:
    """``first && second || third``: the operator stands before each but the first."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class If:
    """Conditions with their bodies, in order; the last condition of an ``else`` is empty."""

    branches: tuple[tuple[tuple[Node, ...], tuple[Node, ...]], ...]


Node = Simple | Negated | Chain | If

SIGNS = ("2>&1", "2>>", "&>>", "2>", "&>", ">>", ">", "<<", "<", "&&", "||", ";;", "|", "&", ";", "(", ")", "\n")
REDIRECTIONS = (">", ">>", "2>", "2>>", "&>")
REFUSED = {"for", "while", "until", "case", "select", "function", "do", "done", "esac", "{", "}", "coproc", "time"}


def parse(text: str) -> tuple[Node, ...]:
    """The commands of a script. Raises ``NotEmulated`` with the first line that is beyond this shell."""
    reader = _Reader(_tokens(text.replace("\\\n", " ")))
    found = reader.commands(())
    if reader.peek():
        raise NotEmulated(reader.peek())
    return found


def closing_parenthesis(text: str, at: int) -> int:
    """Where the ``$(`` whose inside begins at ``at`` ends; quotes inside are honoured."""
    depth = 1
    while at < len(text):
        if text[at] in "'\"":
            at = closing_quote(text, at)
        elif text[at] == "\\":
            at += 1
        elif text[at] == "(":
            depth += 1
        elif text[at] == ")":
            depth -= 1
            if not depth:
                return at
        at += 1
    raise NotEmulated(f"unexpected end of file while looking for matching ')': {text}")


def closing_quote(text: str, at: int) -> int:
    """Where the quote that opens at ``at`` closes."""
    quote, at = text[at], at + 1
    while at < len(text) and text[at] != quote:
        if quote == '"' and text[at] == "\\":
            at += 1
        elif quote == '"' and text.startswith("$(", at):
            at = closing_parenthesis(text, at + 2)
        at += 1
    if at >= len(text):
        raise NotEmulated(f"unexpected end of file while looking for matching {quote}: {text}")
    return at


def _tokens(text: str) -> list[str]:
    """Signs and raw words; a word never starts with a sign, since words that would are quoted in a script."""
    found: list[str] = []
    at = 0
    while at < len(text):
        if text[at] in " \t\r":
            at += 1
        elif text[at] == "#":
            at = text.find("\n", at) if "\n" in text[at:] else len(text)
        elif sign := next((sign for sign in SIGNS if text.startswith(sign, at)), ""):
            found.append(sign)
            at += len(sign)
        else:
            end = _end_of_word(text, at)
            found.append(text[at:end])
            at = end
    return found


def _end_of_word(text: str, at: int) -> int:
    while at < len(text) and text[at] not in " \t\r\n;&|<>()":
        if text[at] in "'\"":
            at = closing_quote(text, at)
        elif text.startswith("$(", at):
            at = closing_parenthesis(text, at + 2)
        elif text.startswith("${", at):
            at = text.index("}", at) if "}" in text[at:] else len(text)
        elif text[at] == "\\":
            at += 1
        at += 1
    return at


class _Reader:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, *wanted: str) -> str:
        found = self.peek()
        if wanted and found not in wanted:
            raise NotEmulated(f"syntax error near unexpected token '{found}'")
        self._at += 1
        return found

    def _skip(self, *signs: str) -> None:
        while self.peek() in signs:
            self._at += 1

    def commands(self, until: Sequence[str]) -> tuple[Node, ...]:
        found: list[Node] = []
        self._skip("\n", ";")
        while self.peek() and self.peek() not in until:
            found.append(self._chain())
            if self.peek() not in ("", "\n", ";"):
                raise NotEmulated(f"syntax error near unexpected token '{self.peek()}'")
            self._skip("\n", ";")
        return tuple(found)

    def _chain(self) -> Node:
        first, rest = self._one(), []
        while self.peek() in ("&&", "||"):
            sign = self._take()
            self._skip("\n")
            rest.append((sign, self._one()))
        return Chain(first, tuple(rest)) if rest else first

    def _one(self) -> Node:
        word = self.peek()
        if word == "!":
            self._take()
            return Negated(self._one())
        if word == "if":
            return self._if()
        if word in REFUSED or word in SIGNS:
            raise NotEmulated(self._line())
        return self._simple()

    def _if(self) -> Node:
        branches = []
        while self._take("if", "elif", "else") != "else":
            condition = self.commands(("then",))
            self._take("then")
            branches.append((condition, self.commands(("elif", "else", "fi"))))
            if self.peek() == "fi":
                break
        else:
            branches.append(((), self.commands(("fi",))))
        self._take("fi")
        return If(tuple(branches))

    def _simple(self) -> Node:
        start = self._at
        words: list[str] = []
        redirections: list[tuple[str, str]] = []
        while self.peek() and (self.peek() not in SIGNS or self.peek() in REDIRECTIONS or self.peek() == "2>&1"):
            sign = self._take()
            if sign == "2>&1":
                redirections.append((sign, ""))
            elif sign in REDIRECTIONS:
                redirections.append((sign, self._take()))
            else:
                words.append(sign)
        if self.peek() not in ("", "\n", ";", "&&", "||"):
            self._at = start
            raise NotEmulated(self._line())
        return Simple(tuple(words), tuple(redirections))

    def _line(self) -> str:
        """The rest of the line, for the message."""
        rest = self._tokens[self._at :]
        return " ".join(rest[: rest.index("\n")] if "\n" in rest else rest)


def is_assignment(word: str) -> bool:
    """Whether a raw word is ``NAME=value``."""
    return re.match(r"[A-Za-z_]\w*=", word) is not None
