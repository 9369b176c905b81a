"""From which branch or tag a workflow may reach an environment right now.

Owns the choice only: the default branch where the environment admits it, else a branch or tag of its own that exists.
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.project.model import Environment, Project
    from wizard.providers.session import Session


@dataclass(frozen=True, slots=True)
class Source:
    """``ref`` is the branch or tag; empty where there is none yet, and then ``what``, ``link`` and ``who`` say what is missing."""

    ref: str
    what: str = ""
    link: str = ""
    who: str = "somebody with write access"


async def source_for(session: Session, project: Project, environment: Environment) -> Source:
    """The branch or tag to dispatch from."""
    from wizard.providers.github.references import branches, tags

    patterns, default = project.deploys_from(environment), project.github.default_branch
    of_branches = [pattern for pattern in patterns if not pattern.startswith("tag:")]
    of_tags = [pattern.removeprefix("tag:") for pattern in patterns if pattern.startswith("tag:")]
    if any(matches(pattern, default) for pattern in of_branches):
        return Source(default)
    repository = project.github.repository
    for wanted, read in ((of_branches, branches), (of_tags, tags)):
        for name in await read(session, repository) if wanted else ():
            if any(matches(pattern, name) for pattern in wanted):
                return Source(name)
    if of_branches:
        return Source("", f"push a branch {of_branches[0]}", f"https://github.com/{repository}/branches")
    return Source("", f"push a tag {of_tags[0]}", f"https://github.com/{repository}/releases/new")


def matches(pattern: str, name: str) -> bool:
    """GitHub's deployment policies: fnmatch in which ``*`` does not cross ``/``."""
    parts, names = pattern.split("/"), name.split("/")
    return len(parts) == len(names) and all(fnmatch.fnmatchcase(part, wanted) for part, wanted in zip(names, parts, strict=True))
