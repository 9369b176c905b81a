"""Answers kept while one goes: leaving and coming back resumes where one was.

Owns ``.lakestrap/answers.json`` (0600). Holds no secret: an answer cannot be one. A file that cannot be read counts as none.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path

from wizard.questions.answers import Answers

VERSION = 1
_FOLDER, _NAME = ".lakestrap", "answers.json"


def kept_at(root: Path) -> Path:
    """Where the answers for the project in that folder are kept."""
    return root / _FOLDER / _NAME


def keep(root: Path, answers: Answers) -> None:
    """Write the answers, replacing those before in one step. A disk that takes nothing more costs the resuming only."""
    path = kept_at(root)
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        ignored = path.parent / ".gitignore"
        if not ignored.exists():
            ignored.write_text("*\n", encoding="utf-8")
        handle, temporary = tempfile.mkstemp(prefix=".answers.", dir=path.parent)  # 0600 from the start
        body = {"version": VERSION, "answers": answers.data, "answered": sorted(answers.answered)}
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(body, stream, ensure_ascii=False, indent=1)
        Path(temporary).replace(path)


def resumed(root: Path) -> Answers | None:
    """The answers that were kept; ``None`` where there are none."""
    try:
        body = json.loads(kept_at(root).read_text(encoding="utf-8"))
        if body["version"] != VERSION or not isinstance(body["answers"], dict):
            return None
        return Answers(body["answers"], frozenset(map(str, body["answered"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def forget(root: Path) -> None:
    """Remove them: the project file says it all now."""
    with contextlib.suppress(OSError):
        kept_at(root).unlink()
