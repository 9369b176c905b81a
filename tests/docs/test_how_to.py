"""Every command of the how-to pages, as it stands there, in a project that is set up.

A page begins with a comment that says from what: the identity mode, and ``elsewhere`` for a machine that has nothing. What the
pages leave to people is played: agreeing to a plan (``--yes``), signing in, ``git clone`` (a copy of what the first machine pushed).
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.flows.finished_shop import set_up
from tests.scenarios.rehearsal import ROOT, rehearsed

PAGES = sorted(path for path in (ROOT / "docs" / "how-to").glob("*.md") if "```console" in path.read_text(encoding="utf-8"))
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
BEGINS = re.compile(r"\A<!-- begins with: ([a-z-]+)(, elsewhere)? -->")
FOUND_SOMETHING = ("status", "plan", "check")
"""Commands that may answer that something differs or is left to do; on these pages that is no failure."""


def commands(text: str) -> list[str]:
    """The lines that a reader types."""
    return [line.removeprefix("$ ") for block in BLOCK.findall(text) for line in block.splitlines() if line.startswith("$ ")]


def program(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.mark.matrix
@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_every_command_of_a_page_works(page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    done = played(text, tmp_path)
    assert done.code == 0, f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
    assert len(commands(text)) >= 2 and done.stderr.count("\n$ ") + 1 >= len(commands(text)), "not every command was run"


@pytest.mark.matrix
def test_a_command_that_does_not_exist_is_found(tmp_path: Path) -> None:
    text = "<!-- begins with: federated -->\n```console\n$ lakestrap satus\n$ lakestrap status\n```\n"
    assert played(text, tmp_path).code != 0


def played(text: str, folder: Path):  # type: ignore[no-untyped-def]
    """A page's commands, one after the other, until one fails; each is told on stderr before it runs."""
    begins = BEGINS.match(text)
    assert begins, "the page does not say what it begins with"
    done = set_up(begins[1])
    programs, work = folder / "bin", folder / "work"
    programs.mkdir()
    shutil.copytree(done, folder / "pushed", ignore=shutil.ignore_patterns(".lakestrap", "*.json", "*.jsonl") if begins[2] else None)
    work.mkdir()
    shutil.copytree(ROOT / "examples" / "hand-kept", folder / "hand-kept")
    if not begins[2]:
        shutil.copytree(folder / "pushed", work, dirs_exist_ok=True)
    program(programs, "lakestrap", f'PYTHONPATH="{ROOT}" exec "{sys.executable}" -m wizard "$@" --yes </dev/null')
    program(programs, "git", f'[ "$1" = clone ] && cp -r "{folder}/pushed" shop')
    for name in ("az", "gh"):
        program(programs, name, '[ "$1" = login ] || [ "$1 $2" = "auth login" ]')
    lines = [f"printf '\\n$ %s\\n' {_quoted(line)} >&2; {line}" for line in commands(text)]
    script = "\n".join(["set -e", *(_tolerant(line) for line in lines)])
    environment = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    (folder / "script.sh").write_text(script, encoding="utf-8")
    options = ("--world", str(done / "world.json"))
    return rehearsed(work, "sh", str(folder / "script.sh"), options=options, environment=environment)


def _quoted(line: str) -> str:
    return "'" + line.replace("'", "'\\''") + "'"


def _tolerant(line: str) -> str:
    """Differences that are told are what such a command is for."""
    command = line.rpartition(">&2; ")[2]
    found = re.match(r"lakestrap (\w+)", command)
    return f"{{ {line}\n}} || [ $? = 5 ]" if found and found[1] in FOUND_SOMETHING else line
