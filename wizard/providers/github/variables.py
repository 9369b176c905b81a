"""Plain variables outside any plan: notes that flows leave in a repository or an environment, for every clone to read.

Owns reading and writing by name. A variable that a project wishes for is ``environment_variable``'s. Never holds a secret.
https://docs.github.com/rest/actions/variables
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.errors import ServiceRefused
from wizard.providers.github.rest import found, listed, path_of, removed, send

if TYPE_CHECKING:
    from wizard.providers.session import Session

MOST_IN_ENVIRONMENT = 100


def _path(repository: str, environment: str, *name: str) -> str:
    place = ("environments", environment) if environment else ("actions",)
    return path_of(repository, *place, "variables", *name)


def _permission(environment: str) -> str:
    return "environments:write" if environment else "actions_variables:write"


async def read_variable(session: Session, repository: str, name: str, environment: str = "") -> str | None:
    """Its text; ``None`` where there is none (or no such environment)."""
    body = await found(session, _path(repository, environment, name))
    return None if body is None else str(body["value"])


async def write_variable(
    session: Session, repository: str, name: str, value: str, environment: str = "", *, new: bool | None = None
) -> None:
    """Make or change it by one mutating request; which of the two is needed is read first where ``new`` does not say."""
    if new is None:
        new = await read_variable(session, repository, name, environment) is None
    permission = _permission(environment)
    if new:
        try:
            await send(session, "POST", _path(repository, environment), {"name": name, "value": value}, permission=permission)
            return
        except ServiceRefused as refusal:
            if refusal.status != 409:  # somebody made it since we looked, or an answer of ours was lost
                raise
    await send(session, "PATCH", _path(repository, environment, name), {"value": value}, permission=permission)


async def remove_variable(session: Session, repository: str, name: str, environment: str = "") -> None:
    """Delete it; one already gone is no error."""
    await removed(session, _path(repository, environment, name), permission=_permission(environment))


async def names_of_variables(session: Session, repository: str, environment: str) -> tuple[str, ...]:
    """Names of an environment's variables."""
    return tuple(str(row["name"]) for row in await listed(session, _path(repository, environment), "variables"))
