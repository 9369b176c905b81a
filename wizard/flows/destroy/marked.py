"""What bears our mark and is not where the project file would have it.

Owns the search by marks: environments that left the file, groups that were named otherwise, what the template made in a group of the
user's own, roles on things of the user's own. Reads only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wizard.blueprint.facts import Owned
from wizard.engine.plan import Action, Change
from wizard.engine.resource import Observed
from wizard.flows.destroy.leftovers import MarkedResource
from wizard.flows.destroy.remaining import with_lost
from wizard.providers.arm import contents
from wizard.providers.arm.deployment import Deployment
from wizard.providers.arm.resource_group import ResourceGroup
from wizard.providers.arm.role_assignment import RoleAssignment

if TYPE_CHECKING:
    from wizard.flows.job import Job
    from wizard.project.model import Project
    from wizard.providers.arm.contents import Thing


@dataclass(frozen=True, slots=True)
class Marked:
    """Groups and resources with the project's mark, those that Azure manages itself (``managed``) set apart."""

    groups: tuple[Thing, ...] = ()
    resources: tuple[Thing, ...] = ()
    managed: tuple[Thing, ...] = ()

    def of(self, environment: str) -> Marked:
        groups, resources, managed = (
            tuple(thing for thing in things if thing.environment == environment) for things in (self.groups, self.resources, self.managed)
        )
        return Marked(groups, resources, managed)


async def marked(job: Job, subscriptions: Iterable[str]) -> Marked:
    """Everything with the project's mark in those subscriptions."""
    wanted, name = sorted(set(subscriptions)), job.project.name
    groups = await asyncio.gather(*(contents.marked_groups(job.session, each, name) for each in wanted))
    resources = await asyncio.gather(*(contents.marked_resources(job.session, each, name) for each in wanted))
    every = [thing for rows in groups for thing in rows]
    managed = tuple(thing for thing in every if thing.managed_by)
    own = (thing for rows in resources for thing in rows if not inside(thing.id, managed))
    return Marked(tuple(thing for thing in every if not thing.managed_by), tuple(own), managed)


def inside(resource_id: str, groups: Iterable[Thing]) -> bool:
    """Whether something lies in one of the groups."""
    return any(resource_id.lower().startswith(f"{group.id.lower()}/") for group in groups)


async def with_lost_environments(job: Job, names: Collection[str]) -> Project:
    """The project with the named environments that are no longer in its file and of which something with our mark is left."""
    project = job.project
    unknown = [name for name in names if name not in {environment.name for environment in project.environments}]
    if not unknown:
        return project
    found = await marked(job, job.session.subscriptions)
    for name in unknown:
        ours = found.of(name)
        ids = [thing.id for thing in (*ours.groups, *ours.resources)]
        subscription = ids[0].split("/")[2] if ids else await _on_github(job, name)
        if subscription:
            project = with_lost(project, name, subscription)
    return project


async def _on_github(job: Job, name: str) -> str:
    """The subscription that a GitHub environment with our mark names; empty where there is none."""
    from wizard.providers.github.environment import MARK
    from wizard.providers.github.rest import found, path_of

    async def value(variable: str) -> str:
        path = path_of(job.project.github.repository, "environments", name, "variables", variable)
        body = await found(job.session, path, missing=(403, 404))
        return str(body["value"]) if body else ""

    return await value("AZURE_SUBSCRIPTION_ID") if await value(MARK) == job.project.name else ""


async def further(job: Job, environment: str, found: Marked, known: Collection[str], scopes: Iterable[str]) -> list[Change]:
    """Deletions of what bears the environment's mark and is not among the ids that are ``known`` already."""
    seen = {each.lower() for each in known}
    changes = []
    for group in found.groups:
        if group.id.lower() not in seen:
            changes.append(_group(job, environment, group))
    for thing in found.resources:
        if thing.id.lower() not in seen and not inside(thing.id, found.groups):
            changes.append(await _resource(job, environment, thing))
    for scope in scopes:
        for row in await contents.marked_assignments(job.session, scope, job.project.name):
            if row.id.lower() not in seen:
                changes.append(assignment(job, environment, row))
    return changes


def _group(job: Job, environment: str, thing: Thing) -> Change:
    owned, subscription = Owned(project=job.project.name, environment=environment), thing.id.split("/")[2]
    resource = ResourceGroup(name=f"{environment}/{thing.name}", subscription=subscription, group=thing.name, location="", **owned)
    return Change(resource, Action.DELETE, Observed(thing.id, owner=job.project.name))


async def _resource(job: Job, environment: str, thing: Thing) -> Change:
    version = await contents.api_version(job.session, thing.type, thing.id.split("/")[2])
    owned = Owned(project=job.project.name, environment=environment)
    resource = MarkedResource(name=f"{environment}/{thing.name}", resource_id=thing.id, api_version=version, **owned)
    return Change(resource, Action.DELETE, Observed(thing.id, owner=job.project.name))


def assignment(job: Job, environment: str, row: contents.Assignment) -> Change:
    """The deletion of a role assignment that was found by its mark."""
    name, owned = f"{environment}/{row.id.rsplit('/', 1)[-1]}", Owned(project=job.project.name, environment=environment)
    resource = RoleAssignment(name=name, scope=row.scope, principal_id=row.principal_id, role=row.role, **owned)
    return Change(resource, Action.DELETE, Observed(row.id, owner=job.project.name))


async def nested(job: Job, change: Change) -> list[Change]:
    """The records of the deployments that a deployment of ours has started: they bear no tags, only it tells of them."""
    resource, found = change.resource, []
    assert isinstance(resource, Deployment) and change.observed is not None
    for each in await contents.nested_deployments(job.session, change.observed.id):
        name = each.rsplit("/", 1)[-1]
        record = replace(resource, name=f"{resource.environment}/{name}", deployment_name=name)
        found.append(Change(record, Action.DELETE, Observed(each, owner=job.project.name)))
    return found
