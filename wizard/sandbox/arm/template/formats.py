"""Composite format strings and .NET date patterns, as far as templates use them.

Owns ``format('{0:N0}', …)`` and the custom and standard patterns of dates. Knows no function by name.
https://learn.microsoft.com/dotnet/standard/base-types/composite-formatting
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from wizard.sandbox.arm.template.faults import wrong_arguments
from wizard.sandbox.arm.template.values import as_text, compact, is_int

Json = Any
ITEM = re.compile(r"\{\{|\}\}|\{(\d+)(?:,(-?\d+))?(?::([^{}]*))?\}|[{}]")
STANDARD = {
    "d": "MM/dd/yyyy",
    "D": "dddd, dd MMMM yyyy",
    "f": "dddd, dd MMMM yyyy HH:mm",
    "F": "dddd, dd MMMM yyyy HH:mm:ss",
    "g": "MM/dd/yyyy HH:mm",
    "G": "MM/dd/yyyy HH:mm:ss",
    "m": "MMMM dd",
    "M": "MMMM dd",
    "o": "yyyy-MM-ddTHH:mm:ss.fffffffZ",
    "O": "yyyy-MM-ddTHH:mm:ss.fffffffZ",
    "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "t": "HH:mm",
    "T": "HH:mm:ss",
    "u": "yyyy-MM-dd HH:mm:ssZ",
    "U": "dddd, dd MMMM yyyy HH:mm:ss",
    "y": "yyyy MMMM",
    "Y": "yyyy MMMM",
}
PATTERN = re.compile(r"'[^']*'|\\.|yyyy|yy|MMMM|MMM|MM|M|dddd|ddd|dd|d|HH|H|hh|h|mm|m|ss|s|f{1,7}|tt|zzz|K|.", re.DOTALL)
PARTS = {
    "yyyy": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "dddd": "%A", "ddd": "%a", "dd": "%d",
    "HH": "%H", "hh": "%I", "mm": "%M", "ss": "%S", "tt": "%p", "zzz": "%:z",
}  # fmt: skip


def formatted(pattern: str, values: tuple[Json, ...]) -> str:
    """The pattern with its ``{index[,width][:format]}`` items filled."""

    def filled(match: re.Match[str]) -> str:
        item = match.group()
        if item in ("{{", "}}"):
            return item[0]
        if match.group(1) is None:
            raise wrong_arguments("format", "the format string is not valid.")
        index = int(match.group(1))
        if index >= len(values):
            raise wrong_arguments("format", f"the format string refers to argument '{index}' while {len(values)} were provided.")
        text = _shown(values[index], match.group(3) or "")
        width = int(match.group(2) or 0)
        return text.rjust(width) if width >= 0 else text.ljust(-width)

    return ITEM.sub(filled, pattern)


def _shown(value: Json, spec: str) -> str:
    if is_int(value) and spec:
        return _number(value, spec)
    if isinstance(value, (dict, list)):
        return compact(value).replace('"', "'")
    return as_text(value)


def _number(value: int, spec: str) -> str:
    letter, digits = spec[0], spec[1:]
    places = int(digits) if digits.isdigit() else None
    if letter in "nN":
        return f"{value:,.{2 if places is None else places}f}"
    if letter in "dD":
        return ("-" if value < 0 else "") + str(abs(value)).rjust(places or 0, "0")
    if letter in "fF":
        return f"{value:.{2 if places is None else places}f}"
    if letter in "xX":
        text = f"{value & 0xFFFFFFFFFFFFFFFF:x}".rjust(places or 0, "0")
        return text.upper() if letter == "X" else text
    if letter in "pP":
        return f"{value * 100:,.{2 if places is None else places}f} %"
    if set(spec) <= set("0"):
        return ("-" if value < 0 else "") + str(abs(value)).rjust(len(spec), "0")
    raise wrong_arguments("format", f"the format specifier '{spec}' is not supported.")


def date_text(moment: datetime, pattern: str) -> str:
    """The moment (in UTC) in a standard or custom .NET date pattern."""
    at = moment.astimezone(UTC)
    out = ""
    for piece in PATTERN.findall(STANDARD.get(pattern, pattern)):
        if piece.startswith("'"):
            out += piece[1:-1]
        elif piece.startswith("\\"):
            out += piece[1:]
        elif piece in PARTS:
            out += "+00:00" if piece == "zzz" else at.strftime(PARTS[piece])
        elif set(piece) == {"f"}:
            out += f"{at.microsecond:06d}0"[: len(piece)]
        elif piece in ("M", "d", "H", "h", "m", "s"):
            twelve = at.hour % 12 or 12
            out += str({"M": at.month, "d": at.day, "H": at.hour, "h": twelve, "m": at.minute, "s": at.second}[piece])
        else:
            out += "Z" if piece == "K" else piece
    return out
