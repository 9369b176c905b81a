"""``lakestrap import-assets``: assets of a folder or a workspace as resources of the bundle.

Owns the hand-over between the command line, the flow and the console. Holds no rule of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wizard.engine.events import Event, EventKind
from wizard.errors import BadInput, ExitCode, LakestrapError, Problem

if TYPE_CHECKING:
    from wizard.console import Console
    from wizard.flows.import_assets import Assets, Choices, Preview
    from wizard.options import Options


async def run_import(
    options: Options, console: Console, folder: Path | None, workspace: str, *, only_preview: bool, keep_clusters: bool, scripts_in: str
) -> int:
    """Import and return the exit code: 5 where something could not be mapped or a file of the user's stands in its place."""
    from wizard.flows.import_assets import preview, run

    code, error = ExitCode.FAILED, ""
    try:
        root = _root(options.project)
        choices = _choices(options.project, keep_clusters, scripts_in)
        found = preview(await _assets(options, folder, workspace), root, choices)
        show(found, console)
        if not only_preview:
            async for event in run(found):
                if console.as_json or event.event is EventKind.FILE_WRITTEN:
                    console.event(event)
            _next(found, console)
        code = ExitCode.DONE if found.complete else ExitCode.DIFFERS
    except LakestrapError as problem:
        console.error(problem)
        code, error = problem.exit_code, problem.message
    if console.as_json:
        console.event(
            Event(EventKind.RUN_FINISHED, outcome="done" if code is ExitCode.DONE else "", error=error, detail={"exit_code": int(code)})
        )
    return code


async def _assets(options: Options, folder: Path | None, workspace: str) -> Assets:
    from wizard.flows.import_assets import read_folder

    if (folder is None) == (not workspace):
        raise BadInput(
            [Problem("DIR", "either a folder or a workspace is imported", "lakestrap import-assets DIR, or --from-workspace ENV")]
        )
    if folder is not None:
        return read_folder(folder)
    from wizard.flows.import_assets.workspace import read_workspace

    return await read_workspace(options.project, workspace)


def _root(project: Path) -> Path:
    """The folder that the bundle is in; a project file is not required there."""
    from wizard.project.file import located

    return located(project).resolve().parent


def _choices(project: Path, keep_clusters: bool, scripts_in: str) -> Choices:
    from wizard.flows.import_assets import Choices
    from wizard.project.file import load, located

    if scripts_in and not scripts_in.startswith("/Volumes/"):
        raise BadInput([Problem("--scripts-in", f"{scripts_in} is no volume", "like /Volumes/CATALOG/SCHEMA/VOLUME")])
    if not located(project).exists():
        return Choices(keep_clusters, scripts_in)
    from wizard.project.naming import names

    given = load(project)
    return Choices(keep_clusters, scripts_in, names(given, given.environments[0]).scope)


def show(found: Preview, console: Console) -> None:
    """The files with what would become of them, and what does not go over as it is."""
    from wizard.flows.import_assets import Weight

    if console.as_json:
        files = [{"path": file.path, "fate": file.fate.name.lower()} for file in found.files]
        left = [
            {"file": e.file, "line": e.line, "place": e.place, "standing": e.weight.name.lower(), "reason": e.reason} for e in found.told
        ]
        console.write(Event(EventKind.NOTED, "preview", outcome="what would be imported", detail={"files": files, "left": left}).as_json())
        return
    console.table("", ("file", "what becomes of it"), [(file.path, file.fate.value) for file in found.files])
    for weight in (Weight.UNMAPPED, Weight.CHANGED, Weight.LOOK):
        rows = [(each.where, each.reason) for each in found.told if each.weight is weight]
        if rows:
            console.table(f"What {weight.value}", ("where", "what"), rows)


def _next(found: Preview, console: Console) -> None:
    if console.as_json:
        return
    console.say(f"{len(found.resources)} resources are in resources/; all that was left over is in docs/import.md")
    if not (found.root / "databricks.yml").exists():
        console.say("hint: there is no databricks.yml here that includes resources/*.yml: lakestrap files")
