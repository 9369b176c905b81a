"""Git objects with their real SHA-1 names: blobs, trees, commits, annotated tags.

Owns hashing and the object table of each repository. Knows no refs, no rights and no answers.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def named(kind: str, payload: bytes) -> str:
    """The SHA-1 that git gives the object."""
    return hashlib.sha1(f"{kind} {len(payload)}\0".encode() + payload, usedforsecurity=False).hexdigest()


def _key(repository: str, sha: str) -> str:
    return f"{repository.lower()}:{sha}"


def get(world: World, repository: str, sha: str) -> Json | None:
    return world.table("github.objects").get(_key(repository, sha))


def _put(world: World, repository: str, sha: str, document: Json) -> str:
    table, key = world.table("github.objects"), _key(repository, sha)
    if key not in table:
        table[key] = {"repository": repository, "sha": sha, **document}
    return sha


def put_blob(world: World, repository: str, content: bytes) -> str:
    return _put(world, repository, named("blob", content), {"type": "blob", "content": base64.b64encode(content).decode()})


def content(world: World, repository: str, sha: str) -> bytes:
    """The bytes of a blob; empty where it is none."""
    found = get(world, repository, sha)
    return base64.b64decode(found["content"]) if found and found["type"] == "blob" else b""


def put_tree(world: World, repository: str, entries: list[Json]) -> str:
    """One level of a tree; entries are ``{path, mode, type, sha}`` without slashes in ``path``."""
    ordered = sorted(entries, key=lambda entry: entry["path"] + ("/" if entry["type"] == "tree" else ""))
    payload = b"".join(f"{e['mode'].lstrip('0')} {e['path']}\0".encode() + bytes.fromhex(e["sha"]) for e in ordered)
    return _put(world, repository, named("tree", payload), {"type": "tree", "entries": ordered})


def entries(world: World, repository: str, tree: str) -> list[Json]:
    found = get(world, repository, tree)
    return list(found["entries"]) if found and found["type"] == "tree" else []


def flattened(world: World, repository: str, tree: str, prefix: str = "", *, trees: bool = False) -> dict[str, Json]:
    """``{path: entry}`` of every blob below (and, where asked, every tree), in git's order."""
    out: dict[str, Json] = {}
    for entry in entries(world, repository, tree):
        path = prefix + entry["path"]
        if entry["type"] == "tree":
            if trees:
                out[path] = entry
            out |= flattened(world, repository, entry["sha"], path + "/", trees=trees)
        else:
            out[path] = entry
    return out


def tree_from(world: World, repository: str, files: dict[str, Json]) -> str:
    """Build the nested trees for ``{path: {mode, type, sha}}`` and return the root's sha."""
    here: list[Json] = []
    below: dict[str, dict[str, Json]] = {}
    for path, entry in files.items():
        first, _, rest = path.partition("/")
        if rest:
            below.setdefault(first, {})[rest] = entry
        else:
            here.append({"path": first, "mode": entry["mode"], "type": entry["type"], "sha": entry["sha"]})
    for name, inner in below.items():
        here.append({"path": name, "mode": "040000", "type": "tree", "sha": tree_from(world, repository, inner)})
    return put_tree(world, repository, here)


def _stamp(person: Json) -> str:
    seconds = int(datetime.strptime(person["date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())
    return f"{person['name']} <{person['email']}> {seconds} +0000"


def put_commit(world: World, repository: str, commit: Json) -> str:
    """Store a commit: ``tree, parents, author, committer {name, email, date}, message, verified``."""
    lines = [f"tree {commit['tree']}", *(f"parent {parent}" for parent in commit["parents"])]
    lines += [f"author {_stamp(commit['author'])}", f"committer {_stamp(commit['committer'])}", "", commit["message"]]
    return _put(world, repository, named("commit", "\n".join(lines).encode()), {"type": "commit", "verified": False, **commit})


def put_tag(world: World, repository: str, tag: Json) -> str:
    """Store an annotated tag: ``tag, message, object {sha, type}, tagger``."""
    lines = [
        f"object {tag['object']['sha']}",
        f"type {tag['object']['type']}",
        f"tag {tag['tag']}",
        f"tagger {_stamp(tag['tagger'])}",
        "",
        tag["message"],
    ]
    return _put(world, repository, named("tag", "\n".join(lines).encode()), {"type": "tag", **tag})


def peeled(world: World, repository: str, sha: str) -> str:
    """The commit behind an annotated tag; any other object is itself."""
    found = get(world, repository, sha)
    return peeled(world, repository, found["object"]["sha"]) if found and found["type"] == "tag" else sha


def tree_of(world: World, repository: str, commit: str) -> str:
    found = get(world, repository, commit)
    return str(found["tree"]) if found and found["type"] == "commit" else EMPTY_TREE


def entry_at(world: World, repository: str, commit: str, path: str) -> Json | None:
    """The tree entry of a path in a commit (``""``: the root), or ``None``."""
    entry: Json = {"path": "", "type": "tree", "mode": "040000", "sha": tree_of(world, repository, commit)}
    for part in [part for part in path.split("/") if part]:
        entry = next((found for found in entries(world, repository, entry["sha"]) if found["path"] == part), None)
        if entry is None:
            return None
    return entry


def file_in(world: World, repository: str, commit: str, path: str) -> bytes | None:
    entry = entry_at(world, repository, commit, path) if commit else None
    return content(world, repository, entry["sha"]) if entry and entry["type"] == "blob" else None


def ancestors(world: World, repository: str, commit: str) -> list[str]:
    """The commit and everything behind it, newest first, each once."""
    seen: dict[str, None] = {}
    waiting = [commit] if commit else []
    while waiting:
        sha = waiting.pop(0)
        found = get(world, repository, sha)
        if sha not in seen and found:
            seen[sha] = None
            waiting += found["parents"]
    return list(seen)
