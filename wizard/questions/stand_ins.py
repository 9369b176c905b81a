"""What stands in for an answer that is still missing, so that those that are there can be checked together.

Owns these values; nothing of them ever reaches a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wizard.project.model import VERSION
from wizard.questions.answers import Answers, placed

Json = Any

_STAND_INS: Mapping[str, Json] = {"version": VERSION, "name": "xx", "region": "westeurope", "github.repository": "x/x"}
_ROW_STAND_INS: Mapping[str, Mapping[str, Json]] = {
    "environments": {"name": "x", "subscription": "x"},
    "access": {"role": "reader"},
    "secrets": {"name": "x", "from": "prompt"},
}


def in_full(answers: Answers) -> dict[str, Json]:
    """The answers as a file's data that lacks nothing required, so that the rules that span fields can be asked."""
    data = answers.project
    for path, value in _STAND_INS.items():
        if Answers(data).get(path) is None:
            data = placed(data, path, value)
    for table, values in _ROW_STAND_INS.items():
        for index in range(len(Answers(data).rows(table))):
            for name, value in values.items():
                if Answers(data).get(f"{table}.{index}.{name}") is None:
                    data = placed(data, f"{table}.{index}.{name}", f"{value}{index}" if name == "name" else value)
    return data
