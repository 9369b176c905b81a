"""Workflow runs and the moment at which they read what was there.

Owns the questions who may still work with what was there a moment ago, and when a run began to. Reads only.
https://docs.github.com/rest/actions/workflow-runs#list-workflow-runs-for-a-repository
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wizard.providers.github.rest import listed, path_of
from wizard.providers.github.workflow_run import WorkflowRun, run_of

if TYPE_CHECKING:
    from wizard.providers.session import Session

ACTIVE = ("requested", "queued", "pending", "waiting", "in_progress")
"""GitHub's words for a run that has not ended; the list takes one at a time."""


async def active_runs(session: Session, repository: str) -> tuple[WorkflowRun, ...]:
    """Every run of the repository that is queued, waiting or in progress, oldest first."""
    path = path_of(repository, "actions", "runs")
    pages = await asyncio.gather(*(listed(session, path, "workflow_runs", parameters={"status": status}) for status in ACTIVE))
    found = {int(row["id"]): run_of(row) for rows in pages for row in rows if row["status"] != "completed"}
    return tuple(sorted(found.values(), key=lambda run: run.created))


async def began(session: Session, repository: str, number: int) -> str:
    """When the first job of a run started, as GitHub writes it: a job reads its secrets then. ``""`` where none has."""
    rows = await listed(session, path_of(repository, "actions", "runs", str(number), "jobs"), "jobs")
    return min((str(row["started_at"]) for row in rows if row.get("started_at")), default="")
