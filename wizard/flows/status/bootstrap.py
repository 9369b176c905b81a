"""Drift of what set-up made: every wished resource held against the world, and what may not be read named as unknown.

Owns how each kind is looked at when nobody means to change it. Decides nothing by itself: differences are the kinds' own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard.blueprint import resources
from wizard.engine.resource import Service
from wizard.engine.survey import Sight, survey
from wizard.errors import LakestrapError, NotAllowed
from wizard.flows.status.judgement import Surroundings, rows_of
from wizard.flows.status.rows import SHARED, Row, Standing
from wizard.project.file import shown_as

if TYPE_CHECKING:
    from wizard.engine.resource import Observed, Resource
    from wizard.flows.job import Job
    from wizard.providers.session import Session

WRITERS_ONLY = frozenset({"github.environment_variable", "github.environment_secret"})
"""Kinds that GitHub shows to those with write access only, and hides from others as if they were not there."""


async def bootstrap(job: Job) -> tuple[list[Row], tuple[Sight, ...]]:
    """The rows of everything that set-up makes, and what was seen of it."""
    seen = await repository_as_seen(job)
    looking = _Looking(job, seen)
    sights = await survey(resources(job.project, job.facts), job.session, ours=job.begun(), look=looking.look)
    around = Surroundings(job.project, job.facts.edited, seen.full_name, seen.writable)
    rows = [Row(_environment(job, p.place), "project", p.place.rpartition(": ")[2], *_lost(p.reason), p.remedy) for p in job.problems]
    for sight in sights:
        rows += [] if nobody(sight.resource) else rows_of(sight, around)
    return rows, sights


def _lost(reason: str) -> tuple[Standing, str]:
    """A name that nobody knows any more is drift; one that this sign-in only does not see is unknown."""
    gone = reason.startswith("the tenant has no")
    return (Standing.DRIFT if gone else Standing.UNKNOWN), reason


def _environment(job: Job, place: str) -> str:
    for position, environment in enumerate(job.project.environments):
        if f"environments[{position}]." in place:
            return environment.name
    return SHARED


@dataclass(frozen=True, slots=True)
class RepositoryAsSeen:
    """What GitHub shows of the repository to this token: its present name (``""``: nothing) and whether it may be written."""

    full_name: str
    writable: bool
    why: str = ""


async def repository_as_seen(job: Job) -> RepositoryAsSeen:
    """The repository, which may have another name by now: GitHub follows a renamed one."""
    from wizard.providers.github.rest import found, path_of

    name = job.project.github.repository
    try:
        body = await found(job.session, path_of(name))
    except LakestrapError as refusal:
        return RepositoryAsSeen("", False, refusal.message)
    if body is None:
        return RepositoryAsSeen("", False, f"GitHub shows no repository {name} to this token: it is gone, or hidden from it")
    return RepositoryAsSeen(str(body["full_name"]), bool((body.get("permissions") or {}).get("push")))


def nobody(resource: Resource) -> bool:
    """Whether it is a right of somebody whom the tenant does not know: that is told of the project file's entry."""
    return getattr(resource, "principal_id", None) == ""


@dataclass(frozen=True, slots=True)
class _Looking:
    job: Job
    repository: RepositoryAsSeen

    async def look(self, resource: Resource, session: Session) -> Observed | None:
        """One read, refused beforehand where the answer would say nothing."""
        from wizard.providers.github.environment import Environment

        self._refuse(resource)
        return await (resource.look(session) if isinstance(resource, Environment) else resource.read(session))

    def _refuse(self, resource: Resource) -> None:
        seen, project = self.repository, self.job.project
        if nobody(resource):
            raise NotAllowed("nobody is known by that name")
        if resource.service is Service.GITHUB and not seen.full_name:
            raise NotAllowed(seen.why, hints=("check `github.repository` and the token: gh auth status",))
        if resource.kind in WRITERS_ONLY and not seen.writable:
            what = "variables" if resource.kind.endswith("variable") else "secrets"
            raise NotAllowed(f"GitHub shows the {what} of an environment to those with write access only", permission="environments:read")
        if resource.service in (Service.ARM, Service.KEYVAULT) and resource.environment:
            wanted = project.environment(resource.environment).subscription
            try:
                self.job.session.subscription(wanted)
            except KeyError:
                who, file = self.job.session.operator.name, shown_as(self.job.path)
                hint = f"az login as somebody who sees it, or correct `subscription` in {file}"
                raise NotAllowed(f"the subscription {wanted} is not visible to {who}", hints=(hint,)) from None
