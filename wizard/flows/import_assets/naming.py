"""Keys of resources and variables, and what a name of the workspace refers to in the bundle.

Owns that every key is given once, and that nothing is guessed: two things of one name are told, not chosen between.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

ID = {
    "cluster": re.compile(r"\d{4}-\d{6}-[a-z0-9]{6,}"),
    "cluster_policy": re.compile(r"[0-9A-F]{16}"),
    "instance_pool": re.compile(r"\d{4}-\d{6}-\w+-pool-\w+"),
    "job": re.compile(r"\d+"),
}
"""How ids look, which mean something in one workspace only."""
SECTIONS = {"cluster": "clusters", "cluster_policy": "cluster_policies", "job": "jobs"}


def slug(text: str) -> str:
    """A key: lower-case letters, digits and underscores, a letter first."""
    found = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "unnamed"
    return found if found[0].isalpha() else f"r_{found}"


@dataclass(slots=True)
class Names:
    """What is in the bundle, by kind and name; ``by_id`` knows names of ids; ``variables`` fills with lookups."""

    by_id: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    variables: dict[str, dict[str, object]] = field(default_factory=dict)
    _keys: dict[tuple[str, str], str] = field(default_factory=dict)
    _count: Counter[tuple[str, str]] = field(default_factory=Counter)

    def claim(self, kind: str, name: str) -> str:
        """A key of its own for a thing of that name, in a file of its own."""
        wished = slug(name)
        key = next(k for k in (wished, *(f"{wished}_{n}" for n in range(2, 10_000))) if f"{kind}/{k}" not in self.taken)
        self.taken.add(f"{kind}/{key}")
        self._keys.setdefault((kind, name), key)
        self._count[kind, name] += 1
        return key

    def reserve(self, kind: str, keys: Iterable[str]) -> None:
        """Keys that the bundle has already."""
        self.taken |= {f"{kind}/{key}" for key in keys}

    def reference(self, kind: str, said: str) -> tuple[str, str]:
        """What stands for a thing that is called or numbered so, and why it cannot be trusted (``""`` where it can)."""
        name = self.by_id.get(f"{kind}/{said}", said)
        if name == said and ID[kind].fullmatch(said) and (kind, name) not in self._keys:
            return said, "is an id of one workspace, and nothing tells its name: give the name instead"
        if self._count[kind, name] == 1 and kind in SECTIONS:
            return f"${{resources.{SECTIONS[kind]}.{self._keys[kind, name]}.id}}", ""
        several = f"{self._count[kind, name]} of them are called {name}: give each a name of its own" if self._count[kind, name] else ""
        return self.lookup(kind, name), several

    def lookup(self, kind: str, name: str) -> str:
        """A variable that finds the thing by its name in each workspace."""
        words = {"cluster": "cluster", "cluster_policy": "cluster policy", "instance_pool": "instance pool", "job": "job"}
        key = f"{kind}_{slug(name)}"
        self.variables[key] = {"description": f"Id of the {words[kind]} {name}, found by its name", "lookup": {kind: name}}
        return f"${{var.{key}}}"
