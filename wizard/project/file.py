"""Reading and rewriting ``lakestrap.yaml``.

Owns the way from text to ``Project`` and back: every problem at once with file, line and column; the user's comments, order and
quotes kept; the file replaced in one step. Must never write a file that it could not read again.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from wizard.errors import BadInput, Problem
from wizard.project import merge, messages, migrations, positions, salvage, whole_file
from wizard.project.model import FILE_NAME, Project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

Json = Any
Placed = Callable[[positions.Place, bool], str]
"""From a field path, and whether its key is meant, to the place that messages name."""
HEADER = "# What lakestrap sets up. Fields: `lakestrap schema`; what would change: `lakestrap plan`.\n"


def load(path: Path) -> Project:
    """The project of a file (or of the ``lakestrap.yaml`` in a folder); ``BadInput`` with all its problems."""
    path = located(path)
    return parsed(_read(path), shown_as(path))


def parsed(text: str, shown: str = FILE_NAME) -> Project:
    """The project of a text; ``BadInput`` with all problems, each placed as ``shown:line:column``."""
    document, problem = positions.parse(text, shown)
    if problem:
        raise BadInput([problem])
    raw = positions.plain(document)
    if raw is None:
        raw = {}
    if not isinstance(raw, dict):
        raise BadInput([Problem(f"{shown}:1:1", "the file must hold fields with values", "start with `version: 1`")])
    try:
        raw = migrations.migrated(raw)
    except migrations.UnknownVersion as error:
        raise BadInput([Problem(f"{shown}:{positions.position(document, ('version',))}", error.reason, error.remedy)]) from None
    project, problems = _validated(raw, lambda place, of_key: f"{shown}:{positions.position(document, place, of_key=of_key)}")
    if project is None:
        raise BadInput(problems)
    return project


def missing(raw: Mapping[str, Json]) -> tuple[Problem, ...]:
    """Every required answer that is not there, by field path (``environments.0.subscription``); for runs without questions."""
    try:
        Project.model_validate(dict(raw))
    except ValidationError as error:
        return tuple(_problem(item, _dotted(item["loc"])) for item in error.errors() if item["type"] == "missing" or item["input"] is None)
    return ()


def checked(raw: Mapping[str, Json]) -> tuple[Problem, ...]:
    """Every problem of answers that come from no file, by field path."""
    return tuple(_validated(dict(raw), lambda place, _: _dotted(place))[1])


def save(path: Path, changes: Project | Mapping[str, Json]) -> Project:
    """Write a project, or single fields by dotted path (``environments.prod.wait_minutes``; ``None`` removes), into the file.

    Comments, order and quotes of an existing file stay. The result is read back before the old file is replaced; the replacement
    is one rename, so a crash or a full disk leaves the old file. Raises ``BadInput`` if the result would not be valid.
    """
    path = located(path)
    old = _read(path) if path.exists() else ""
    text = old.replace("\r\n", "\n")
    document = _document(text, shown_as(path))
    before = positions.plain(document)
    if isinstance(changes, Project):
        merge.whole(document, dumped(changes))
    else:
        merge.fields(document, changes)
    new = text if text and positions.plain(document) == before else _rewritten(text, document, shown_as(path))
    project = parsed(new, shown_as(path))
    if new != text:
        _put_back(path.resolve(), new, "\r\n" if "\r\n" in old else "\n")
    return project


def text_of(project: Project) -> str:
    """The text of a new file for a project."""
    document = _document("", FILE_NAME)
    merge.whole(document, dumped(project))
    return _rewritten("", document, FILE_NAME)


def _rewritten(text: str, document: Json, shown: str) -> str:
    """The document as text. Where comments of removed parts would break it, changed sections are written anew without theirs.

    Where even a comment beside a changed section would, only the comments at the top of the file stay.
    """
    data = positions.plain(document)
    changed = _document(text, shown)
    merge.sections(changed, data)
    lines = text.splitlines(keepends=True)
    top = "".join(itertools.takewhile(lambda line: line.startswith("#") or not line.strip(), lines))
    fresh = _document(top, shown)
    merge.whole(fresh, data)
    for candidate in (document, changed):
        new = positions.written(candidate, text)
        if positions.plain(positions.parse(new, shown)[0]) == data:
            return new
    return positions.written(fresh, text)


def _document(text: str, shown: str) -> Json:
    """The nodes to put values into; those of a new file where nothing, or nothing but comments, is there."""
    document, problem = positions.parse(text or HEADER, shown)
    if problem is None and document is None:
        document, problem = positions.parse((text or HEADER).rstrip("\n") + "\nversion: 1\n", shown)
    if problem is None and not isinstance(document, dict):
        problem = Problem(f"{shown}:1:1", "the file must hold fields with values", "start with `version: 1`")
    if problem:
        raise BadInput([problem])
    return document


def dumped(project: Project) -> dict[str, Json]:
    """The project as the file's data: what was said, and no default that was not."""
    data: dict[str, Json] = project.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return data


def located(path: Path) -> Path:
    """The file itself where a folder is given."""
    return path / FILE_NAME if path.is_dir() else path


def shown_as(path: Path) -> str:
    """The path as messages name it: from the current folder where it lies below that."""
    with contextlib.suppress(ValueError, OSError):
        return str(path.resolve().relative_to(Path.cwd()))
    return str(path)


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return stream.read()
    except FileNotFoundError:
        raise BadInput([Problem(shown_as(path), "there is no such file", "lakestrap setup")]) from None
    except UnicodeDecodeError as error:
        raise BadInput([Problem(shown_as(path), f"not UTF-8: byte {error.start}", "save the file as UTF-8")]) from None
    except OSError as error:
        raise BadInput([Problem(shown_as(path), error.strerror or str(error))]) from None


def _validated(raw: dict[str, Json], placed: Placed) -> tuple[Project | None, list[Problem]]:
    try:
        return Project.model_validate(raw), []
    except ValidationError as error:
        errors = [item for item in error.errors() if not _consequence(item)]
    problems = [_problem(item, placed(item["loc"], _at_key(item["type"], item["loc"]))) for item in errors]
    if any(item["type"] != "rule" for item in errors):
        problems += [Problem(placed(broken.place, False), broken.reason, broken.remedy) for broken in salvage.broken_rules(raw, errors)]
    return None, sorted(dict.fromkeys(problems), key=_in_file_order)


def _consequence(error: ErrorDetails) -> bool:
    """Whether pydantic only says that a list is too short because its items were wrong."""
    return error["type"] == "too_short" and bool(error["input"])


def _in_file_order(problem: Problem) -> tuple[int, ...]:
    return tuple(int(part) for part in problem.place.split(":") if part.isdigit())


def _at_key(kind: str, place: positions.Place) -> bool:
    return kind in ("extra_forbidden", "invalid_key") or place[-1:] == ("[key]",)


def _problem(error: ErrorDetails, place: str) -> Problem:
    return Problem(place, *messages.reason_and_remedy(error))


def _dotted(place: positions.Place) -> str:
    return ".".join(str(step) for step in place)


def _put_back(path: Path, text: str, newline: str) -> None:
    """A complete new file in the place of the old one, with its line ends and permissions."""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    whole_file.replace(path, text.replace("\n", newline).encode("utf-8"), mode=mode, durable=True)
