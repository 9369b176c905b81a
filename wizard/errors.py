"""The exception tree and the exit codes.

Owns what can go wrong and how a process ends; knows no cloud, no screen. Providers raise what happened, the engine
adds which step, the edge adds hint and exit code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ends; the numbers are a published interface."""

    DONE = 0
    FAILED = 1
    BAD_INPUT = 2
    NOT_ALLOWED = 3
    CANCELLED = 4
    DIFFERS = 5
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the input: where, what, and how to mend it.

    ``place`` is ``file:line:column`` or a field path; ``remedy`` is one short sentence or a command to run.
    """

    place: str
    reason: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}" if self.place else self.reason


class LakestrapError(Exception):
    """The root. ``hints`` are commands to run or fields to edit, one a line."""

    exit_code: ExitCode = ExitCode.FAILED

    def __init__(self, message: str, *, hints: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hints = tuple(hints)


class BadInput(LakestrapError):
    """The project file, an answer or an option is wrong; carries every problem at once."""

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, problems: Sequence[Problem], *, message: str = "", hints: Sequence[str] = ()) -> None:
        self.problems = tuple(problems)
        super().__init__(message or "\n".join(str(problem) for problem in self.problems), hints=hints)


class NotSignedIn(LakestrapError):
    """No usable sign-in for one of the services, or it has expired."""

    exit_code = ExitCode.NOT_ALLOWED


class NotAllowed(LakestrapError):
    """The signed-in identity lacks a permission. ``permission`` names it where known."""

    exit_code = ExitCode.NOT_ALLOWED

    def __init__(self, message: str, *, permission: str = "", hints: Sequence[str] = ()) -> None:
        super().__init__(message, hints=hints)
        self.permission = permission


class Unreachable(LakestrapError):
    """The network or a service could not be reached; nothing is known about the call's effect."""


class ServiceRefused(LakestrapError):
    """A service answered with an error that waiting does not mend.

    ``status`` is the HTTP status, ``code`` the vendor's own code (``RoleAssignmentExists``, ``AADSTS700213``).
    """

    def __init__(self, message: str, *, status: int = 0, code: str = "", hints: Sequence[str] = ()) -> None:
        super().__init__(message, hints=hints)
        self.status = status
        self.code = code


class NameTaken(LakestrapError):
    """A globally unique name belongs to somebody else, or is held by something soft-deleted."""

    exit_code = ExitCode.BAD_INPUT


class JournalLost(LakestrapError):
    """The journal could not be written; no further change is made."""


class Cancelled(LakestrapError):
    """The user said no."""

    exit_code = ExitCode.CANCELLED


@dataclass(slots=True)
class NotYet(Exception):
    """Not a failure: a named propagation delay or a long-running operation still under way.

    Providers raise it instead of sleeping; the engine waits, shows ``reason`` and a countdown, and calls again.
    ``retry_after`` is in seconds and comes from the server where it said one. ``code`` is the vendor's code.
    """

    reason: str
    retry_after: float | None = None
    code: str = ""
    details: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.reason
