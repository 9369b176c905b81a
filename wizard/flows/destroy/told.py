"""What a person has to know beyond what is deleted: what goes along, and what stays and why.

Owns the wording. Decides nothing; looks only at what was read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from wizard.errors import LakestrapError
from wizard.flows.destroy.fates import Fate
from wizard.flows.destroy.removal import Item

if TYPE_CHECKING:
    from wizard.flows.destroy.fates import Verdict
    from wizard.flows.destroy.marked import Marked
    from wizard.flows.job import Job
    from wizard.project.model import Environment

FOR_GOOD = {
    "microsoft.databricks/workspaces": "with its notebooks, jobs, clusters and the tables in its own storage: gone for good",
    "microsoft.storage/storageaccounts": "with all data in it: gone for good",
    "microsoft.operationalinsights/workspaces": "with its logs",
}
"""Resource type -> what is lost with it."""
SHARED = (
    Item("the repository and its branches", "they hold the team's work and are never deleted"),
    Item("registrations of resource providers", "they belong to the subscriptions, and others may rely on them"),
    Item("the service principal AzureDatabricks", "it is the tenant's, and every Databricks workspace uses it"),
    Item("lakestrap.yaml", "it is yours; `lakestrap setup` makes everything again from it"),
    Item("the ref that tells two operators of each other", "it is a commit without content under refs/lakestrap and is never deleted"),
)


def along(job: Job, environments: Iterable[Environment], verdicts: Mapping[str, Verdict], found: Marked) -> Iterator[Item]:
    """What goes with something else, and what cannot be had back."""
    for environment in environments:
        ours = found.of(environment.name)
        for thing in ours.resources:
            if thing.type.lower() in FOR_GOOD:
                yield Item(thing.id, FOR_GOOD[thing.type.lower()])
        for group in ours.managed:
            yield Item(group.id, "the group that Databricks manages goes with its workspace")
    for verdict in verdicts.values():
        if verdict.fate is Fate.ALONG and verdict.why and verdict.sight.change.observed is not None:
            yield Item(verdict.key, verdict.why)


def kept(job: Job, environments: Iterable[Environment], verdicts: Mapping[str, Verdict], *, whole: bool) -> Iterator[Item]:
    """What stays: the user's own, what nothing proves to be ours, trust that only its owner can end, and what is everybody's."""
    for verdict in verdicts.values():
        resource = verdict.resource
        if verdict.fate is Fate.STAYS and resource.environment:
            name = verdict.key if not verdict.id else f"{verdict.key}  {verdict.id}"
            yield Item(name, verdict.why, verdict.command)
        observed = verdict.sight.change.observed
        if resource.kind.endswith(".existing_trust") and observed is not None and observed.attributes.get("trusted") != "no":
            subject = str(observed.attributes["subject"])
            why = f"your identity trusts {subject}: whoever makes that GitHub environment again signs in with it; remove that trust"
            yield Item(verdict.key, why, str(observed.attributes["link"]))
    if whole:
        yield from SHARED


async def bundles(job: Job, environments: Iterable[Environment], verdicts: Mapping[str, Verdict]) -> list[Item]:
    """What a bundle has left in workspaces of the user's own, with the command that removes it."""
    from wizard.providers.databricks.bundles import jobs_of

    items = []
    for environment in environments:
        deployment = verdicts.get(f"arm.deployment/{environment.name}")
        observed = deployment.sight.change.observed if deployment is not None else None
        host = str(observed.attributes.get("output.workspaceUrl", "")) if observed is not None else ""
        if not environment.existing.workspace:
            continue
        command = f"databricks bundle destroy -t {environment.name}"
        hint = f"run it before, as the environment's service principal, with DATABRICKS_HOST=https://{host or '…'}"
        try:
            jobs = await jobs_of(job.session, host, job.project.name, environment.name) if host else ()
        except LakestrapError as refusal:
            items.append(Item(f"assets of the bundle in {environment.existing.workspace}", f"{refusal.message}; {hint}", command))
            continue
        listed = f"jobs {', '.join(jobs)}" if jobs else "no jobs were seen; files and other assets may be there"
        items.append(Item(f"assets of the bundle in {environment.existing.workspace}", f"{listed}; {hint}", command))
    return items
