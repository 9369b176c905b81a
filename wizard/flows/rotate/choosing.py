"""What somebody can choose from before a rotation, and the wishes that the choice makes.

Owns the way from what was looked at to choices and back. Pure.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from wizard.flows.rotate.preview import Task
from wizard.flows.rotate.wishes import DUE_WITHIN_DAYS, KINDS, Wishes
from wizard.questions import Choice
from wizard.questions.jobs import CREDENTIALS, DUE, EVERYTHING

if TYPE_CHECKING:
    from wizard.flows.rotate.preview import Item


def wishes_of(wishes: Wishes, names: Sequence[str], environments: Sequence[str], what: Sequence[str]) -> Wishes:
    """The wishes that the answers make; ``names`` are all environments, and all of them are the same as none named."""
    every = EVERYTHING in environments or len(environments) == len(names)
    chosen = replace(wishes, environments=() if every else tuple(name for name in names if name in environments))
    chosen = replace(chosen, everything=EVERYTHING in what, kinds=tuple(kind for kind in KINDS if kind in what))
    return replace(chosen, expiring=DUE_WITHIN_DAYS) if DUE in what and not every else chosen


def kinds_of(items: Sequence[Item]) -> list[Choice]:
    """The kinds that there are, each with its credentials."""
    found: dict[str, list[str]] = {}
    for item in items:
        if item.task is not Task.SKIP and not item.credential.replaced:
            found.setdefault(item.credential.kind, []).append(item.credential.key.partition("/")[2])
    return [Choice(kind, kind, f"{CREDENTIALS[kind]}: {', '.join(found[kind])}") for kind in KINDS if kind in found]


def due_of(items: Sequence[Item]) -> int:
    """How many a plain rotation would do something with."""
    return sum(item.task in (Task.ROTATE, Task.FINISH, Task.RETIRE, Task.UNDO) for item in items)


def command(wishes: Wishes) -> str:
    """The command that asks for the same."""
    words = ["lakestrap", "rotate", *wishes.environments]
    for kind in wishes.kinds:
        words += ["--credential", kind]
    words += ["--all"] if wishes.everything else []
    words += ["--expiring", str(wishes.expiring)] if wishes.expiring is not None else []
    return shlex.join([*words, "--yes"])
