"""People and groups by name: from what the project file says to an object id.

Owns the look-up only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wizard.errors import BadInput, Problem
from wizard.providers.entra.errors import found, translated

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any

GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


async def find_principal(session: Session, kind: str, name: str) -> str | None:
    """The object id of a ``user`` (sign-in name, mail or id) or ``group`` (display name or id); ``None`` for nobody.

    Raises ``BadInput`` where a group name fits several groups, ``NotAllowed`` where the directory may not be read.
    """
    with translated(f"look up {kind} {name}", permission="User.Read.All" if kind == "user" else "Group.Read.All"):
        if kind == "user":
            return await _user(session, name)
        if GUID.fullmatch(name):
            answer = await found(session.graph(lambda g: g.groups.by_group_id(name).to_get_request_information()))
            return None if answer is None else str(answer["id"])
        rows = await _filtered(session, "groups", f"displayName eq '{_quoted(name)}'")
    if len(rows) > 1:
        raise BadInput([Problem("access", f"{len(rows)} groups are called {name!r}", "give the object id of the group")])
    return str(rows[0]["id"]) if rows else None


async def groups_of_operator(session: Session) -> frozenset[str]:
    """Lower-case object ids of the groups and directory roles that the signed-in user is in, directly or not.

    Raises ``NotAllowed`` where they may not be read. https://learn.microsoft.com/graph/api/user-list-transitivememberof
    """
    with translated("read the groups that you are in"):
        answer = await session.graph(lambda g: g.me.transitive_member_of.to_get_request_information())
    return frozenset(str(row["id"]).lower() for row in (answer or {}).get("value", ()))


async def _user(session: Session, name: str) -> str | None:
    answer = await found(session.graph(lambda g: g.users.by_user_id(name).to_get_request_information()))
    if answer is not None:
        return str(answer["id"])
    rows = await _filtered(session, "users", f"mail eq '{_quoted(name)}'") if "@" in name else []
    return str(rows[0]["id"]) if len(rows) == 1 else None


def _quoted(text: str) -> str:
    return text.replace("'", "''")


async def _filtered(session: Session, collection: str, text: str) -> list[Json]:
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph.generated.groups.groups_request_builder import GroupsRequestBuilder
    from msgraph.generated.users.users_request_builder import UsersRequestBuilder

    parameters: Any = {
        "groups": GroupsRequestBuilder.GroupsRequestBuilderGetQueryParameters,
        "users": UsersRequestBuilder.UsersRequestBuilderGetQueryParameters,
    }[collection](filter=text)
    configuration: Any = RequestConfiguration(query_parameters=parameters)
    answer = await session.graph(lambda g: getattr(g, collection).to_get_request_information(configuration))
    rows: list[Json] = (answer or {}).get("value", [])
    return rows
