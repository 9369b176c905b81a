"""What the new environment would take over and nobody can use any more: a subscription that is gone, a reviewer who left.

Owns the questions and their answers' form. Reads only; what cannot be asked is not stale, the preflight or the call itself decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from wizard.errors import BadInput, LakestrapError, NotSignedIn, Problem, Unreachable
from wizard.flows.choices import fetch
from wizard.flows.decisions import Decisions
from wizard.flows.trials import CORES_OF_A_SMALL_CLUSTER
from wizard.project.file import shown_as
from wizard.questions import Choice

if TYPE_CHECKING:
    from pathlib import Path

    from wizard.flows.add.entry import Proposal
    from wizard.providers.session import Session

UNUSABLE = frozenset({"Disabled", "Deleted", "Expired"})
OPTIONS = {"subscription": "--subscription", "region": "--region", "reviewers": "--reviewer"}


@dataclass(frozen=True, slots=True)
class Stale:
    """One field of the request to be answered again. ``field`` is empty for what only an edit of the project file mends."""

    field: str
    value: str
    reason: str
    remedy: str
    choices: tuple[Choice, ...] = ()
    place: str = ""

    def problem(self) -> Problem:
        """The same for a run in which nobody can be asked."""
        return Problem(self.place or OPTIONS[self.field], self.reason, self.remedy)


class Renewal(Decisions, Protocol):
    """What adding asks beside what every flow asks."""

    async def renewed(self, stale: Stale) -> str | tuple[str, ...] | None:
        """Another value for the field (a tuple for ``reviewers``, empty for nobody); ``None`` where nobody can be asked."""


async def stale(session: Session, proposal: Proposal, path: Path) -> tuple[Stale, ...]:
    """Everything that has to be answered anew, at once."""
    placed = _subscription(session, proposal)
    batches = await asyncio.gather(
        _reviewers(session, proposal),
        _access(session, proposal, path),
        *(() if placed else (_region(session, proposal),)),
    )
    return tuple(placed) + tuple(item for batch in batches for item in batch)


def in_the_file(found: Stale, proposal: Proposal, path: Path) -> Stale:
    """The same for an environment that stands in the project file already: there it is mended."""
    if found.place:
        return found
    position = [environment.name for environment in proposal.project.environments].index(proposal.name)
    return replace(
        found, field="", place=f"{shown_as(path)}: environments[{position}].{found.field}", remedy="correct it in the project file"
    )


def _from(proposal: Proposal) -> str:
    return f" (taken over from {proposal.like})" if proposal.like else ""


def _subscription(session: Session, proposal: Proposal) -> list[Stale]:
    wanted = proposal.environment.subscription
    usable = sorted((s for s in session.subscriptions.values() if s.state not in UNUSABLE), key=lambda s: s.name)
    choices = tuple(Choice(s.name, s.name, s.id) for s in usable)
    remedy = f"--subscription NAME, one of: {', '.join(choice.value for choice in choices) or 'none is visible: az login'}"
    try:
        seen = session.subscription(wanted)
    except KeyError:
        reason = f"no subscription {wanted!r} is visible to {session.operator.name}{_from(proposal)}"
        return [Stale("subscription", wanted, reason, remedy, choices)]
    if seen.state in UNUSABLE:
        reason = f"the subscription {wanted} is {seen.state.lower()}{_from(proposal)}"
        return [Stale("subscription", wanted, reason, remedy, choices)]
    return []


async def _region(session: Session, proposal: Proposal) -> list[Stale]:
    from wizard.providers.arm.access import vcpu_quota

    subscription, region = proposal.environment.subscription, proposal.project.region_of(proposal.environment)
    offered = await fetch(session, "regions", subscription)
    choices = tuple(choice for choice in offered.choices if choice.value != region)
    if offered.choices and len(choices) == len(offered.choices):
        reason = f"the subscription {subscription} has no region {region}"
        return [Stale("region", region, reason, "--region NAME: az account list-locations --output table", choices)]
    quota = await vcpu_quota(session, session.subscription(subscription).id, region)
    if quota.free is None or quota.free >= CORES_OF_A_SMALL_CLUSTER:
        return []
    reason = f"{quota.free} of {quota.limit} cores are free in {region} of {subscription}; a small cluster takes {CORES_OF_A_SMALL_CLUSTER}"
    ask = "https://portal.azure.com/#view/Microsoft_Azure_Capacity/QuotaMenuBlade"
    return [Stale("region", region, reason, f"--region NAME, or ask for more: {ask}", choices)]


async def _reviewers(session: Session, proposal: Proposal) -> list[Stale]:
    from wizard.providers.github.access import reviewers_can_read
    from wizard.providers.github.reviewers import resolved
    from wizard.providers.verdict import Answer

    repository, names = proposal.project.github.repository, proposal.environment.reviewers

    async def wrong(name: str) -> str:
        try:
            await resolved(session, (name,))
            verdict = await reviewers_can_read(session, repository, (name,))
        except BadInput as unknown:
            return unknown.problems[0].reason
        except (NotSignedIn, Unreachable):
            raise
        except LakestrapError:
            return ""
        return verdict.why if verdict.answer is Answer.NO else ""

    reasons = [reason for reason in await asyncio.gather(*(wrong(name) for name in names)) if reason]
    if not reasons:
        return []
    offered = await fetch(session, "reviewers", repository)
    remedy = "--reviewer NAME for each who is to approve, or --reviewer none"
    return [Stale("reviewers", " ".join(names), "; ".join(reasons) + _from(proposal), remedy, tuple(offered.choices))]


async def _access(session: Session, proposal: Proposal, path: Path) -> list[Stale]:
    """People and groups that the project gives rights in every environment, and that the tenant no longer has."""
    from wizard.providers.entra.principals import find_principal

    applying = proposal.project.access_of(proposal.environment)
    found = []
    for position, item in enumerate(proposal.project.access):
        kind, name = ("group", item.group) if item.group else ("user", item.user or "")
        if item in applying and not item.of_data and await find_principal(session, kind, str(name)) is None:
            place = f"{shown_as(path)}: access[{position}].{kind}"
            remedy = "take the entry out, or name the environments that it is for"
            found.append(Stale("", str(name), f"the tenant has no {kind} {name!r}", remedy, place=place))
    return found


def refuse(found: Iterable[Stale]) -> None:
    """Raise ``BadInput`` with all of them, if there are any."""
    problems = [item.problem() for item in found]
    if problems:
        raise BadInput(problems)
