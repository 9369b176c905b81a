"""The files of a new environment: its own are new, the others are brought along in the form that they have.

Owns which files change and where from: the repository (or our pull request that is still open) for what is published, the working tree
for what lies on this disk. The two are brought along each by itself. Reads only.
"""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import BadInput, Problem
from wizard.flows.working_tree import read_text
from wizard.project import file as project_file
from wizard.project.model import FILE_NAME
from wizard.providers.github.contents import Snapshot, snapshot
from wizard.providers.github.files import Files
from wizard.render.files import render
from wizard.render.following import Fate, Followed, followed
from wizard.render.header import MANIFEST

if TYPE_CHECKING:
    from wizard.engine.resource import Resource
    from wizard.flows.add.entry import Proposal
    from wizard.project.model import Project
    from wizard.providers.session import Session


@dataclass(frozen=True, slots=True)
class Changed:
    """``published`` as the repository shall have them, ``local`` as the working tree shall."""

    published: tuple[Followed, ...]
    local: tuple[Followed, ...]
    pull_request: str = ""
    known: bool = True
    """Whether the repository holds the project file: if not, somebody has to commit it."""

    @property
    def left(self) -> tuple[Followed, ...]:
        """Files of the repository that could not be brought along."""
        return tuple(item for item in self.published if item.fate is Fate.LEFT)

    def differences(self) -> Iterator[str]:
        """What would be proposed to the repository, as a unified diff."""
        return differences(self.published)

    def resource(self, template: Files, message: str) -> Resource:
        """The published files as one resource of the plan."""
        texts = {item.path: item.text for item in self.published if item.fate is not Fate.LEFT and item.text is not None}
        return replace(template, files=texts, message=message, written_by_us=_proposed_knowingly)


def _proposed_knowingly(path: str, text: str, listed: str) -> bool:
    """Every text was made from the very file it is to replace, edits kept: none of them is left out again."""
    return True


def differences(files: tuple[Followed, ...]) -> Iterator[str]:
    """A unified diff of those that change; of those that are left, what could not be brought in, as comments."""
    for item in files:
        if item.fate in (Fate.NEW, Fate.CHANGED):
            before, after = (item.before or "").splitlines(), (item.text or "").splitlines()
            yield from difflib.unified_diff(
                before, after, fromfile=item.path if item.before else "/dev/null", tofile=item.path, lineterm=""
            )
        for conflict in item.conflicts:
            yield f"# {item.path}:{conflict.line}: yours is left; it would change"
            yield from (f"#   - {line}" for line in conflict.generated.splitlines())
            yield from (f"#   + {line}" for line in conflict.wished.splitlines())


async def changed(proposal: Proposal, path: Path, session: Session, proposal_branch: str, approvals: bool) -> Changed:
    """What becomes of the files on both sides. ``approvals``: whether GitHub enforces them here."""
    before, after = (_rendered(project, approvals) for project in (proposal.old, proposal.project))
    names = [name for name in after if before.get(name) != after[name]]
    github = proposal.project.github
    seen = await snapshot(session, github.repository, github.default_branch, proposal_branch, (*names, FILE_NAME, MANIFEST))
    found = seen or Snapshot("")
    published = [*_followed(names, before, after, found.texts), *_project_file(found.texts.get(FILE_NAME), proposal)]
    root = path.resolve().parent
    local = _followed(names, before, after, {name: read_text(root / name) for name in (*names, MANIFEST)})
    return Changed(tuple(published), tuple(local), found.pull_request, found.texts.get(FILE_NAME) is not None)


def _rendered(project: Project, approvals: bool) -> dict[str, str]:
    return {item.path: item.text for item in render(project, {environment.name: approvals for environment in project.environments})}


def _followed(names: list[str], before: Mapping[str, str], after: Mapping[str, str], found: Mapping[str, str | None]) -> list[Followed]:
    listed = found.get(MANIFEST) or ""
    return [followed(name, before.get(name), found.get(name), after[name], listed) for name in names]


def _project_file(text: str | None, proposal: Proposal) -> Iterator[Followed]:
    """The repository's own copy of the project file with the entry in it; nothing where it holds none."""
    if text is None:
        return
    try:
        project = project_file.parsed(text)
        after = text if any(e.name == proposal.name for e in project.environments) else with_entry(text, project, proposal)
    except BadInput as wrong:
        yield Followed(FILE_NAME, Fate.LEFT, text, text, wrong.problems[0].reason)
        return
    yield Followed(FILE_NAME, Fate.CHANGED if after != text else Fate.SAME, after, text)


def with_entry(text: str, project: Project, proposal: Proposal) -> str:
    """The text of a project file with the new environment, comments kept. Raises ``BadInput`` where it would not be valid there."""
    raw, wanted = project_file.dumped(project), project_file.dumped(proposal.project)
    if [row["name"] for row in raw["environments"]] != [environment.name for environment in proposal.old.environments]:
        raise BadInput([Problem(FILE_NAME, "the repository's project file has other environments than yours")])
    entry = next(row for row in wanted["environments"] if row["name"] == proposal.name)
    raw["environments"].insert(wanted["environments"].index(entry), entry)
    for part in ("secrets", "access"):
        if raw.get(part) == project_file.dumped(proposal.old).get(part) and part in wanted:
            raw[part] = wanted[part]
    for row, other in zip(raw["environments"], wanted["environments"], strict=True):
        row |= {"production": other["production"]} if "production" in other else {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / FILE_NAME
        path.write_text(text, encoding="utf-8", newline="")
        project_file.save(path, type(project).model_validate(raw))
        with path.open(encoding="utf-8", newline="") as stream:
            return stream.read()
