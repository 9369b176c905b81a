"""The rendered files in the user's working tree: written where they are ours to write, left alone where edited.

Owns writing, and nothing else that touches the user's files. What a person changed is never overwritten.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.engine.events import Event, EventKind
from wizard.errors import BadInput, Problem
from wizard.project import whole_file
from wizard.render import header
from wizard.render.files import File, render

if TYPE_CHECKING:
    from wizard.flows.job import Job
    from wizard.project.model import Project


def wished_files(job: Job) -> tuple[File, ...]:
    """The files for this project on this account's plan."""
    gates = {environment.name: job.facts.gates.approvals for environment in job.project.environments}
    return render(job.project, gates)


def write_files(job: Job) -> Iterator[Event]:
    """Write what is missing or out of date; tell what was written and which of the user's own versions were kept.

    Raises ``BadInput`` naming every path that cannot be written.
    """
    return write_rendered(wished_files(job), job.root)


def write_rendered(files: tuple[File, ...], root: Path) -> Iterator[Event]:
    """``write_files`` for files that are rendered already."""
    listed = read_text(root / header.MANIFEST) or ""
    ours: dict[str, str] = {}
    for file in files:
        text = read_text(root / file.path)
        if text is not None and text != file.text and header.state(file.path, text, listed) is not header.State.OURS:
            yield Event(EventKind.NOTED, file.path, outcome="yours differs from what would be generated; it was left as it is")
        else:
            ours[file.path] = file.text
    yield from write_texts(ours, root)


def write_texts(texts: Mapping[str, str], root: Path) -> Iterator[Event]:
    """Write texts by path where they differ from what is there. Raises ``BadInput`` naming every path that cannot be written."""
    problems: list[Problem] = []
    for name, text in texts.items():
        path = root / name
        if read_text(path) == text:
            continue
        try:
            whole_file.replace(path, text.encode("utf-8"))
        except OSError as problem:
            problems.append(Problem(str(path), problem.strerror or str(problem), "make the folder writable"))
            continue
        yield Event(EventKind.FILE_WRITTEN, name, outcome="written")
    if problems:
        raise BadInput(problems)
    with contextlib.suppress(OSError):
        _ignore_our_folder(root)


def edited_files(project: Project, root: Path) -> frozenset[str]:
    """Paths of generated files whose content in the working tree is the user's own."""
    listed = read_text(root / header.MANIFEST) or ""
    states = {file.path: (read_text(root / file.path), file.text) for file in render(project)}
    return frozenset(
        path
        for path, (text, wished) in states.items()
        if text is not None and text != wished and header.state(path, text, listed) is not header.State.OURS
    )


def read_text(path: Path) -> str | None:
    """The text of a file; ``None`` where there is none, or none that is text."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _ignore_our_folder(root: Path) -> None:
    """Keep journals and the kept rehearsal out of git, without touching the user's own ignore file."""
    inside = root / ".lakestrap" / ".gitignore"
    if not inside.exists():
        inside.parent.mkdir(mode=0o700, exist_ok=True)
        inside.write_text("*\n", encoding="utf-8")
