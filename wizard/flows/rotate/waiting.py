"""Retirements that wait: which old credential ends when, as every clone reads it.

Owns the reading for other flows. Each environment's note is a variable of its GitHub environment; it holds ids and times, no secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.flows.job import Job


@dataclass(frozen=True, slots=True)
class Waiting:
    """One rotation that is not over. ``credential`` is its key; ``phase`` is ``begun`` (not proven; run rotate) or ``retiring``.

    ``retire_after`` (UTC) is ``None`` while it is only begun. ``proven`` says whether a job has signed in with the new one.
    """

    environment: str
    credential: str
    phase: str
    old: str = ""
    new: str = ""
    retire_after: datetime | None = None
    proven: bool = False


async def waiting_retirements(job: Job) -> tuple[Waiting, ...]:
    """Every rotation of the project that is not over, in promotion order; reads only."""
    return ()
