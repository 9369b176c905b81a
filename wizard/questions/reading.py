"""Between what is typed and what is kept: one line of text to a value, and a value to a line.

Owns the forgiving reading (``West Europe`` is ``westeurope``, an address of a repository is its owner and name). What it cannot
read it leaves as it is, for the rules to say what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from wizard.questions.question import Choice, Kind, Question

Json = Any

YES, NO = frozenset({"y", "yes", "true"}), frozenset({"n", "no", "false"})
_ADDRESS = re.compile(r"(?:https?://|git@|ssh://git@)?github\.com[/:]([^/\s]+/[^/\s]+?)(?:\.git)?/?")


class Unreadable(ValueError):
    """The text is no answer of that kind; the message says what is allowed."""


def value_of_text(question: Question, text: str, choices: Sequence[Choice] = ()) -> Json:
    """The value that a line means: a choice by its number, value or label; lists by commas. Raises ``Unreadable``."""
    text = text.strip()
    match question.kind:
        case Kind.YES_NO:
            if text.lower() in YES | NO:
                return text.lower() in YES
            raise Unreadable("answer yes or no")
        case Kind.NUMBER:
            return int(text) if re.fullmatch(r"-?\d+", text) else text
        case Kind.CHOICE:
            return chosen(question, text, choices)
        case Kind.MANY:
            return [_tidied(question.field, chosen(question, part, choices)) for part in _parts(text)]
        case Kind.PAIRS:
            return _pairs(text)
        case _:
            return _tidied(question.field, text)


def chosen(question: Question, text: str, choices: Sequence[Choice]) -> str:
    """The choice that a text means; the text itself where anything may be said. Raises ``Unreadable``."""
    if text.isdigit() and 1 <= int(text) <= len(choices):
        return choices[int(text) - 1].value
    for choice in choices:
        if text.lower() in (choice.value.lower(), choice.label.lower()):
            return choice.value
    if question.free:
        return _tidied(question.field, text)
    raise Unreadable(f"choose a number from 1 to {len(choices)}, or one of the names" if choices else "there is nothing to choose from")


def text_of(question: Question, value: Json, choices: Sequence[Choice] = ()) -> str:
    """A value as one line, readable by ``value_of_text``; a choice by its label. Empty for nothing."""
    if value in (None, "", [], (), {}):
        return "" if value != 0 or isinstance(value, bool) or value is None else "0"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={text}" for name, text in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(str(item) for item in value)
    return next((choice.label for choice in choices if choice.value == value), str(value)) if question.kind is Kind.CHOICE else str(value)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,\s]+", text) if part.strip()]


def _pairs(text: str) -> Json:
    pairs = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, equals, value = part.partition("=")
        if not equals:
            raise Unreadable("write name=value, several with commas")
        pairs[name.strip()] = value.strip()
    return pairs


def _tidied(field: str, text: str) -> str:
    if field == "github.repository" and (found := _ADDRESS.fullmatch(text)):
        return found[1]
    if field.endswith("region"):
        return text.replace(" ", "").lower()
    if field.endswith("reviewers") and text and "/" not in text and not text.startswith("@"):
        return f"@{text}"
    return text
