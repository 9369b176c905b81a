"""What was composed, as a project that keeps the rules of the file, and held against the files that the repository has.

Owns these two judgements. What breaks a rule is left out and told; a file of the repository that the project would not give is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.errors import BadInput, LakestrapError
from wizard.project.file import checked
from wizard.project.model import Environment, Project
from wizard.providers.github.published import MANIFEST, blob_name, blobs
from wizard.render.files import render

if TYPE_CHECKING:
    from wizard.flows.adopt.evidence import OnGitHub
    from wizard.providers.session import Session

Json = Any
Doubt = tuple[str, str]
AT_MOST = 5
"""Files that are told one by one."""
WHY = "the repository's is not what this project gives: an edit of yours, another version's, or a setting that could not be told"


def usable(raw: dict[str, Json]) -> tuple[Project, list[Doubt]]:
    """The project, and what had to be left out of it. Raises ``BadInput`` where it is nothing without that."""
    told: list[Doubt] = []
    while problems := checked(raw):
        first = problems[0]
        if not _left_out(raw, first.place.split(".")):
            raise BadInput(problems)
        told.append((first.place, f"left out: {first.reason}"))
    return Project.model_validate(raw), told


def _left_out(raw: dict[str, Json], place: list[str]) -> bool:
    """Take the part out that breaks a rule; whether there was one that a project can be without."""
    part, fields = raw, Project.model_fields
    if place[:1] == ["environments"] and len(place) > 2:
        part, fields, place = raw["environments"][int(place[1])], Environment.model_fields, place[2:]
    name = place[0] if place else ""
    if name not in part or name not in fields or fields[name].is_required():
        return False
    del part[name]
    return True


async def unlike(session: Session, github: OnGitHub, project: Project) -> list[Doubt]:
    """Generated files that the repository holds in another form."""
    if not github.commit:
        return []
    files = render(project, {environment.name: github.approvals for environment in project.environments})
    try:
        held = await blobs(session, github.repository, github.commit, [file.path for file in files])
    except LakestrapError as refusal:
        return [("files", f"could not be compared: {refusal.message}")]
    paths = [file.path for file in files if file.path != MANIFEST and held.get(file.path, blob_name(file.text)) != blob_name(file.text)]
    if len(paths) > AT_MOST:
        return [(f"{paths[0]} and {len(paths) - 1} more files", WHY)]
    return [(path, WHY) for path in paths]
