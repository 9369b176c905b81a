"""Who may approve a deployment: names of the project file to GitHub's ids and back.

Owns the resolution of ``@login`` and ``organisation/team``. Only reads.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from wizard.errors import BadInput, Problem
from wizard.providers.github.rest import found, listed, login_of, path_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wizard.providers.session import Session

Json = Any


@dataclass(frozen=True, slots=True)
class Reviewer:
    """One reviewer as GitHub numbers it; ``name`` is as the project file spells it."""

    name: str
    kind: str
    id: int

    def body(self) -> dict[str, object]:
        """The form of a request: ``{type, id}``."""
        return {"type": self.kind, "id": self.id}


async def resolved(session: Session, names: Iterable[str]) -> tuple[Reviewer, ...]:
    """The reviewers for ``@login`` and ``organisation/team``, in order. Raises ``BadInput`` with all unknown ones."""
    wanted = tuple(names)
    bodies = await asyncio.gather(*(found(session, _path(name), missing=(403, 404)) for name in wanted))
    problems = [_unknown(name) for name, body in zip(wanted, bodies, strict=True) if body is None]
    if problems:
        raise BadInput(problems)
    return tuple(Reviewer(name, "Team" if "/" in name else "User", int(body["id"])) for name, body in zip(wanted, bodies, strict=True))


def _unknown(name: str) -> Problem:
    if "/" in name:
        remedy = "correct the name, or let the token see teams: gh auth refresh --scopes read:org"
        return Problem("environments.reviewers", f"GitHub shows no team {name} to this token", remedy)
    return Problem("environments.reviewers", f"GitHub knows no user {name}", "correct the name")


def _path(name: str) -> str:
    organisation, separator, team = name.partition("/")
    return f"/orgs/{organisation.lstrip('@')}/teams/{team}" if separator else f"/users/{name.removeprefix('@')}"


def spelled(entry: Json, wanted: Iterable[str], owner: str) -> str:
    """The name of an observed reviewer, spelled as it is wished where it is one of those."""
    reviewer = entry["reviewer"]
    name = f"@{reviewer['login']}" if entry["type"] == "User" else f"{owner}/{reviewer['slug']}"
    return next((other for other in wanted if _canonical(other) == name.lower()), name)


def _canonical(name: str) -> str:
    return name.lstrip("@").lower() if "/" in name else "@" + name.removeprefix("@").lower()


async def somebody_else(session: Session, names: Iterable[str]) -> bool:
    """Whether anybody but the signed-in user is among the reviewers; a team whose members are hidden counts as yes."""
    login = (await login_of(session)).lower()
    for name in names:
        if "/" not in name:
            if name.removeprefix("@").lower() != login:
                return True
            continue
        members = await listed(session, f"{_path(name)}/members", missing=(403, 404))
        if not members or any(member["login"].lower() != login for member in members):
            return True
    return False


class Access(Enum):
    """Whether a reviewer of an environment can still review."""

    READS = "reads"
    BLIND = "is there and cannot read the repository"
    GONE = "is gone"
    UNKNOWN = "is not shown to this token"


async def access_of(session: Session, repository: str, name: str) -> Access:
    """How ``@login`` or ``organisation/team`` stands to the repository now.

    Rights of others are shown to those with write access to the repository, teams to members of their organization.
    """
    there = await found(session, _path(name), missing=(403, 404))
    if "/" not in name:
        if there is None:
            return Access.GONE
        login = name.removeprefix("@")
        held = await found(session, path_of(repository, "collaborators", login, "permission"), missing=(403, 404))
        return Access.UNKNOWN if held is None else (Access.BLIND if held["permission"] == "none" else Access.READS)
    if there is None:
        organization = name.lstrip("@").partition("/")[0]
        teams = await found(session, f"/orgs/{organization}/teams", missing=(403, 404))
        return Access.UNKNOWN if teams is None else Access.GONE
    shares = await found(session, f"{_path(name)}/repos/{repository}", missing=(404,), default=True)
    return Access.BLIND if shares is None else Access.READS
