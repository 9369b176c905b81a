"""What a rotation would do: every credential with its copies, age, expiry and readers, and the task that it has.

Owns the decision, which is data: printable and without a secret. Reads only; nothing is asked here and nothing is changed.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from wizard.errors import NotAllowed
from wizard.flows.patience import patiently
from wizard.flows.rotate.credentials import credentials_of
from wizard.flows.rotate.notes import Note, Notebook, Phase

if TYPE_CHECKING:
    from wizard.flows.job import Job
    from wizard.flows.rotate.credential import Copy, Credential, Held, Standing
    from wizard.flows.rotate.wishes import Wishes


class Task(StrEnum):
    """What is to be done with a credential."""

    ROTATE = "rotate"
    FINISH = "finish"
    """An interrupted rotation: forward where the store holds the new value, back where it does not."""
    RETIRE = "retire"
    UNDO = "undo"
    WAIT = "wait"
    """Rotated; the old one is still in its grace."""
    SKIP = "skip"
    KEEP = "keep"


@dataclass(slots=True)
class Item:
    """One credential as it stands, and what would be done. ``obstacles`` stop the whole run before any change."""

    credential: Credential
    book: Notebook
    held: tuple[Held, ...] = ()
    copies: tuple[tuple[Copy, Standing], ...] = ()
    task: Task = Task.KEEP
    reason: str = ""
    obstacles: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)

    @property
    def note(self) -> Note | None:
        return self.book.notes.get(self.credential.key)

    @property
    def active(self) -> Held | None:
        """The one whose value the copies hold; ``None`` where the issuer has it no more."""
        return next((held for held in self.held if held.active), None)

    @property
    def expires(self) -> datetime | None:
        return self.active.expires if self.active else None

    def as_dict(self) -> dict[str, object]:
        """The printable form, for ``--json``."""
        active = self.active
        copies = [
            {"place": copy.place, "there": seen.there, "written": _text(seen.written), "expires": _text(seen.expires)}
            for copy, seen in self.copies
        ]
        at_issuer = [
            {"id": h.id, "label": h.label, "ours": h.ours, "active": h.active, "created": _text(h.created), "expires": _text(h.expires)}
            for h in self.held
        ]
        return {
            "key": self.credential.key,
            "kind": self.credential.kind,
            "environment": self.credential.environment,
            "task": str(self.task),
            "reason": self.reason,
            "created": _text(active.created) if active else "",
            "expires": _text(self.expires),
            "copies": copies,
            "readers": list(self.credential.readers),
            "warnings": list(self.credential.warnings),
            "issuer": at_issuer,
            "obstacles": list(self.obstacles),
        }


@dataclass(frozen=True, slots=True)
class Preview:
    """Every credential of the project, environments in promotion order. ``now`` is the server's time."""

    items: tuple[Item, ...]
    wishes: Wishes
    now: datetime
    secretless: bool
    """No job signs in with anything that is stored."""

    @property
    def doing(self) -> tuple[Item, ...]:
        """What would change something, unfinished business first, then new rotations in promotion order."""
        first = (Task.FINISH, Task.UNDO, Task.RETIRE)
        return tuple(i for i in self.items if i.task in first) + tuple(i for i in self.items if i.task is Task.ROTATE)

    def counts(self) -> dict[str, int]:
        found = {str(task): sum(item.task is task for item in self.items) for task in Task}
        return {task: count for task, count in found.items() if count}

    def refuse_what_cannot_be(self) -> None:
        """Raise ``NotAllowed`` with every obstacle at once."""
        stopped = [item for item in self.items if item.obstacles]
        if stopped:
            lines = [f"cannot rotate {item.credential.key}: {line}" for item in stopped for line in item.obstacles]
            raise NotAllowed("\n".join(lines), hints=list(dict.fromkeys(hint for item in stopped for hint in item.hints)))


async def previewed(job: Job, wishes: Wishes) -> Preview:
    """Read every credential of the project and decide. Raises what the reading raises."""
    repository = job.project.github.repository
    names = [environment.name for environment in job.project.environments]
    opening = (patiently(lambda name=name: Notebook.opened(job.session, repository, name)) for name in names)  # type: ignore[misc]
    now, *opened = await asyncio.gather(patiently(lambda: server_time(job)), *opening)
    books = {book.environment: book for book in opened if isinstance(book, Notebook)}
    assert isinstance(now, datetime)
    credentials = credentials_of(job.project, job.facts)
    items = [Item(credential, books[credential.environment]) for credential in credentials]
    await asyncio.gather(*(patiently(lambda item=item: _looked_at(job, item, wishes, now)) for item in items))  # type: ignore[misc]
    items = [item for item in items if item.note or not item.credential.replaced or any(held.ours for held in item.held)]
    return Preview(tuple(items), wishes, now, not any(i.credential.read_by_jobs or i.credential.replaced for i in items))


async def server_time(job: Job) -> datetime:
    """GitHub's clock: laptops disagree about when a grace ends."""
    from wizard.providers.github.rest import path_of, with_server_time

    _, text = await with_server_time(job.session, path_of(job.project.github.repository))
    return parsedate_to_datetime(text).astimezone(UTC)


async def _looked_at(job: Job, item: Item, wishes: Wishes, now: datetime) -> None:
    credential, session, note = item.credential, job.session, item.note
    item.reason = await credential.skipped(session)
    if item.reason:
        item.task = Task.SKIP
        return
    known = frozenset((*note.ending, note.staying)) if note else frozenset()
    reading = asyncio.gather(*(copy.standing(session) for copy in credential.copies))
    item.held, standings = await asyncio.gather(credential.inventory(session, known), reading)
    item.copies = tuple(zip(credential.copies, standings, strict=True))
    item.task, item.reason = _task(item, wishes, now)
    item.obstacles, item.hints = [], []
    if item.task is Task.ROTATE:
        await _obstacles(job, item)


def _task(item: Item, wishes: Wishes, now: datetime) -> tuple[Task, str]:
    note, covered = item.note, wishes.covers(item.credential.environment, item.credential.kind)
    if note is not None and note.phase is not Phase.RETIRING:
        return Task.FINISH, f"a rotation of {note.since:%Y-%m-%d %H:%M} UTC was interrupted"
    if item.credential.replaced and (note is None or wishes.undo):
        return Task.KEEP, "the workflows sign in without it; to go on: lakestrap migrate oidc"
    if note is not None and wishes.undo and covered:
        return Task.UNDO, "the old one goes back into every copy"
    if note is not None and note.after is not None:
        until = f"{note.after:%Y-%m-%d %H:%M} UTC"
        return (Task.RETIRE, f"the grace ended at {until}") if note.after <= now else (Task.WAIT, f"the old one is valid until {until}")
    if wishes.undo or not covered:
        return Task.KEEP, "nothing to undo" if wishes.undo else ""
    return _due(item, wishes, now)


def _due(item: Item, wishes: Wishes, now: datetime) -> tuple[Task, str]:
    active, expires = item.active, item.expires
    if item.credential.guided and not (wishes.named and (wishes.kinds or wishes.everything)):
        return Task.KEEP, f"somebody else issues it: --credential {item.credential.kind}"
    if active is None:
        return Task.ROTATE, "its issuer does not know the one in the copies any more"
    if expires is not None and expires <= now + wishes.within:
        return Task.ROTATE, f"it {'expired' if expires <= now else 'expires'} on {expires:%Y-%m-%d}"
    return (Task.ROTATE, "as asked") if wishes.named else (Task.KEEP, "not due")


async def _obstacles(job: Job, item: Item) -> None:
    """Everything that would stop it half way, found before anything is changed."""
    credential, session = item.credential, job.session
    if any(not seen.there for copy, seen in item.copies[:1]):
        item.obstacles.append(f"{item.copies[0][0].place} does not exist: it has not been set up")
        item.hints.append("lakestrap setup")
        return
    if credential.room is not None and len(item.held) >= credential.room:
        there = "; ".join(f"{held.id} ({'ours' if held.ours else 'not ours'}, {_text(held.created) or 'no date'})" for held in item.held)
        item.obstacles.append(f"the issuer holds {len(item.held)} of at most {credential.room}: {there}")
        item.hints.append("end one that nobody uses any more; lakestrap ends none that is not its own")
    full = await asyncio.gather(item.book.room(session), *(copy.room(session) for copy in credential.copies))
    item.obstacles += [text for text in full if text]
    why, hint = await credential.refused(session)
    if why:
        item.obstacles.append(why)
        item.hints += [hint] if hint else []


def _text(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else ""
