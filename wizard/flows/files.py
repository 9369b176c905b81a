"""The generated files of a working tree against what would be generated now: missing, out of date, edited.

Owns that comparison and the difference that is shown of an edited file. Needs no sign-in, asks no cloud, and writes nothing: that is
``working_tree``'s. Where git is, the version that we once wrote is looked up in its history.
"""

from __future__ import annotations

import difflib
import subprocess
from collections.abc import Container, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.flows.working_tree import read_text
from wizard.render import header
from wizard.render.files import File, render

if TYPE_CHECKING:
    from wizard.project.model import Project

DEPLOY = ".github/workflows/deploy.yml"
BY_HAND = "github.event_name == 'workflow_dispatch'"
WORKFLOWS = ".github/workflows/"
FOLDERS = (".github", "docs", "infra", "resources", "src", "tests")
"""Where generated files lie that may be left over."""
MARKED = frozenset({".bicep", ".md", ".py", ".sh", ".sql", ".txt", ".yml"})
"""Formats that bear our header."""
OLDEST = 50
"""Commits of a file that are looked at for the version we wrote."""


class Standing(Enum):
    """How a file stands to what would be generated. The values are words for people."""

    CURRENT = "up to date"
    MISSING = "missing"
    OUTDATED = "out of date"
    EDITED = "edited"
    BEHIND = "edited, and out of date"
    FOREIGN = "not generated"
    LEFT_OVER = "left over"


DIFFERS = frozenset({Standing.MISSING, Standing.OUTDATED, Standing.BEHIND, Standing.LEFT_OVER})
"""What makes ``lakestrap files --check`` end with 5. An edit alone is the user's right."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One file: its standing, its text in the working tree (``None`` where it is missing) and the text that would be generated."""

    path: str
    standing: Standing
    found: str | None
    wished: str


def wished_offline(project: Project, root: Path) -> tuple[File, ...]:
    """The files as set-up renders them, without asking GitHub what it enforces.

    Set-up has written into ``deploy.yml`` whether production waits for a person by hand. Where there is no such file yet, it does:
    the stricter answer, which the next set-up corrects.
    """
    deploy = read_text(root / DEPLOY)
    enforced = deploy is not None and BY_HAND not in deploy
    return render(project, {environment.name: enforced for environment in project.environments})


def compared(project: Project, root: Path) -> tuple[Compared, ...]:
    """Every generated file and how it stands, sorted by path."""
    listed = read_text(root / header.MANIFEST) or ""
    wished = wished_offline(project, root)
    found = [
        Compared(file.path, _standing(file, read_text(root / file.path), listed), read_text(root / file.path), file.text) for file in wished
    ]
    found += [Compared(path, Standing.LEFT_OVER, text, "") for path, text in _left_over(root, {file.path for file in wished}, listed)]
    return tuple(sorted(found, key=lambda item: item.path))


def _left_over(root: Path, known: Container[str], listed: str) -> Iterator[tuple[str, str]]:
    """Files that we once wrote and would not write now. A workflow runs, edited or not; anything else that was edited is the user's."""
    marked = (path for folder in FOLDERS for path in (root / folder).rglob("*") if path.suffix in MARKED)
    noted = (root / name for name in header.listed_in(listed))
    for path in sorted({*marked, *noted}):
        name, text = path.relative_to(root).as_posix(), read_text(path)
        if name in known or text is None:
            continue
        state = header.state(name, text, listed)
        if state is header.State.OURS or (state is header.State.EDITED and name.startswith(WORKFLOWS)):
            yield name, text


def _standing(file: File, text: str | None, listed: str) -> Standing:
    if text is None:
        return Standing.MISSING
    if text.replace("\r\n", "\n") == file.text:
        return Standing.CURRENT
    state = header.state(file.path, text, listed)
    if state is header.State.OURS:
        return Standing.OUTDATED
    if state is header.State.FOREIGN:
        return Standing.FOREIGN
    wished = header.written_hash(file.path, file.text, header.manifest(((file.path, file.text),)))
    return Standing.EDITED if header.written_hash(file.path, text, listed) == wished else Standing.BEHIND


def difference(item: Compared, root: Path) -> Iterator[str]:
    """Lines that show an edited or outdated file: three-way where the version we wrote is found, from there to both sides."""
    if item.found is None or item.standing in (Standing.CURRENT, Standing.LEFT_OVER):
        return
    base = None if item.standing is Standing.OUTDATED else as_we_wrote_it(item.path, root)
    if base is None:
        yield from _diff(item.found, item.wished, item.path, "yours", "generated now")
        return
    yield from _diff(base, item.found, item.path, "as it was generated", "your edits")
    yield from _diff(base, item.wished, item.path, "as it was generated", "generated now")


def _diff(before: str, after: str, path: str, first: str, second: str) -> Iterator[str]:
    old, new = (text.replace("\r\n", "\n").splitlines() for text in (before, after))
    return difflib.unified_diff(old, new, fromfile=f"{path} ({first})", tofile=f"{path} ({second})", lineterm="")


def as_we_wrote_it(path: str, root: Path) -> str | None:
    """The newest version in git's history that nobody had edited; ``None`` without git or without such a version."""
    for commit in (_git(root, "log", f"--max-count={OLDEST}", "--format=%H", "--", path) or "").split():
        text = _git(root, "show", f"{commit}:./{path}")
        listed = "" if header.commentable(path) else _git(root, "show", f"{commit}:./{header.MANIFEST}") or ""
        if text is not None and header.written_by_us(path, text, listed):
            return text
    return None


def _git(root: Path, *arguments: str) -> str | None:
    try:
        ended = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False, timeout=30)
        return ended.stdout.decode("utf-8") if ended.returncode == 0 else None
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
