"""``lakestrap migrate`` without questions: what would be done, the agreement, the events, the last words.

Owns the hand-over between the command line, the migrations and the console. Holds no rule of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.engine.events import Event, EventKind
from wizard.errors import LakestrapError
from wizard.headless import Answers

if TYPE_CHECKING:
    from wizard.console import Console
    from wizard.flows.migrate_subject import MigrationDecisions, SubjectPreview
    from wizard.options import Options
    from wizard.secret import Secret


class MigrationAnswers(Answers):
    """Decisions about a migration from options and, where a person is there, from the terminal."""

    async def agrees_to_migrate(self, preview: object) -> bool:
        if self.options.yes:
            return True
        return await self.agreed("Go on?", "the migration has to be agreed to", "look at what is shown above, then add --yes")


async def run_migrate_subject(
    options: Options,
    console: Console,
    *,
    opt_in: bool,
    decisions: MigrationDecisions | None = None,
    tenant: str = "",
    token: Secret | None = None,
) -> int:
    """Move every identity to the subject that GitHub sends and return the exit code; the last event tells it too."""
    from wizard.flows.decisions import Outcome
    from wizard.flows.ending import finished
    from wizard.flows.job import opened
    from wizard.flows.migrate_subject import migrate_subject, previewed

    outcome, error, run = Outcome(), None, ""
    try:
        async with opened(options.project, allowed=options.allow, wait=options.wait, tenant=tenant, token=token) as job:
            preview = await previewed(job, opt_in=opt_in)
            show(console, preview)
            async for event in migrate_subject(job, decisions or MigrationAnswers(options, console), outcome, preview, opts_in=opt_in):
                run = event.run or run
                console.event(event)
    except LakestrapError as problem:
        error = problem
        console.error(problem)
    last = finished(outcome, run, error)
    console.finished(last)
    return int(last.detail["exit_code"])  # type: ignore[call-overload,no-any-return]


def show(console: Console, preview: SubjectPreview) -> None:
    """What would be done, one deed a line."""
    for line in preview.lines():
        if console.as_json:
            console.write(Event(EventKind.PLAN_MADE, action="migrate", outcome=line).as_json())
        else:
            console.write(line)
