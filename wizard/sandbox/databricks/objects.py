"""Workspace objects: directories, notebooks and files, as the bundle commands of the CLI use them.

Owns the tree. ``/Workspace`` before a path makes no difference. ``/``, ``/Users``, ``/Shared``, ``/Repos`` and the
home directory of every member are always there. Permissions on objects are not enforced.
https://docs.databricks.com/api/azure/workspace/workspace
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from wizard.sandbox.databricks.errors import exists, invalid, missing, refused
from wizard.sandbox.databricks.models import below, milliseconds, numeric_id

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

MARKS = {".py": b"# Databricks notebook source", ".sql": b"-- Databricks notebook source", ".scala": b"// Databricks notebook source"} | {
    ".r": b"# Databricks notebook source"
}
LANGUAGES = {".py": "PYTHON", ".sql": "SQL", ".scala": "SCALA", ".r": "R", ".ipynb": "PYTHON"}
BUILT_IN = ("/", "/Users", "/Shared", "/Repos")
LARGEST = 500 * 1024 * 1024


def normal(path: str) -> str:
    """The path without ``/Workspace`` and slashes at its end."""
    if not path.startswith("/"):
        raise invalid(f"Path ({path}) doesn't start with '/'")
    cut = path.removeprefix("/Workspace") if path == "/Workspace" or path.startswith("/Workspace/") else path
    return "/" + cut.strip("/")


def find(world: World, workspace: str, path: str) -> Json | None:
    """The object at a path; built-in directories are made when first looked at, which is no client's change."""
    path = normal(path)
    table = world.table("databricks.objects")
    row = table.get(f"{workspace}{path}" if path != "/" else f"{workspace}/")
    if row is None and _built_in(world, workspace, path):
        row = _document(world, path, "DIRECTORY")
        table.rows[f"{workspace}{path}"] = row
    return row


def _built_in(world: World, workspace: str, path: str) -> bool:
    parent, _, name = path.rpartition("/")
    members = below(world, "databricks.principals", workspace).values()
    return path in BUILT_IN or (parent == "/Users" and any(row["name"] == name for row in members))


def _document(world: World, path: str, kind: str) -> Json:
    now = milliseconds(world)
    return {"path": path, "object_type": kind, "object_id": numeric_id(world, "object"), "created_at": now, "modified_at": now}


def existing(world: World, workspace: str, path: str) -> Json:
    row = find(world, workspace, path)
    if row is None:
        raise missing(f"Path ({path}) doesn't exist.")
    return row


def shown(row: Json, path: str) -> Json:
    """The object's information; ``path`` as the caller wrote it."""
    out = {name: row[name] for name in ("object_type", "object_id", "language", "created_at", "modified_at") if name in row}
    out |= {"path": path.rstrip("/") or "/", "resource_id": str(row["object_id"])}
    if row["object_type"] == "FILE":
        out["size"] = len(content(row))
    return out


def content(row: Json) -> bytes:
    return base64.b64decode(row.get("content", ""))


def make_directories(world: World, workspace: str, path: str) -> None:
    """Make the directory and its parents; what is there already is no error, a file in the way is."""
    parts = normal(path).strip("/").split("/")
    for count in range(1, len(parts) + 1):
        step = "/" + "/".join(parts[:count])
        row = find(world, workspace, step)
        if row is None:
            world.table("databricks.objects")[f"{workspace}{step}"] = _document(world, step, "DIRECTORY")
        elif row["object_type"] != "DIRECTORY":
            raise exists(f"A file exists at the path ({step}).")


def put(world: World, workspace: str, path: str, data: bytes, *, overwrite: bool, kind: str = "", language: str = "") -> Json:
    """Store a file or a notebook. A source file with the notebook mark becomes a notebook without its extension."""
    place = normal(path)
    extension = next((end for end in LANGUAGES if place.lower().endswith(end)), "")
    if not kind:
        notebook = extension == ".ipynb" or (extension in MARKS and data.startswith(MARKS[extension]))
        kind, language = ("NOTEBOOK", LANGUAGES[extension]) if notebook else ("FILE", "")
        place = place[: -len(extension)] if notebook else place
    if len(data) > LARGEST:
        raise refused(400, "MAX_NOTEBOOK_SIZE_EXCEEDED", f"File size exceeds {LARGEST} bytes.")
    parent = find(world, workspace, place.rpartition("/")[0] or "/")
    if parent is None or parent["object_type"] != "DIRECTORY":
        raise missing(f"The parent folder ({place.rpartition('/')[0]}) does not exist.")
    before = find(world, workspace, place)
    if before is not None and (not overwrite or before["object_type"] != kind):
        raise exists(f"{path} already exists.", 409 if not overwrite else 400)
    row = {**(before or _document(world, place, kind)), "modified_at": milliseconds(world), "content": base64.b64encode(data).decode()}
    if language:
        row["language"] = language
    world.table("databricks.objects")[f"{workspace}{place}"] = row
    return row


def children(world: World, workspace: str, path: str) -> list[Json]:
    """Direct children, sorted by path; of anything but a directory the object itself."""
    row, place = existing(world, workspace, path), normal(path)
    if row["object_type"] != "DIRECTORY":
        return [row]
    prefix = place.rstrip("/") + "/"
    rows = below(world, "databricks.objects", workspace).values()
    found = [each for each in rows if each["path"].startswith(prefix) and each["path"] != place and "/" not in each["path"][len(prefix) :]]
    return sorted(found, key=lambda each: str(each["path"]))


def delete(world: World, workspace: str, path: str, *, recursive: bool) -> None:
    row, place = existing(world, workspace, path), normal(path)
    if place in BUILT_IN:
        raise invalid(f"Cannot delete {path}.")
    inside = children(world, workspace, path) if row["object_type"] == "DIRECTORY" else []
    if inside and not recursive:
        raise refused(400, "DIRECTORY_NOT_EMPTY", f"Folder ({path}) is not empty")
    table = world.table("databricks.objects")
    for key in list(table):
        if key == f"{workspace}{place}" or key.startswith(f"{workspace}{place}/"):
            del table[key]
