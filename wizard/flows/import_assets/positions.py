"""JSON text to data with the line of every part, and what ``json.loads`` would swallow: members that stand there twice.

Owns nothing else. Raises what ``json`` raises.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

Json = Any
Place = tuple[str | int, ...]
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class Located:
    """Data, ``lines`` by place (counted from 1), and ``twice``: places of members that a later one of that name replaces."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Place, int] = {}
        self.twice: list[tuple[Place, Json]] = []
        self._text = text
        self._ends = [found.start() for found in re.finditer("\n", text)]
        self.data: Json = json.loads(text)
        self._value(self._skip(0), ())

    def _line(self, at: int) -> int:
        return bisect_left(self._ends, at) + 1

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at

    def _value(self, at: int, place: Place) -> tuple[Json, int]:
        self.lines[place] = self.lines.get(place) or self._line(at)
        if self._text[at] == "{":
            return self._members(at, place)
        if self._text[at] == "[":
            return self._items(at, place)
        return _DECODER.raw_decode(self._text, at)

    def _members(self, at: int, place: Place) -> tuple[Json, int]:
        found: dict[str, Json] = {}
        at = self._skip(at + 1)
        while self._text[at] != "}":
            name, after = scanstring(self._text, at + 1)
            if name in found:
                self.twice.append(((*place, name), found[name]))
            self.lines[(*place, name)] = self._line(at)
            found[name], at = self._value(self._skip(self._skip(after) + 1), (*place, name))
            at = self._skip(at)
            at = self._skip(at + 1) if self._text[at] == "," else at
        return found, at + 1

    def _items(self, at: int, place: Place) -> tuple[Json, int]:
        found: list[Json] = []
        at = self._skip(at + 1)
        while self._text[at] != "]":
            item, at = self._value(at, (*place, len(found)))
            found.append(item)
            at = self._skip(at)
            at = self._skip(at + 1) if self._text[at] == "," else at
        return found, at + 1
