"""``lakestrap migrate oidc`` without questions: what would be done, the agreement, the events, the last words.

Owns the hand-over between the command line, the migration and the console. Holds no rule of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.engine.events import Event, EventKind
from wizard.errors import BadInput, LakestrapError, Problem
from wizard.headless.migrate import MigrationAnswers

if TYPE_CHECKING:
    from wizard.console import Console
    from wizard.flows.migrate_oidc import OidcPreview
    from wizard.flows.migrate_subject import MigrationDecisions
    from wizard.options import Options
    from wizard.secret import Secret


async def run_migrate_oidc(
    options: Options,
    console: Console,
    *,
    grace: str,
    decisions: MigrationDecisions | None = None,
    tenant: str = "",
    token: Secret | None = None,
) -> int:
    """Move every environment from its client secret to federation and return the exit code; the last event tells it too."""
    from wizard.flows.job import opened
    from wizard.flows.migrate_oidc import MigrationOutcome, closing, migrate_oidc, previewed
    from wizard.flows.rotate.wishes import duration

    outcome, error, run = MigrationOutcome(), None, ""
    try:
        period = duration(grace)
        if period is None:
            raise BadInput([Problem("--grace", f"{grace!r} is no length of time", "--grace 24h (s, m, h or d)")])
        async with opened(options.project, allowed=options.allow, wait=options.wait, tenant=tenant, token=token) as job:
            preview = await previewed(job, period)
            show(console, preview)
            async for event in migrate_oidc(job, decisions or MigrationAnswers(options, console), outcome, preview):
                run = event.run or run
                console.event(event)
    except LakestrapError as problem:
        error = problem
        console.error(problem)
    last = closing(outcome, run, error)
    console.finished(last)
    return int(last.detail["exit_code"])  # type: ignore[call-overload,no-any-return]


def show(console: Console, preview: OidcPreview) -> None:
    """What would be done, one deed a line."""
    for line in () if preview.empty else preview.lines():
        if console.as_json:
            console.write(Event(EventKind.PLAN_MADE, action="migrate", outcome=line).as_json())
        else:
            console.write(line)
