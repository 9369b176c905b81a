"""Branches, tags and open pull requests, as far as it matters from where a workflow can be started.

Owns the reading only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.providers.github.rest import found, listed, path_of

if TYPE_CHECKING:
    from wizard.providers.session import Session

SEARCHED = "20"
"""How many open pull requests are searched, newest first."""


async def branches(session: Session, repository: str) -> tuple[str, ...]:
    """The names of all branches."""
    return tuple(row["name"] for row in await listed(session, path_of(repository, "branches")))


async def tags(session: Session, repository: str) -> tuple[str, ...]:
    """The names of all tags, in GitHub's order."""
    return tuple(row["name"] for row in await listed(session, path_of(repository, "tags")))


async def open_pull_request(session: Session, repository: str, path: str) -> str:
    """The address of the newest open pull request that brings a file; empty where there is none."""
    parameters = {"state": "open", "sort": "created", "direction": "desc", "per_page": SEARCHED}
    for pull in await found(session, path_of(repository, "pulls"), parameters=parameters) or ():
        files = await listed(session, path_of(repository, "pulls", str(pull["number"]), "files"))
        if any(file["filename"] == path for file in files):
            return str(pull["html_url"])
    return ""
