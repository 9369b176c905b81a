"""Our mark on things in Entra ID: the tag ``lakestrap:PROJECT``, the description and the display name.

Owns how the mark is written and read back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

PREFIX = "lakestrap:"


def mark(project: str, environment: str = "") -> str:
    """``lakestrap:shop``; with an environment ``lakestrap:shop/dev``."""
    return f"{PREFIX}{project}" + (f"/{environment}" if environment else "")


def owner_of(texts: Iterable[str | None]) -> str:
    """The project named by the first mark among tags or a description; ``""`` where there is none."""
    return next((text.removeprefix(PREFIX).partition("/")[0] for text in texts if text and text.startswith(PREFIX)), "")


def with_mark(tags: Iterable[str], project: str) -> list[str]:
    """The tags with our mark, foreign tags kept in their order."""
    kept = [tag for tag in tags if not tag.startswith(PREFIX)]
    return [*kept, mark(project)]
