"""A repository whose project file is lost: read from the clouds what is ours there, and write the file back.

Owns the order of the use case. Changes nothing but that one file, and never one that is there.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.engine.events import Event, EventKind
from wizard.errors import BadInput, Problem
from wizard.flows.adopt.azure import marked, on_azure
from wizard.flows.adopt.compose import composed
from wizard.flows.adopt.github import on_github
from wizard.project.file import located, save, shown_as
from wizard.project.model import Project

if TYPE_CHECKING:
    from wizard.flows.adopt.evidence import OnAzure, OnGitHub
    from wizard.providers.session import Session

Json = Any


@dataclass(frozen=True, slots=True)
class Adopted:
    """The project as the clouds tell it, and what they do not: a field path and why."""

    project: Project
    unknown: tuple[tuple[str, str], ...]


def refuse_a_file_that_is_there(path: Path) -> Path:
    """The file to write. Raises ``BadInput`` where there is one already: it is the user's word, and it stands."""
    path = located(path)
    if path.exists():
        raise BadInput([Problem(shown_as(path), "there is a project file already", "move it away, or name another folder with --project")])
    return path


async def adopted(session: Session, repository: str, name: str = "") -> Adopted:
    """Read everything; change nothing. Raises ``BadInput`` where nothing, or more than one project, is found."""
    github = await on_github(session, repository, name)
    project = name or _only(github)
    groups, resources = await marked(session, project)
    environments = dict.fromkeys([*github.gates, *(thing.environment for thing in groups if thing.environment)])
    found = await asyncio.gather(*(on_azure(session, project, each, github.gates.get(each), groups, resources) for each in environments))
    azure: dict[str, OnAzure] = {each: seen for each, seen in zip(environments, found, strict=True) if seen is not None}
    if not azure:
        reason = f"nothing of {project} was found in {len(session.subscriptions)} subscriptions"
        raise BadInput(
            [Problem("OWNER/REPOSITORY", reason, "sign in as somebody who sees them: az login; or set up anew: lakestrap setup")]
        )
    result = composed(project, github, azure, lambda subscription: _spelled(session, subscription))
    gone = [(f"environments.{each}", "it is on GitHub and nowhere in Azure: left out") for each in environments if each not in azure]
    return Adopted(Project.model_validate(result.raw), (*result.unknown, *gone))


def _only(github: OnGitHub) -> str:
    if len(github.projects) == 1:
        return next(iter(github.projects))
    if github.projects:
        reason = f"{github.repository} holds several projects: {', '.join(sorted(github.projects))}"
        raise BadInput([Problem("--name", reason, "say which: --name NAME")])
    reason = f"no environment of {github.repository} bears the variable LAKESTRAP_PROJECT"
    raise BadInput([Problem("--name", reason, "say which project the clouds' marks name: --name NAME; or set up anew: lakestrap setup")])


def _spelled(session: Session, subscription: str) -> str:
    """The name of a subscription where no other has it; else its id."""
    names = Counter(item.name.lower() for item in session.subscriptions.values())
    seen = session.subscriptions.get(subscription)
    return seen.name if seen is not None and names[seen.name.lower()] == 1 else subscription


async def adopt(path: Path, found: Adopted) -> AsyncIterator[Event]:
    """Write the file and tell what it cannot say."""
    path = refuse_a_file_that_is_there(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    save(path, found.project)
    yield Event(EventKind.FILE_WRITTEN, path.name, outcome="written")
    for field, why in found.unknown:
        yield Event(EventKind.NOTED, field, outcome=why)
