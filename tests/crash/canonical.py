"""Worlds compared after renaming: two dumps are equal when some renaming of their minted ids makes them the same.

Owns the renaming (colour refinement over the whole dump) and the list of what is left out, with reasons. Names that a
person chose are never renamed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

Json = Any

MINTED = re.compile(
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"  # GUIDs
    r"|\b[0-9a-f]{40}\b|\b[0-9a-f]{32}\b|\b[0-9a-f]{64}\b"  # git objects, secret versions
    r"|\b\d{4,20}\b"  # GitHub's and Databricks' numbers
)
TIMES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?")

LEFT_OUT: Mapping[str, str] = {}
"""Table name -> why the comparison leaves it out."""

LEFT_OUT_MEMBERS: Mapping[str, str] = {}
"""Member name -> why the comparison leaves it out."""


def canonical(world: Mapping[str, Mapping[str, Json]], rounds: int = 6) -> list[str]:
    """The world as sorted lines in which every minted id is replaced by what it is, seen from its surroundings."""
    documents = [
        json.dumps([table, key, without(document)], sort_keys=True)
        for table, rows in world.items()
        if table not in LEFT_OUT
        for key, document in rows.items()
    ]
    texts = [TIMES.sub("TIME", text) for text in documents]
    colours: dict[str, str] = {token: "id" for text in texts for token in MINTED.findall(text)}
    for _ in range(rounds):
        around: dict[str, list[str]] = {token: [] for token in colours}
        for text in texts:
            for found in MINTED.finditer(text):
                surroundings = _recoloured(text, colours, found.start())
                around[found[0]].append(surroundings)
        colours = {token: _digest("|".join(sorted(places))) for token, places in around.items()}
    return sorted(_recoloured(text, colours) for text in texts)


def without(value: Json) -> Json:
    """The value without the members that are left out, at any depth."""
    if isinstance(value, dict):
        return {name: without(item) for name, item in value.items() if name not in LEFT_OUT_MEMBERS}
    if isinstance(value, list):
        return [without(item) for item in value]
    return value


def differing(one: Mapping[str, Json], other: Mapping[str, Json]) -> list[str]:
    """Lines that only one of the two worlds has, marked with its side; empty where they are equal."""
    left, right = canonical(one), canonical(other)
    only_left, only_right = list(left), list(right)
    for line in left:
        if line in only_right:
            only_right.remove(line)
            only_left.remove(line)
    return [f"- {line}" for line in only_left] + [f"+ {line}" for line in only_right]


def _recoloured(text: str, colours: Mapping[str, str], here: int = -1) -> str:
    return MINTED.sub(lambda found: "HERE" if found.start() == here else colours[found[0]], text)


def _digest(text: str) -> str:
    return "id:" + hashlib.sha256(text.encode()).hexdigest()[:10]
