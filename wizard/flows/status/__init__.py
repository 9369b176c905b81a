"""How a project stands now: drift of what set-up made, credentials by expiry, proofs, and what waits for people.

Owns which areas are looked at. Sends reads only, needs read rights only, and is never ended by what it may not read.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from wizard.flows.status.rows import Row, Standing, Status, sorted_rows

if TYPE_CHECKING:
    from wizard.flows.job import Job

__all__ = ["Row", "Standing", "Status", "status"]


async def status(job: Job) -> Status:
    """Look at everything. ``job`` may have been opened ``to_look``. Raises only what is a bug."""
    from wizard.flows.status.bootstrap import bootstrap
    from wizard.flows.status.credentials import credentials
    from wizard.flows.status.people import people
    from wizard.flows.status.proofs import proofs
    from wizard.flows.status.tree import working_tree
    from wizard.flows.status.under_way import under_way

    drift, sights = await bootstrap(job)
    batches = await asyncio.gather(credentials(job, sights), people(job, sights), proofs(job), under_way(job))
    rows = [*drift, *working_tree(job), *(row for batch in batches for row in batch)]
    names = tuple(environment.name for environment in job.project.environments)
    return Status(job.project.name, names, sorted_rows(rows, names))
