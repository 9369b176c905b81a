"""The answer to a question of the preflight, the same for every service.

Owns the form only. Knows no cloud; *unknown* is an answer, and then ``why`` names the later call that decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """Whether something is allowed or can be had."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer, one sentence why, and as ``hint`` a command, a place to go to or a field to change.

    ``bad_input`` marks a *no* that another name or plan mends rather than a permission.
    """

    answer: Answer
    why: str = ""
    hint: str = ""
    bad_input: bool = False
