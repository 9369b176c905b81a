"""From a file's text to tokens, by way of tree-sitter's syntax tree.

Owns the reading of the tree: the leaves become tokens, strings become one token each with their interpolations' tokens
inside, and whatever the grammar could not place is refused. Precedence is not taken from the tree, because the grammar
nests member access inside lambdas; the parser settles it again from the tokens.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import tree_sitter
import tree_sitter_bicep

from .refusal import Position, Refusal
from .strings import several_lines, unescaped

PIECES = re.compile(r"[A-Za-z_][A-Za-z_0-9]*|[0-9]+|=>|==|!=|=~|!~|<=|>=|&&|\|\||\?\?|::|\.\?|\.\.\.|[^\sA-Za-z_0-9]")


@dataclass
class Token:
    """``kind`` is name, number, string, punctuation or end; ``line_before`` says that a line ends before the token."""

    kind: str
    text: str
    at: Position
    line_before: bool = False
    segments: list[str] = field(default_factory=list)
    holes: list[list[Token]] = field(default_factory=list)


def _trouble(node: tree_sitter.Node) -> tree_sitter.Node | None:
    if node.type == "ERROR" or node.is_missing:
        return node
    if not node.has_error:
        return None
    return next((found for child in node.children if (found := _trouble(child))), node)


class Reader:
    """Reads one file into tokens."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
        self._last = 0

    def tokens(self) -> list[Token]:
        """Every token of the file, and an end token."""
        parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bicep.language()))
        root = parser.parse(self.data).root_node
        trouble = _trouble(root)
        if trouble is not None:
            line = self.data[trouble.start_byte :].split(b"\n", 1)[0].decode(errors="replace").strip()
            raise Refusal(self._at(trouble), f"syntax that the grammar does not know, at {line[:60]!r}")
        found: list[Token] = []
        self._read(root, found)
        self._gap(len(self.data))
        found.append(Token("end", "", Position(self.path, root.end_point.row + 1, 1), True))
        return found

    def _at(self, node: tree_sitter.Node) -> Position:
        column = len(self.data[node.start_byte - node.start_point.column : node.start_byte].decode(errors="replace"))
        return Position(self.path, node.start_point.row + 1, column + 1)

    def _gap(self, end: int) -> bool:
        gap = self.data[self._last : end]
        if gap.strip():
            row = self.data.count(b"\n", 0, self._last) + 1
            raise Refusal(Position(self.path, row, 1), f"text outside the syntax tree: {gap.strip()[:40].decode(errors='replace')!r}")
        self._last = end
        return b"\n" in gap

    def _read(self, node: tree_sitter.Node, found: list[Token], line: bool = False) -> bool:
        """Add the tokens under the node; returns whether a line ended after the last token."""
        if node.type in ("comment", "diagnostic_comment"):
            line |= self._gap(node.start_byte)
            self._last = node.end_byte
            return line or b"\n" in self.data[node.start_byte : node.end_byte]
        if node.type == "string" and node.is_named:
            line |= self._gap(node.start_byte)
            found.append(self._string(node, line))
            self._last = node.end_byte
            return False
        if node.children:
            for child in node.children:
                line = self._read(child, found, line)
            return line
        line |= self._gap(node.start_byte)
        text = self.data[node.start_byte : node.end_byte].decode()
        self._last = node.end_byte
        for piece in PIECES.findall(text):
            found.append(Token(self._kind(piece), piece, self._at(node), line))
            line = False
        return line

    @staticmethod
    def _kind(piece: str) -> str:
        if piece[0].isdigit():
            return "number"
        return "name" if piece[0].isalpha() or piece[0] == "_" else "punctuation"

    def _string(self, node: tree_sitter.Node, line: bool) -> Token:
        token = Token("string", "", self._at(node), line)
        quote = node.children[0].text or b""
        if quote not in (b"'", b"'''"):
            raise Refusal(token.at, "a string with this kind of quotes")
        start, end = node.children[0].end_byte, node.children[-1].start_byte
        for child in node.children[1:-1]:
            if child.type == "interpolation":
                token.segments.append(self._content(start, child.start_byte, quote, token.at))
                inner: list[Token] = []
                self._last = child.children[0].end_byte
                for part in child.children[1:-1]:
                    self._read(part, inner)
                inner.append(Token("end", "", token.at))
                token.holes.append(inner)
                start = child.end_byte
        token.segments.append(self._content(start, end, quote, token.at))
        return token

    def _content(self, start: int, end: int, quote: bytes, at: Position) -> str:
        text = self.data[start:end].decode()
        return several_lines(text) if quote == b"'''" else unescaped(text, at)
