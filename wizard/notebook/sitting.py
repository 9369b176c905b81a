"""What one wizard in a notebook holds: the answers so far, who is signed in, the plan, how it ended.

Owns that state and the calls into the flows. Draws nothing, decides nothing. Its coroutines run in the background thread; its
plain methods are called from any thread, one at a time (``lock``).
"""

from __future__ import annotations

import asyncio
import os
import re
import threading
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.engine.events import Event
from wizard.errors import BadInput, LakestrapError, Problem
from wizard.project.file import load, located, save
from wizard.questions import (
    BY_FIELD,
    Answers,
    Asked,
    Kind,
    Known,
    Step,
    answer,
    answers_of,
    asked,
    at,
    completed,
    forget,
    further_groups,
    keep,
    problem,
    project_of,
    resumed,
    value_of,
)

if TYPE_CHECKING:
    from wizard.flows.decisions import Decisions, Outcome
    from wizard.flows.job import Job
    from wizard.flows.setup import Planned
    from wizard.providers.session import Session
    from wizard.secret import Secret

Json = Any


def rehearsing() -> bool:
    """Whether this process was led to the local cloud: it says so, and the proxy is still the one it named."""
    named = os.environ.get("LAKESTRAP_REHEARSAL", "")
    return bool(named) and os.environ.get("HTTPS_PROXY") == named


def _said(answers: Answers) -> Answers:
    """The answers of a file; where it leaves a required one to its default, the form shows that default."""
    open_ones = {path for path in answers.answered if answers.get(path) is None and BY_FIELD[re.sub(r"\.\d+", ".*", path)].required}
    return Answers(answers.data, answers.answered - open_ones)


class Sitting:
    """``path`` is the project file, which need not exist yet. Raises ``BadInput`` where it is there and cannot be read."""

    def __init__(self, path: Path, allowed: frozenset[str] = frozenset()) -> None:
        self.path, self.allowed = located(path).absolute(), allowed
        self.lock = threading.RLock()
        self.known = Known(folder=self.path.parent.name)
        self.tenant = ""
        self.token: Secret | None = None
        self.session: Session | None = None
        self.job: Job | None = None
        self.preview: Planned | None = None
        self.outcome: Outcome | None = None
        self.events: list[Event] = []
        self.report = ""
        self.unreadable: dict[str, str] = {}
        """Why what was typed at a place is no answer of its kind; it stays on the page."""
        self._opened = AsyncExitStack()
        self._signing_in = asyncio.Lock()
        kept = resumed(self.root)
        self.changed = kept is not None or not self.path.exists()
        self.answers = kept or (_said(answers_of(load(self.path))) if self.path.exists() else Answers())
        self.resumed = kept is not None
        if not self.answers.rows("environments"):
            preset = at(BY_FIELD["run.preset"])
            self.answers = answer(preset, value_of(preset, self.answers, self.known), self.answers)

    def reread(self) -> None:
        """Take the project file's word, instead of whatever was answered before it was there."""
        with self.lock:
            self.answers, self.changed, self.preview, self.resumed = _said(answers_of(load(self.path))), False, None, False

    @property
    def root(self) -> Path:
        """The folder of the project."""
        return self.path.parent

    @property
    def shown(self) -> Answers:
        """The answers, and what Enter would say to every open question: what the forms show."""
        return completed(self.answers, self.known)

    def give(self, item: Asked, value: Json) -> None:
        """Take an answer, right or wrong; what is wrong with it is told beside its field and refused by ``plan``."""
        self.replace(answer(item, value, self.answers))

    def replace(self, answers: Answers) -> None:
        """Take other answers, and keep them for the next time."""
        with self.lock:
            self.answers, self.changed, self.preview = answers, True, None
            keep(self.root, answers)

    def problem(self, item: Asked, shown: Answers | None = None) -> str:
        """What is wrong with what a question shows, and what is allowed; empty where nothing is."""
        shown = self.shown if shown is None else shown
        if item.question.kind is Kind.SECRET:
            return ""
        wrong = problem(item, value_of(item, shown, self.known), shown, self.known)
        return "" if wrong is None else f"{wrong.reason}; {wrong.remedy}" if wrong.remedy else wrong.reason

    def items(self, step: Step) -> list[Asked]:
        """Every question of a step that is to be asked now, the further ones last."""
        shown = self.shown
        groups = ("", *further_groups(step, shown, self.known))
        return [item for group in groups for item in asked(step, shown, self.known, group)]

    async def sign_in(self) -> None:
        """Open a session with what is there. Raises ``NotSignedIn``, ``Unreachable``, ``BadInput``."""
        async with self._signing_in:
            await self._sign_in()

    async def _sign_in(self) -> None:
        from wizard.flows.choices import repository_of, tenants
        from wizard.providers.signin import open_session

        await self.sign_out()
        named = [str(row.get("subscription") or "") for row in self.answers.rows("environments")]
        self.known.lists["tenants",] = tenants()
        session = await open_session(tenant=self.tenant, subscriptions=[name for name in named if name], token=self.token)
        found = await asyncio.to_thread(repository_of, self.root)
        with self.lock:
            self.session = session
            self.known.operator, self.known.login = session.operator.name, session.github_login
            self.known.lists["repository of the folder",] = found

    async def sign_out(self) -> None:
        """Close the session, as far as there is one."""
        session, self.session = self.session, None
        if session is not None:
            await session.close()

    async def learn(self, step: Step) -> bool:
        """Fetch what the questions of a step choose from; whether there was anything new."""
        from wizard.flows.choices import FETCHERS, fetch

        new = False
        while self.session is not None:
            shown = self.shown
            keys = {key for item in self.items(step) for key in (item.listed(shown), item.proposed(shown)) if key and key[0] in FETCHERS}
            wanted = sorted(keys - set(self.known.lists))
            if not wanted:
                break
            offered = await asyncio.gather(*(fetch(self.session, *key) for key in wanted))
            with self.lock:
                self.known.lists.update(zip(wanted, offered, strict=True))
            new = True
        return new

    async def plan(self) -> Planned:
        """Write the project file from the answers where they changed, open the job and plan. Raises any ``LakestrapError``."""
        from wizard.flows.job import opened
        from wizard.flows.setup import planned

        await self.close_job()
        if self.unreadable:
            raise BadInput([Problem(path, reason) for path, reason in self.unreadable.items()])
        if self.changed:
            await self._write()
        self.job = await self._opened.enter_async_context(opened(self.path, allowed=self.allowed, tenant=self.tenant, token=self.token))
        self.preview = await planned(self.job)
        return self.preview

    async def _write(self) -> None:
        async with self._signing_in:  # the page may be at it this very moment
            if self.session is None:
                await self._sign_in()
        for step in Step:
            await self.learn(step)
        self.refuse_problems()
        save(self.path, project_of(self.answers, self.known))
        forget(self.root)
        self.changed = False

    def refuse_problems(self) -> None:
        """Raise ``BadInput`` with everything that is wrong with the answers, in the order of the questions."""
        shown = self.shown
        items = [item for step in Step for item in self.items(step) if item.question.kind is not Kind.SECRET]
        found = [problem(item, value_of(item, shown, self.known), shown, self.known) for item in items]
        if any(found):
            raise BadInput(list(dict.fromkeys(wrong for wrong in found if wrong is not None)))

    async def carry_out(self, decisions: Decisions, tell: Callable[[Event], None]) -> Event:
        """Apply the plan that was made, telling every event; the last event. What goes wrong is raised after it was told."""
        from wizard.flows.decisions import Outcome
        from wizard.flows.ending import finished
        from wizard.flows.report import report
        from wizard.flows.setup import setup

        if self.job is None or self.preview is None:
            raise LakestrapError("there is no plan", hints=["make one first"])
        job, preview, self.preview = self.job, self.preview, None  # a plan is carried out once, also when it is stopped
        outcome, error, run = Outcome(), None, ""
        self.outcome, self.events = outcome, []
        try:
            async for event in setup(job, decisions, outcome, preview):
                run = event.run or run
                self.events.append(event)
                tell(event)
        except LakestrapError as trouble:
            error = trouble
        last = finished(outcome, run, error)
        self.events.append(last)
        self.report = report(job.project, preview.plan, outcome, self.events, job.session.tenant)
        tell(last)
        if error is not None:
            raise error
        return last

    async def close_job(self) -> None:
        """Close the job, as far as there is one."""
        self.job = self.preview = None
        await self._opened.aclose()

    async def close(self) -> None:
        """Close everything at the end."""
        await self.close_job()
        await self.sign_out()
