"""The command line: one function a command, each a few lines; nothing heavy is imported at the top.

Owns argument parsing, the choice of face and the exit code. Every rule is a flow's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from wizard.console import Console
from wizard.errors import ExitCode, LakestrapError
from wizard.opening import drawn, full_screen, interrupted, rehearsed
from wizard.options import Options, taken_out
from wizard.sandbox.commands import app as sandbox_commands

app = typer.Typer(
    name="lakestrap",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"max_content_width": 110, "help_option_names": ["-h", "--help"]},
)
migrate = typer.Typer(help="Change how pipelines sign in, without a moment in which they cannot.", rich_markup_mode=None)
app.add_typer(migrate, name="migrate")
_options = Options()

GLOBAL_OPTIONS = """\b
Options for every command, before or after it:
  -p, --project PATH   the project file or its folder (default: lakestrap.yaml)
  -y, --yes            agree to create and update
  --allow ACTIONS      agree to adopt, replace, delete too (comma-separated)
  --wait SECONDS       wait for a run of somebody else to end (default: refuse)
  --sandbox            rehearse in the local cloud; it is kept in .lakestrap/sandbox/
  --json               events as JSON lines on stdout
  --plain              no colours, no redrawing
  --no-input           never ask; a missing answer is an error
"""


@app.callback(invoke_without_command=True, epilog=GLOBAL_OPTIONS)
def lakestrap(context: typer.Context, version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    """From an empty repository and an Azure subscription to governed, secretless Databricks CI/CD."""
    if version:
        from wizard import __version__

        typer.echo(f"lakestrap {__version__}")
    elif context.invoked_subcommand is None:
        if full_screen(_options):
            raise _Ended(drawn(_options, "home"))
        typer.echo(context.get_help())


@app.command()
def setup() -> None:
    """Set everything up and prove that the pipeline can log in."""
    from functools import partial

    from wizard.headless import refuse_without_answers, run_setup
    from wizard.prompts.chosen import somebody_is_there
    from wizard.prompts.life import setup_on_lines

    if full_screen(_options) and not _options.yes:
        raise _Ended(drawn(_options, "setup"))
    console = _console()
    if _options.project.exists():
        _finish(setup_on_lines(_options, console))
    if not somebody_is_there(no_input=_options.no_input, json=_options.json):
        refuse_without_answers(_options.project)
    from wizard.prompts.run import run_prompts

    _finish(run_prompts(_options, console, partial(run_setup, _options, console)))


@app.command()
def plan(
    out: Annotated[Path | None, typer.Option("--out", help="Write the plan to a file for `lakestrap apply`.")] = None,
    detailed_exitcode: Annotated[bool, typer.Option("--detailed-exitcode", help="Exit 5 where there is something to do.")] = False,
) -> None:
    """Show what set-up would do; change nothing."""
    from wizard.headless import run_plan

    _finish(run_plan(_options, _console(), out, detailed_exitcode))


@app.command()
def apply(plan_file: Annotated[Path | None, typer.Argument(help="A plan made by `lakestrap plan --out`.")] = None) -> None:
    """Carry out a saved plan, if nothing moved since."""
    from wizard.prompts.life import apply_on_lines

    _finish(apply_on_lines(_options, _console(), plan_file))


@app.command()
def check() -> None:
    """Ask beforehand whether this sign-in may do it all."""
    from wizard.headless import run_check

    _finish(run_check(_options, _console()))


@app.command()
def verify() -> None:
    """Prove again that each pipeline can log in."""
    from wizard.headless import run_verify

    _finish(run_verify(_options, _console()))


@app.command()
def status(
    everything: Annotated[bool, typer.Option("--all", help="Show what is as it should be, too.")] = False,
    fix: Annotated[bool, typer.Option("--fix", help="Show the plan that mends the drift and, with agreement, carry it out.")] = False,
) -> None:
    """Tell what has drifted, what expires and what waits; write nothing. Exit 5 on drift."""
    from wizard.prompts.life import status_on_lines

    _on_screen("status", {"everything": everything, "decides": True}, unless=fix)
    _finish(status_on_lines(_options, _console(), everything=everything, fix=fix))


@app.command()
def rotate(
    environments: Annotated[list[str] | None, typer.Argument(metavar="[ENV]...", help="Only these environments.")] = None,
    credential: Annotated[list[str] | None, typer.Option("--credential", help="Only this kind; may be repeated.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what does not expire soon.")] = False,
    expiring: Annotated[int | None, typer.Option("--expiring", help="What expires within so many days.")] = None,
    grace: Annotated[str, typer.Option("--grace", help="How long the old one stays valid.")] = "24h",
    undo: Annotated[bool, typer.Option("--undo", help="Put the old one back while it is valid.")] = False,
) -> None:
    """Renew credentials, the old beside the new until a job has proven it; finish what waits."""
    from wizard.prompts.rotate import rotate_on_lines

    named = {"environments": environments or (), "kinds": credential or ()}
    wanted = {**named, "everything": everything, "expiring": expiring, "grace": grace, "undo": undo}
    said = any((environments, credential, everything, expiring is not None, grace != "24h", undo))
    _on_screen("rotate", wanted if said else {})
    _finish(rotate_on_lines(_options, _console(), wanted))


@app.command()
def files(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit 5 where a generated file is missing or out of date.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show how files differ, edited ones from what was generated.")] = False,
) -> None:
    """Write the generated files that are missing or out of date; leave the edited ones alone."""
    from wizard.headless import run_files

    _finish(run_files(_options, _console(), check=check, diff=diff))


@app.command()
def add(
    environment: Annotated[str, typer.Argument(metavar="ENV", help="Name of the new environment.")] = "",
    like: Annotated[str, typer.Option("--like", metavar="ENV", help="The pattern (default: the environment before it).")] = "",
    after: Annotated[str, typer.Option("--after", metavar="ENV", help="Its place (default: last before production).")] = "",
    subscription: Annotated[str, typer.Option("--subscription", help="Name or id, instead of the pattern's.")] = "",
    region: Annotated[str, typer.Option("--region", help="Azure region, instead of the pattern's.")] = "",
    reviewer: Annotated[list[str] | None, typer.Option("--reviewer", help="Who approves (repeat it), or none.")] = None,
    existing: Annotated[list[str] | None, typer.Option("--existing", metavar="KIND=ID", help="A thing of yours to use.")] = None,
) -> None:
    """Add an environment like another one; touch nothing else."""
    from wizard.headless.add import request_of
    from wizard.prompts.add import add_on_lines

    request = request_of(environment, like, after, subscription, region, reviewer, existing or ())
    said = any((like, after, subscription, region, reviewer, existing))
    _on_screen("add", {"request": request} if environment else {}, unless=said and not environment)
    _finish(add_on_lines(_options, _console(), request))


@app.command()
def upgrade(check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 5 where something is out of date.")] = False) -> None:
    """Propose what an older version wrote in this one's form, your edits kept."""
    from wizard.prompts.life import upgrade_on_lines

    _on_screen("upgrade", unless=check)
    _finish(upgrade_on_lines(_options, _console(), check=check))


@app.command()
def destroy(
    environments: Annotated[
        list[str] | None, typer.Argument(help="Environments to take down; the whole project where none is named.")
    ] = None,
    confirm: Annotated[list[str] | None, typer.Option("--confirm", help="Agree to a name that has to be typed; repeatable.")] = None,
    purge: Annotated[bool, typer.Option("--purge", help="Purge what is soft-deleted: it cannot be had back.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Only show what would be deleted.")] = False,
) -> None:
    """Take environments down: everything that bears the project's mark, and nothing else."""
    from wizard.prompts.destroy import destroy_on_lines

    said = {"names": tuple(environments or ()), "purge": purge} if environments or purge else {}
    _on_screen("destroy", said, unless=bool(confirm) or preview)
    _finish(destroy_on_lines(_options, _console(), environments or [], confirm=confirm or [], purge=purge, only_preview=preview))


@app.command()
def adopt(
    repository: Annotated[str, typer.Argument(metavar="OWNER/REPOSITORY", help="The repository whose lakestrap.yaml is lost.")] = "",
    name: Annotated[str, typer.Option("--name", help="The project, where the repository holds several.")] = "",
    from_clouds: Annotated[bool, typer.Option("--from-clouds", help="Also where the repository still holds a version of it.")] = False,
) -> None:
    """Write a lost lakestrap.yaml back, from the repository or from what the clouds hold; change nothing there."""
    from wizard.prompts.adopt import adopt_on_lines

    if not (repository or name or from_clouds or _options.yes or _options.project.exists()) and full_screen(_options):
        raise _Ended(drawn(_options, "adopt"))
    _finish(adopt_on_lines(_options, _console(), repository, name, from_clouds=from_clouds))


@app.command()
def explain(
    about: Annotated[
        list[str] | None, typer.Argument(metavar="SUBJECT|ERROR|RUN|ENV", help="A subject, an AADSTS error, a run, an environment.")
    ] = None,
) -> None:
    """Tell why a job could not sign in: what it presented, what is trusted, and what mends it."""
    from wizard.prompts.life import explain_on_lines

    _on_screen("explain", unless=bool(about))
    _finish(explain_on_lines(_options, _console(), " ".join(about or ())))


@app.command(name="import-assets")
def import_assets(
    folder: Annotated[Path | None, typer.Argument(metavar="[DIR]", help="Folder with clusters/, jobs/, notebooks/, init-scripts/.")] = None,
    from_workspace: Annotated[str, typer.Option("--from-workspace", metavar="ENV|HOST", help="A workspace instead of a folder.")] = "",
    preview: Annotated[bool, typer.Option("--preview", help="Write nothing; show what would be written and what is left over.")] = False,
    keep_clusters: Annotated[bool, typer.Option("--keep-clusters", help="Import no clusters: jobs find them by name.")] = False,
    scripts_in: Annotated[str, typer.Option("--scripts-in", metavar="VOLUME", help="Read init scripts from /Volumes/….")] = "",
) -> None:
    """Turn clusters, jobs, notebooks and init scripts into resources of the bundle. Exit 5 where something is left over."""
    from wizard.headless.import_assets import run_import

    choices = {"only_preview": preview, "keep_clusters": keep_clusters, "scripts_in": scripts_in}
    _finish(run_import(_options, _console(), folder, from_workspace, **choices))  # type: ignore[arg-type]


@migrate.command("oidc")
def migrate_oidc(
    grace: Annotated[str, typer.Option("--grace", help="How long the client secret stays valid after the proof.")] = "24h",
) -> None:
    """From a client secret to federation: trust first, then the workflows, then the proof, then the secret's end."""
    from wizard.prompts.life import migrate_oidc_on_lines

    _on_screen("migrate oidc", {"grace": grace})
    _finish(migrate_oidc_on_lines(_options, _console(), grace=grace))


@migrate.command("subject")
def migrate_subject(
    opt_in: Annotated[bool, typer.Option("--opt-in", help="Ask GitHub for subjects with ids in them; it cannot be taken back.")] = False,
) -> None:
    """Trust the subject that GitHub sends after a rename, a transfer or an opt-in; prove it; then end the old trust."""
    from wizard.prompts.life import migrate_subject_on_lines

    _on_screen("migrate subject", {"opt_in": opt_in})
    _finish(migrate_subject_on_lines(_options, _console(), opt_in=opt_in))


@app.command()
def schema(events: Annotated[bool, typer.Option("--events", help="The schema of the --json events instead.")] = False) -> None:
    """Print the JSON Schema of lakestrap.yaml."""
    from wizard.headless import print_schema

    print_schema(_console(), events=events)


def run(arguments: Sequence[str]) -> int:
    """Parse, run one command, return the exit code. Errors are told on stderr with their hints."""
    global _options
    console = Console(as_json="--json" in arguments, plain="--plain" in arguments)
    try:
        _options, rest = taken_out(arguments)
        if _options.sandbox:
            return rehearsed(arguments)
        if rest[:1] == ["sandbox"]:
            rest = list(arguments)
        result = app(rest, prog_name="lakestrap", standalone_mode=False)
        if result == ExitCode.INTERRUPTED and rest[:1] != ["sandbox"]:  # typer makes a result of Ctrl-C; a rehearsed command told its own
            return interrupted(console, arguments)
        return int(result) if isinstance(result, int) else ExitCode.DONE
    except _Ended as ended:
        return ended.code
    except LakestrapError as error:
        console.error(error)
        return error.exit_code
    except typer.Exit as left:
        return left.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return interrupted(console, arguments)
    except typer.TyperException as usage:
        show = getattr(usage, "show", None)
        show() if show is not None else console.say(f"error: {usage}")
        return ExitCode.BAD_INPUT


app.add_typer(sandbox_commands, name="sandbox")


class _Ended(Exception):
    def __init__(self, code: int) -> None:
        self.code = code


def _on_screen(job: str, given: Mapping[str, object] | None = None, *, unless: bool = False) -> None:
    """Draw the job's screens, begun with what was given, where there is a project and somebody who did not agree to it already."""
    if not unless and not _options.yes and _options.project.exists() and full_screen(_options):
        raise _Ended(drawn(_options, job, given))


def _console() -> Console:
    return Console(as_json=_options.json, plain=_options.plain)


def _finish(work: Coroutine[object, object, int]) -> NoReturn:
    raise _Ended(asyncio.run(work))
