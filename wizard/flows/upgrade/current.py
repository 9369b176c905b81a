"""The repository's generated files against what this version generates, and what they become: edits kept, the rest brought up to date.

Owns that comparison. Reads only: the repository, and git's history of the clone or GitHub's for the version that we once wrote.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import BadInput
from wizard.flows.files import as_we_wrote_it
from wizard.project import file as project_file
from wizard.project import positions
from wizard.project.model import FILE_NAME, VERSION
from wizard.providers.github.contents import earlier_texts
from wizard.render import header
from wizard.render.following import Fate, Followed, followed, listing, split

if TYPE_CHECKING:
    from wizard.flows.job import Job
    from wizard.providers.github.contents import Snapshot

EDITED_ONLY = "yours, up to date but for your edits"
REMOVED = "somebody removed it"


async def compared(job: Job, wished: Mapping[str, str], seen: Snapshot) -> tuple[Followed, ...]:
    """One entry for every generated file, then the list of hashes, then the project file."""
    listed = seen.texts.get(header.MANIFEST) or ""
    names = [name for name in wished if name != header.MANIFEST]
    files = list(await asyncio.gather(*(_one(job, name, seen, wished[name], listed) for name in names)))
    files += _manifest(files, seen.texts.get(header.MANIFEST), wished)
    return (*files, *project_text(seen.texts.get(FILE_NAME)))


async def _one(job: Job, name: str, seen: Snapshot, wished: str, listed: str) -> Followed:
    found = seen.texts.get(name)
    if found is not None and found.replace("\r\n", "\n") == wished:
        return Followed(name, Fate.SAME, found, found)
    if found is None:
        if await _base(job, name, seen, None) is not None:
            return Followed(name, Fate.LEFT, None, None, REMOVED)
        return Followed(name, Fate.NEW, wished)
    state = header.state(name, found, listed)
    if state is header.State.OURS:
        return Followed(name, Fate.CHANGED, wished, found)
    if state is header.State.FOREIGN:
        return Followed(name, Fate.LEFT, found, found, "somebody else's file is in its place")
    noted = header.written_hash(name, found, listed)
    if noted == header.digest(split(name, wished)[1]):
        return Followed(name, Fate.SAME, found, found, EDITED_ONLY)
    base = await _base(job, name, seen, noted)
    if base is None:
        return Followed(name, Fate.LEFT, found, found, "you edited it, and the version that was generated is not in the history")
    result = followed(name, base, found, wished, listed)
    return replace(result, fate=Fate.LEFT, reason="it is as edited") if result.fate is Fate.SAME and result.text != wished else result


async def _base(job: Job, name: str, seen: Snapshot, noted: str | None) -> str | None:
    """The version that we wrote: from the clone's history, else from GitHub's; with ``noted`` the very one of that hash."""
    local = as_we_wrote_it(name, job.root)
    if local is not None and noted in (None, header.digest(split(name, local)[1])):
        return local
    async for text, listed in earlier_texts(job.session, job.project.github.repository, seen.commit, name, header.MANIFEST):
        if header.written_by_us(name, text, listed) and noted in (None, header.digest(split(name, text)[1])):
            return text
    return None


def _manifest(files: list[Followed], found: str | None, wished: Mapping[str, str]) -> Iterator[Followed]:
    """The hashes of what would be written, edited or not, as we would have written it."""
    written = {f.path: wished[f.path] for f in files if f.fate in (Fate.NEW, Fate.CHANGED) and not header.commentable(f.path)}
    if found is None or written:
        text = listing(found, written)
        yield Followed(header.MANIFEST, Fate.SAME if text == found else Fate.CHANGED if found else Fate.NEW, text, found)


def project_text(text: str | None) -> Iterator[Followed]:
    """A project file in this version's format, comments kept; nothing where there is none or it is valid in no format."""
    if text is None or version_of(text) in (None, VERSION):
        return
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / FILE_NAME
            path.write_text(text, encoding="utf-8", newline="")
            project_file.save(path, project_file.load(path))
            with path.open(encoding="utf-8", newline="") as stream:
                yield Followed(FILE_NAME, Fate.CHANGED, stream.read(), text)
    except BadInput as wrong:
        yield Followed(FILE_NAME, Fate.LEFT, text, text, wrong.message)


def version_of(text: str) -> object:
    """What stands under ``version``; ``None`` where nothing does."""
    document, problem = positions.parse(text, FILE_NAME)
    raw = None if problem else positions.plain(document)
    return raw.get("version") if isinstance(raw, dict) else None
