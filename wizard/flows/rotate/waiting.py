"""Retirements that wait: which old credential ends when, as every clone reads it.

Owns the reading for other flows. Each environment's notes are in a variable of its GitHub environment; they hold no secret.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from wizard.flows.rotate.notes import Note, Notebook

if TYPE_CHECKING:
    from wizard.flows.job import Job


@dataclass(frozen=True, slots=True)
class Waiting:
    """One rotation that is not over. ``credential`` is its key (``entra-client-secret/prod``).

    ``phase``: ``begun`` (interrupted: run rotate), ``retiring`` (the old one ends after ``retire_after``), ``withdrawing`` (the
    old one goes back in place: run rotate). ``proven`` says whether a job has signed in with the new one.
    """

    environment: str
    credential: str
    phase: str
    old: tuple[str, ...] = ()
    new: str = ""
    retire_after: datetime | None = None
    proven: bool = False


async def waiting_retirements(job: Job) -> tuple[Waiting, ...]:
    """Every rotation of the project that is not over, in promotion order; reads only."""
    repository = job.project.github.repository
    opened = [Notebook.opened(job.session, repository, environment.name) for environment in job.project.environments]
    return tuple(_waiting(book.environment, note) for book in await asyncio.gather(*opened) for note in book.notes.values())


def _waiting(environment: str, note: Note) -> Waiting:
    return Waiting(environment, note.credential, str(note.phase), note.ending, note.staying, note.after, note.proven)
