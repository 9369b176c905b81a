"""Trial subscriptions: what they are too small for, and what a person can do about it.

Owns that advice in words for every face. Reads only, and only where nothing but trials is visible; it keeps nobody from going on.
https://learn.microsoft.com/azure/quotas/regional-quota-requests: trials and student subscriptions are given no larger quota.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.errors import LakestrapError

if TYPE_CHECKING:
    from wizard.providers.arm.access import Quota
    from wizard.providers.session import Session

USUAL_REGION = "westeurope"
USUAL_CORES = 4
CORES_OF_A_SMALL_CLUSTER = 8
"""Two small nodes: what the first job of the bundle needs."""


async def trial_advice(session: Session, region: str = "") -> tuple[str, ...]:
    """Paragraphs for an operator who sees nothing but trials, the first one the finding; none where one subscription is paid for."""
    usable = [row for row in session.subscriptions.values() if row.state == "Enabled"]
    if not usable or not all(row.trial for row in usable):
        return ()
    from wizard.providers.arm.access import Quota, vcpu_quota

    region = region or USUAL_REGION
    try:
        quota = await vcpu_quota(session, usable[0].id, region)
    except LakestrapError as refusal:
        quota = Quota(why=refusal.message)
    names = " and ".join(row.name for row in usable)
    return (
        f"{names} {'is a trial' if len(usable) == 1 else 'are trials'}: {_cores(quota, region)}.",
        f"A set-up fits and can be rehearsed to the end; a small Databricks cluster takes {CORES_OF_A_SMALL_CLUSTER} cores and does not.",
        "Pay as you go lifts it, and the credit that is left stays: Subscriptions in https://portal.azure.com.",
        "Serverless compute takes no cores of yours: workspace: {compute: serverless} in lakestrap.yaml.",
    )


def _cores(quota: Quota, region: str) -> str:
    if quota.free is None:
        return f"usually {USUAL_CORES} vCPUs in a region ({quota.why})"
    return f"{quota.free} of {quota.limit} vCPUs are free in {region}, and a trial is given no more"
