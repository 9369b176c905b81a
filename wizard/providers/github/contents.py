"""Texts of a repository's files at one commit, and the pull request of ours that may be open.

Owns the reading only. https://docs.github.com/rest/repos/contents
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wizard.providers.github.branch import head_of
from wizard.providers.github.rest import found, listed, path_of

if TYPE_CHECKING:
    from wizard.providers.session import Session

LOOKED_BACK = 30
"""Commits of a file that are looked at for an earlier version of it."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``texts`` by path, ``None`` where there is no such file or it is no text; ``pull_request`` is the address of ours, if it is open."""

    commit: str
    texts: Mapping[str, str | None] = field(default_factory=dict)
    pull_request: str = ""


async def snapshot(session: Session, repository: str, branch: str, proposal: str, paths: Iterable[str]) -> Snapshot | None:
    """The files as our open pull request from the branch ``proposal`` has them, else as ``branch`` has them.

    ``None`` where there is no such repository or branch.
    """
    owner = repository.partition("/")[0]
    wanted = {"state": "open", "head": f"{owner}:{proposal}", "base": branch}
    pulls = await listed(session, path_of(repository, "pulls"), parameters=wanted)
    commit = (await head_of(session, repository, proposal) if pulls else "") or await head_of(session, repository, branch)
    if not commit:
        return None
    names = tuple(paths)
    texts = await asyncio.gather(*(text_at(session, repository, commit, name) for name in names))
    return Snapshot(commit, dict(zip(names, texts, strict=True)), str(pulls[0]["html_url"]) if pulls else "")


async def text_at(session: Session, repository: str, commit: str, path: str) -> str | None:
    """The text of one file; ``None`` where there is none, or none that is text."""
    body = await found(session, f"/repos/{repository}/contents/{path}", parameters={"ref": commit})
    if not isinstance(body, dict) or body.get("encoding") != "base64":
        return None
    try:
        return base64.b64decode(body["content"]).decode("utf-8")
    except UnicodeDecodeError:
        return None


async def earlier_texts(session: Session, repository: str, commit: str, path: str, beside: str) -> AsyncIterator[tuple[str, str]]:
    """The versions of a file, newest first, each with the text of the file ``beside`` it (``""`` where there was none)."""
    parameters = {"sha": commit, "path": path, "per_page": str(LOOKED_BACK)}
    for row in await found(session, path_of(repository, "commits"), parameters=parameters) or ():
        text, other = await asyncio.gather(*(text_at(session, repository, row["sha"], name) for name in (path, beside)))
        if text is not None:
            yield text, other or ""
