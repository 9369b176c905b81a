"""Proposing this version's files, and the two migrations of sign-in, on the page: what would be done, line by line, then the run.

Owns these jobs' widgets; what is to be done the flows say.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from wizard.engine.events import Event
from wizard.engine.plan import Plan
from wizard.notebook import words
from wizard.notebook.job_page import JobPage

if TYPE_CHECKING:
    from wizard.errors import LakestrapError
    from wizard.flows.decisions import Outcome
    from wizard.flows.job import Job

GRACE = timedelta(hours=24)


class Changing(JobPage):
    """The base of the three: a preview that is lines."""

    _job: Job | None = None
    _preview: Any = None

    def begin(self) -> None:
        assert self._job is not None
        names = [environment.name for environment in self._job.project.environments]
        self.lanes.begin_with({f"github.workflow_run/{name}": name for name in names}, dict.fromkeys(names, 1))

    async def agrees_to_migrate(self, preview: object) -> bool:
        """The person has looked and pressed the button."""
        return True


class Upgrading(Changing):
    """``lakestrap upgrade``."""

    agree = "propose this"

    async def looked(self) -> str:
        from wizard.flows.add.files import differences
        from wizard.flows.upgrade import previewed

        self._job = await self.job()
        self._preview = found = await previewed(self._job)
        if found.up_to_date:
            return words.paragraph("everything is in this version's form" + (f"; merge {found.pull_request}" if found.pull_request else ""))
        self.ready()
        return words.preformatted("\n".join(differences((*found.published, *found.local))))

    def begin(self) -> None:
        self.lanes.begin(self.plan(), proves=False)

    def plan(self) -> Plan:
        plan: Plan = self._preview.plan
        return plan

    def done(self, outcome: Outcome) -> AsyncIterator[Event]:
        from wizard.flows.upgrade import upgrade

        assert self._job is not None
        return upgrade(self._job, self, outcome, self._preview)


class ToFederation(Changing):
    """``lakestrap migrate oidc``."""

    agree = "go on"

    async def looked(self) -> str:
        from wizard.flows.migrate_oidc import previewed

        self._job = await self.job()
        self._preview = found = await previewed(self._job, GRACE)
        if found.empty:
            return words.paragraph(found.nothing_to_do)
        self.ready()
        return words.preformatted("\n".join(found.lines()))

    def done(self, outcome: Outcome) -> AsyncIterator[Event]:
        from wizard.flows.migrate_oidc import MigrationOutcome, migrate_oidc

        assert self._job is not None and isinstance(outcome, MigrationOutcome)
        return migrate_oidc(self._job, self, outcome, self._preview)

    def new_outcome(self) -> Outcome:
        from wizard.flows.migrate_oidc import MigrationOutcome

        return MigrationOutcome()

    def closing(self, outcome: Outcome, run: str, error: LakestrapError | None) -> Event:
        from wizard.flows.migrate_oidc import MigrationOutcome, closing

        assert isinstance(outcome, MigrationOutcome)
        return closing(outcome, run, error)


class ToSubject(Changing):
    """``lakestrap migrate subject``."""

    agree = "go on"

    async def looked(self) -> str:
        from wizard.flows.migrate_subject import previewed

        self._job = await self.job()
        self._preview = found = await previewed(self._job, opt_in=False)
        if found.empty:
            return words.paragraph("GitHub sends the subjects that are trusted: nothing to do")
        self.ready()
        return words.preformatted("\n".join(found.lines()))

    def done(self, outcome: Outcome) -> AsyncIterator[Event]:
        from wizard.flows.migrate_subject import migrate_subject

        assert self._job is not None
        return migrate_subject(self._job, self, outcome, self._preview)
