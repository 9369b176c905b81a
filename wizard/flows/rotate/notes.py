"""What is noted of a rotation that is not over, where every clone reads it: a variable of the GitHub environment.

Owns the note's form and its one place, ``LAKESTRAP_RETIRING``. It holds ids and times, never a secret, and is written only by
the run that holds the project's lease (docs/decisions/0006-rotation.md).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from wizard.errors import LakestrapError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wizard.providers.session import Session

Json = Any

VARIABLE = "LAKESTRAP_RETIRING"


class Phase(StrEnum):
    """Where a rotation stands."""

    BEGUN = "begun"
    """A new credential is being made beside the old, or written to the copies. Both are valid."""
    RETIRING = "retiring"
    """Every copy holds the new one; the old one ends after the grace."""
    WITHDRAWING = "withdrawing"
    """The old value goes back into every copy, then the new one is ended."""


@dataclass(frozen=True, slots=True)
class Note:
    """One rotation. ``before`` are all ids at the issuer when it began; ``ending`` those that end, ``staying`` the one that stays."""

    credential: str
    phase: Phase
    since: datetime
    before: tuple[str, ...] = ()
    staying: str = ""
    ending: tuple[str, ...] = ()
    after: datetime | None = None
    proven: bool = False

    def with_(self, **changes: Json) -> Note:
        return replace(self, **changes)


def written(notes: Iterable[Note]) -> str:
    """The text of the variable; ``""`` where nothing is to be noted."""
    rows = [
        {
            "credential": note.credential,
            "phase": str(note.phase),
            "since": _text(note.since),
            "before": list(note.before),
            "staying": note.staying,
            "ending": list(note.ending),
            "after": _text(note.after),
            "proven": note.proven,
        }
        for note in notes
    ]
    return json.dumps({"version": 1, "rotations": rows}) if rows else ""


def read(text: str, place: str = VARIABLE) -> tuple[Note, ...]:
    """The notes in a variable's text. Raises ``LakestrapError`` where somebody edited it beyond recognition."""
    try:
        return tuple(_note(row) for row in json.loads(text)["rotations"]) if text else ()
    except (ValueError, KeyError, TypeError) as problem:
        hint = "compare the credentials by hand, then delete the variable: gh variable delete LAKESTRAP_RETIRING --env ENVIRONMENT"
        raise LakestrapError(f"cannot read {place}: it is no note of a rotation", hints=[hint]) from problem


def _note(row: Json) -> Note:
    return Note(
        str(row["credential"]),
        Phase(row["phase"]),
        _moment(row["since"]) or datetime.fromtimestamp(0, UTC),
        tuple(row["before"]),
        str(row["staying"]),
        tuple(row["ending"]),
        _moment(row["after"]),
        bool(row["proven"]),
    )


def _text(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


class Notebook:
    """The notes of one environment, as read and as they shall be next; one mutating request a change."""

    def __init__(self, repository: str, environment: str, notes: tuple[Note, ...] = (), *, there: bool = False) -> None:
        self.repository, self.environment, self.there = repository, environment, there
        self.notes = {note.credential: note for note in notes}

    @classmethod
    async def opened(cls, session: Session, repository: str, environment: str) -> Notebook:
        from wizard.providers.github.variables import read_variable

        text = await read_variable(session, repository, VARIABLE, environment)
        return cls(repository, environment, read(text or "", f"{VARIABLE} of {environment}"), there=text is not None)

    @property
    def key(self) -> str:
        return f"github.environment_variable/{self.environment}/{VARIABLE}"

    async def keep(self, session: Session, note: Note) -> None:
        """Note it, in place of what was noted of the same credential."""
        await self._put(session, {**self.notes, note.credential: note})

    async def drop(self, session: Session, credential: str) -> None:
        """Forget it; the variable goes with its last note."""
        await self._put(session, {key: note for key, note in self.notes.items() if key != credential})

    async def _put(self, session: Session, notes: dict[str, Note]) -> None:
        from wizard.providers.github.variables import remove_variable, write_variable

        text = written(notes.values())
        if text:
            await write_variable(session, self.repository, VARIABLE, text, self.environment, new=not self.there)
        elif self.there:
            await remove_variable(session, self.repository, VARIABLE, self.environment)
        self.notes, self.there = notes, bool(text)

    async def room(self, session: Session) -> str:
        """Why no note could be made: an environment holds a hundred variables."""
        from wizard.providers.github.variables import MOST_IN_ENVIRONMENT, names_of_variables

        names = () if self.there else await names_of_variables(session, self.repository, self.environment)
        full = len(names) >= MOST_IN_ENVIRONMENT
        return f"the GitHub environment {self.environment} holds {len(names)} variables, and a rotation needs one more" if full else ""
