"""Reviewers who left or lost access: GitHub keeps their names, and a deployment then waits for nobody.

Owns that question. Asks, and changes nobody's rights.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from wizard.errors import LakestrapError, NotYet
from wizard.flows.status.rows import Row, Standing

if TYPE_CHECKING:
    from wizard.engine.survey import Sight
    from wizard.flows.job import Job


async def people(job: Job, sights: Sequence[Sight]) -> list[Row]:
    """One row for every reviewer of every environment whose gate GitHub enforces."""
    if not job.facts.gates.approvals:
        return []
    pairs = [(environment.name, name) for environment in job.project.environments for name in environment.reviewers]
    repository = next((s.change.observed.id for s in sights if s.resource.kind == "github.repository" and s.change.observed), "")
    return list(await asyncio.gather(*(_reviewer(job, repository or job.project.github.repository, *pair) for pair in pairs)))


async def _reviewer(job: Job, repository: str, environment: str, name: str) -> Row:
    from wizard.providers.github.reviewers import Access, access_of

    row = Row(environment, "gate", f"reviewer {name}", Standing.OK)
    try:
        access = await access_of(job.session, repository, name)
    except (LakestrapError, NotYet) as refusal:
        return Row(environment, row.area, row.what, Standing.UNKNOWN, str(refusal))
    if access is Access.READS:
        return row
    hint = f"name somebody else under `reviewers` of {environment} in lakestrap.yaml"
    if access is Access.UNKNOWN:
        return Row(
            environment, row.area, row.what, Standing.UNKNOWN, f"whether {name} can read {repository} is shown to those with write access"
        )
    if access is Access.GONE:
        who = "team" if "/" in name else "user"
        return Row(environment, row.area, row.what, Standing.DRIFT, f"GitHub knows no {who} {name} any more", hint)
    give = f"gh api -X PUT repos/{repository}/collaborators/{name.removeprefix('@')} -f permission=pull"
    if "/" in name:
        organization, _, team = name.lstrip("@").partition("/")
        give = f"gh api -X PUT orgs/{organization}/teams/{team}/repos/{repository} -f permission=pull"
    return Row(environment, row.area, row.what, Standing.DRIFT, f"{name} cannot read {repository} and so cannot approve", give)
