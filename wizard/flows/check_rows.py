"""A row of the preflight table, and what every area's questions share.

Owns the row's form and the collecting of needed permissions from a plan.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from wizard.engine.plan import Action, Plan
from wizard.errors import LakestrapError, NotSignedIn, Unreachable
from wizard.providers.verdict import Answer

if TYPE_CHECKING:
    from wizard.engine.resource import Permission, Resource


@dataclass(frozen=True, slots=True)
class Row:
    """One question and its answer.

    ``hint`` is what to do; ``request`` a command that only an administrator can run; ``bad_input`` marks a *no* that another name or
    plan mends rather than a permission.
    """

    area: str
    question: str
    answer: Answer
    why: str = ""
    hint: str = ""
    request: str = ""
    bad_input: bool = False
    keys: tuple[str, ...] = ()
    """The plan's resources that a *no* stops."""

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def needed(plan: Plan, plane: str) -> dict[Permission, list[Resource]]:
    """The permissions of one plane that the plan's changes need, each with the resources that need it."""
    found: dict[Permission, list[Resource]] = {}
    for change in plan.changes:
        if change.action in (Action.KEEP, Action.BLOCKED):
            continue
        for permission in change.resource.requires:
            if permission.plane == plane:
                found.setdefault(permission, []).append(change.resource)
    return found


async def or_unknown(area: str, question: str, answer: Awaitable[Row]) -> Row:
    """The answer, or *unknown* where asking itself was refused."""
    try:
        return await answer
    except (NotSignedIn, Unreachable):
        raise
    except LakestrapError as refusal:
        return Row(area, question, Answer.UNKNOWN, refusal.message, "; ".join(refusal.hints))
