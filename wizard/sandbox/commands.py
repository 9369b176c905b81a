"""``lakestrap sandbox run | start | stop | reset``: what each command is called, takes and prints.

Owns argument parsing and exit codes only (2 for an option that cannot be used). stdout is data: ``start`` prints ``export``
lines and nothing else. Nothing heavy is imported at the top; runnable by itself as ``python -m wizard.sandbox``.
"""

from __future__ import annotations

import shlex
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wizard.sandbox.options import BadOption, Options

if TYPE_CHECKING:
    from collections.abc import Iterator

STATE = Path(".lakestrap") / "sandbox"

app = typer.Typer(
    help="A local Azure, Entra, GitHub and Databricks on this machine, for rehearsal.", no_args_is_help=True, add_completion=False
)

World = Annotated[
    str, typer.Option("--world", metavar="FILE|NAME", help="A shipped world, a YAML description, or a world left by --world-out.")
]
Record = Annotated[Path | None, typer.Option("--record", metavar="FILE", help="Write every exchange as JSON lines.")]
FaultRules = Annotated[Path | None, typer.Option("--faults", metavar="FILE", help="Rules for requests that are to fail (YAML or JSON).")]
Latency = Annotated[str, typer.Option("--latency", metavar="none|real|SCALE", help="How long answers and propagation take.")]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", help="Decides ids, secrets and delays.")]
KillAfter = Annotated[
    str, typer.Option("--kill-after", metavar="N[.before|.after]", help="Kill the sender of the Nth mutating request, once.")
]
WorldOut = Annotated[Path | None, typer.Option("--world-out", metavar="FILE", help="Write the final world as JSON.")]
Canary = Annotated[str, typer.Option("--canary", metavar="TEXT", help="Make the text part of every secret that the clouds mint.")]
Job = Annotated[str, typer.Option("--job", metavar="ENVIRONMENT", help="Be a workflow job in that environment instead of an operator.")]
Person = Annotated[str, typer.Option("--as", metavar="UPN", help="Who is signed in, instead of the world's operator.")]
Repository = Annotated[str, typer.Option("--repository", metavar="OWNER/NAME", help="The job's repository, where the world has several.")]
State = Annotated[Path, typer.Option("--state", metavar="FOLDER", help="Where the world is kept.", hidden=True)]


@contextmanager
def _refusals() -> Iterator[None]:
    """A bad option ends the command with one line on stderr and exit code 2."""
    try:
        yield
    except BadOption as wrong:
        sys.stderr.write(f"error: {wrong}\n")
        raise typer.Exit(2) from wrong


@app.command(context_settings={"allow_interspersed_args": False})
def run(
    command: Annotated[list[str], typer.Argument(metavar="-- COMMAND…", help="The command and its arguments.")],
    world: World = "owner",
    record: Record = None,
    faults: FaultRules = None,
    latency: Latency = "none",
    seed: Seed = None,
    kill_after: KillAfter = "",
    world_out: WorldOut = None,
    canary: Canary = "",
    job: Job = "",
    person: Person = "",
    repository: Repository = "",
) -> None:
    """Run a command in a local cloud of its own; exits with the command's code."""
    from wizard.sandbox.run import run as run_in_sandbox

    options = Options(
        world=world,
        record=record,
        faults=faults,
        latency=latency,
        seed=seed,
        kill_after=kill_after,
        world_out=world_out,
        canary=canary,
        job=job,
        person=person,
        repository=repository,
    )
    with _refusals():
        code = run_in_sandbox(command, options)
    raise typer.Exit(code)


@app.command()
def start(
    world: World = "",
    record: Record = None,
    faults: FaultRules = None,
    latency: Latency = "none",
    seed: Seed = None,
    canary: Canary = "",
    person: Person = "",
    state: State = STATE,
) -> None:
    """Keep a local cloud up in the background; prints what to export: eval "$(lakestrap sandbox start)"."""
    from wizard.sandbox.kept import start as start_in_background

    given = {
        "--world": world,
        "--record": record,
        "--faults": faults,
        "--latency": latency,
        "--seed": seed,
        "--canary": canary,
        "--as": person,
    }
    arguments = [text for name, value in given.items() if value not in ("", None) for text in (name, str(value))]
    with _refusals():
        found = start_in_background(state.absolute(), arguments)
    for name in found.removed:
        sys.stdout.write(f"unset {name}\n")
    for name, value in sorted(found.variables.items()):
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")


@app.command(hidden=True)
def serve(
    state: State,
    world: World = "",
    record: Record = None,
    faults: FaultRules = None,
    latency: Latency = "none",
    seed: Seed = None,
    canary: Canary = "",
    person: Person = "",
) -> None:
    """The background process of ``start``."""
    from wizard.sandbox.kept import serve as serve_world
    from wizard.sandbox.run import talking

    options = Options(world=world, record=record, faults=faults, latency=latency, seed=seed, canary=canary, person=person)
    with _refusals(), talking():
        serve_world(state, options)


@app.command()
def stop(state: State = STATE) -> None:
    """End the background process; its world is kept."""
    from wizard.sandbox.kept import stop as stop_process

    if not stop_process(state.absolute()):
        sys.stderr.write("no sandbox is running here\n")


@app.command()
def reset(state: State = STATE) -> None:
    """End the background process and forget its world."""
    from wizard.sandbox.kept import reset as forget

    forget(state.absolute())


def rehearse(arguments: list[str], state: Path) -> int:
    """Run ``lakestrap ARGUMENTS`` in the world kept in ``state`` (for ``lakestrap --sandbox``); its exit code."""
    from wizard.sandbox.kept import rehearse as run_in_kept_world

    try:
        return run_in_kept_world(arguments, state)
    except BadOption as wrong:
        sys.stderr.write(f"error: {wrong}\n")
        return 2


def main() -> None:
    """The sandbox's commands by themselves."""
    app(prog_name="lakestrap sandbox")
