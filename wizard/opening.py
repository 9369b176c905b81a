"""Which face opens: the screens, or lines and streams; and the way to the screens that waits for no parser.

Owns that choice and the hand-over to the screens. Nothing is imported at the top that the first paint would have to wait for.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.errors import BadInput, ExitCode, LakestrapError
from wizard.options import Options, taken_out

if TYPE_CHECKING:
    from wizard.console import Console

TYPED = "LAKESTRAP_TYPED"
"""Variable that tells the command of a rehearsal how it was called."""

BEGINNINGS = {(): "home", ("setup",): "setup"}
"""What needs no parser, by the arguments without the options that hold for every command."""


def at_once(arguments: Sequence[str]) -> int | None:
    """The exit code of the screens, where nothing but they can be meant; ``None`` where the arguments have to be parsed first."""
    try:
        options, rest = taken_out(arguments)
    except BadInput:
        return None
    begin = BEGINNINGS.get(tuple(rest))
    if begin is None or options.sandbox or (rest and options.yes) or not full_screen(options):
        return None
    try:
        return drawn(options, begin)
    except (LakestrapError, KeyboardInterrupt) as ended:
        from wizard.console import Console

        console = Console(plain=options.plain)
        if isinstance(ended, KeyboardInterrupt):
            return interrupted(console, arguments)
        console.error(ended)
        return int(ended.exit_code)


def full_screen(options: Options) -> bool:
    """Whether somebody sits at a terminal that can be drawn on, and did not ask for lines."""
    from wizard.prompts.chosen import reason_for_lines, somebody_is_there

    there = somebody_is_there(no_input=options.no_input, json=options.json) and sys.stdout.isatty()
    return there and not reason_for_lines(plain=options.plain)


def drawn(options: Options, begin: str, given: Mapping[str, Any] | None = None) -> int:
    """Draw the screens, from the first one or from a job's with what was ``given`` for it; the exit code."""
    from wizard.tui import run as run_full_screen

    allowed = ["--allow", ",".join(sorted(options.allow))] if options.allow else []
    again = ["--project", str(options.project), *allowed]
    return run_full_screen(
        options.project, allowed=options.allow, wait=options.wait, begin=begin, given=given, rehearse=lambda: rehearsed(again)
    )


def rehearsed(arguments: Sequence[str]) -> int:
    """Run the same command in the local cloud that is kept beside the project; its exit code."""
    from wizard.sandbox.commands import rehearse

    os.environ[TYPED] = "lakestrap --sandbox"
    return rehearse([word for word in arguments if word != "--sandbox"], Path.cwd() / ".lakestrap" / "sandbox")


def interrupted(console: Console, arguments: Sequence[str]) -> int:
    """Say how to go on after Ctrl-C; the exit code."""
    console.say(f"\ninterrupted; go on with: {os.environ.get(TYPED, 'lakestrap')} {shlex.join(arguments)}")
    return ExitCode.INTERRUPTED
