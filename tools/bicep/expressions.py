"""The expression parser: precedence climbing over tokens. Owns the expression grammar; knows no declarations."""

from __future__ import annotations

from . import tree
from .refusal import Refusal
from .tokens import Token

PRECEDENCE = {
    "??": 1, "||": 2, "&&": 3, "==": 4, "!=": 4, "=~": 4, "!~": 4, "<": 5, "<=": 5, ">": 5, ">=": 5,
    "+": 6, "-": 6, "*": 7, "/": 7, "%": 7,
}  # fmt: skip
LITERALS = {"true", "false", "null"}


class Parser:
    """Reads tokens one after the other; statements.py adds the declarations."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.next = 0

    @property
    def token(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.next]

    def take(self) -> Token:
        """Read one token."""
        self.next += 1
        return self.tokens[self.next - 1]

    def sees(self, text: str, ahead: int = 0, same_line: bool = False) -> bool:
        """Whether the next token but ``ahead`` is this name or punctuation."""
        if self.next + ahead >= len(self.tokens):
            return False
        token = self.tokens[self.next + ahead]
        return token.kind in ("name", "punctuation") and token.text == text and not (same_line and token.line_before)

    def expect(self, text: str) -> Token:
        """Read exactly this token."""
        if not self.sees(text):
            raise self.refusal(f"{self.token.text or self.token.kind!r} where {text!r} was expected")
        return self.take()

    def name(self) -> str:
        """Read a name."""
        if self.token.kind != "name":
            raise self.refusal(f"{self.token.text or self.token.kind!r} where a name was expected")
        return self.take().text

    def refusal(self, construct: str) -> Refusal:
        """A refusal at the next token."""
        return Refusal(self.token.at, construct)

    def whole(self) -> tree.Node:
        """An expression that takes all tokens."""
        value = self.expression()
        if self.token.kind != "end":
            raise self.refusal(f"{self.token.text!r} after an expression")
        return value

    def expression(self) -> tree.Node:
        """A ternary or anything that binds tighter; its ``?`` and ``:`` may begin a line."""
        condition = self.binary(0)
        if not self.sees("?"):
            return condition
        at = self.take().at
        yes = self.expression()
        self.expect(":")
        return tree.Ternary(at, condition, yes, self.expression())

    def binary(self, minimum: int) -> tree.Node:
        """Operators that bind tighter than ``minimum``, all of them left to right."""
        left = self.unary()
        while True:
            operator = self.token.text if self.token.kind == "punctuation" else ""
            rank = PRECEDENCE.get(operator, 0)
            if rank <= minimum or (self.token.line_before and operator in ("-", "!")):
                return left
            at = self.take().at
            left = tree.Binary(at, operator, left, self.binary(rank))

    def unary(self) -> tree.Node:
        """A sign or a negation."""
        at = self.token.at
        if self.sees("!"):
            self.take()
            return tree.Unary(at, "!", self.unary())
        if self.sees("-"):
            self.take()
            if self.token.kind == "number":
                return self.postfix(tree.Integer(at, -int(self.take().text)))
            return tree.Unary(at, "-", self.unary())
        if self.sees("+"):
            raise self.refusal("the unary operator '+'")
        return self.postfix(self.primary())

    def postfix(self, value: tree.Node) -> tree.Node:
        """Member access, indexing, calls and ``!`` after a value; none of them begins a line but ``.``."""
        while True:
            at = self.token.at
            if self.sees("."):
                self.take()
                value = self._member(value, False)
            elif self.sees(".?"):
                self.take()
                value = self._member(value, True)
            elif self.sees("::", same_line=True):
                self.take()
                value = tree.Child(at, value, self.name())
            elif self.sees("[", same_line=True):
                value = self._index(value)
            elif self.sees("!", same_line=True) and not self.sees("=", 1):
                self.take()
                value = tree.NonNull(at, value)
            else:
                return value

    def _member(self, base: tree.Node, safe: bool) -> tree.Node:
        at = self.token.at
        name = self.name()
        if self.sees("(", same_line=True):
            if safe:
                raise self.refusal("a call after '.?'")
            return tree.Call(at, base, name, self.arguments())
        return tree.Member(at, base, name, safe)

    def _index(self, base: tree.Node) -> tree.Node:
        at = self.take().at
        safe = self.sees("?")
        if safe:
            self.take()
        if self.sees("^"):
            raise self.refusal("an index from the end")
        index = self.expression()
        self.expect("]")
        return tree.Index(at, base, index, safe)

    def arguments(self) -> list[tree.Node]:
        """``( a, b )``."""
        self.expect("(")
        found: list[tree.Node] = []
        while not self.sees(")"):
            found.append(self.expression())
            if not self.sees(")"):
                self.expect(",")
        self.take()
        return found

    def primary(self) -> tree.Node:
        """A literal, a name, a call, a group, a lambda, an array, a loop or an object."""
        token = self.token
        if token.kind == "string":
            return self.text()
        if token.kind == "number":
            return tree.Integer(token.at, int(self.take().text))
        if token.kind == "name":
            return self._named()
        if self.sees("("):
            return self._group()
        if self.sees("["):
            return self.array()
        if self.sees("{"):
            return self.spread_object()
        raise self.refusal(f"{token.text or token.kind!r} where a value was expected")

    def text(self) -> tree.Text:
        """A string with its interpolations."""
        token = self.take()
        if token.kind != "string":
            raise Refusal(token.at, f"{token.text!r} where a string was expected")
        return tree.Text(token.at, token.segments, [type(self)(hole).whole() for hole in token.holes])

    def _named(self) -> tree.Node:
        token = self.take()
        if token.text in ("true", "false"):
            return tree.Boolean(token.at, token.text == "true")
        if token.text == "null":
            return tree.Null(token.at)
        if self.sees("=>"):
            self.take()
            return tree.Lambda(token.at, [token.text], self.expression())
        if self.sees("(", same_line=True):
            return tree.Call(token.at, None, token.text, self.arguments())
        return tree.Name(token.at, token.text)

    def _group(self) -> tree.Node:
        at = self.token.at
        close = next((i for i in range(self.next, len(self.tokens)) if self.tokens[i].text == ")"), 0)
        inside = self.tokens[self.next + 1 : close]
        if close and close + 1 < len(self.tokens) and self.tokens[close + 1].text == "=>" and self.tokens[close + 1].kind == "punctuation":
            if any(token.kind != ("name", "punctuation")[i % 2] for i, token in enumerate(inside)):
                raise self.refusal("this kind of lambda")
            self.next = close + 2
            return tree.Lambda(at, [token.text for token in inside[::2]], self.expression())
        self.take()
        inner = self.expression()
        self.expect(")")
        return tree.Group(at, inner)

    def array(self) -> tree.Node:
        """An array literal or a loop; items end with a comma or a line."""
        at = self.expect("[").at
        if self.sees("for"):
            return self._loop()
        chunks: list[tree.Node] = []
        items: list[tree.Node] = []
        while not self.sees("]"):
            if items or chunks:
                self.separator()
            if self.sees("..."):
                self.take()
                chunks += [tree.Array(at, items)] if items else []
                chunks.append(self.expression())
                items = []
            elif not self.sees("]"):
                items.append(self.expression())
        self.take()
        if not chunks:
            return tree.Array(at, items)
        return tree.Flattened(at, [*chunks, tree.Array(at, items)] if items else chunks)

    def separator(self) -> None:
        """What stands between two items: a comma, a line end, or both."""
        if self.sees(","):
            self.take()
        elif not self.token.line_before:
            raise self.refusal(f"{self.token.text or self.token.kind!r} where an item should end")

    def _loop(self) -> tree.Node:
        start = self.take().at
        if self.sees("("):
            self.take()
            item: str = self.name()
            self.expect(",")
            index: str | None = self.name()
            self.expect(")")
        else:
            item, index = self.name(), None
        self.expect("in")
        source = self.expression()
        self.expect(":")
        body = self.conditional() if self.sees("if") else self.expression()
        self.expect("]")
        return tree.Loop(start, item, index, source, body)

    def conditional(self) -> tree.Node:
        """``if (condition) { … }``."""
        at = self.expect("if").at
        self.expect("(")
        condition = self.expression()
        self.expect(")")
        return tree.Condition(at, condition, self.object())

    def object(self) -> tree.Object:
        """An object literal without spreads."""
        found = self.spread_object()
        if not isinstance(found, tree.Object):
            raise Refusal(found.at, "a spread here")
        return found

    def spread_object(self) -> tree.Object | tree.Merged:
        """An object literal."""
        at = self.expect("{").at
        chunks: list[tree.Node] = []
        found = tree.Object(at, [])
        first = True
        while not self.sees("}"):
            if not first:
                self.separator()
                if self.sees("}"):
                    break
            first = False
            if self.sees("..."):
                self.take()
                chunks += [found] if found.properties else []
                chunks.append(self.expression())
                found = tree.Object(at, [])
            else:
                self.member(found)
        self.take()
        if not chunks:
            return found
        return tree.Merged(at, [*chunks, found] if found.properties else chunks)

    def member(self, owner: tree.Object) -> None:
        """One property; a repeated key is refused."""
        token = self.token
        key = self.text() if token.kind == "string" else tree.Text(token.at, [self.name()], [])
        self.expect(":")
        if key.literal is not None and owner.get(key.literal) is not None:
            raise Refusal(token.at, f"the property {key.literal!r} a second time")
        owner.properties.append(tree.Property(token.at, key, self.expression()))
