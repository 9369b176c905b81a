"""What of the whole project is the new environment's: its own resources, and the shared ones as far as it needs them.

Owns that line. Nothing of another environment is ever in the plan, and a shared thing that somebody changed is left as it is and told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wizard.blueprint import environment_only, resources
from wizard.blueprint.github import repository_resources
from wizard.engine.plan import Action, Change, Plan, make_plan
from wizard.engine.resource import Service
from wizard.errors import LakestrapError, NotSignedIn, Unreachable

if TYPE_CHECKING:
    from wizard.blueprint import Facts
    from wizard.engine.resource import Resource
    from wizard.flows.add.entry import Proposal
    from wizard.project.model import Environment, Project
    from wizard.providers.session import Session

GROUND = frozenset({"github.repository", "github.first_commit"})
"""What set-up has made; where it is gone, an environment cannot be added to it."""
NEEDED = frozenset({"arm.provider_registration", "entra.first_party"})
"""Shared things that the new environment cannot be made without: brought about whatever became of them."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Something beside the new environment that is not as the project has it, and that is left alone."""

    environment: str
    key: str
    what: str

    def __str__(self) -> str:
        return f"{self.key or self.environment}: {self.what}"


def alone(project: Project, environment: Environment) -> Project:
    """The project as if it had that environment only; what its place among the others decides is said expressly."""
    return project.model_copy(
        update={
            "environments": (environment.model_copy(update={"production": project.is_production(environment)}),),
            "access": project.access_of(environment),
            "secrets": project.secrets_of(environment),
        }
    )


def wished(proposal: Proposal, facts: Facts, files: Resource) -> tuple[Resource, ...]:
    """The new environment's resources, the shared ones they need, and those shared ones that change because of it.

    ``files`` stands for the whole project's.
    """
    own = [
        item for item in resources(alone(proposal.project, proposal.environment), facts) if item.environment or item.kind in GROUND | NEEDED
    ]
    before = {item.key: item for item in repository_resources(proposal.old, facts)}
    shared = [item for item in repository_resources(proposal.project, facts) if item.kind not in GROUND and item.key != files.key]
    changing = [item for item in shared if item != before.get(item.key)]
    return _closed([*own, files, *changing])


def _shared(project: Project, environment: Environment, facts: Facts) -> list[Resource]:
    """What is not the environment's own and what it cannot be made without."""
    return [item for item in resources(alone(project, environment), facts) if item.kind in GROUND | NEEDED]


def _closed(found: list[Resource]) -> tuple[Resource, ...]:
    keys = {item.key for item in found}
    return tuple(replace(item, after=tuple(key for key in item.after if key in keys)) for item in found)


def settled(plan: Plan, proposal: Proposal, facts: Facts, files: str) -> tuple[Plan, tuple[Drift, ...]]:
    """The plan in which shared things that somebody changed stay as they are, and what was found of that kind."""
    before = {item.key: item for item in repository_resources(proposal.old, facts)}
    changes, drifted = [], []
    for change in plan.changes:
        kind = change.resource.kind
        if change.resource.environment or change.key == files or kind in NEEDED or change.action in (Action.KEEP, Action.BLOCKED):
            changes.append(change)
        elif kind in GROUND:
            changes.append(replace(change, action=Action.BLOCKED, reason="it is not there any more", hints=("lakestrap setup",)))
        elif change.key not in before:
            changes.append(change)
        elif change.observed is None:
            drifted.append(Drift("", change.key, "is not there any more, and was not made again"))
        elif before[change.key].differences(change.observed):
            drifted.append(Drift("", change.key, f"was changed ({_fields(change)}); {proposal.name} was not added to it"))
            changes.append(replace(change, action=Action.KEEP, differences=()))
        else:
            changes.append(change)
    kept = {change.key for change in changes}
    pruned = [replace(c, resource=replace(c.resource, after=tuple(key for key in c.resource.after if key in kept))) for c in changes]
    return Plan(tuple(pruned)), tuple(drifted)


def _fields(change: Change) -> str:
    return ", ".join(difference.field for difference in change.differences)


async def drift_of_others(proposal: Proposal, facts: Facts, session: Session, ours: frozenset[str]) -> tuple[Drift, ...]:
    """How the other environments differ from the project; what may not be read is told as unknown. Reads only."""
    others = [environment for environment in proposal.old.environments if environment.name in facts.subscriptions]
    unseen = [environment for environment in proposal.old.environments if not _visible(facts, environment, session)]
    batches = await asyncio.gather(*(_drift(proposal.old, e, facts, session, ours) for e in others if e not in unseen))
    hidden = [Drift(e.name, "", f"unknown: the subscription {e.subscription} is not visible to you") for e in unseen]
    return (*hidden, *(item for batch in batches for item in batch))


def _visible(facts: Facts, environment: Environment, session: Session) -> bool:
    return facts.subscriptions.get(environment.name, "").lower() in {key.lower() for key in session.subscriptions}


async def _drift(project: Project, environment: Environment, facts: Facts, session: Session, ours: frozenset[str]) -> list[Drift]:
    wanted = [*_shared(project, environment, facts), *environment_only(project, environment, facts)]
    # a workspace takes whoever may administer it in as a member at the first call: it is not even asked
    seen = [item for item in wanted if item.service is not Service.DATABRICKS]
    try:
        plan = await make_plan(_closed(seen), session, ours=ours)
    except (NotSignedIn, Unreachable):
        raise
    except LakestrapError as refusal:
        return [Drift(environment.name, "", f"unknown: {refusal.message}")]
    return [Drift(environment.name, change.key, _words(change)) for change in _of(plan.changes)]


def _of(changes: Iterable[Change]) -> Iterator[Change]:
    return (change for change in changes if change.resource.environment and change.action is not Action.KEEP)


_WORDS: Mapping[Action, str] = {Action.CREATE: "is missing", Action.ADOPT: "does not bear our mark"}


def _words(change: Change) -> str:
    if change.action is Action.BLOCKED:
        return f"unknown: {change.reason}"
    return _WORDS.get(change.action) or f"differs: {_fields(change) or change.reason}"
