"""A repository whose project file is lost: the version that the repository still holds, else what the clouds tell, written back.

Owns the order of the use case. Changes nothing but that one file, and never one that is there.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.engine.events import Event, EventKind
from wizard.errors import BadInput, Problem
from wizard.flows.adopt.azure import marked, on_azure
from wizard.flows.adopt.compose import composed
from wizard.flows.adopt.github import on_github, projects, published_parameters
from wizard.flows.adopt.published import Published, doubts, published
from wizard.flows.adopt.usable import unlike, usable
from wizard.project import whole_file
from wizard.project.file import located, shown_as, text_of
from wizard.project.model import Project

if TYPE_CHECKING:
    from wizard.flows.adopt.evidence import OnAzure, OnGitHub
    from wizard.providers.session import Session

Json = Any


__all__ = ["CLOUDS", "Adopted", "adopt", "adopted", "projects", "refuse_a_file_that_is_there"]
CLOUDS = "as the clouds tell it"


@dataclass(frozen=True, slots=True)
class Adopted:
    """The file to be written, and what is not certain about it: a field path and why. Secretless, printable.

    ``repository`` holds a version of the file where ``published`` is one; ``text`` is that one's unless ``from_clouds``.
    """

    repository: str
    project: Project
    text: str
    unknown: tuple[tuple[str, str], ...]
    published: Published | None = None
    from_clouds: bool = True

    @property
    def source(self) -> str:
        """Where the text is from, in words."""
        return CLOUDS if self.from_clouds or self.published is None else f"as {self.published.where}"

    @property
    def other(self) -> str:
        """The other place that it could be from; empty where there is none."""
        if self.published is None:
            return ""
        return f"as {self.published.where}" if self.from_clouds else CLOUDS


def refuse_a_file_that_is_there(path: Path) -> Path:
    """The file to write. Raises ``BadInput`` where there is one already: it is the user's word, and it stands."""
    path = located(path)
    if path.exists():
        raise BadInput([Problem(shown_as(path), "there is a project file already", "move it away, or name another folder with --project")])
    return path


async def adopted(session: Session, repository: str, name: str = "", *, from_clouds: bool = False) -> Adopted:
    """Read everything; change nothing. A version in the repository is preferred, unless it is not wanted (``from_clouds``).

    Raises ``BadInput`` where nothing, or more than one project, is found.
    """
    github = await on_github(session, repository, name)
    several = not name and len(github.projects) > 1
    held, passed = (None, ()) if several else await published(session, github, name or next(iter(github.projects), ""))
    if held is not None and not from_clouds:
        return Adopted(github.repository, held.project, held.text, (*passed, *doubts(held, github)), held, from_clouds=False)
    found = await _in_the_clouds(session, github, name or _only(github))
    return replace(found, published=held, unknown=(*passed, *found.unknown))


async def _in_the_clouds(session: Session, github: OnGitHub, project: str) -> Adopted:
    groups, resources = await marked(session, project)
    environments = dict.fromkeys([*github.gates, *(thing.environment for thing in groups if thing.environment)])
    asked = (
        on_azure(session, project, each, github.gates.get(each), groups, resources, published_parameters(github, each))
        for each in environments
    )
    found = await asyncio.gather(*asked)
    azure: dict[str, OnAzure] = {each: seen for each, seen in zip(environments, found, strict=True) if seen is not None}
    if not azure:
        reason = f"nothing of {project} was found in {len(session.subscriptions)} subscriptions"
        raise BadInput(
            [Problem("OWNER/REPOSITORY", reason, "sign in as somebody who sees them: az login; or set up anew: lakestrap setup")]
        )
    result = composed(project, github, azure, lambda subscription: _spelled(session, subscription))
    lost = [each for each in environments if each not in azure and not github.gates[each].unread]
    gone = [(f"environments.{each}", "it is on GitHub and nowhere in Azure: left out") for each in lost]
    made, left_out = usable(result.raw)
    return Adopted(github.repository, made, text_of(made), (*result.unknown, *left_out, *gone, *await unlike(session, github, made)))


def _only(github: OnGitHub) -> str:
    if len(github.projects) == 1:
        return next(iter(github.projects))
    if github.projects:
        reason = f"{github.repository} holds several projects: {', '.join(sorted(github.projects))}"
        raise BadInput([Problem("--name", reason, "say which: --name NAME")])
    shown = " that GitHub shows you" if any(gate.unread for gate in github.gates.values()) else ""
    reason = f"no environment of {github.repository} bears a variable LAKESTRAP_PROJECT{shown}"
    raise BadInput([Problem("--name", reason, "say which project the clouds' marks name: --name NAME; or set up anew: lakestrap setup")])


def _spelled(session: Session, subscription: str) -> str:
    """The name of a subscription where no other has it; else its id."""
    names = Counter(item.name.lower() for item in session.subscriptions.values())
    seen = session.subscriptions.get(subscription)
    return seen.name if seen is not None and names[seen.name.lower()] == 1 else subscription


async def adopt(path: Path, found: Adopted) -> AsyncIterator[Event]:
    """Write the file and tell what is not certain about it. Raises ``BadInput`` where it cannot be written."""
    path = refuse_a_file_that_is_there(path)
    try:
        whole_file.replace(path, found.text.encode("utf-8"), durable=True)
    except OSError as problem:
        raise BadInput([Problem(shown_as(path), problem.strerror or str(problem), "make the folder writable")]) from problem
    yield Event(EventKind.FILE_WRITTEN, path.name, outcome=f"written, {found.source}")
    for field, why in found.unknown:
        yield Event(EventKind.NOTED, field, outcome=why)
