"""How resource types are spelled. The compiler writes a type as its type library spells it, not as the source does.

Owns the list of spellings; a type that the source spells otherwise is refused, because the list has no versions for most.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from .refusal import Position, Refusal

LIBRARY = Path(__file__).with_name("resource_types.txt")


@cache
def _library() -> dict[str, dict[str, frozenset[str]]]:
    """Lower-cased type to its spellings; each with its versions, or none where there is only one spelling."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    for line in LIBRARY.read_text(encoding="utf-8").splitlines():
        provider, *kinds = line.split()
        for kind in kinds if provider != "#" else ():
            name, _, versions = f"{provider}/{kind}".partition("@")
            found.setdefault(name.lower(), {})[name] = frozenset(versions.split(",")) if versions else frozenset()
    return found


def check(kind: str, version: str, at: Position) -> None:
    """Refuse a type that the library may spell otherwise."""
    spellings = _library().get(kind.lower(), {})
    if not spellings:
        return
    if kind in spellings and (len(spellings) == 1 or version.lower() in spellings[kind]):
        return
    raise Refusal(at, f"the spelling of the resource type {kind!r}; the type library has {' and '.join(sorted(spellings))}")
