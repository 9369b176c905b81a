"""What a string literal's text means. Owns the escapes, and the line that a text of several lines does not begin with."""

from __future__ import annotations

import re

from .refusal import Position, Refusal

ESCAPE = re.compile(r"\\(u\{([0-9a-fA-F]+)\}|.)", re.DOTALL)
SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", "$": "$"}


def several_lines(text: str) -> str:
    """The value of what stands between three quotes."""
    return text[2:] if text.startswith("\r\n") else text.removeprefix("\n")


def unescaped(text: str, at: Position) -> str:
    """The value of what stands between two quotes, or between a quote and an interpolation."""
    if "${" in ESCAPE.sub("", text):
        raise Refusal(at, "an interpolation that the grammar did not see")

    def replaced(match: re.Match[str]) -> str:
        if match[2]:
            return chr(int(match[2], 16))
        if match[1] not in SIMPLE:
            raise Refusal(at, f"the escape sequence \\{match[1]}")
        return SIMPLE[match[1]]

    return ESCAPE.sub(replaced, text)
