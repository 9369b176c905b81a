"""Carrying a removal out: agree, name, take the lease, remove in order, purge where asked, then files and project file.

Owns the order of the use case. What was shown is what is done: where the world has moved since, it stops and asks to look again. Run
again, on this machine or another, it goes on with what is still there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from wizard.blueprint import operator_officers
from wizard.engine.apply import Applier
from wizard.engine.events import Event, EventKind
from wizard.engine.journal import Journal
from wizard.engine.plan import Action, Change, Plan, decide
from wizard.engine.resource import Observed
from wizard.errors import BadInput, Cancelled, NotAllowed, Problem
from wizard.flows.decisions import Decisions
from wizard.flows.destroy.after import soft_deleted
from wizard.flows.destroy.files import take_out
from wizard.flows.destroy.leftovers import DeletedObject, DeletedVault
from wizard.flows.destroy.preview import prepared, preview
from wizard.flows.destroy.remaining import wished
from wizard.flows.ending import finished
from wizard.flows.lease import Lease, given_back
from wizard.project.file import load, save
from wizard.providers.github.branch import head_of
from wizard.providers.keyvault.secret import VaultSecret

if TYPE_CHECKING:
    from wizard.engine.resource import Resource
    from wizard.flows.decisions import Outcome
    from wizard.flows.destroy.removal import Removal
    from wizard.flows.job import Job

PATIENCE = 3600.0
"""Seconds for one deletion: a group with a workspace in it takes many minutes."""


class RemovalDecisions(Decisions, Protocol):
    """What only the person can say about a removal."""

    async def agrees_to_removal(self, removal: Removal) -> bool:
        """Whether all that is shown shall be removed."""

    async def named(self, name: str, why: str) -> bool:
        """Whether the person has typed exactly that name (or given it with ``--confirm``)."""


async def destroy(
    job: Job, names: Collection[str], decisions: RemovalDecisions, outcome: Outcome, *, removal: Removal | None = None, purge: bool = False
) -> AsyncIterator[Event]:
    """Remove those environments, or everything where none is named, telling every step. ``removal`` is a preview that was shown already.

    Raises ``NotAllowed`` for what stands in the way, ``BadInput`` for a name that was not typed, ``Cancelled``.
    """
    journal = Journal(job.runs, job.identity)
    try:
        async for event in _Run(job, names, decisions, outcome, journal, purge).steps(removal):
            yield event
        if outcome.applied.complete:
            journal.record(finished(outcome, journal.run))
    finally:
        journal.close()


class _Run:
    """One execution; the order of its steps is the safety of the whole."""

    def __init__(
        self, job: Job, names: Collection[str], decisions: RemovalDecisions, outcome: Outcome, journal: Journal, purge: bool
    ) -> None:
        self.job, self.names, self.decisions, self.outcome, self.journal, self.purge = job, names, decisions, outcome, journal, purge

    def _told(self, kind: EventKind, text: str = "", **detail: object) -> Event:
        event = Event(kind, outcome=text, detail=detail, run=self.journal.run)
        self.journal.record(event)
        return event

    async def steps(self, shown: Removal | None) -> AsyncIterator[Event]:
        self.job = await prepared(self.job, self.names)
        removal = shown or await preview(self.job, self.names, purge=self.purge)
        yield self._told(EventKind.RUN_STARTED, project=self.job.project.name, environments=list(removal.environments))
        refuse_what_stands_in_the_way(removal)
        yield self._told(EventKind.PLAN_MADE, counts=removal.plan.counts())
        if not removal.empty:
            await self._agreed(removal)
        async for event in self._alone(removal):
            yield event
        if not self.outcome.applied.complete:
            return
        for event in self._written(removal):
            yield event
        async for event in self._left(removal):
            yield event

    async def _alone(self, removal: Removal) -> AsyncIterator[Event]:
        """Take away while nobody else changes the same project."""
        if removal.empty:
            await given_back(self.job, self.journal)
        if removal.empty or not await self._somebody_could_be_here():
            async for event in self._removed(removal):
                yield event
            return
        lease = Lease(self.job, "destroy " + ", ".join(removal.environments), self.journal)
        try:
            async for event in lease.take():
                yield event
            await self._unchanged(removal)
            async for event in self._removed(removal):
                lease.check()
                yield event
        finally:
            await lease.release()

    async def _unchanged(self, removal: Removal) -> None:
        """What was agreed to is what there is now that nobody else works here."""
        again = await preview(self.job, self.names, purge=self.purge)
        refuse_what_stands_in_the_way(again)
        if (again.plan.fingerprint(), again.to_name) != (removal.plan.fingerprint(), removal.to_name):
            raise NotAllowed("something has changed since this was shown; nothing was removed", hints=["run the same command again"])

    async def _agreed(self, removal: Removal) -> None:
        """The names first: they are what nobody types by accident."""
        missing = [(name, why) for name, why in removal.to_name.items() if not await self.decisions.named(name, why)]
        if missing:
            raise BadInput([Problem(name, why, f"agree to it by name: --confirm {name}") for name, why in missing])
        if not await self.decisions.agrees_to_removal(removal):
            raise Cancelled("nothing was removed")

    async def _somebody_could_be_here(self) -> bool:
        """Whether there is a repository to hold the lease; without one no other operator's run can find the project either."""
        github = self.job.project.github
        return bool(await head_of(self.job.session, github.repository, github.default_branch))

    async def _removed(self, removal: Removal) -> AsyncIterator[Event]:
        applied = self.outcome.applied
        officers = await self._officers(removal.plan)
        async for event in self._applied(Plan(tuple([decide(each, await each.read(self.job.session)) for each in officers]))):
            yield event
        async for event in self._applied(removal.plan):
            yield event
        async for event in self._applied(await self._taken_back(officers)):
            yield event
        if self.purge and applied.complete:
            async for event in self._applied(await self._purge(removal)):
                yield event

    async def _applied(self, plan: Plan) -> AsyncIterator[Event]:
        applier = Applier(plan, self.job.session, self.journal, patience=PATIENCE, remedy=self.job.remedy)
        try:
            async for event in applier.events():
                yield event
        finally:
            self.outcome.applied.gather(applier.result)

    async def _officers(self, plan: Plan) -> list[Resource]:
        """The operator's right to delete secrets in vaults that stay: given for the run, taken back at its end."""
        vaults = {str(c.resource.vault_id).lower() for c in plan.changes if isinstance(c.resource, VaultSecret)}
        project, facts = self.job.project, self.job.facts
        every = (each for environment in project.environments for each in operator_officers(project, environment, facts))
        wanted = [replace(each, after=()) for each in every if str(getattr(each, "scope", "")).lower() in vaults]
        return list({str(getattr(each, "scope", "")).lower(): each for each in wanted}.values())

    async def _taken_back(self, officers: list[Resource]) -> Plan:
        found = [(each, await each.read(self.job.session)) for each in officers]
        ours = [(each, seen) for each, seen in found if seen is not None and seen.owner == self.job.project.name]
        return Plan(tuple(Change(each, Action.DELETE, seen) for each, seen in ours))

    async def _purge(self, removal: Removal) -> Plan:
        """What is soft-deleted now and not kept by purge protection."""
        vaults, objects = await soft_deleted(self.job, removal.environments)
        owner = self.job.project.name
        resources: list[Resource] = [DeletedVault(name=v.name, project=owner, vault=v) for v in vaults if not v.purge_protected]
        principals = [DeletedObject(name=gone.id, project=owner, gone=gone) for gone in objects if not gone.unique_name]
        # an application tells which environment its service principal was of, so that it goes after it
        after = tuple(each.key for each in principals)
        applications = [DeletedObject(name=gone.id, project=owner, gone=gone, after=after) for gone in objects if gone.unique_name]
        return Plan(
            tuple(Change(each, Action.DELETE, Observed(each.name, owner=owner)) for each in (*resources, *principals, *applications))
        )

    def _written(self, removal: Removal) -> list[Event]:
        """The working tree, and last of all the project file: as long as an environment is in it, a killed destroy can be repeated."""
        job = self.job
        events = list(take_out(job.root, wished(job.project, removal.left, job.facts.gates.approvals)))
        known = {environment.name for environment in load(job.path).environments}
        if removal.left is not None and known & set(removal.environments):
            save(job.path, removal.left)
            events.append(Event(EventKind.FILE_WRITTEN, job.path.name, "update", outcome="written"))
        return [replace(event, run=self.journal.run) for event in events]

    async def _left(self, removal: Removal) -> AsyncIterator[Event]:
        """What is left for people, and what is soft-deleted until when."""
        published = self.outcome.applied.settled.get("github.files/removal")
        link = str(published.attributes.get("pull_request_url", "")) if published else ""
        if published and link and not published.attributes.get("merged"):
            item = {"what": "merge the pull request", "link": link, "who": "somebody with write access"}
            self.outcome.pending.append(item)
            yield Event(EventKind.PENDING, outcome=item["what"], detail={**item}, run=self.journal.run)
        vaults, objects = await soft_deleted(self.job, removal.environments)
        for vault in vaults:
            how = "purge protection forbids to purge it before" if vault.purge_protected else vault.purge_command
            yield self._told(EventKind.NOTED, f"vault {vault.name} is soft-deleted until {vault.purged_on}: {how}")
        for gone in objects:
            yield self._told(EventKind.NOTED, f"{gone.name} is soft-deleted until {gone.purged_on}: {gone.purge_command}")
        for secret in (each for each in removal.recoverable if each.what.startswith("secret ")):
            yield self._told(EventKind.NOTED, f"{secret.what} is soft-deleted {secret.why}: {secret.command}")
        for kept in removal.kept:
            yield self._told(EventKind.NOTED, f"stays: {kept.what}: {kept.why}" + (f": {kept.command}" if kept.command else ""))


def refuse_what_stands_in_the_way(removal: Removal) -> None:
    """Raise ``NotAllowed`` that names every obstacle and the command that lifts it."""
    if removal.obstacles:
        lines = [f"cannot destroy: {item.what}: {item.why}" for item in removal.obstacles]
        hints = [item.command for item in removal.obstacles if item.command]
        raise NotAllowed("\n".join(lines), hints=hints)
