"""``lakestrap upgrade``: the difference on stdout, then the pull request.

Owns the hand-over between the command line, the flow and the console. Holds no rule of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.engine.events import Event, EventKind
from wizard.errors import ExitCode, LakestrapError
from wizard.headless import Answers

if TYPE_CHECKING:
    from wizard.console import Console
    from wizard.flows.decisions import Decisions
    from wizard.flows.upgrade import Preview
    from wizard.options import Options
    from wizard.secret import Secret


async def run_upgrade(
    options: Options, console: Console, *, check: bool, decisions: Decisions | None = None, tenant: str = "", token: Secret | None = None
) -> int:
    """Propose what an older version wrote in this version's form; with ``check`` only tell, and 5 where there is something."""
    from wizard.flows.decisions import Outcome
    from wizard.flows.ending import finished
    from wizard.flows.job import opened
    from wizard.flows.upgrade import previewed, upgrade

    outcome, error, run = Outcome(), None, ""
    try:
        async with opened(options.project, allowed=options.allow, wait=options.wait, tenant=tenant, token=token) as job:
            preview = await previewed(job)
            show(preview, console)
            if check:
                return ExitCode.DONE if preview.up_to_date else ExitCode.DIFFERS
            async for event in upgrade(job, decisions or Answers(options, console), outcome, preview):
                run = event.run or run
                console.event(event)
    except LakestrapError as problem:
        if check:
            raise
        error = problem
        console.error(problem)
    last = finished(outcome, run, error)
    console.finished(last)
    return int(last.detail["exit_code"])  # type: ignore[call-overload,no-any-return]


def show(preview: Preview, console: Console) -> None:
    """The difference that would be proposed, and what is left."""
    from wizard.flows.add.files import differences

    if console.as_json:
        files = [{"path": item.path, "fate": item.fate.value, "reason": item.reason} for item in (*preview.published, *preview.local)]
        console.write(Event(EventKind.NOTED, "preview", outcome="what would be proposed", detail={"files": files}).as_json())
        return
    for line in differences((*preview.published, *preview.local)):
        console.write(line)
    if preview.up_to_date:
        console.say("everything is in this version's form" + (f"; merge {preview.pull_request}" if preview.pull_request else ""))
