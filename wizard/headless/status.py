"""``lakestrap status`` without questions: the rows as tables or as events, and with ``--fix`` the plan that mends the drift.

Owns the hand-over to the console. Holds no rule of its own; without ``--fix`` nothing is written anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wizard.engine.events import Event, EventKind
from wizard.errors import ExitCode, LakestrapError
from wizard.flows.status.rows import Row, Standing, Status, collapsed

if TYPE_CHECKING:
    from wizard.console import Console
    from wizard.engine.plan import Plan
    from wizard.flows.decisions import Decisions, Outcome
    from wizard.flows.job import Job
    from wizard.headless import Person
    from wizard.options import Options
    from wizard.secret import Secret

SHARED_TITLE = "shared by all"


async def run_status(
    options: Options,
    console: Console,
    *,
    everything: bool = False,
    fix: bool = False,
    person: Person | None = None,
    tenant: str = "",
    token: Secret | None = None,
) -> int:
    """Tell every row; 5 on drift. ``everything`` shows people what is as it should be too; ``fix`` goes on to the plan."""
    from wizard.flows.job import opened
    from wizard.flows.status import status

    error: LakestrapError | None = None
    async with opened(options.project, to_look=True, tenant=tenant, token=token) as job:
        found = await status(job)
    show(found, console, everything=everything)
    if fix and found.drifted:
        try:
            if await _mended(options, console, person, tenant, token):
                async with opened(options.project, to_look=True, tenant=tenant, token=token) as job:
                    found = await status(job)
                show(found, console, everything=False)
        except LakestrapError as problem:
            error = problem
            console.error(problem)
    last = finished(found, error)
    if console.as_json:
        console.write(last.as_json())
    else:
        console.say(f"{found.project}: {last.outcome}")
    return int(last.detail["exit_code"])  # type: ignore[call-overload,no-any-return]


def show(found: Status, console: Console, *, everything: bool) -> None:
    """One event a row, or for people a table an environment of what is not as it should be, and the remedies."""
    if console.as_json:
        for row in found.rows:
            console.write(event_of(row).as_json())
        return
    for environment in ("", *found.environments):
        rows = [row for row in found.of(environment) if everything or row.standing is not Standing.OK]
        good = len(found.of(environment)) - len(rows)
        lines = [(str(row.standing), row.area, row.what, row.why) for row in collapsed(rows)]
        lines += [("ok", "", f"{good} things", "as they should be")] if good else []
        if lines:
            console.table(environment or SHARED_TITLE, ("standing", "area", "what", "why"), lines)
    for hint in dict.fromkeys(_hints(found)):
        console.say(f"hint: {hint}")


def _hints(found: Status) -> Iterator[str]:
    for row in found.rows:
        if row.hint and row.standing is not Standing.OK:
            yield row.hint


def event_of(row: Row) -> Event:
    """The published form of a row: ``lakestrap schema --events``."""
    told = {"standing": str(row.standing), "environment": row.environment, "area": row.area, "what": row.what, "why": row.why}
    detail = {**told, "until": row.until, "link": row.link}
    return Event(EventKind.RESOURCE_READ, row.key, "status", str(row.standing), hint=row.hint, detail=detail)


def finished(found: Status, error: LakestrapError | None = None) -> Event:
    """The last line: exit code, counts, and what waits for people."""
    counts, code = found.counts(), error.exit_code if error else found.exit_code
    words = ", ".join(f"{number} {name}" for name, number in counts.items())
    pending = [{"what": f"{row.what}: {row.why}", "link": row.link, "who": row.hint} for row in found.standing(Standing.WAITING)]
    detail = {"exit_code": int(code), "counts": counts, "pending": pending}
    hint = "\n".join(error.hints) if error else ""
    return Event(EventKind.RUN_FINISHED, outcome=words, error=error.message if error else "", hint=hint, detail=detail)


async def _mended(options: Options, console: Console, person: Person | None, tenant: str, token: Secret | None) -> bool:
    """Show what set-up would do about it and, with agreement, let it; whether anything was carried out."""
    from wizard.flows.decisions import Outcome
    from wizard.flows.job import opened
    from wizard.flows.setup import planned
    from wizard.headless import Answers

    decisions, outcome = Answers(options, console, person), Outcome()
    async with opened(options.project, allowed=options.allow, wait=options.wait, tenant=tenant, token=token) as job:
        preview = await planned(job)
        if preview.plan.empty:
            console.say("set-up has nothing to mend here: see the hints")
            return False
        if not options.yes and person is None:
            _show_plan(console, preview.plan)
            console.say("to carry it out: lakestrap status --fix --yes")
            return False
        await _carried_out(job, decisions, outcome, console)
    if outcome.exit_code is not ExitCode.DONE:
        raise LakestrapError("not everything could be mended: see above", hints=["run the same command again: it goes on where it ended"])
    return True


async def _carried_out(job: Job, decisions: Decisions, outcome: Outcome, console: Console) -> None:
    from wizard.flows.setup import setup

    async for event in setup(job, decisions, outcome):
        console.event(event)


def _show_plan(console: Console, plan: Plan) -> None:
    if not console.as_json:
        console.plan(plan)
        return
    for change in plan.changes:
        console.write(Event(EventKind.RESOURCE_READ, change.key, str(change.action), detail={"change": change.as_dict()}).as_json())
    console.write(Event(EventKind.PLAN_MADE, detail={"counts": plan.counts()}).as_json())
