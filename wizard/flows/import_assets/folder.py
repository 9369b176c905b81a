"""A folder of the old layout: ``clusters/*.json``, ``jobs/*.json``, ``policies/*.json``, ``notebooks/``, ``init-scripts/``.

Owns reading it, and every fault of it at once. Never writes there: the originals are left alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wizard.errors import BadInput, Problem
from wizard.flows.import_assets.assets import Assets, Definition, Leftover, Weight, dotted
from wizard.flows.import_assets.positions import Located
from wizard.flows.import_assets.sources import LIBRARIES, NOTEBOOKS, SCRIPTS

Json = Any
KINDS = {"clusters": "cluster", "policies": "policy", "cluster-policies": "policy", "jobs": "job"}
FILES = (NOTEBOOKS, SCRIPTS, *LIBRARIES)
LISTED = {"cluster": "clusters", "policy": "policies", "job": "jobs"}
EXPECTED = "it should have clusters/*.json, jobs/*.json, notebooks/ or init-scripts/"


def read(folder: Path) -> Assets:
    """Everything in the folder. Raises ``BadInput`` naming each file that cannot be read, or where nothing of the layout is there."""
    if not folder.is_dir():
        raise BadInput([Problem(str(folder), "is no folder", f"name the folder of the assets: {EXPECTED}")])
    problems: list[Problem] = []
    definitions: list[Definition] = []
    files: dict[str, bytes] = {}
    told: list[Leftover] = []
    for entry in sorted(folder.iterdir()):
        kind = KINDS.get(_usual(entry.name))
        if entry.is_dir() and kind:
            for path in sorted(entry.rglob("*")):
                definitions += _definitions(path, kind, folder, problems, told) if path.is_file() else ()
        elif entry.is_dir() and _usual(entry.name) in FILES:
            files |= dict(_files(entry, folder, problems, told))
        elif not entry.name.startswith(".") and entry.is_dir():
            told.append(Leftover(f"{entry.name}/", "", "is no part of the layout that is imported, and was left where it is", Weight.LOOK))
    if not definitions and not files and not problems:
        problems.append(Problem(str(folder), "there is nothing to import", EXPECTED))
    if problems:
        raise BadInput(problems)
    return Assets(tuple(definitions), files, _names(definitions), tuple(told))


def _usual(name: str) -> str:
    return name.lower().replace("_", "-")


def _definitions(path: Path, kind: str, folder: Path, problems: list[Problem], told: list[Leftover]) -> Iterator[Definition]:
    """The definitions in a file: one, or the list that a listing call answers."""
    name = path.relative_to(folder).as_posix()
    if path.suffix.lower() != ".json" or path.is_symlink():
        told.append(Leftover(name, "", "is no JSON file, and was left where it is"))
        return
    try:
        found = Located(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as fault:
        problems.append(Problem(f"{path}:{fault.lineno}:{fault.colno}", f"is not JSON: {fault.msg}", "mend it, or move the file away"))
        return
    except (OSError, UnicodeDecodeError) as fault:
        problems.append(Problem(str(path), f"cannot be read: {fault}", "save it as UTF-8"))
        return
    for place, value in found.twice:
        told.append(
            Leftover(
                name, dotted(place), "stands there twice: the last one counts, as it did for the API", value=value, line=found.lines[place]
            )
        )
    listed = found.data.get(LISTED[kind]) if isinstance(found.data, dict) else found.data
    prefix = (LISTED[kind],) if isinstance(found.data, dict) else ()
    many = isinstance(listed, list)
    items: list[Json] = listed if isinstance(listed, list) else [found.data]
    for number, item in enumerate(items):
        start = (*prefix, number) if many else ()
        if not isinstance(item, dict):
            problems.append(
                Problem(f"{path}:{found.lines.get(start, 1)}", f"is no {kind}: an object is expected", "mend it, or move the file away")
            )
            continue
        lines = {place[len(start) :]: line for place, line in found.lines.items() if place[: len(start)] == start}
        yield Definition(kind, name, item, lines)


def _files(entry: Path, folder: Path, problems: list[Problem], told: list[Leftover]) -> Iterator[tuple[str, bytes]]:
    for path in sorted(entry.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            told.append(Leftover(name, "", "is a link, and was left where it is"))
        elif path.is_file() and not path.name.startswith("."):
            try:
                yield f"{_usual(entry.name)}/{path.relative_to(entry).as_posix()}", path.read_bytes()
            except OSError as fault:
                problems.append(Problem(str(path), f"cannot be read: {fault.strerror}", "make it readable"))


def _names(definitions: list[Definition]) -> dict[str, str]:
    """Names by id, where a definition has kept the id of the workspace that it was taken from."""
    names = {}
    for each in definitions:
        data = each.data
        if each.kind == "cluster" and data.get("cluster_id"):
            names[f"cluster/{data['cluster_id']}"] = str((data.get("spec") or data).get("cluster_name", data["cluster_id"]))
        elif each.kind == "policy" and data.get("policy_id") and data.get("name"):
            names[f"cluster_policy/{data['policy_id']}"] = str(data["name"])
        elif each.kind == "job" and data.get("job_id"):
            names[f"job/{data['job_id']}"] = str((data.get("settings") or data).get("name", data["job_id"]))
    return names
