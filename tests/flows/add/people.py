"""Somebody who answers what adding asks, and the repository of the world as people change it.

Owns the stand-ins for people: answers, merges, commits, clones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wizard.engine.events import Event
from wizard.engine.plan import Plan
from wizard.flows.add import Preview, Request, Stale, add, opened, previewed
from wizard.flows.decisions import Outcome
from wizard.providers.signin import open_session
from wizard.sandbox.github import commits, models
from wizard.secret import Secret

REPOSITORY = "contoso/shop"


@dataclass
class Somebody:
    """Agrees to everything; says what is in ``answers`` where something is stale."""

    answers: dict[str, str | tuple[str, ...]] = field(default_factory=dict)
    agreed: bool = True
    asked: list[Stale] = field(default_factory=list)

    async def agrees(self, plan: Plan) -> bool:
        return self.agreed

    async def secret_value(self, name: str, environment: str) -> Secret | None:
        return None

    async def renewed(self, stale: Stale) -> str | tuple[str, ...] | None:
        self.asked.append(stale)
        return self.answers.get(stale.field)


@dataclass
class Done:
    """A run that ended."""

    preview: Preview
    outcome: Outcome
    events: list[Event]

    @property
    def made(self) -> set[str]:
        return {event.key for event in self.events if event.event == "change_made"}


async def look(path: Path, request: Request, person: Somebody | None = None) -> Preview:
    async with opened(path, request, person or Somebody()) as adding:
        return await previewed(adding)


async def added(path: Path, request: Request, person: Somebody | None = None) -> Done:
    person = person or Somebody()
    outcome = Outcome()
    async with opened(path, request, person) as adding:
        preview = await previewed(adding)
        events = [event async for event in add(adding, person, outcome, preview)]
    return Done(preview, outcome, events)


async def merged(number: int = 1) -> None:
    """Somebody merges a pull request."""
    async with await open_session() as session:
        await session.github(lambda github: github.requester.requestJsonAndCheck("PUT", f"/repos/{REPOSITORY}/pulls/{number}/merge"))


def committed(world: Any, changes: Mapping[str, str | None], branch: str = "main") -> None:
    """Somebody's commit on a branch."""
    repository = models.repository(world, REPOSITORY)
    assert repository is not None
    parent = models.ref_sha(world, REPOSITORY, f"refs/heads/{branch}")
    content = {path: None if text is None else text.encode() for path, text in changes.items()}
    sha = commits.commit_files(world, repository, parent, content, "By hand", "ana")
    models.move_ref(world, REPOSITORY, f"refs/heads/{branch}", sha, "ana")


def files(world: Any, branch: str = "main") -> dict[str, str]:
    """What a branch holds, by path."""
    return {path: content.decode() for path, content in models.files_at(world, REPOSITORY, f"refs/heads/{branch}").items()}


def cloned(world: Any, folder: Path, branch: str = "main") -> Path:
    """A fresh clone; its project file."""
    for name, text in files(world, branch).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "lakestrap.yaml"
