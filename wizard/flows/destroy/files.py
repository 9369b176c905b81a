"""The working tree when environments go: generated files taken out or written anew, edited ones left.

Owns deleting files of ours, which nothing else does. What a person changed is never touched.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from wizard.engine.events import Event, EventKind
from wizard.errors import BadInput, Problem
from wizard.flows.destroy.removal import FileChanges
from wizard.flows.working_tree import read_text, write_rendered
from wizard.render import header
from wizard.render.files import File


def local(root: Path, texts: Mapping[str, str | None]) -> FileChanges:
    """How the working tree differs from the wished texts (``None``: to go), and what in it is the user's own."""
    listed = read_text(root / header.MANIFEST) or ""
    removed, rewritten, kept = [], [], []
    for path, wished in texts.items():
        text = read_text(root / path)
        if text is None or text == wished:
            continue
        if header.state(path, text, listed) is not header.State.OURS:
            kept.append(path)
        elif wished is None:
            removed.append(path)
        else:
            rewritten.append(path)
    return FileChanges(tuple(removed), tuple(rewritten), tuple(kept))


def take_out(root: Path, texts: Mapping[str, str | None]) -> Iterator[Event]:
    """Delete and rewrite what is ours; the list of hashes goes last, since it tells what is. Raises ``BadInput`` for what cannot be."""
    found = local(root, texts)
    problems: list[Problem] = []
    for path in sorted(found.removed, key=lambda path: path == header.MANIFEST):
        try:
            (root / path).unlink(missing_ok=True)
        except OSError as problem:
            problems.append(Problem(str(root / path), problem.strerror or str(problem), "make the folder writable"))
            continue
        _remove_empty_folders(root, root / path)
        yield Event(EventKind.FILE_WRITTEN, path, "delete", outcome="removed")
    if problems:
        raise BadInput(problems)
    wanted = tuple(File(path, text) for path, text in texts.items() if text is not None and path in found.rewritten)
    yield from write_rendered(wanted, root)
    for path in found.kept:
        yield Event(EventKind.NOTED, path, outcome="yours; it was left as it is")


def _remove_empty_folders(root: Path, path: Path) -> None:
    """The folders that held nothing else, up to the project's own."""
    with contextlib.suppress(OSError):  # one that is not empty stays
        for folder in path.parents:
            if folder == root:
                return
            folder.rmdir()
