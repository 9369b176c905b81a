"""The project file where the repository still holds one: on its default branch, in our proposal, in the past, on another branch.

Owns that search, in this order. Reads only; a file that cannot be read as one of ours is passed over and told.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wizard.errors import BadInput
from wizard.flows.check_github import PROPOSAL
from wizard.project.file import parsed
from wizard.project.model import FILE_NAME, Project
from wizard.providers.github.contents import earlier_texts, text_at
from wizard.providers.github.rest import listed, path_of

if TYPE_CHECKING:
    from wizard.flows.adopt.evidence import OnGitHub
    from wizard.providers.session import Session

AT_MOST = 30
"""Other branches that are looked into."""


@dataclass(frozen=True, slots=True)
class Published:
    """``text`` as it stands there, comments included; ``where`` in words that follow "as"."""

    text: str
    project: Project
    where: str
    current: bool
    """Whether it is the default branch's own of now."""


async def published(session: Session, github: OnGitHub, name: str) -> tuple[Published | None, tuple[tuple[str, str], ...]]:
    """The likeliest one of the project ``name`` (of any where it is empty), and what was passed over: a place and why."""
    passed: dict[str, str] = {}
    if not github.commit:  # an empty repository has no past to look at
        return None, ()
    async for text, where in _texts(session, github.repository, github.default_branch):
        try:
            project = parsed(text, FILE_NAME)
        except BadInput as wrong:
            passed.setdefault(where, f"cannot be used: {wrong.problems[0] if wrong.problems else wrong.message}")
            continue
        if name and project.name != name:
            passed.setdefault(where, f"is of the project {project.name}")
            continue
        return Published(text, project, where, where == f"{github.default_branch} holds it"), tuple(passed.items())
    return None, tuple(passed.items())


async def _texts(session: Session, repository: str, branch: str) -> AsyncIterator[tuple[str, str]]:
    """Every version that is worth a look, with where it is; the next is read only when the one before was of no use."""
    text = await text_at(session, repository, branch, FILE_NAME)
    if text is not None:
        yield text, f"{branch} holds it"
    others = [str(row["name"]) for row in await listed(session, path_of(repository, "branches")) if row["name"] != branch]
    if PROPOSAL in others:
        text = await text_at(session, repository, PROPOSAL, FILE_NAME)
        if text is not None:
            yield text, f"the branch {PROPOSAL} holds it"
    async for earlier, _ in earlier_texts(session, repository, branch, FILE_NAME, FILE_NAME):
        yield earlier, f"{branch} held it before it was removed"
    rest = [name for name in others if name != PROPOSAL][:AT_MOST]
    found = await asyncio.gather(*(text_at(session, repository, name, FILE_NAME) for name in rest))
    for name, text in zip(rest, found, strict=True):
        if text is not None:
            yield text, f"the branch {name} holds it"


def doubts(found: Published, github: OnGitHub) -> Iterator[tuple[str, str]]:
    """What GitHub tells of now and that version does not: a field path and why."""
    project = found.project
    if project.github.repository.lower() != github.repository.lower():
        yield (
            "github.repository",
            f"it says {project.github.repository}, and GitHub calls it {github.repository}: lakestrap migrate subject",
        )
    names = {environment.name for environment in project.environments}
    for name, gate in github.gates.items():
        if name not in names and gate.project == project.name:
            yield f"environments.{name}", "it is on GitHub and not in this version: compose the file from the clouds instead"
    for name in sorted(names - set(github.gates)):
        yield f"environments.{name}", "this version has it and GitHub has not: lakestrap plan tells what would be made"
    if not found.current:
        yield FILE_NAME, f"an older version ({found.where}): lakestrap plan tells what has changed since"
