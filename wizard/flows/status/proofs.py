"""When each environment's pipeline last proved that it can sign in.

Owns reading the runs of ``verify-login``; it dispatches none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.errors import LakestrapError, NotYet
from wizard.flows.status.rows import Row, Standing
from wizard.flows.verify import WORKFLOW

if TYPE_CHECKING:
    from wizard.flows.job import Job
    from wizard.providers.github.workflow_run import WorkflowRun


async def proofs(job: Job) -> list[Row]:
    """One row an environment."""
    from wizard.providers.github.workflow_run import latest

    names = [environment.name for environment in job.project.environments]
    try:
        runs = await latest(job.session, job.project.github.repository, WORKFLOW)
    except (LakestrapError, NotYet) as refusal:
        return [Row(name, "proof", "verify-login", Standing.UNKNOWN, f"its runs may not be read: {refusal}") for name in names]
    return [_proof(name, [run for run in runs if run.title == f"verify-login {name}"]) for name in names]


def _proof(name: str, runs: list[WorkflowRun]) -> Row:
    row = Row(name, "proof", "verify-login", Standing.OK)
    if not runs:
        return _with(row, Standing.WAITING, "no run has proved that the pipeline can sign in", "lakestrap verify")
    newest, proven = runs[0], next((run for run in runs if run.succeeded), None)
    since = f"last signed in {moment(proven.created)}" if proven else "never signed in"
    if newest.succeeded:
        return _with(row, Standing.OK, since, "", newest.url)
    if newest.over:
        why = f"the run of {moment(newest.created)} ended with {newest.conclusion}; {since}"
        return _with(row, Standing.DRIFT, why, f"lakestrap explain {newest.url}", newest.url)
    why = f"the run of {moment(newest.created)} is {newest.status.replace('_', ' ')}; {since}"
    return _with(row, Standing.WAITING, why, "lakestrap verify", newest.url)


def _with(row: Row, standing: Standing, why: str, hint: str, link: str = "") -> Row:
    return Row(row.environment, row.area, row.what, standing, why, hint, link=link)


def moment(text: str) -> str:
    """GitHub's moment as people read it: ``2026-11-21 12:00 UTC``."""
    return f"{text[:10]} {text[11:16]} UTC" if len(text) > 15 else text or "an unknown time"
