"""What a waiting run waits for: reviewers of its environments, and timers.

Owns the reading only. To approve is a person's deed and never ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from wizard.providers.github.rest import found, path_of

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any


@dataclass(frozen=True, slots=True)
class PendingDeployment:
    """One environment whose gate holds a run.

    ``reviewers`` are ``@login`` and ``organisation/team``; ``opens_at`` is when the wait timer ends (``None``: there is none);
    ``ours`` says that the signed-in person may approve.
    """

    environment: str
    reviewers: tuple[str, ...]
    opens_at: datetime | None
    ours: bool


async def pending_deployments(session: Session, repository: str, number: int) -> tuple[PendingDeployment, ...]:
    """The gates that hold a run.

    https://docs.github.com/rest/actions/workflow-runs#get-pending-deployments-for-a-workflow-run
    """
    path = path_of(repository, "actions", "runs", str(number), "pending_deployments")
    rows = await found(session, path, missing=(), permission="actions:read")
    return tuple(_pending(row) for row in rows)


def _pending(row: Json) -> PendingDeployment:
    return PendingDeployment(
        environment=row["environment"]["name"],
        reviewers=tuple(_name(entry) for entry in row["reviewers"]),
        opens_at=_opens_at(row),
        ours=bool(row["current_user_can_approve"]),
    )


def _name(entry: Json) -> str:
    reviewer = entry["reviewer"]
    if entry["type"] == "User":
        return f"@{reviewer['login']}"
    organisation = str(reviewer["html_url"]).partition("/orgs/")[2].partition("/")[0]
    return f"{organisation}/{reviewer['slug']}"


def _opens_at(row: Json) -> datetime | None:
    started = row["wait_timer_started_at"]
    if not row["wait_timer"] or not started:
        return None
    return datetime.fromisoformat(started) + timedelta(minutes=row["wait_timer"])
