"""The people to whom a project gave rights, by name: from the roles with our mark to entries of ``access``.

Owns that reading. Roles of pipelines and of Databricks are the blueprint's own and no entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wizard.flows.adopt.evidence import Person
from wizard.providers.arm.errors import found, translated
from wizard.providers.arm.ids import last_part, owner_in, subscription_of

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any


async def people(session: Session, project: str, group: str, vault: str, roles: Mapping[str, tuple[str, bool]]) -> tuple[Person, ...]:
    """Entries for the group's and the vault's roles. ``roles``: word of the project file -> (role id, whether on the vault)."""
    words = {(role, of_vault): word for word, (role, of_vault) in roles.items()}
    entries: dict[Person, None] = {}
    for scope, of_vault in ((group, False), (vault, True)):
        for principal, kind, role in await _given(session, project, scope):
            word = words.get((role, of_vault))
            if word and kind in ("User", "Group"):
                entries[Person(kind.lower(), await _name(session, kind.lower(), principal), word)] = None
    return tuple(entries)


async def _given(session: Session, project: str, scope: str) -> list[tuple[str, str, str]]:
    """Principal, its type and the role id of every assignment with our mark at exactly this scope."""
    if not scope:
        return []
    client: Any = session.authorization(subscription_of(scope)).role_assignments
    with translated(f"list the role assignments at {last_part(scope)}"):
        rows = await found(_all(client.list_for_scope(scope.strip("/"), filter="atScope()"))) or []
    here = (row for row in rows if str(row.scope).lower() == scope.lower() and owner_in(row.description) == project)
    return [(str(row.principal_id), str(row.principal_type or ""), last_part(str(row.role_definition_id))) for row in here]


async def _all(rows: Any) -> list[Any]:
    return [row async for row in rows]


async def _name(session: Session, kind: str, object_id: str) -> str:
    """The sign-in name of a user or the display name of a group where it leads back to the id; else the id."""
    from wizard.errors import LakestrapError
    from wizard.providers.entra.errors import found as answered
    from wizard.providers.entra.errors import translated as asked
    from wizard.providers.entra.principals import find_principal

    try:
        with asked(f"read the {kind} {object_id}"):
            body = await answered(session.graph(lambda g: _by_id(g, kind, object_id)))
        name = str((body or {}).get("userPrincipalName" if kind == "user" else "displayName") or "")
        return name if name and await find_principal(session, kind, name) == object_id else object_id
    except LakestrapError:
        return object_id


def _by_id(client: Any, kind: str, object_id: str) -> Any:
    builder = client.users.by_user_id(object_id) if kind == "user" else client.groups.by_group_id(object_id)
    return builder.to_get_request_information()
