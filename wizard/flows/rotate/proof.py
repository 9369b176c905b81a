"""The proof by a job: ``verify-login`` in one environment, with what the environment's secrets hold now.

Owns which run counts: only one whose job began after the copies were written. A run that waits for a person is pending.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from wizard.engine.events import EventKind
from wizard.flows.verify import WORKFLOW, verify

if TYPE_CHECKING:
    from wizard.flows.rotate.steps import Steps
    from wizard.providers.github.workflow_run import WorkflowRun


LOOKED_AT = 5
"""How many of the latest runs may be the proof."""


class Proof(Enum):
    """What came of it."""

    PROVEN = "proven"
    PENDING = "pending"
    FAILED = "failed"


async def proved(steps: Steps, environment: str, since: datetime, failed: Callable[[str], None]) -> Proof:
    """Let a job sign in, unless one has done so since the copies were written; ``failed`` hears why one did not."""
    from wizard.providers.github.workflow_run import latest

    job, repository = steps.job, steps.job.project.github.repository
    key = f"github.workflow_run/{environment}"
    runs = await steps.asked(key, lambda: latest(job.session, repository, WORKFLOW))
    mine = [run for run in runs if run.title == f"verify-login {environment}"]
    for run in mine[:LOOKED_AT]:
        if run.succeeded and await _began_since(steps, run, since):
            return Proof.PROVEN
    found = Proof.FAILED
    told = verify(
        job.project, job.session, [job.project.environment(environment)], young=True, record=steps.journal.record, run=steps.journal.run
    )
    async for event in steps.forwarded(told):
        if event.event is EventKind.PENDING:
            item = {name: str(event.detail[name]) for name in ("what", "link", "who")}
            if item not in steps.outcome.pending:
                steps.outcome.pending.append(item)
            found = Proof.PENDING
        elif event.event is EventKind.SETTLED:
            found = Proof.PROVEN
        elif event.event is EventKind.CHANGE_FAILED:
            failed(event.error)
    return found


async def _began_since(steps: Steps, run: WorkflowRun, moment: datetime) -> bool:
    """A run that was asked for earlier and held at a gate reads its secrets when somebody opens it."""
    from wizard.providers.github.active_runs import began

    session, repository, limit = steps.job.session, steps.job.project.github.repository, moment.replace(microsecond=0)
    if run.created and datetime.fromisoformat(run.created) >= limit:
        return True
    text = await steps.asked(f"github.workflow_run/{run.id}", lambda: began(session, repository, run.id))
    return bool(text) and datetime.fromisoformat(text) >= limit
