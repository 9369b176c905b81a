"""How far the files are published: what base branch, our branch and the pull request hold.

Owns the comparison, by git's own blob names, so that no content is fetched. Only reads.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wizard.errors import BadInput, Problem
from wizard.providers.github.branch import head_of
from wizard.providers.github.rest import found, listed, path_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wizard.providers.session import Session

Json = Any
WrittenByUs = Callable[[str, str, str], bool]
"""(path, text, text of the manifest beside it) -> whether the content is as we wrote it."""
MANIFEST = "infra/generated.sha256"
"""Where the hashes of our files without a header stand."""


@dataclass(frozen=True, slots=True)
class Published:
    """``base`` and ``ours`` are heads (``""``: no such branch); the paths are those that still differ there."""

    full_name: str
    default_branch: str
    base: str = ""
    missing_in_base: tuple[str, ...] = ()
    ours: str = ""
    missing_in_ours: tuple[str, ...] = ()
    stale: bool = False
    """Our branch is left over from an earlier pull request."""
    begun: bool = False
    """The base holds nothing but files of ours: the first commit of an empty repository, interrupted."""
    pull_request: Mapping[str, Json] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    """Paths whose content on the base is the team's own: they are neither changed nor proposed."""

    @property
    def merged(self) -> bool:
        return bool(self.base) and not self.missing_in_base

    @property
    def proposed(self) -> bool:
        return bool(self.pull_request) and not self.missing_in_ours


def blob_name(text: str) -> str:
    """The name git gives to a file of this text."""
    content = text.encode()
    return hashlib.sha1(f"blob {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()


async def published(
    session: Session, repository: str, base: str, branch: str, files: Mapping[str, str | None], written_by_us: WrittenByUs
) -> Published | None:
    """Where the files stand; ``None`` where there is no such repository. A file whose text is ``None`` shall not be there."""
    body = await found(session, path_of(repository))
    if body is None:
        return None
    name, default = body["full_name"], body["default_branch"]
    wanted = {path: None if text is None else blob_name(text) for path, text in files.items()}
    head = await head_of(session, name, base)
    if not head:
        if base != default:
            reason = f"{name} has no branch {base}; its default branch is {default}"
            raise BadInput([Problem("github.default_branch", reason, f"write `default_branch: {default}`, or create the branch")])
        return Published(name, default, missing_in_base=tuple(files))
    there = await blobs(session, name, head, wanted)
    kept = await _kept(session, name, head, [path for path, sha in wanted.items() if there.get(path, sha) != sha], written_by_us)
    for path in kept:
        del wanted[path]
    missing = tuple(path for path, sha in wanted.items() if there.get(path) != sha)
    if not missing:
        return Published(name, default, base=head, kept=kept)
    if await _begun(session, name, head, there, wanted):
        return Published(name, default, base=head, missing_in_base=missing, begun=True, kept=kept)
    ours, pulls = await asyncio.gather(head_of(session, name, branch), _pulls(session, name, base, branch))
    if not ours:
        return Published(name, default, base=head, missing_in_base=missing, kept=kept)
    held = await blobs(session, name, ours, wanted)
    missing_in_ours = tuple(path for path, sha in wanted.items() if held.get(path) != sha)
    pull = pulls[0] if pulls else {}
    stale = not pull and await _stale(session, name, base, branch)
    return Published(name, default, head, missing, ours, missing_in_ours, stale, False, pull, kept)


async def _kept(session: Session, name: str, commit: str, differing: list[str], written_by_us: WrittenByUs) -> tuple[str, ...]:
    """Those of the differing files that are not as we wrote them, but somebody's own."""
    if not differing:
        return ()
    listed_hashes, *texts = await asyncio.gather(*(_text(session, name, commit, path) for path in (MANIFEST, *differing)))
    return tuple(path for path, text in zip(differing, texts, strict=True) if not written_by_us(path, text, listed_hashes))


async def _text(session: Session, name: str, commit: str, path: str) -> str:
    body = await found(session, f"/repos/{name}/contents/{path}", parameters={"ref": commit})
    return base64.b64decode(body["content"]).decode("utf-8", "replace") if isinstance(body, dict) and body.get("content") else ""


async def _pulls(session: Session, name: str, base: str, branch: str) -> list[Json]:
    head = f"{name.partition('/')[0]}:{branch}"
    return await listed(session, path_of(name, "pulls"), parameters={"state": "open", "head": head, "base": base})


async def _begun(session: Session, name: str, head: str, there: Mapping[str, str], wanted: Mapping[str, str | None]) -> bool:
    if any(wanted.get(path) != sha for path, sha in there.items()):
        return False
    return len(await found(session, path_of(name, "commits"), parameters={"sha": head, "per_page": "2"})) == 1


async def _stale(session: Session, name: str, base: str, branch: str) -> bool:
    comparison = await found(session, f"/repos/{name}/compare/{base}...{branch}")
    return comparison is None or comparison["status"] in ("behind", "diverged")


async def blobs(session: Session, name: str, commit: str, wanted: Iterable[str]) -> dict[str, str]:
    """``{path: blob name}`` of a whole commit, or of the wanted paths where GitHub cuts the list short."""
    tree = await found(session, path_of(name, "git", "trees", commit), parameters={"recursive": "1"})
    rows = {row["path"]: row["sha"] for row in tree["tree"] if row["type"] == "blob"}
    if tree["truncated"]:
        for path in (path for path in wanted if path not in rows):
            body = await found(session, f"/repos/{name}/contents/{path}", parameters={"ref": commit})
            rows |= {path: body["sha"]} if isinstance(body, dict) else {}
    return rows
