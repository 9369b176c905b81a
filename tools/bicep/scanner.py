"""From a file's text to tokens without the grammar, for syntax that is younger than it: spreads, imports, indexes from the end.

Owns the lexical rules only: names, numbers, operators, strings with their interpolations, comments and directives. Whatever is none of
these is refused. Which tokens may follow which is the parser's business.
"""

from __future__ import annotations

import re
from pathlib import Path

from .refusal import Position, Refusal
from .strings import several_lines, unescaped
from .tokens import Token

PIECE = re.compile(
    r"(?P<name>[A-Za-z_][A-Za-z_0-9]*)|(?P<number>[0-9]+)"
    r"|(?P<punctuation>=>|==|!=|=~|!~|<=|>=|&&|\|\||\?\?|::|\.\?|\.\.\.|[-+*/%<>!?:.,=@(){}\[\]^|])"
)
BLANK = re.compile(r"[ \t]+|//[^\r\n]*|/\*.*?\*/", re.DOTALL)
DIRECTIVE = re.compile(r"#(?:disable-next-line|disable-diagnostics|restore-diagnostics)\b[^\r\n]*")


class Scanner:
    """Scans one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8")
        self.next = 0

    def tokens(self) -> list[Token]:
        """Every token of the file, and an end token."""
        return self._until("")

    def _at(self) -> Position:
        start = self.text.rfind("\n", 0, self.next) + 1
        return Position(self.path, self.text.count("\n", 0, self.next) + 1, self.next - start + 1)

    def _until(self, closing: str) -> list[Token]:
        """Tokens up to the end of the file, or of an interpolation."""
        found: list[Token] = []
        depth = 0
        while True:
            line = self._blank()
            if self.next == len(self.text):
                if closing:
                    raise Refusal(self._at(), "an interpolation without an end")
                return [*found, Token("end", "", self._at(), True)]
            if closing and not depth and self.text[self.next] == closing:
                return [*found, Token("end", "", self._at())]
            token = self._token(line)
            depth += {"{": 1, "}": -1}.get(token.text, 0) if token.kind == "punctuation" else 0
            found.append(token)

    def _blank(self) -> bool:
        """Skip what separates tokens; returns whether a line ended."""
        start = self.next
        while self.next < len(self.text):
            match = BLANK.match(self.text, self.next) or DIRECTIVE.match(self.text, self.next)
            if match:
                self.next = match.end()
            elif self.text[self.next] in "\r\n":
                self.next += 1
            else:
                break
        return "\n" in self.text[start : self.next]

    def _token(self, line: bool) -> Token:
        at = self._at()
        if self.text[self.next] == "'":
            return self._string(at, line)
        match = PIECE.match(self.text, self.next)
        if match is None or match.lastgroup is None:
            raise Refusal(at, f"the character {self.text[self.next]!r}")
        self.next = match.end()
        return Token(match.lastgroup, match[0], at, line)

    def _string(self, at: Position, line: bool) -> Token:
        token = Token("string", "", at, line)
        if self.text.startswith("'''", self.next):
            token.segments.append(self._several_lines(at))
            return token
        self.next += 1
        start = self.next
        while True:
            character = self.text[self.next : self.next + 1]
            if character in ("", "\n", "\r"):
                raise Refusal(at, "a string without an end")
            if character == "\\":
                self.next += 2
            elif character == "'" or self.text.startswith("${", self.next):
                token.segments.append(unescaped(self.text[start : self.next], at))
                self.next += 1 if character == "'" else 2
                if character == "'":
                    return token
                token.holes.append(self._until("}"))
                self.next += 1
                start = self.next
            else:
                self.next += 1

    def _several_lines(self, at: Position) -> str:
        end = self.text.find("'''", self.next + 3)
        if end < 0:
            raise Refusal(at, "a string without an end")
        while self.text.startswith("'", end + 3):
            end += 1
        content = self.text[self.next + 3 : end]
        self.next = end + 3
        return several_lines(content)
