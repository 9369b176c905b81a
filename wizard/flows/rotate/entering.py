"""New values that a person or another system brings: taken from where the project says, and checked before anything changes.

Owns the taking and the checking. A check command gets the value on its standard input and nowhere else: never as an argument,
which every process of the machine can read.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import BadInput, Problem, ServiceRefused
from wizard.secret import Secret

if TYPE_CHECKING:
    from wizard.flows.rotate.credential import RotationDecisions
    from wizard.project.model import SecretSpec

PATIENCE = 120.0
"""Seconds that a check command may take."""


async def entered(spec: SecretSpec, environment: str, decisions: RotationDecisions) -> Secret:
    """The new value. Raises ``BadInput`` where there is none."""
    kind, _, place = spec.source.partition(":")
    value: Secret | None
    if kind == "env":
        value, remedy = Secret(os.environ.get(place, "")), f"set {place} to the new value"
    elif kind == "file":
        value, remedy = _from_file(Path(place).expanduser()), f"write the new value into {place}"
    elif kind == "stdin":
        value, remedy = Secret(sys.stdin.readline().rstrip("\n")), "pipe the new value in"
    else:
        value, remedy = await decisions.secret_value(spec.name, environment), "run it in a terminal, where it can be typed"
    if value is None or not value:
        raise BadInput([Problem(f"secrets.{spec.name}", f"no new value for {environment} (from: {spec.source})", remedy)])
    return value


def _from_file(path: Path) -> Secret | None:
    try:
        return Secret(path.read_text(encoding="utf-8").rstrip("\n"))
    except (OSError, UnicodeDecodeError):
        return None


async def checked(spec: SecretSpec, environment: str, value: Secret) -> None:
    """Run the user's own check; raises ``BadInput`` for a command that cannot be run, ``ServiceRefused`` where it says no."""
    command = shlex.split(spec.check or "")
    if not command:
        return
    place = f"secrets.{spec.name}.check"
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError as problem:
        raise BadInput([Problem(place, f"cannot run {command[0]}: {problem.strerror}", "correct the command")]) from problem
    try:
        await asyncio.wait_for(process.communicate(value.reveal().encode()), PATIENCE)
    except TimeoutError as slow:
        process.kill()
        await process.wait()
        raise ServiceRefused(f"the check of {spec.name} did not end within {PATIENCE:.0f} s") from slow
    if process.returncode:
        message = f"the check of {spec.name} for {environment} says no: {command[0]} ended with {process.returncode}"
        raise ServiceRefused(message, hints=["enter the right value, or correct the check in lakestrap.yaml"])
