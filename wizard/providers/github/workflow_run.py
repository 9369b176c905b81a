"""Workflow runs: dispatching one, finding it, and how it stands.

Owns the calls to GitHub's Actions API. A run is no resource: it is a deed with an outcome. Never waits: who calls looks again.
"""

from __future__ import annotations

import asyncio
import urllib.request
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from wizard.providers.github.rest import found, listed, path_of, send

if TYPE_CHECKING:
    from collections.abc import Mapping

    from github import Github

    from wizard.providers.session import Session

Json = Any

LATEST = "100"
"""How many of a workflow's runs are searched for one that need not be dispatched again."""
UNDISTURBED = ("success", "skipped", "neutral", None)


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    """One run as it stands. ``status`` is GitHub's (``queued in_progress waiting completed`` …), ``conclusion`` empty before."""

    id: int
    url: str
    title: str
    status: str
    conclusion: str = ""
    sha: str = ""
    created: str = ""
    """When it was asked for, as GitHub writes it: ``2026-11-21T12:00:00Z``."""

    @property
    def over(self) -> bool:
        return self.status == "completed"

    @property
    def succeeded(self) -> bool:
        return self.over and self.conclusion == "success"


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job of a run that did not succeed, and the whole text of its log (empty where GitHub has none)."""

    name: str
    url: str
    log: str


async def workflow_exists(session: Session, repository: str, workflow: str) -> bool:
    """Whether GitHub knows the workflow (``verify-login.yml``), which it does once the file is on the default branch."""
    return await found(session, path_of(repository, "actions", "workflows", workflow), permission="actions:read") is not None


async def dispatch(session: Session, repository: str, workflow: str, ref: str, inputs: Mapping[str, str]) -> int:
    """Start a run on a branch or tag and return its id.

    https://docs.github.com/rest/actions/workflows#create-a-workflow-dispatch-event
    """
    body = {"ref": ref, "inputs": dict(inputs), "return_run_details": True}
    path = path_of(repository, "actions", "workflows", workflow, "dispatches")
    answer = await send(session, "POST", path, body, permission="actions:write")
    return int(answer["workflow_run_id"])


async def latest(session: Session, repository: str, workflow: str) -> tuple[WorkflowRun, ...]:
    """The latest dispatched runs of a workflow, newest first; none where GitHub does not know it."""
    path = path_of(repository, "actions", "workflows", workflow, "runs")
    answer = await found(session, path, parameters={"event": "workflow_dispatch", "per_page": LATEST}, permission="actions:read")
    return tuple(run_of(row) for row in (answer or {}).get("workflow_runs", ()))


async def held_runs(session: Session, repository: str) -> tuple[WorkflowRun, ...]:
    """The runs that wait at the gate of an environment, newest first."""
    path, wanted = path_of(repository, "actions", "runs"), {"status": "waiting"}
    return tuple(run_of(row) for row in await listed(session, path, "workflow_runs", parameters=wanted))


async def look(session: Session, repository: str, number: int) -> WorkflowRun:
    """How the run stands now."""
    path = path_of(repository, "actions", "runs", str(number))
    return run_of(await found(session, path, missing=(), permission="actions:read"))


async def log_of(session: Session, repository: str, number: int) -> str:
    """The logs of every job of a run, one after another; empty where GitHub has none any more."""
    rows = await listed(session, path_of(repository, "actions", "runs", str(number), "jobs"), "jobs")
    ran = [row for row in rows if row["conclusion"] not in ("skipped", None)]
    logs = await asyncio.gather(*(session.github(partial(_log, repository=repository, job=row["id"])) for row in ran))
    return "\n".join(logs)


async def failed_jobs(session: Session, repository: str, number: int) -> tuple[FailedJob, ...]:
    """The jobs of a finished run that failed, with their logs."""
    rows = await listed(session, path_of(repository, "actions", "runs", str(number), "jobs"), "jobs")
    failed = [row for row in rows if row["conclusion"] not in UNDISTURBED]
    logs = await asyncio.gather(*(session.github(partial(_log, repository=repository, job=row["id"])) for row in failed))
    return tuple(FailedJob(row["name"], row["html_url"] or "", log) for row, log in zip(failed, logs, strict=True))


def run_of(row: Json) -> WorkflowRun:
    conclusion = row.get("conclusion") or ""
    return WorkflowRun(
        row["id"],
        row["html_url"],
        row.get("display_title") or "",
        row["status"] or "",
        conclusion,
        row["head_sha"],
        row.get("created_at") or "",
    )


def _log(client: Github, repository: str, job: int) -> str:
    """The job's log. The API answers with an address elsewhere, which must not be sent our token."""
    from github import GithubException

    from wizard.providers.session import tls_context

    try:
        headers, _ = client.requester.requestBlobAndCheck("GET", path_of(repository, "actions", "jobs", str(job), "logs"))
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=tls_context()))
        with opener.open(headers["location"], timeout=30) as answer:  # a signed https address that GitHub gave
            return str(answer.read().decode("utf-8", "replace"))
    except (GithubException, OSError, KeyError):
        return ""
