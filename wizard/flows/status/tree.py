"""The generated files in the working tree: missing, out of date, edited.

Owns which of them count. An edit of the bundle, the samples or the documentation is what those files are for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.flows.files import Standing as FileStanding
from wizard.flows.files import compared
from wizard.flows.status.judgement import TEAMS_OWN
from wizard.flows.status.rows import SHARED, Row, Standing

if TYPE_CHECKING:
    from wizard.flows.job import Job

EDITS = frozenset({FileStanding.EDITED, FileStanding.BEHIND, FileStanding.FOREIGN})


def working_tree(job: Job) -> list[Row]:
    """A row for every file that is not as generated, or one that all are."""
    files = compared(job.project, job.root)
    rows = [_row(item.path, item.standing) for item in files if item.standing is not FileStanding.CURRENT and _counts(item)]
    return rows or [Row(SHARED, "files", "working tree", Standing.OK, f"{len(files)} generated files")]


def _counts(item: object) -> bool:
    path, standing = getattr(item, "path", ""), getattr(item, "standing", None)
    return standing not in EDITS or path.startswith(TEAMS_OWN)


def _row(path: str, standing: FileStanding) -> Row:
    hint = "lakestrap files --diff" if standing in EDITS else "lakestrap files"
    if standing is FileStanding.LEFT_OVER:
        hint = f"git rm {path}"
    return Row(SHARED, "files", path, Standing.DRIFT, f"{standing.value} in the working tree", hint)
