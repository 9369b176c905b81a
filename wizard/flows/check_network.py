"""The preflight's question about private networks: will this machine reach what is about to be closed to the internet?

Owns that question. Before the endpoints are there nobody can tell, and that is said, with what to do; once they are, reading the plan has
already been refused with the same words where this machine is outside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.engine.plan import Action, Plan
from wizard.flows.check_rows import Row
from wizard.project.networks import mode_of
from wizard.providers.verdict import Answer

if TYPE_CHECKING:
    from wizard.flows.job import Job

INSIDE = ("keyvault.secret", "databricks.")
"""Kinds that are reached from inside the network only; a grant on a vault goes by the open control plane."""


def network_rows(job: Job, plan: Plan) -> list[Row]:
    """One row for each private environment in which something is to be done from inside its network."""
    rows = []
    for environment in job.project.environments:
        if mode_of(job.project, environment) != "private":
            continue
        due = [c for c in plan.changes if c.resource.environment == environment.name and c.resource.kind.startswith(INSIDE)]
        waiting = [c.key for c in due if c.action not in (Action.KEEP, Action.BLOCKED)]
        if waiting:
            why = f"only its network reaches vault and workspace; {waiting[0]} decides"
            hint = "run this in that network or connected to it (VPN, peering); outside, it stops there and goes on when run again inside"
            rows.append(Row("azure", f"this machine reaches the network of {environment.name}", Answer.UNKNOWN, why, hint))
    return rows
