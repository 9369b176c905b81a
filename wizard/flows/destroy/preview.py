"""From a project and names of environments to everything that destroying them would do.

Owns the collecting. Reads only, and can be done as often as one likes: what is already gone is not in it, so that a destroy that was
killed goes on from what it shows, on whatever machine.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from wizard.blueprint import resources
from wizard.engine.journal import past_runs, remembered
from wizard.engine.plan import Action, Change, Plan
from wizard.engine.removal import in_order_of_removal
from wizard.engine.resource import Observed, Resource
from wizard.engine.survey import survey
from wizard.errors import BadInput, NotYet, Problem
from wizard.flows.destroy.after import aftermath
from wizard.flows.destroy.credentials import credentials
from wizard.flows.destroy.data_side import data_side
from wizard.flows.destroy.fates import Fate, Judge, Verdict
from wizard.flows.destroy.marked import assignment, further, marked, nested, with_lost_environments
from wizard.flows.destroy.obstacles import Group, behind_reviewers, foreign, foreign_items, foreign_locks, lock_item
from wizard.flows.destroy.order import rank
from wizard.flows.destroy.remaining import chosen, without
from wizard.flows.destroy.removal import Item, Removal
from wizard.flows.destroy.told import along, bundles, kept
from wizard.flows.job import collect_facts
from wizard.providers.arm import contents
from wizard.providers.arm.resource_group import ResourceGroup
from wizard.providers.databricks.oauth_secret import OAuthSecret, held_secrets
from wizard.providers.github.environment import Environment as GitHubEnvironment
from wizard.providers.github.repository import Repository

if TYPE_CHECKING:
    from wizard.engine.survey import Sight
    from wizard.flows.destroy.marked import Marked
    from wizard.flows.job import Job
    from wizard.project.model import Environment
    from wizard.providers.session import Session

UNREAD = frozenset({"github.files", "github.first_commit", "github.branch", "github.ruleset", "github.environment_variable"})
"""Kinds that are nothing to an environment's removal, or go with something else unread."""
LEAVING = "ResourceGroupBeingDeleted"


async def preview(job: Job, names: Collection[str] = (), *, purge: bool = False) -> Removal:
    """What destroying those environments (all, where none is named) would do. Changes nothing.

    Raises ``BadInput`` for names that are neither in the project file nor marked on anything, and for subscriptions that cannot be seen.
    """
    job = await prepared(job, names)
    project, environments = job.project, chosen(job.project, names)
    going = tuple(environment.name for environment in environments)
    sights = await _seen(job)
    made = remembered(past_runs(job.runs, job.identity), adopted=False)
    judge = Judge(project.name, sights, made, _needed(sights, going))
    wanted = {key: sight for key, sight in sights.items() if sight.resource.environment in going or not sight.resource.environment}
    verdicts = {key: judge.verdict(sight) for key, sight in wanted.items()}
    found = await marked(job, {job.facts.subscriptions[name] for name in going})
    changes = await _deletions(job, environments, verdicts, found)
    lake = await data_side(job, going, changes, sights)
    changes = lake.changes
    more, others = await credentials(job, changes)
    changes += more
    groups = _groups(changes, sights)
    obstacles = await _in_the_way(job, changes, groups, verdicts)
    strangers, to_name = await _strangers(job, groups, others)
    whole = len(going) == len(project.environments)
    after = await aftermath(job, going, whole=whole, purge=purge, changes=changes, sights=sights)
    return Removal(
        going,
        whole,
        Plan(in_order_of_removal([*changes, *after.changes], rank).changes),
        along=tuple(along(job, environments, verdicts, found)),
        kept=(*await bundles(job, environments, verdicts), *kept(job, environments, verdicts, whole=whole)),
        foreign=(*strangers, *lake.foreign),
        obstacles=obstacles,
        to_name={**behind_reviewers(environments, sights), **to_name, **lake.to_name} if changes else {},
        recoverable=after.recoverable,
        purged=after.purged,
        files=after.files,
        left=without(project, going),
        purge=purge,
    )


async def prepared(job: Job, names: Collection[str]) -> Job:
    """The job with the environments that left the file and of which something is left, and facts about them.

    Raises ``BadInput`` for unknown names and for a subscription that cannot be seen.
    """
    project = await with_lost_environments(job, names)
    going = chosen(project, names)
    if project is not job.project:
        job = dataclasses.replace(job, project=project, facts=await collect_facts(project, job.session, job.path, []))
    unseen = [each for each in going if each.subscription not in _seen_as(job) and job.facts.subscriptions[each.name] not in _seen_as(job)]
    if unseen:
        remedy = "sign in as somebody who sees it: az login"
        raise BadInput([Problem(each.name, f"its subscription {each.subscription} is not visible to you", remedy) for each in unseen])
    return job


def _seen_as(job: Job) -> frozenset[str]:
    return frozenset(job.session.subscriptions)


async def _seen(job: Job) -> dict[str, Sight]:
    """Everything that the project wishes, as it stands."""
    wished = [_forgiving(resource) for resource in resources(job.project, job.facts) if resource.kind not in UNREAD]
    keys = {resource.key for resource in wished}
    trimmed = [dataclasses.replace(each, after=tuple(key for key in each.after if key in keys)) for each in wished]
    return {sight.key: sight for sight in await survey(trimmed, job.session, look=_look)}


def _forgiving(resource: Resource) -> Resource:
    """The resource without what only matters when it is made: a reviewer who has left does not keep a gate from being removed."""
    if isinstance(resource, GitHubEnvironment):
        return dataclasses.replace(resource, reviewers=(), prevent_self_review=False)
    return dataclasses.replace(resource, create_missing=True) if isinstance(resource, Repository) else resource


async def _look(resource: Resource, session: Session) -> Observed | None:
    """The read of a plan; a group that is being deleted counts as there, and its end is awaited."""
    try:
        return await _newest(resource, session) if isinstance(resource, OAuthSecret) else await resource.read(session)
    except NotYet as wait:
        if wait.code != LEAVING or not isinstance(resource, ResourceGroup):
            raise
        place = f"/subscriptions/{resource.subscription}/resourceGroups/{resource.group}"
        return Observed(place, owner=resource.project)


async def _newest(resource: OAuthSecret, session: Session) -> Observed | None:
    """The newest of ours, also where there is no room for another."""
    held = await held_secrets(session, str(resource.host), str(resource.principal))
    ours = [secret for secret in held if secret.bears(resource.project, resource.environment)]
    return Observed(ours[-1].id, owner=resource.project) if ours else None


def _needed(sights: Mapping[str, Sight], going: Collection[str]) -> dict[tuple[str, str], str]:
    """Kind and place of what the remaining environments wish and is there -> one that wishes it."""
    found = {}
    for sight in sights.values():
        if sight.resource.environment and sight.resource.environment not in going and sight.change.observed is not None:
            found[(sight.resource.kind, place_of(sight))] = sight.resource.environment
    return found


def place_of(sight: Sight) -> str:
    """What tells a thing from every other of its kind; ids within a workspace are not enough by themselves."""
    observed = sight.change.observed
    host = str(getattr(sight.resource, "host", ""))
    return f"{host}/{observed.id if observed else ''}".lower()


async def _deletions(job: Job, environments: Iterable[Environment], verdicts: Mapping[str, Verdict], found: Marked) -> list[Change]:
    changes = [
        Change(verdict.resource, Action.DELETE, verdict.sight.change.observed)
        for verdict in verdicts.values()
        if verdict.fate is Fate.REMOVED
    ]
    for change in [change for change in changes if change.resource.kind == "arm.deployment"]:
        changes += await nested(job, change)
    known = {verdict.id.lower() for verdict in verdicts.values() if verdict.id}
    for environment in environments:
        own = environment.existing
        outside = [each for each in (own.resource_group, own.vault, own.workspace, own.storage) if each]
        scopes = [] if _shared(job, environment) else outside
        gone = {change.observed.id.lower() for change in changes if change.observed and change.resource.kind == "arm.resource_group"}
        more = await further(job, environment.name, found.of(environment.name), known, scopes)
        changes += [change for change in more if change.observed and not _within(change.observed.id, gone)]
        changes += await _held_elsewhere(job, environment, verdicts, {c.observed.id.lower() for c in changes if c.observed} | known)
    return changes


def _shared(job: Job, environment: Environment) -> bool:
    """Whether other environments stand on the same things of the user's own, so that a mark there does not tell whose it is."""

    def own(each: Environment) -> set[str]:
        existing = each.existing
        return {str(value).lower() for value in (existing.resource_group, existing.vault, existing.workspace, existing.storage) if value}

    return any(own(environment) & own(other) for other in job.project.environments if other.name != environment.name)


async def _held_elsewhere(job: Job, environment: Environment, verdicts: Mapping[str, Verdict], known: Collection[str]) -> list[Change]:
    """Roles with our mark that the environment's own identities hold somewhere that the project file does not tell of."""
    kinds = ("entra.service_principal", "identity.managed_identity")
    principals = {
        str(verdict.sight.change.observed.attributes.get("object_id", ""))
        for verdict in verdicts.values()
        if verdict.resource.kind in kinds and verdict.resource.environment == environment.name and verdict.sight.change.observed
    }
    found = []
    scope = f"/subscriptions/{job.facts.subscriptions[environment.name]}"
    for principal in sorted(principals - {""}):
        rows = await contents.marked_assignments(job.session, scope, job.project.name, principal)
        found += [assignment(job, environment.name, row) for row in rows if row.id.lower() not in known]
    return found


def _within(resource_id: str, groups: Collection[str]) -> bool:
    return any(resource_id.lower().startswith(f"{group}/") for group in groups)


def _groups(changes: Iterable[Change], sights: Mapping[str, Sight]) -> list[Group]:
    """The groups that go, with what our deployments made in them."""
    made: dict[str, set[str]] = {}
    for sight in sights.values():
        observed = sight.change.observed
        if sight.resource.kind == "arm.deployment" and observed is not None:
            made.setdefault(sight.resource.environment, set()).update(str(each).lower() for each in observed.attributes.get("made", ()))
    return [
        Group(change.observed.id, change.resource.environment, frozenset(made.get(change.resource.environment, ())))
        for change in changes
        if change.resource.kind == "arm.resource_group" and change.observed is not None
    ]


async def _in_the_way(job: Job, changes: Iterable[Change], groups: Iterable[Group], verdicts: Mapping[str, Verdict]) -> tuple[Item, ...]:
    """What forbids the removal: locks of somebody else's, and what could not be read."""
    places = {group.id for group in groups}
    touched = {change.observed.id for change in changes if change.observed and change.observed.id.startswith("/subscriptions/")}
    elsewhere = {_scope(each) for each in touched if not _within(each, {place.lower() for place in places})}
    items = [lock_item(lock) for lock in await foreign_locks(job, sorted(places | elsewhere))]
    items += [Item(verdict.key, verdict.why, verdict.command) for verdict in verdicts.values() if verdict.fate is Fate.UNKNOWN]
    return tuple(items)


async def _strangers(job: Job, groups: Iterable[Group], others: Mapping[str, list[Item]]) -> tuple[tuple[Item, ...], dict[str, str]]:
    """What is not ours and would go with a group or an application, and which of these have to be named because of it."""
    items = [item for found in others.values() for item in found]
    told = "somebody else signs in as it, and that would end: "
    to_name = {name: told + ", ".join(item.what for item in found) for name, found in others.items()}
    for group in groups:
        things = await foreign(job, group)
        items += foreign_items(group, things)
        if things:
            listed = ", ".join(f"{thing.name} ({thing.type})" for thing in things)
            to_name[group.id.rsplit("/", 1)[-1]] = f"it holds what Lakestrap did not make, and that would be deleted too: {listed}"
    return tuple(items), to_name


def _scope(resource_id: str) -> str:
    """What an extension resource (a role, a lock) stands on; the id itself for others."""
    head, separator, _ = resource_id.rpartition("/providers/Microsoft.Authorization/")
    return head if separator else resource_id
