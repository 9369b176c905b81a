"""What every flow starts from: the project, the signed-in session, and the facts that turn names into ids.

Owns opening and closing, and the collecting of facts by reading. Knows no screen and changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.blueprint import Facts, Gates
from wizard.engine.events import Event, EventKind
from wizard.engine.journal import Identity, past_runs, remembered
from wizard.errors import BadInput, NotAllowed, Problem, ServiceRefused
from wizard.flows.infrastructure import template_of
from wizard.flows.patience import patiently
from wizard.flows.working_tree import edited_files, read_text
from wizard.project.file import load, located, shown_as
from wizard.project.model import FILE_NAME

if TYPE_CHECKING:
    from wizard.engine.apply import AskRemedy
    from wizard.project.model import Environment, Project
    from wizard.providers.session import Session
    from wizard.secret import Secret

FOLDER = ".lakestrap"


@dataclass(slots=True)
class Job:
    """One project, opened. ``facts`` are read once at opening."""

    path: Path
    project: Project
    session: Session
    facts: Facts
    allowed: frozenset[str] = field(default_factory=frozenset)
    wait: float = 0.0
    """Seconds to wait for somebody else's run to end; 0 refuses at once."""
    problems: tuple[Problem, ...] = ()
    """Names of the project that nobody knows any more; only where the job was opened to look and not to change."""
    remedy: AskRemedy | None = None
    """Who is asked after a failed step; nobody where the run shall end by itself."""

    @property
    def root(self) -> Path:
        """The folder that holds ``lakestrap.yaml``; git is not required there."""
        return self.path.parent

    @property
    def runs(self) -> Path:
        return self.root / FOLDER / "runs"

    @property
    def identity(self) -> Identity:
        """Whose journals may be trusted by this run."""
        repository = self.project.github.repository
        return Identity(self.session.tenant, "github.com", self.session.github_login, self.project.name, repository)

    def begun(self) -> frozenset[str]:
        """Keys that an earlier run of the same identity had announced it would create, and none has removed since."""
        return remembered(past_runs(self.runs, self.identity))


def limits(job: Job) -> Iterator[Event]:
    """Where the template is from; what the project wishes and the account's plan does not enforce, and what happens instead."""
    if job.facts.template_from:
        yield Event(EventKind.NOTED, "arm.deployment", outcome=f"what is deployed: {job.facts.template_from}")
    if job.facts.gates.approvals:
        return
    for environment in job.project.environments:
        wished = bool(environment.reviewers or environment.wait_minutes)
        if job.project.is_production(environment):
            words = "GitHub enforces no approval here on this plan: production is deployed by hand only, by a dispatch of deploy.yml"
        elif wished:
            words = "GitHub enforces neither reviewers nor a wait timer here on this plan: they are left out"
        else:
            continue
        yield Event(EventKind.NOTED, f"github.environment/{environment.name}", outcome=words)


@asynccontextmanager
async def opened(
    path: Path,
    *,
    allowed: frozenset[str] = frozenset(),
    wait: float = 0.0,
    tenant: str = "",
    token: Secret | None = None,
    to_look: bool = False,
) -> AsyncIterator[Job]:
    """Read the project, sign in, resolve names. Raises ``BadInput`` with every problem, or ``NotSignedIn``.

    ``tenant`` and ``token`` (for GitHub) are what a person chose and typed; without them the sign-ins of ``az`` and ``gh`` serve.
    With ``to_look`` a name that nobody knows is told in the job's ``problems`` and stands for itself in the facts.
    """
    project, path = load(path), located(path)
    from wizard.providers.signin import open_session

    wanted = [environment.subscription for environment in project.environments]
    session = await open_session(tenant=tenant, subscriptions=wanted, token=token)
    try:
        problems: list[Problem] = []
        facts = await collect_facts(project, session, path, problems if to_look else None)
        yield Job(path.resolve(), project, session, facts, allowed, wait, tuple(problems))
    finally:
        await session.close()


async def collect_facts(project: Project, session: Session, path: Path, told: list[Problem] | None = None) -> Facts:
    """Ids for the names in the project; all names that nobody knows are raised at once, or added to ``told``.

    Raises ``Unreachable`` where a service puts the reading off for long.
    """
    return await patiently(lambda: _collected(project, session, path, told), "what the project names")


async def _collected(project: Project, session: Session, path: Path, told: list[Problem] | None) -> Facts:
    from wizard.providers.github.access import WAYS_OUT
    from wizard.providers.github.plans import plan_features

    problems: list[Problem] = []
    subscriptions = _subscriptions(project, session, path, problems)
    private = project.github.visibility != "public"
    principals, features, policy_vaults = await asyncio.gather(
        _principals(project, session, path, problems, to_look=told is not None),
        plan_features(session, project.github.repository, private=private),
        _policy_vaults(project, session),
    )
    if not features.environments:
        reason = "GitHub Free has no environments for private repositories, and without them no job can be trusted"
        problems.append(Problem(f"{shown_as(path)}: github.repository", reason, WAYS_OUT))
    problems += _groups_elsewhere(project, subscriptions, path)
    if problems and told is None:
        raise BadInput(problems)
    if told is not None:
        told += problems
    edited = edited_files(project, path.resolve().parent)
    template = await template_of(path.resolve().parent, edited)
    return Facts(
        tenant=session.tenant,
        subscriptions=subscriptions,
        operator=session.operator.object_id,
        operator_kind="User" if session.operator.kind == "user" else "ServicePrincipal",
        principals=principals,
        gates=Gates(features.environments, features.branch_policies, features.approvals, features.rulesets),
        policy_vaults=policy_vaults,
        edited=edited,
        project_file=(read_text(path) or "") if path.name == FILE_NAME else "",
        template=template.text,
        template_from=template.made_by,
        template_trouble=template.trouble,
        template_hints=template.hints,
    )


def _subscriptions(project: Project, session: Session, path: Path, problems: list[Problem]) -> Mapping[str, str]:
    found = {}
    for position, environment in enumerate(project.environments):
        try:
            found[environment.name] = session.subscription(environment.subscription).id
        except KeyError:
            known = ", ".join(sorted(s.name for s in session.subscriptions.values())) or "none at all"
            place = f"{shown_as(path)}: environments[{position}].subscription"
            reason = f"no subscription {environment.subscription!r} is visible to {session.operator.name}"
            problems.append(Problem(place, reason, f"use one of: {known}; or sign in as somebody who sees it: az login"))
            found[environment.name] = environment.subscription
    return found


def _groups_elsewhere(project: Project, subscriptions: Mapping[str, str], path: Path) -> Iterator[Problem]:
    """Groups of the user's own that are not in their environment's subscription: nothing could be deployed there."""
    for position, environment in enumerate(project.environments):
        group, expected = environment.existing.resource_group or "", subscriptions.get(environment.name, "")
        if group and expected and group.split("/")[2].lower() != expected.lower():
            place = f"{shown_as(path)}: environments[{position}].existing.resource_group"
            reason = f"the group is in the subscription {group.split('/')[2]}, {environment.name} in {expected}"
            yield Problem(place, reason, f"set `subscription` of {environment.name} to the group's")


async def _principals(project: Project, session: Session, path: Path, problems: list[Problem], *, to_look: bool) -> Mapping[str, str]:
    from wizard.providers.entra.principals import find_principal

    async def one(position: int, kind: str, name: str) -> tuple[str, str]:
        place = f"{shown_as(path)}: access[{position}].{kind}"
        try:
            object_id = await find_principal(session, kind, name)
        except (NotAllowed, BadInput) as refusal:
            if not to_look:
                raise
            problems.append(Problem(place, refusal.message, "; ".join(refusal.hints)))
            return name, ""
        if object_id is None:
            problems.append(Problem(place, f"the tenant has no {kind} {name!r}", f"correct the name, or give the object id of the {kind}"))
        return name, object_id or ""

    azure = [(i, item) for i, item in enumerate(project.access) if not item.of_data]
    entries = [(i, "group" if item.group else "user", item.group or item.user or "") for i, item in azure]
    return dict(await asyncio.gather(*(one(*entry) for entry in entries)))


async def _policy_vaults(project: Project, session: Session) -> frozenset[str]:
    """Environments whose own vault goes by access policies; one that cannot be read is told by the plan."""
    from wizard.providers.keyvault.vault import Vault

    async def has_policies(environment: Environment) -> bool:
        existing = environment.existing.vault or ""
        vault = Vault(
            name=environment.name,
            project=project.name,
            existing=existing,
            subscription="",
            group="",
            vault="",
            location="",
            tenant=session.tenant,
        )
        try:
            seen = await vault.read(session)
        except (NotAllowed, ServiceRefused):  # the plan tells it, of the vault itself
            return False
        return seen is not None and not seen.attributes["rbac"]

    own = [environment for environment in project.environments if environment.existing.vault]
    answers = await asyncio.gather(*(has_policies(environment) for environment in own))
    return frozenset(environment.name for environment, yes in zip(own, answers, strict=True) if yes)
