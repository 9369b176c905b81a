"""The operator's roles, denials and eligible roles at a scope, read from Azure as blocks of action patterns.

Owns those reads and the matching of patterns; the verdict is ``access``'s. Roles are read through the role assignments
(``assignedTo`` sees groups too) and their definitions, since the permissions API knows no subscription scope and no
conditions; it serves where assignments may not be read.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wizard.providers.arm.ids import last_part, subscription_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wizard.providers.session import Session

EVERYONE = "00000000-0000-0000-0000-000000000000"
_ELIGIBLE_VERSION = "2020-10-01"


@dataclass(frozen=True, slots=True)
class Block:
    """Patterns of one role, one denial or one eligible role; ``source`` names it for people.

    ``conditions`` must all hold for an allowed action. ``uncertain``: groups decide whether it concerns the operator.
    """

    source: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()
    conditions: tuple[str, ...] = field(default=())
    uncertain: bool = False


def _matches(patterns: Iterable[str], action: str) -> bool:
    return any(re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), action, re.IGNORECASE) for pattern in patterns)


def covers(block: Block, action: str, data: bool) -> bool:
    """Whether the block names the action (a data action where ``data``) and does not take it back."""
    given, taken = (block.data_actions, block.not_data_actions) if data else (block.actions, block.not_actions)
    return _matches(given, action) and not _matches(taken, action)


def _patterned(source: str, permission: Any, *, conditions: tuple[str, ...] = (), uncertain: bool = False) -> Block:
    names = ("actions", "not_actions", "data_actions", "not_data_actions")
    actions, not_actions, data, not_data = (tuple(getattr(permission, name, None) or ()) for name in names)
    return Block(source, actions, not_actions, data, not_data, conditions, uncertain)


def _reaches(outer: str, scope: str) -> bool:
    bound, inner = outer.lower().strip("/"), scope.lower().strip("/")
    return not bound or inner == bound or inner.startswith(f"{bound}/")


async def fetch_blocks(session: Session, scope: str) -> tuple[Block, ...]:
    """The active roles of the operator at a scope; the SDK's exceptions pass through."""
    from azure.core.exceptions import HttpResponseError

    client = session.authorization(subscription_of(scope))
    wanted = f"atScope() and assignedTo('{session.operator.object_id}')"
    try:
        rows = [row async for row in client.role_assignments.list_for_scope(scope.lstrip("/"), filter=wanted)]
    except HttpResponseError as refusal:
        parts = scope.strip("/").split("/")
        if refusal.status_code != 403 or len(parts) != 4:
            raise
        return tuple([_patterned("a role of yours", each) async for each in client.permissions.list_for_resource_group(parts[3])])
    roles = await _definitions(client, scope, {last_part(str(row.role_definition_id)) for row in rows})
    return tuple(_block(row, role, permission) for row in rows for role in (roles[last_part(str(row.role_definition_id))],)
                 for permission in role.permissions or ())  # fmt: skip


async def _definitions(client: Any, scope: str, guids: set[str]) -> dict[str, Any]:
    ordered = sorted(guids)
    found = await asyncio.gather(*(client.role_definitions.get(scope.lstrip("/"), guid) for guid in ordered))
    return dict(zip(ordered, found, strict=True))


def _block(assignment: Any, role: Any, permission: Any) -> Block:
    own = assignment.condition, getattr(permission, "condition", None)
    source = f"{role.role_name} at {assignment.scope}"
    return _patterned(source, permission, conditions=tuple(text for text in own if text))


async def fetch_denials(session: Session, scope: str) -> tuple[Block, ...]:
    """Deny assignments at the scope that concern the operator, or may."""
    client = session.authorization(subscription_of(scope))
    found: list[Block] = []
    async for row in client.deny_assignments.list_for_scope(scope.lstrip("/"), filter="atScope()"):
        concerned = _concerns(row, session.operator.object_id.lower())
        if concerned is not False:
            for permission in row.permissions or ():
                found.append(_patterned(str(row.deny_assignment_name), permission, uncertain=concerned is None))
    return tuple(found)


def _concerns(denial: Any, operator: str) -> bool | None:
    """Whether a denial names the operator; ``None`` where that hangs on a group."""
    named = {str(each.id).lower(): str(each.type) for each in denial.principals or ()}
    spared = {str(each.id).lower(): str(each.type) for each in denial.exclude_principals or ()}
    if operator in spared:
        return False
    if operator in named or EVERYONE in named:
        return None if "Group" in spared.values() else True
    return None if "Group" in named.values() else False


async def fetch_eligible(session: Session, scope: str) -> tuple[Block, ...]:
    """Roles that the operator could activate (Privileged Identity Management); none where the directory has no such licence."""
    client = session.authorization(subscription_of(scope))
    path = f"{scope.lstrip('/')}/providers/Microsoft.Authorization/roleEligibilityScheduleInstances"
    resources = session.resources(subscription_of(scope)).resources
    answer = await resources.get_by_id(path, api_version=_ELIGIBLE_VERSION, params={"$filter": "asTarget()"})
    inner = [row["properties"] for row in answer["value"]]
    reaching = [row for row in inner if _reaches(row["scope"], scope)]
    roles = await _definitions(client, scope, {last_part(row["roleDefinitionId"]) for row in reaching})
    return tuple(
        _patterned(f"{role.role_name} at {row['scope']}", permission)
        for row in reaching
        for role in (roles[last_part(row["roleDefinitionId"])],)
        for permission in role.permissions or ()
    )
