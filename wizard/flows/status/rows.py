"""The rows of a status: what a person reads, and what decides the exit code.

Owns their form. Pure data without a secret: every face draws the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

from wizard.errors import ExitCode

SHARED = ""
"""Environment of a row that concerns all of them."""


class Standing(StrEnum):
    """How one thing stands. Only ``drift`` makes the command end with 5."""

    DRIFT = "drift"
    """It is not as the project wants it, or a credential has expired."""
    UNKNOWN = "unknown"
    """It may not be read; never to be taken for fine."""
    EXPIRING = "expiring"
    WAITING = "waiting"
    """Somebody has to act, or a moment has to come; nothing is wrong."""
    OK = "ok"


ORDER = {standing: position for position, standing in enumerate(Standing)}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing. ``environment`` is empty for what is shared by all; ``key`` names the resource where it is one.

    ``why`` says what is seen instead of what is wished, or which right is missing; ``hint`` is a command to run or a field to edit;
    ``until`` is a date (``2026-12-24``) where one is known; ``link`` leads to the page where somebody can act.
    """

    environment: str
    area: str
    what: str
    standing: Standing
    why: str = ""
    hint: str = ""
    key: str = ""
    until: str = ""
    link: str = ""

    def as_dict(self) -> dict[str, str]:
        """Every member as text."""
        return {name: str(value) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Status:
    """Everything that was looked at, by environment in promotion order (shared things first), what is wrong first."""

    project: str
    environments: tuple[str, ...]
    rows: tuple[Row, ...]

    def of(self, environment: str) -> tuple[Row, ...]:
        """The rows of one environment; of ``""`` what is shared by all."""
        return tuple(row for row in self.rows if row.environment == environment)

    def standing(self, standing: Standing) -> tuple[Row, ...]:
        """The rows that stand so."""
        return tuple(row for row in self.rows if row.standing is standing)

    @property
    def drifted(self) -> bool:
        return bool(self.standing(Standing.DRIFT))

    @property
    def exit_code(self) -> ExitCode:
        """5 on drift. What is unknown is told and does not count."""
        return ExitCode.DIFFERS if self.drifted else ExitCode.DONE

    def counts(self) -> dict[str, int]:
        """How many rows of each standing, without those that do not occur."""
        found = {str(standing): len(self.standing(standing)) for standing in Standing}
        return {name: count for name, count in found.items() if count}


def sorted_rows(rows: list[Row], environments: tuple[str, ...]) -> tuple[Row, ...]:
    """Shared things first, then by environment in promotion order; in each what is wrong first, equal rows once."""
    places = {name: position for position, name in enumerate((SHARED, *environments))}
    return tuple(sorted(dict.fromkeys(rows), key=lambda row: (places.get(row.environment, len(places)), ORDER[row.standing])))


def collapsed(rows: Iterable[Row]) -> tuple[Row, ...]:
    """For people: unknown rows of one environment that share their reason become one, which says how many they are."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        same = (row.environment, row.why) if row.standing is Standing.UNKNOWN else (row.environment, f"{id(row)}")
        groups.setdefault(same, []).append(row)
    return tuple(
        group[0] if len(group) == 1 else replace(group[0], what=f"{group[0].what} and {len(group) - 1} more") for group in groups.values()
    )
