"""``$filter`` of assignment lists (roles, denials, eligibility).

Owns that grammar; a filter that the service does not take is refused with ``UnsupportedQuery``.
https://learn.microsoft.com/azure/role-based-access-control/role-assignments-list-rest
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wizard.sandbox.arm import errors, rbac
from wizard.sandbox.arm.ids import within

if TYPE_CHECKING:
    from collections.abc import Callable

    from wizard.sandbox.world import World

Json = Any
_CLAUSE = re.compile(
    r"(?P<here>atScope\(\))|(?P<target>asTarget\(\))|principalId eq '(?P<principal>[^']*)'|assignedTo\('(?P<assigned>[^']*)'\)",
    re.IGNORECASE,
)


def parsed(world: World, scope: str, text: str, *, target: str = "") -> Callable[[Json], bool]:
    """A test of rows with ``properties.scope`` and ``properties.principalId``.

    Without ``atScope()`` what lies below the scope counts too. ``target`` is the caller's object id for ``asTarget()``,
    empty where the list knows no such filter.
    """
    here, people = False, None
    for part in re.split(r"\s+and\s+", text.strip(), flags=re.IGNORECASE) if text.strip() else ():
        match = _CLAUSE.fullmatch(part.strip())
        if match is None or (match["target"] and not target):
            message = (
                f"The filter '{text}' is not supported. Supported filters are either 'atScope()' or 'principalId eq '{{value}}' or "
                "assignedTo('{value}')'."
            )
            raise errors.refused(400, "UnsupportedQuery", message)
        if match["here"]:
            here = True
        elif match["principal"] is not None:
            people = frozenset({match["principal"].lower()})
        else:
            people = rbac.identities(world, target if match["target"] else match["assigned"])

    def test(row: Json) -> bool:
        own = row["properties"]["scope"]
        if not (within(scope, own) or (not here and within(own, scope))):
            return False
        return people is None or bool(people & _principals(row))

    return test


def _principals(row: Json) -> frozenset[str]:
    properties = row["properties"]
    if "principalId" in properties:
        return frozenset({properties["principalId"].lower()})
    return frozenset(each["id"].lower() for each in properties.get("principals") or ())
