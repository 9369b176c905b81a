"""What one sitting of the wizard holds between its screens: the answers so far, who is signed in, the job, how it ended.

Owns that state and the calls into the flows that several screens share. Draws nothing, decides nothing. Imports of questions and
flows stand inside functions: the first frame does not wait for them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.errors import ExitCode

if TYPE_CHECKING:
    from wizard.errors import LakestrapError
    from wizard.flows.add import Adding, Renewal, Request
    from wizard.flows.decisions import Outcome
    from wizard.flows.job import Job
    from wizard.flows.setup import Planned
    from wizard.providers.session import Session
    from wizard.questions import Answers, Known, Offered
    from wizard.secret import Secret


@dataclass(slots=True)
class Sitting:
    """``path`` is the project file, which need not exist yet. ``clock`` gives seconds; tests hold it still."""

    path: Path
    allowed: frozenset[str] = frozenset()
    rehearsal: bool = False
    wait: float = 0.0
    """Seconds to wait for somebody else's run to end."""
    given: dict[str, Any] = field(default_factory=dict)
    """What was said on the command line of the job to begin with: arguments of its screen."""
    clock: Callable[[], float] = time.monotonic
    tenant: str = ""
    token: Secret | None = None
    session: Session | None = None
    answers: Answers | None = None
    known: Known | None = None
    texts: dict[str, str] = field(default_factory=dict)
    """What was typed and could not be read, by path: going back does not lose it."""
    job: Job | None = None
    preview: Planned | None = None
    outcome: Outcome | None = None
    error: LakestrapError | None = None
    """What ended the last run, where one did."""
    drifted: bool = False
    """Whether the status that somebody asked for on the command line told of drift, and nothing was run since."""
    _saved: Answers | None = None
    """The answers as they stand on the disk, in one file or the other."""
    _opened: AsyncExitStack = field(default_factory=AsyncExitStack)
    _fetching: dict[tuple[str, ...], asyncio.Task[Offered]] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """The folder of the project."""
        return self.path.absolute().parent

    @property
    def world(self) -> str:
        return "REHEARSAL" if self.rehearsal else "REAL CLOUD"

    @property
    def exit_code(self) -> int:
        """How the sitting ends: as its last run did; 0 where nothing was run."""
        if self.drifted:
            return int(ExitCode.DIFFERS)
        if self.error is not None:
            return int(self.error.exit_code)
        return int(self.outcome.exit_code) if self.outcome is not None else 0

    @property
    def who(self) -> str:
        """Who is signed in, in a few words; empty before."""
        if self.session is None:
            return ""
        login = f" · GitHub {self.session.github_login}" if self.session.github_login else ""
        return f"{self.session.operator.name}{login}"

    def begin(self) -> None:
        """Take up the answers: those kept from last time, else those of the project file, else none. Raises ``BadInput``."""
        from wizard.project.file import load, located
        from wizard.questions import Answers, Known, answers_of, resumed

        self.known = self.known or Known(folder=self.root.name)
        if self.answers is None:
            kept = resumed(self.root)
            exists = located(self.path).exists()
            self.answers = kept or (answers_of(load(self.path)) if exists else Answers())
            self._saved = self.answers

    def keep(self) -> None:
        """Write the answers down, so that leaving loses nothing."""
        from wizard.questions import keep

        if self.answers is not None and self.answers != self._saved:
            keep(self.root, self.answers)
            self._saved = self.answers

    async def sign_in(self) -> None:
        """Open a session with what is there. Raises ``NotSignedIn``, ``Unreachable``, ``BadInput``."""
        from wizard.flows.choices import repository_of, tenants
        from wizard.providers.signin import open_session

        await self.sign_out()
        wanted = [str(row.get("subscription", "")) for row in self.answers.rows("environments")] if self.answers else []
        self.session = await open_session(tenant=self.tenant, subscriptions=[name for name in wanted if name], token=self.token)
        if self.known is not None:
            self.known.operator, self.known.login = self.session.operator.name, self.session.github_login
            self.known.lists["tenants",] = tenants()
            self.known.lists["repository of the folder",] = await asyncio.to_thread(repository_of, self.root)

    async def sign_out(self) -> None:
        """Close the session, as far as there is one, and forget what it fetched."""
        fetching, self._fetching = list(self._fetching.values()), {}
        for task in fetching:
            task.cancel()
        await asyncio.gather(*fetching, return_exceptions=True)
        session, self.session = self.session, None
        if session is not None:
            await session.close()

    async def fetched(self, listed: tuple[str, ...]) -> Offered | None:
        """A list of choices, fetched once; ``None`` before the sign-in and where there is nothing to fetch."""
        from wizard.flows.choices import FETCHERS, fetch

        if self.known is None or not listed or (self.session is None and listed not in self.known.lists):
            return None
        if listed in self.known.lists or listed[0] not in FETCHERS or self.session is None:
            return self.known.lists.get(listed)
        if listed not in self._fetching:
            self._fetching[listed] = asyncio.create_task(fetch(self.session, *listed))
        self.known.lists[listed] = await asyncio.shield(self._fetching[listed])  # who waits may go away, the list is wanted still
        return self.known.lists[listed]

    async def plan(self, *, write: bool = True) -> Planned:
        """Write the project file from the answers, open the job and plan. Raises every ``LakestrapError`` of those."""
        from wizard.flows.setup import planned
        from wizard.project.file import save
        from wizard.questions import forget, project_of

        await self.close_job()
        if write and self.answers is not None and self.known is not None:
            save(self.path, project_of(self.answers, self.known))
            forget(self.root)
            self._saved = self.answers
        self.preview = await planned(await self.open_job())
        return self.preview

    async def open_job(self, *, to_look: bool = False) -> Job:
        """Open the project as it stands in its file, in place of the job before; ``to_look`` forgives names that nobody knows."""
        from wizard.flows.job import opened

        await self.close_job()
        opening = opened(self.path, allowed=self.allowed, wait=self.wait, tenant=self.tenant, token=self.token, to_look=to_look)
        self.job = await self._opened.enter_async_context(opening)
        return self.job

    async def open_adding(self, request: Request, decisions: Renewal) -> Adding:
        """Open the project with a new environment in it, in place of the job before."""
        from wizard.flows.add import opened

        await self.close_job()
        opening = opened(self.path, request, decisions, allowed=self.allowed, wait=self.wait, tenant=self.tenant, token=self.token)
        adding = await self._opened.enter_async_context(opening)
        self.job = adding.job
        return adding

    def forget(self) -> None:
        """Read the answers anew from the project file next time: a run may have changed it. What was not saved yet is kept."""
        if self.answers is not None and self.answers == self._saved:
            self.answers = self._saved = None
            self.texts.clear()

    async def close_job(self) -> None:
        """Close the job, as far as there is one."""
        self.job = self.preview = None
        await self._opened.aclose()

    async def close(self) -> None:
        """Close everything at the end."""
        await self.close_job()
        await self.sign_out()
