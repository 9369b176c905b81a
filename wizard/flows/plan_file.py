"""A plan on disk: made by ``plan --out``, looked at by people, carried out by ``apply`` if nothing moved since.

Owns the file's form. It holds what is to be done and fingerprints of project and world; never a secret.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import BadInput, Problem

if TYPE_CHECKING:
    from wizard.engine.plan import Plan
    from wizard.flows.job import Job

VERSION = 1


def _project_digest(job: Job) -> str:
    return hashlib.sha256(job.project.model_dump_json().encode()).hexdigest()


def write_plan_file(path: Path, plan: Plan, job: Job) -> None:
    """Write the plan, 0600. Raises ``BadInput`` where the place cannot be written."""
    content = {
        "lakestrap_plan": VERSION,
        "project": job.project.name,
        "project_digest": _project_digest(job),
        "tenant": job.session.tenant,
        "fingerprint": plan.fingerprint(),
        "counts": plan.counts(),
        "changes": [change.as_dict() for change in plan.changes],
    }
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    except OSError as problem:
        raise BadInput([Problem(str(path), f"cannot be written: {problem.strerror}", "name another file with --out")]) from problem


def read_plan_file(path: Path) -> Mapping[str, object]:
    """The content of a plan file. Raises ``BadInput`` where it is none."""
    remedy = f"make one with: lakestrap plan --out {path}"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise BadInput([Problem(str(path), f"cannot be read: {problem.strerror}", remedy)]) from problem
    except ValueError as problem:
        raise BadInput([Problem(str(path), "is not a plan file", remedy)]) from problem
    if not isinstance(content, dict) or content.get("lakestrap_plan") != VERSION:
        raise BadInput([Problem(str(path), "is not a plan file of this version", remedy)])
    return content


def check_against(saved: Mapping[str, object], plan: Plan, job: Job) -> None:
    """Refuse a saved plan when the project or the world moved since it was made."""
    moved = []
    if saved.get("tenant") != job.session.tenant:
        moved.append(Problem("tenant", "the plan was made in another tenant", "sign in there, or plan again"))
    if saved.get("project_digest") != _project_digest(job):
        moved.append(Problem(job.path.name, "the project file changed since the plan was made", "plan again: lakestrap plan --out FILE"))
    elif saved.get("fingerprint") != plan.fingerprint():
        moved.append(Problem("the world", _what_moved(saved, plan), "plan again: lakestrap plan --out FILE"))
    if moved:
        raise BadInput(moved)


def _what_moved(saved: Mapping[str, object], plan: Plan) -> str:
    changes = saved.get("changes")
    before = {str(c["key"]): c for c in changes if isinstance(c, dict)} if isinstance(changes, list) else {}
    differing = [change.key for change in plan.changes if _decided(before.get(change.key)) != _decided(change.as_dict())]
    gone = [key for key in before if key not in {change.key for change in plan.changes}]
    return f"has moved since the plan was made: {', '.join((differing + gone)[:5]) or 'in its order'}"


def _decided(told: Mapping[str, object] | None) -> dict[str, object]:
    """A change without what a service predicts: that is shown and decides nothing."""
    return {name: value for name, value in (told or {}).items() if name != "predicted"}
