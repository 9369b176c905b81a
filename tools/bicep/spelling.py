"""How resource types are spelled. The compiler writes a type as its type library spells it, not as the source does.

Owns the library's list of types and versions. A type or version that the library does not have is written as the source spells it;
where the library has the type in another spelling for other versions only, nobody can tell, and it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from .refusal import Position, Refusal

LIBRARY = Path(__file__).with_name("resource_types.txt")


@cache
def _library() -> dict[str, dict[str, frozenset[str]]]:
    """Lower-cased type to its spellings, each with its versions."""
    found: dict[str, dict[str, frozenset[str]]] = {}
    provider: list[str] = []
    for line in LIBRARY.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        if not line.startswith(" "):
            provider = line.split()
            continue
        ranges, *kinds = line.split()
        versions = frozenset(provider[1 + position] for position in _positions(ranges))
        for kind in kinds:
            name = f"{provider[0]}/{kind}"
            found.setdefault(name.lower(), {})[name] = versions
    return found


def _positions(ranges: str) -> Iterator[int]:
    for part in ranges.split(","):
        first, _, last = part.partition("-")
        yield from range(int(first), int(last or first) + 1)


def spelled(kind: str, version: str, at: Position) -> str:
    """The type as the compiler writes it; refused where the library cannot tell."""
    spellings = _library().get(kind.lower(), {})
    for name, versions in spellings.items():
        if version in versions:
            return name
    if not spellings or (set(spellings) == {kind} and version == version.lower()):
        return kind
    raise Refusal(at, f"the spelling of the resource type {kind!r}; the type library has {' and '.join(sorted(spellings))}")
