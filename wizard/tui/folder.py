"""What the folder already has: a project file, answers of last time, a run that did not end.

Owns the reading for the first screen; changes nothing and needs no network.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Found:
    """``problem`` says why the project file cannot be read; ``unfinished`` is the id of the run to resume."""

    project: str = ""
    repository: str = ""
    environments: tuple[str, ...] = ()
    problem: str = ""
    answers: bool = False
    unfinished: str = ""
    runs: int = 0


def look(path: Path) -> Found:
    """Read the folder of a project file."""
    from wizard.engine.journal import past_runs
    from wizard.errors import BadInput
    from wizard.project.file import load, located
    from wizard.questions import kept_at

    path = located(path)
    root = path.absolute().parent
    runs = past_runs(root / ".lakestrap" / "runs")
    unfinished = runs[-1].run if runs and not runs[-1].finished else ""
    answers = kept_at(root).exists()
    if not path.exists():
        return Found(answers=answers, unfinished=unfinished, runs=len(runs))
    try:
        project = load(path)
    except BadInput as wrong:
        first = wrong.problems[0]
        return Found(problem=f"{first} — {first.remedy}" if first.remedy else str(first), answers=answers, runs=len(runs))
    names = tuple(environment.name for environment in project.environments)
    return Found(project.name, project.github.repository, names, "", answers, unfinished, len(runs))
