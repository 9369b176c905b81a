"""Bringing what an older version wrote up to date: the project file's format and the generated files, by one pull request.

Owns the order of the use case. Nothing else changes: no cloud, no environment, and in the working tree only a project file that the
repository does not hold. Edits stay; where they are in the way, the file is left and told.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wizard.blueprint.github import FILES_KEY, repository_resources
from wizard.engine.events import Event, EventKind
from wizard.engine.journal import Journal
from wizard.engine.plan import Plan, make_plan
from wizard.errors import BadInput, Cancelled, Problem
from wizard.flows.check import with_blocked
from wizard.flows.check_github import github_questions
from wizard.flows.check_rows import Row
from wizard.flows.ending import finished
from wizard.flows.lease import Lease, given_back
from wizard.flows.pending import pending_publication
from wizard.flows.setup import Planned, refuse_what_cannot_be
from wizard.flows.temporary_access import applied_of
from wizard.flows.upgrade.current import EDITED_ONLY, REMOVED, compared, project_text
from wizard.flows.working_tree import read_text, wished_files, write_texts
from wizard.project.model import FILE_NAME
from wizard.providers.github.contents import snapshot
from wizard.providers.github.files import Files
from wizard.render.following import Fate, Followed
from wizard.render.header import MANIFEST

if TYPE_CHECKING:
    from wizard.flows.decisions import Decisions, Outcome
    from wizard.flows.job import Job

PROPOSAL = "lakestrap/upgrade"
__all__ = ["PROPOSAL", "Preview", "previewed", "upgrade"]


@dataclass(frozen=True, slots=True)
class Preview:
    """``published`` is every file of the repository and what becomes of it; ``local`` the working tree's project file."""

    published: tuple[Followed, ...]
    local: tuple[Followed, ...]
    plan: Plan
    rows: tuple[Row, ...] = ()
    pull_request: str = ""

    @property
    def changing(self) -> tuple[Followed, ...]:
        return tuple(item for item in (*self.published, *self.local) if item.fate in (Fate.NEW, Fate.CHANGED))

    @property
    def conflicting(self) -> tuple[Followed, ...]:
        """Out of date, and left because of edits."""
        return tuple(item for item in self.published if item.fate is Fate.LEFT and item.reason != REMOVED)

    @property
    def up_to_date(self) -> bool:
        return not self.changing and not any(item.conflicts for item in self.conflicting)


async def previewed(job: Job) -> Preview:
    """Compare everything; change nothing. Raises ``BadInput`` where there is no repository yet."""
    wished = {file.path: file.text for file in wished_files(job)}
    github = job.project.github
    seen = await snapshot(job.session, github.repository, github.default_branch, PROPOSAL, (*wished, FILE_NAME, MANIFEST))
    if seen is None:
        reason = f"{github.repository} has no branch {github.default_branch}: there is nothing to bring up to date"
        raise BadInput([Problem("github.repository", reason, "lakestrap setup")])
    published = await compared(job, wished, seen)
    local = () if seen.texts.get(FILE_NAME) else tuple(project_text(read_text(job.path)))
    plan, rows = await _planned(job, published)
    return Preview(published, local, with_blocked(plan, rows), rows, seen.pull_request)


async def _planned(job: Job, published: tuple[Followed, ...]) -> tuple[Plan, tuple[Row, ...]]:
    texts = {item.path: item.text for item in published if item.fate in (Fate.NEW, Fate.CHANGED) and item.text is not None}
    if not texts:
        return Plan(()), ()
    template = next(item for item in repository_resources(job.project, job.facts) if isinstance(item, Files))
    message = "Bring generated files up to date with Lakestrap"
    wished = replace(template, files=texts, proposal=PROPOSAL, message=message, written_by_us=_knowingly, after=())
    plan = await make_plan([wished], job.session)
    rows: list[Row] = []
    for asked in github_questions(job, plan):
        answer = await asked
        rows += [answer] if isinstance(answer, Row) else answer
    return plan, tuple(rows)


def _knowingly(path: str, text: str, listed: str) -> bool:
    """Every text was made from the very file it is to replace, edits kept."""
    return True


async def upgrade(job: Job, decisions: Decisions, outcome: Outcome, preview: Preview | None = None) -> AsyncIterator[Event]:
    """Propose what is out of date, telling every step; ``outcome`` is complete when it ends."""
    journal = Journal(job.runs, job.identity)
    try:
        async for event in _steps(job, decisions, outcome, preview, journal):
            yield event
        if outcome.applied.complete:
            journal.record(finished(outcome, journal.run))
    finally:
        journal.close()


async def _steps(job: Job, decisions: Decisions, outcome: Outcome, preview: Preview | None, journal: Journal) -> AsyncIterator[Event]:
    def told(kind: EventKind, outcome_text: str = "", key: str = "", **detail: object) -> Event:
        event = Event(kind, key, outcome=outcome_text, detail=detail, run=journal.run)
        journal.record(event)
        return event

    yield told(EventKind.RUN_STARTED, project=job.project.name, upgrade=True)
    preview = preview or await previewed(job)
    refuse_what_cannot_be(Planned(preview.plan, preview.rows), job.allowed)
    for item in preview.published:
        if item.reason:
            yield told(EventKind.NOTED, item.reason if item.reason == EDITED_ONLY else f"left as it is: {item.reason}", item.path)
    yield told(EventKind.PLAN_MADE, counts=preview.plan.counts())
    if not preview.plan.empty or preview.local:
        if not await decisions.agrees(preview.plan):
            raise Cancelled("nothing was changed")
        for event in write_texts({item.path: item.text for item in preview.local if item.text is not None}, job.root):
            yield replace(event, run=journal.run)
        async for event in _proposed(job, preview.plan, outcome, journal):
            yield event
    for left in _left(job, preview, outcome):
        outcome.pending.append(left)
        yield Event(EventKind.PENDING, outcome=left["what"], detail=left, run=journal.run)


async def _proposed(job: Job, plan: Plan, outcome: Outcome, journal: Journal) -> AsyncIterator[Event]:
    """Carry the plan out under the project's lease, read again."""
    if plan.empty:
        await given_back(job, journal)
        async for event in applied_of(plan, job, journal, outcome.applied):
            yield event
        return
    lease = Lease(job, "upgrade", journal)
    try:
        async for event in lease.take():
            yield event
        again = await make_plan([change.resource for change in plan.changes], job.session)
        async for event in applied_of(again, job, journal, outcome.applied):
            lease.check()
            yield event
    finally:
        await lease.release()


def _left(job: Job, preview: Preview, outcome: Outcome) -> Iterator[dict[str, str]]:
    published = [{name: item[name] for name in ("what", "link", "who")} for item in pending_publication(outcome.applied)]
    if not published and preview.pull_request and FILES_KEY not in outcome.applied.settled:
        published = [{"what": "merge the pull request", "link": preview.pull_request, "who": "somebody with write access"}]
    yield from published
    for item in preview.conflicting:
        what = f"bring {item.path} up to date by hand: {item.reason} (lakestrap files --diff shows it)"
        link = f"https://github.com/{job.project.github.repository}/blob/HEAD/{item.path}"
        yield {"what": what, "link": link, "who": "somebody with write access"}
