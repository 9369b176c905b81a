"""What destroying would do, as data: printable, free of secrets, the same for every face.

Owns the form. Decides nothing and reads nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wizard.engine.plan import Action, Plan

if TYPE_CHECKING:
    from wizard.project.model import Project

PLANES = ("entra", "databricks", "arm", "keyvault", "github")


@dataclass(frozen=True, slots=True)
class Item:
    """A thing and what there is to say of it; ``command`` is what a person would run, empty where there is nothing to run."""

    what: str
    why: str = ""
    command: str = ""

    def as_dict(self) -> dict[str, str]:
        return {"what": self.what, "why": self.why, "command": self.command}


@dataclass(frozen=True, slots=True)
class FileChanges:
    """Paths in the repository and the working tree. ``kept`` are edited or the team's own: they stay and are listed."""

    removed: tuple[str, ...] = ()
    rewritten: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Removal:
    """The preview. ``plan`` holds what is removed and what follows in the repository, in order; ``to_name`` what has to be named."""

    environments: tuple[str, ...]
    whole: bool
    plan: Plan
    along: tuple[Item, ...] = ()
    """What goes with something in the plan, and data that cannot be had back."""
    kept: tuple[Item, ...] = ()
    """What stays although it has to do with the environments."""
    foreign: tuple[Item, ...] = ()
    """What nobody of us made and what would be deleted with its group; each with the command that moves it away."""
    obstacles: tuple[Item, ...] = ()
    """What forbids it; nothing is removed as long as there is any."""
    to_name: Mapping[str, str] = field(default_factory=dict)
    """Name that a person has to type (an environment, a group) -> why."""
    recoverable: tuple[Item, ...] = ()
    """What is soft-deleted afterwards: until when, and how it is purged before."""
    purged: tuple[Item, ...] = ()
    """What is gone for good at once, because that was asked for."""
    files: FileChanges = field(default_factory=FileChanges)
    left: Project | None = None
    """The project as it is afterwards; ``None`` where no environment is left."""
    purge: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing of ours is there any more."""
        return not self.plan.changes and not self.purged and not self.files.removed and not self.files.rewritten

    def by_plane(self) -> dict[str, list[str]]:
        """Keys and ids of what is removed, by control plane."""
        rows: dict[str, list[str]] = {plane: [] for plane in PLANES}
        for change in self.plan.changes:
            if change.action is Action.DELETE:
                seen = change.observed.id if change.observed else ""
                rows[change.resource.service.value].append(f"{change.key}  {seen}")
        return {plane: lines for plane, lines in rows.items() if lines}

    def as_dict(self) -> dict[str, object]:
        """The form of ``--json``."""
        lists = ("along", "kept", "foreign", "obstacles", "recoverable", "purged")
        return {
            "environments": list(self.environments),
            "whole": self.whole,
            "changes": [change.as_dict() for change in self.plan.changes],
            "to_name": dict(self.to_name),
            "files": {name: list(getattr(self.files, name)) for name in ("removed", "rewritten", "kept")},
            **{name: [item.as_dict() for item in getattr(self, name)] for name in lists},
        }

    def lines(self) -> Iterator[str]:
        """The preview for people, plain text."""
        which = "the whole project" if self.whole else ", ".join(self.environments)
        yield f"destroy {which}" if not self.empty else f"nothing of ours is left of {which}"
        for plane, rows in self.by_plane().items():
            yield f"{plane}:"
            yield from (f"  - {row}" for row in rows)
        for change in self.plan.changes:
            if change.action is not Action.DELETE:
                yield f"  ~ {change.action} {change.key}" + (f" ({change.reason})" if change.reason else "")
        yield from _section("removed by pull request and here", (Item(path) for path in self.files.removed))
        yield from _section("written anew by pull request and here", (Item(path) for path in self.files.rewritten))
        yield from _section("yours, left as they are", (Item(path) for path in self.files.kept))
        yield from _section("goes along", self.along)
        yield from _section("purged: gone for good", self.purged)
        yield from _section("can be had back until", self.recoverable)
        yield from _section("stays", self.kept)
        yield from _section("NOT made by Lakestrap, and deleted with its group", self.foreign)
        yield from _section("stands in the way", self.obstacles)
        yield from _section("has to be typed, or given with --confirm", (Item(name, why) for name, why in self.to_name.items()))


def _section(title: str, items: Iterator[Item] | tuple[Item, ...]) -> Iterator[str]:
    rows = list(items)
    if rows:
        yield f"{title}:"
    for item in rows:
        yield f"  {item.what}" + (f": {item.why}" if item.why else "")
        if item.command:
            yield f"      {item.command}"
