"""Git content as a dump is compared: what can be reached, without the times that are part of every commit's name.

Owns the translation of the tables of objects and refs. Objects that nothing reaches are what git itself will forget.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

Json = Any
Tables = Mapping[str, Mapping[str, Json]]

LEASE = ":refs/lakestrap/"
"""A ref whose history is a log of runs: only what it says at the end counts, and that must be that nobody works."""
COMMIT_NAME = re.compile(r"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])")


def with_content(world: Tables) -> Tables:
    """The tables with every ref's files and history in place of the objects, and commits named by what they hold."""
    objects = {row["sha"]: row for row in world.get("github.objects", {}).values()}
    names = {sha: _commit(objects, sha) for sha, row in objects.items() if row["type"] == "commit"}
    others = {table: rows for table, rows in world.items() if table != "github.objects"}
    named = COMMIT_NAME.sub(lambda found: names.get(found[0], found[0]), json.dumps(others))
    tables: dict[str, dict[str, Json]] = json.loads(named)
    leases = {key: _subject(objects, row["sha"]) for key, row in world.get("github.refs", {}).items() if LEASE in key}
    for key, subject in leases.items():
        tables["github.refs"][key] |= {"sha": subject}
    tables["github.content"] = {
        key: {"files": files(objects, objects[row["sha"]]["tree"]), "history": history(objects, row["sha"])}
        for key, row in world.get("github.refs", {}).items()
        if objects.get(row["sha"], {}).get("type") == "commit" and key not in leases
    }
    return tables


def files(objects: Mapping[str, Json], tree: str, folder: str = "") -> dict[str, Json]:
    """``{path: blob name}`` of everything in a tree."""
    found: dict[str, Json] = {}
    for entry in objects.get(tree, {}).get("entries", ()):
        path = folder + entry["path"]
        found |= files(objects, entry["sha"], path + "/") if entry["type"] == "tree" else {path: f"{entry['mode']} {entry['sha']}"}
    return found


def history(objects: Mapping[str, Json], sha: str) -> list[str]:
    """Author and message of a commit and of its first ancestors, newest first."""
    found = []
    commit = objects.get(sha)
    while commit is not None:
        found.append(f"{commit['author']['name']}: {commit['message']} ({len(commit['parents'])} parents)")
        commit = objects.get(commit["parents"][0]) if commit["parents"] else None
    return found


def _subject(objects: Mapping[str, Json], sha: str) -> str:
    return str(objects[sha]["message"]).partition("\n")[0]


def _commit(objects: Mapping[str, Json], sha: str) -> str:
    told = json.dumps([files(objects, objects[sha]["tree"]), history(objects, sha)], sort_keys=True)
    return "commit:" + hashlib.sha256(told.encode()).hexdigest()[:16]
