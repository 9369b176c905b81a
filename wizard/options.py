"""The global options: they stand before or after the command, as people happen to type them.

Owns taking them out of the argument list; everything else is the command's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wizard.errors import BadInput, Problem

SWITCHES = {"--sandbox": "sandbox", "--yes": "yes", "-y": "yes", "--json": "json", "--plain": "plain", "--no-input": "no_input"}
VALUES = {"--project": "project", "-p": "project", "--allow": "allow", "--wait": "wait"}
ALLOWABLE = ("adopt", "replace", "delete")


@dataclass(slots=True)
class Options:
    """What holds for every command. ``allow`` are the actions beyond create and update that the user agrees to."""

    project: Path = Path("lakestrap.yaml")
    allow: frozenset[str] = field(default_factory=frozenset)
    sandbox: bool = False
    yes: bool = False
    json: bool = False
    plain: bool = False
    no_input: bool = False
    wait: float = 0.0
    """Seconds to wait for somebody else's run to end."""


def taken_out(arguments: Sequence[str]) -> tuple[Options, list[str]]:
    """The global options, and the arguments without them. What follows ``--`` is left alone.

    Raises ``BadInput`` for an option without its value or an action that cannot be allowed.
    """
    options, rest = Options(), []
    queue = list(arguments)
    problems: list[Problem] = []
    while queue:
        word = queue.pop(0)
        if word == "--":
            rest += [word, *queue]
            break
        name, equals, text = word.partition("=")
        if name in SWITCHES and not equals:
            setattr(options, SWITCHES[name], True)
        elif name in VALUES:
            if not equals and not queue:
                problems.append(Problem(name, "needs a value", f"{name} VALUE"))
                break
            _set(options, VALUES[name], text if equals else queue.pop(0), problems)
        else:
            rest.append(word)
    if problems:
        raise BadInput(problems)
    return options, rest


def _set(options: Options, field_name: str, text: str, problems: list[Problem]) -> None:
    if field_name == "project":
        path = Path(text)
        options.project = path / "lakestrap.yaml" if path.is_dir() else path
        return
    if field_name == "wait":
        if text.isdigit():
            options.wait = float(text)
        else:
            problems.append(Problem("--wait", f"{text!r} is no number of seconds", "--wait 600"))
        return
    wanted = frozenset(part.strip() for part in text.split(",") if part.strip())
    unknown = sorted(wanted - set(ALLOWABLE))
    if unknown:
        problems.append(Problem("--allow", f"there is no action {unknown[0]!r} to allow", f"one or more of {', '.join(ALLOWABLE)}"))
    options.allow |= wanted
