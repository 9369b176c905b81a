"""A set-up by questions on lines, as a person at a terminal would have it, in a fresh local cloud.

Owns the command, the prompts in their order and what Enter stands for. Every answer that is not given is Enter.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.prompts.pty_session import Terminal
from tests.scenarios.rehearsal import ROOT

LAST = "make the plan? [Y/n] "
AGREE = "Apply this plan? [y/N] "


def opened(folder: Path, *arguments: str, size: tuple[int, int] = (40, 120), **variables: str) -> Terminal:
    """``lakestrap setup`` at a terminal; the world that it leaves is written to ``world.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    world = ["--seed", "7", "--world-out", str(folder / "world.json")]
    command = [sys.executable, "-m", "wizard", "sandbox", "run", *world, "--", sys.executable, "-m", "wizard", "setup", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", **variables}
    environment.pop("CI", None)
    return Terminal(command, folder, environment, size)


def signed_in_as_this_process(folder: Path, *arguments: str, size: tuple[int, int] = (40, 120), **variables: str) -> Terminal:
    """The same at a terminal in this process's local cloud, with what this process is signed in to."""
    return at_a_terminal(folder, "setup", *arguments, size=size, **variables)


def at_a_terminal(folder: Path, *words: str, size: tuple[int, int] = (40, 120), **variables: str) -> Terminal:
    """Any command at a terminal in this process's local cloud."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", **variables}
    environment.pop("CI", None)
    return Terminal([sys.executable, "-m", "wizard", *words], folder, environment, size)


def answer(terminal: Terminal, typed: Mapping[str, str], *, until: str = LAST) -> list[str]:
    """Answer every prompt up to ``until``: what is given for a part of the prompt, once, else Enter. The prompts answered by hand."""
    left = dict(typed)
    by_hand: list[str] = []
    while True:
        prompt = terminal.prompt()
        if until in prompt:
            assert not left, f"never asked: {left}; the terminal says:\n{terminal.transcript}"
            return by_hand
        found = next((part for part in left if part in prompt), None)
        if found is not None:
            by_hand.append(prompt)
        terminal.type(left.pop(found) if found is not None else "")


def world_of(folder: Path) -> dict[str, Any]:
    """The tables of the world that was left."""
    found: dict[str, Any] = json.loads((folder / "world.json").read_text(encoding="utf-8"))
    tables: dict[str, Any] = found.get("tables", found)
    return tables
