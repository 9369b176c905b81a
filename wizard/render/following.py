"""A generated file that somebody has, brought along to what is generated now: form and edits stay, only the change is made.

Owns what becomes of our header line and of the list of hashes on the way. Pure. What cannot be brought along is left as it is, with the
reason; nothing is ever written half.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from wizard.render import header
from wizard.render.three_way import Conflict, merged

if TYPE_CHECKING:
    from collections.abc import Mapping


class Fate(Enum):
    """What becomes of a file; the values are words for people."""

    SAME = "as it is"
    NEW = "new"
    CHANGED = "changed"
    LEFT = "left as it is"


@dataclass(frozen=True, slots=True)
class Followed:
    """One file: its text afterwards (``None`` where there is none), its text before, and why it was left, if it was."""

    path: str
    fate: Fate
    text: str | None
    before: str | None = None
    reason: str = ""
    conflicts: tuple[Conflict, ...] = ()


def followed(path: str, generated: str | None, found: str | None, wished: str, listed: str = "") -> Followed:
    """``found`` with the change from ``generated`` to ``wished``. ``listed`` is the manifest beside what was found.

    ``generated`` is ``None`` for a file that was not generated before.
    """
    if generated == wished or found == wished:
        return Followed(path, Fate.SAME, found, found)
    if path == header.MANIFEST and found is not None:
        return _manifest(path, generated or "", found, wished)
    if found is None:
        if generated is None:
            return Followed(path, Fate.NEW, wished)
        return Followed(path, Fate.LEFT, None, None, "it is not there, so nothing could be added to it")
    if generated is None:
        return Followed(path, Fate.LEFT, found, found, "somebody else's file is in its place")
    head, body = split(path, found)
    before, after = split(path, generated)[1], split(path, wished)[1]
    result = merged(before, body, after)
    if result.conflicts:
        return Followed(path, Fate.LEFT, found, found, "edits of yours are where it would change", result.conflicts)
    if broken := _broken(path, result.text):
        return Followed(path, Fate.LEFT, found, found, f"with your edits it would no longer be valid: {broken}")
    text = _headed(path, head, result.text, found, before, after, listed)
    return Followed(path, Fate.CHANGED if text != found else Fate.SAME, text, found)


def split(path: str, text: str) -> tuple[str, str]:
    """Our header line (``""`` where there is none) and the text without it."""
    start = header.FIRST if text.startswith(header.FIRST) else ""
    line, newline, rest = text.removeprefix(start).partition("\n")
    if not header.commentable(path) or header.noted(line) is None:
        return "", text
    return line + newline, start + rest


def _headed(path: str, head: str, body: str, found: str, before: str, after: str, listed: str) -> str:
    """The body under its header. What nobody had edited stays so; else it notes the hash of what we would have written."""
    if not head:
        return body
    if header.state(path, found, listed) is header.State.OURS:
        return header.stamped(path, body)
    noted = header.noted(head)
    if noted is not None and noted == header.digest(before):
        head = head.replace(noted, header.digest(after))
    start = header.FIRST if body.startswith(header.FIRST) else ""
    return start + head + body.removeprefix(start)


def _manifest(path: str, generated: str, found: str, wished: str) -> Followed:
    """The list of hashes, entry by entry: what changed between the two generations is set, everything else stays."""
    (_, base), (head, mine), (_, theirs) = (split(path, text) for text in (generated, found, wished))
    entries, before, after = _entries(mine), _entries(base), _entries(theirs)
    entries |= {name: hashed for name, hashed in after.items() if before.get(name) != hashed}
    body = "".join(f"{entries[name]}  {name}\n" for name in sorted(entries, key=_order))
    text = header.stamped(path, body) if head else body
    return Followed(path, Fate.CHANGED if text != found else Fate.SAME, text, found)


def _order(name: str) -> str:
    """The path from the repository's root, by which the list is sorted."""
    folder = header.MANIFEST.rpartition("/")[0] + "/"
    return name.removeprefix("../") if name.startswith("../") else folder + name


def _entries(body: str) -> dict[str, str]:
    lines = (line.partition("  ") for line in body.splitlines() if line and not line.startswith("#"))
    return {name: hashed for hashed, _, name in lines}


def _broken(path: str, text: str) -> str:
    """Why the text is no longer in its format; ``""`` where it is."""
    try:
        if path.endswith(".json"):
            json.loads(text)
        elif path.endswith((".yml", ".yaml")):
            from ruamel.yaml import YAML

            YAML(typ="safe").load(text)
    except Exception as error:  # whatever a parser raises, the text is not to be written
        return str(error).splitlines()[0]
    return ""


def listing(found: str | None, written: Mapping[str, str]) -> str:
    """The list of hashes with those files in it as they are written now (text by path); everything else in it stays."""
    head, body = split(header.MANIFEST, found or "")
    entries = _entries(body) | _entries(header.manifest(tuple(written.items())))
    text = "".join(f"{entries[name]}  {name}\n" for name in sorted(entries, key=_order))
    return header.stamped(header.MANIFEST, text) if head or not found else text
