"""Applications and service principals that are soft-deleted and bear a project's mark: found again, and purged where asked for.

Owns that reading and that one request. Entra ends them by itself thirty days after their deletion.
https://learn.microsoft.com/graph/api/directory-deleteditems-list
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from wizard.providers.entra.errors import found, translated
from wizard.providers.entra.marks import owner_of

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any
KEPT_DAYS = 30


@dataclass(frozen=True, slots=True)
class SoftDeleted:
    """``purged_on`` is the day (``2027-02-19``) on which Entra ends it by itself; ``unique_name`` is empty for a service principal."""

    id: str
    name: str
    unique_name: str
    client_id: str
    purged_on: str

    @property
    def purge_command(self) -> str:
        return f"az rest --method DELETE --url https://graph.microsoft.com/v1.0/directory/deletedItems/{self.id}"


async def deleted_objects(session: Session, project: str) -> tuple[SoftDeleted, ...]:
    """The project's soft-deleted applications and service principals."""
    with translated("list the deleted applications"):
        rows = [*await _pages(session, "graph_application"), *await _pages(session, "graph_service_principal")]
    return tuple(_seen(row) for row in rows if owner_of(row.get("tags") or ()) == project)


async def _pages(session: Session, collection: str) -> list[Json]:
    """Every row of a collection of deleted items; a tenant may have thousands."""
    rows: list[Json] = []
    link = ""
    while True:
        answer = await session.graph(lambda g: _asked(getattr(g.directory.deleted_items, collection), link)) or {}  # noqa: B023
        rows += answer.get("value", ())
        link = answer.get("@odata.nextLink", "")
        if not link:
            return rows


def _asked(builder: Any, link: str) -> Any:
    return (builder.with_url(link) if link else builder).to_get_request_information()


def _seen(row: Json) -> SoftDeleted:
    day = ""
    if row.get("deletedDateTime"):
        moment = datetime.fromisoformat(str(row["deletedDateTime"]).replace("Z", "+00:00"))
        day = f"{moment + timedelta(days=KEPT_DAYS):%Y-%m-%d}"
    return SoftDeleted(
        str(row["id"]), str(row.get("displayName") or ""), str(row.get("uniqueName") or ""), str(row.get("appId") or ""), day
    )


async def purge(session: Session, gone: SoftDeleted) -> None:
    """One request; an object that is purged already is no error."""
    with translated(f"purge the deleted {gone.name}", permission="Application.ReadWrite.All"):
        await found(session.graph(lambda g: g.directory.deleted_items.by_directory_object_id(gone.id).to_delete_request_information()))
