"""What somebody asks of a rotation: which environments, which kinds, how urgent, and for how long the old ones stay.

Owns the options and their check. Knows no cloud.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from wizard.errors import BadInput, Problem

if TYPE_CHECKING:
    from wizard.project.model import Project

GRACE = timedelta(hours=24)
DUE_WITHIN_DAYS = 30
"""A plain ``rotate`` renews what expires within so many days, as the workflow ``credentials`` warns."""
KINDS = (
    "entra-client-secret",
    "databricks-token",
    "databricks-oauth-secret",
    "storage-key",
    "key-vault-secret",
    "external",
    "github-token",
)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Wishes:
    """``environments`` and ``kinds`` empty: all of them. ``everything``: also what is not due. ``expiring`` in days."""

    environments: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    everything: bool = False
    expiring: int | None = None
    grace: timedelta = GRACE
    undo: bool = False

    @property
    def named(self) -> bool:
        """Whether somebody said what to rotate, so that it is done though it is not due."""
        return self.everything or ((bool(self.environments) or bool(self.kinds)) and self.expiring is None)

    @property
    def within(self) -> timedelta:
        """How soon something has to expire to be due."""
        return timedelta(days=DUE_WITHIN_DAYS if self.expiring is None else self.expiring)

    def covers(self, environment: str, kind: str) -> bool:
        """Whether a credential is meant at all."""
        return (not self.environments or environment in self.environments) and (not self.kinds or kind in self.kinds)


def wished(
    project: Project,
    *,
    environments: Iterable[str] = (),
    kinds: Iterable[str] = (),
    everything: bool = False,
    expiring: int | None = None,
    grace: str = "24h",
    undo: bool = False,
) -> Wishes:
    """The options checked against the project. Raises ``BadInput`` with everything that is wrong."""
    problems = []
    known = {environment.name for environment in project.environments}
    for name in environments:
        if name not in known:
            problems.append(Problem(name, "the project has no such environment", f"one of: {', '.join(sorted(known))}"))
    for kind in kinds:
        if kind not in KINDS:
            problems.append(Problem("--credential", f"{kind!r} is no kind of credential", f"one of: {', '.join(KINDS)}"))
    if expiring is not None and expiring < 0:
        problems.append(Problem("--expiring", f"{expiring} is no number of days", "--expiring 30"))
    if undo and (everything or expiring is not None):
        problems.append(Problem("--undo", "puts back what was rotated; nothing else is chosen by it", "leave --all and --expiring out"))
    period = duration(grace)
    if period is None:
        problems.append(Problem("--grace", f"{grace!r} is no length of time", "--grace 24h (s, m, h or d)"))
    if problems:
        raise BadInput(problems)
    return Wishes(tuple(environments), tuple(kinds), everything, expiring, period or timedelta(), undo)


def duration(text: str) -> timedelta | None:
    """``24h``, ``90m``, ``7d``, ``0``; ``None`` where it is none."""
    found = re.fullmatch(r"(\d{1,6})([smhd]?)", text.strip())
    if found is None or (not found[2] and found[1].strip("0")):
        return None
    return timedelta(**{_UNITS[found[2] or "s"]: int(found[1])})
