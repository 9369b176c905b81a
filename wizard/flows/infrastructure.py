"""The template that is deployed: compiled from the Bicep in the working tree, or the one that comes compiled.

Owns the choice of the compiler and says which it was: ``bicep`` on PATH, then the one that ``az`` keeps, then the compiled JSON. Where the
user changed the Bicep only a compiler will do. What is compiled is a copy, in which files that the user left alone are the newest ones:
those that set-up is about to write. Changes nothing, asks no cloud.
https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-cli
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.engine.plan import Action
from wizard.flows.check_rows import Row
from wizard.flows.working_tree import read_text
from wizard.providers.verdict import Answer
from wizard.render.assets import bicep_files, compiled_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wizard.blueprint import Facts
    from wizard.engine.plan import Plan

FOLDER = "infra"
MAIN = f"{FOLDER}/main.bicep"
COMPILED = f"{FOLDER}/compiled/main.json"
PATIENCE = 120.0
"""Seconds that a compiler may take: the first run of a fresh one unpacks itself."""
INSTALL = "install the Bicep compiler: az bicep install"


@dataclass(frozen=True, slots=True)
class Template:
    """``text`` is compiled JSON; ``made_by`` says in words where it is from. With ``trouble`` it must not be deployed."""

    text: str
    made_by: str
    trouble: str = ""
    hints: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compiler:
    """A program that compiles Bicep, and what people call it."""

    program: Path
    name: str


def compilers(environment: Mapping[str, str]) -> tuple[Compiler, ...]:
    """The compilers of this machine, best first."""
    found = []
    on_path = shutil.which("bicep", path=environment.get("PATH"))
    if on_path:
        found.append(Compiler(Path(on_path), "bicep on PATH"))
    own = (
        Path(environment.get("AZURE_CONFIG_DIR") or Path.home() / ".azure") / "bin" / ("bicep.exe" if sys.platform == "win32" else "bicep")
    )
    if own.is_file() and os.access(own, os.X_OK):
        found.append(Compiler(own, "the Bicep compiler of az"))
    return tuple(found)


async def template_of(root: Path, edited: Iterable[str], environment: Mapping[str, str] | None = None) -> Template:
    """The template of the project in ``root``; ``edited`` are the paths of generated files that the user changed. Never raises."""
    changed = sorted(path for path in edited if path.startswith(f"{FOLDER}/") and path.endswith(".bicep"))
    by_hand = COMPILED in set(edited)
    troubles = []
    for compiler in compilers(os.environ if environment is None else environment):
        text, trouble = await asyncio.to_thread(_compiled, compiler, root, frozenset(changed))
        if text:
            return Template(text, f"{MAIN}, compiled by {compiler.name}")
        troubles.append(f"{compiler.name} ({compiler.program}) did not compile {MAIN}: {trouble}")
    if changed:
        what = "; ".join(troubles) or "there is no Bicep compiler here"
        hints = (INSTALL,) if not troubles else (f"mend it, and try: az bicep build --file {MAIN} --stdout",)
        return Template(compiled_text(), "", f"you changed {', '.join(changed)}, and {what}", hints)
    if by_hand:
        text = read_text(root / COMPILED) or ""
        if not _is_template(text):
            return Template(
                compiled_text(),
                "",
                f"you changed {COMPILED}, and it is no template",
                (f"az bicep build --file {MAIN} --outfile {COMPILED}",),
            )
        return Template(text, f"{COMPILED}, as you changed it")
    instead = f"; {'; '.join(troubles)}" if troubles else ""
    return Template(compiled_text(), f"the template as it comes compiled with Lakestrap{instead}")


def _compiled(compiler: Compiler, root: Path, changed: frozenset[str]) -> tuple[str, str]:
    """The template, or what the compiler complains of."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / FOLDER
        _lay_out(root / FOLDER, folder, changed)
        command = [str(compiler.program), "build", str(folder / "main.bicep"), "--stdout"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired) as problem:
            return "", str(problem)
        if done.returncode == 0 and _is_template(done.stdout):
            return done.stdout, ""
        errors = [line for line in done.stderr.splitlines() if " Error " in line] or done.stderr.splitlines()[-3:]
        told = "; ".join(line.strip().replace(f"{folder}{os.sep}", f"{FOLDER}/") for line in errors[:5])
        return "", told or f"it ended with {done.returncode}"


def _lay_out(source: Path, folder: Path, changed: frozenset[str]) -> None:
    """Everything the user's infrastructure consists of, and the generated sources that the user did not change."""
    if source.is_dir():
        shutil.copytree(source, folder)
    for name, text in bicep_files():
        if f"{FOLDER}/{name}" not in changed:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")


def _is_template(text: str) -> bool:
    try:
        return "resources" in json.loads(text)
    except (ValueError, TypeError):
        return False


def template_rows(facts: Facts, plan: Plan) -> list[Row]:
    """A *no* where a deployment is due and its template cannot be had."""
    due = [change.key for change in plan.changes if change.resource.kind == "arm.deployment" and change.action is not Action.KEEP]
    if not due or not facts.template_trouble:
        return []
    hint = "; ".join(facts.template_hints)
    return [Row("files", f"{MAIN} can be compiled", Answer.NO, facts.template_trouble, hint, bad_input=True, keys=tuple(due))]
