"""What a run of the sandbox is asked for, and the one error for asking it wrongly.

Owns the option values as data; each is checked by the part that uses it, before any child starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class BadOption(ValueError):
    """An option, or a file that it names, cannot be used; the message is for the person who gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of ``sandbox run``, by their long names; empty means not given."""

    world: str = "owner"
    record: Path | None = None
    faults: Path | None = None
    latency: str = "none"
    seed: int | None = None
    kill_after: str = ""
    world_out: Path | None = None
    canary: str = ""
    job: str = ""
    repository: str = ""
    person: str = ""


def latency_scale(text: str) -> float:
    """``none`` is 0, ``real`` is 1, a number is a scale in between or beyond."""
    named = {"none": 0.0, "real": 1.0}
    try:
        scale = named[text] if text in named else float(text)
    except ValueError as wrong:
        raise BadOption(f"--latency {text}: give none, real or a number") from wrong
    if not 0 <= scale <= 100:
        raise BadOption(f"--latency {text}: give a number from 0 to 100")
    return scale
