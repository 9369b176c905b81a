"""JSON as Resource Manager reads it: with comments, trailing commas, bare member names and strings over several lines.

Owns that reader only. Azure CLI splices the template file as text into the body of a deployment, so what arrives is
often no JSON in the strict sense.
"""

from __future__ import annotations

import json
import re
from typing import Any

Json = Any
PIECE = re.compile(
    r"""(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<word>[A-Za-z_$][\w$]*)|(?P<other>.)""",
    re.DOTALL,
)
WORDS = {"true": "true", "false": "false", "null": "null", "NaN": "null", "True": "true", "False": "false", "None": "null"}


def read(text: str) -> Json:
    """The value; raises ``ValueError`` where even the lenient reading fails."""
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(strict_form(text))


def strict_form(text: str) -> str:
    """The same value as strict JSON text."""
    out = []
    for match in PIECE.finditer(text):
        kind, piece = match.lastgroup, match.group()
        if kind == "comment":
            continue
        if kind == "string":
            out.append(_string(piece))
        elif kind == "word":
            out.append(WORDS.get(piece, json.dumps(piece)))
        else:
            out.append(piece)
    joined = "".join(out)
    return _without_trailing_commas(joined)


def _string(piece: str) -> str:
    inner = piece[1:-1]
    if piece.startswith("'"):
        inner = inner.replace("\\'", "'").replace('"', '\\"')
    return '"' + inner.replace("\r\n", "\\n").replace("\n", "\\n").replace("\t", "\\t") + '"'


def _without_trailing_commas(text: str) -> str:
    pieces = re.split(r'("(?:[^"\\]|\\.)*")', text)
    between = [re.sub(r",(\s*[}\]])", r"\1", piece) if at % 2 == 0 else piece for at, piece in enumerate(pieces)]
    return "".join(between)
