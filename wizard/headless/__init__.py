"""The headless face: no question is ever asked that an option has answered, and none is ever defaulted.

Owns the hand-over between the command line, the flows and the console. Holds no rule of its own. Where somebody is there to be asked,
the line-based face hands over who asks.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Protocol

from wizard.engine.events import Event, EventKind
from wizard.engine.plan import Plan
from wizard.errors import BadInput, ExitCode, LakestrapError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.console import Console
    from wizard.flows.add import Stale
    from wizard.flows.decisions import Decisions
    from wizard.options import Options
    from wizard.secret import Secret


class Person(Protocol):
    """Somebody who can be asked (``wizard.prompts.person``)."""

    async def agrees(self, question: str) -> bool:
        """Yes or no; Enter means no."""

    async def typed(self, name: str, why: str) -> bool:
        """Whether that name was typed, letter by letter."""

    async def masked(self, prompt: str) -> Secret | None:
        """A secret that is not shown; ``None`` for an empty one."""

    async def choice(self, question: str, choices: Sequence[str], why: str) -> str | None:
        """One of the choices."""

    async def another(self, stale: Stale) -> str | tuple[str, ...] | None:
        """Another value for what nobody can use any more."""


class Answers:
    """Decisions from options and, where a ``person`` is there, from them."""

    def __init__(self, options: Options, console: Console, person: Person | None = None) -> None:
        self.options, self.console, self.person = options, console, person

    async def agrees(self, plan: Plan) -> bool:
        if not self.console.as_json:
            self.console.plan(plan)
        if self.options.yes:
            return True
        return await self.agreed("Apply this plan?", "the plan has to be agreed to", "look at it with `lakestrap plan`, then add --yes")

    async def agreed(self, question: str, reason: str, remedy: str) -> bool:
        """The person's word. Raises ``BadInput`` where nobody is there."""
        if self.person is None:
            raise BadInput([Problem("--yes", reason, remedy)])
        return await self.person.agrees(question)

    async def secret_value(self, name: str, environment: str) -> Secret | None:
        return await self.person.masked(f"Value of the secret {name} for {environment} (it is not shown): ") if self.person else None


def all_missing(error: LakestrapError, answers: Answers) -> LakestrapError:
    """What is wrong, and beside it the agreement where that is missing too: nobody is told one thing after the other."""
    if not isinstance(error, BadInput) or not error.problems or answers.options.yes or answers.person is not None:
        return error
    agreement = Problem("--yes", "the plan has to be agreed to", "look at the plan, then add --yes")
    return error if any(found.place == "--yes" for found in error.problems) else BadInput([*error.problems, agreement], hints=error.hints)


def refuse_without_answers(path: Path) -> NoReturn:
    """Raise ``BadInput`` that lists every answer which a project file has to give: there is none, and nobody to ask."""
    from wizard.project.file import missing, shown_as

    absent = Problem(shown_as(path), "there is no such file", "write it (fields: lakestrap schema), or run lakestrap setup in a terminal")
    raise BadInput([absent, *missing({"version": 1})])


async def run_setup(
    options: Options,
    console: Console,
    plan_file: Path | None = None,
    decisions: Decisions | None = None,
    *,
    tenant: str = "",
    token: Secret | None = None,
) -> int:
    """Set up (or apply a saved plan) and return the exit code; the last event tells it too.

    Another face hands over the ``decisions`` it asks for itself, the ``tenant`` that was chosen and the GitHub ``token`` that was typed.
    """
    from wizard.flows.decisions import Outcome
    from wizard.flows.ending import finished
    from wizard.flows.job import opened
    from wizard.flows.plan_file import check_against, read_plan_file
    from wizard.flows.setup import planned, setup

    outcome, error, run = Outcome(), None, ""
    try:
        async with opened(options.project, allowed=options.allow, wait=options.wait, tenant=tenant, token=token) as job:
            preview = None
            if plan_file is not None:
                saved = read_plan_file(plan_file)
                preview = await planned(job)
                check_against(saved, preview.plan, job)
            async for event in setup(job, decisions or Answers(options, console), outcome, preview):
                run = event.run or run
                console.event(event)
            if outcome.applied.complete:
                console.next_steps(job.project.name, outcome.pending)
    except LakestrapError as problem:
        error = problem
        console.error(problem)
    last = finished(outcome, run, error)
    console.finished(last)
    return int(last.detail["exit_code"])  # type: ignore[call-overload,no-any-return]


async def run_apply(options: Options, console: Console, plan_file: Path | None, person: Person | None = None) -> int:
    """``setup`` with a plan that was looked at before."""
    if plan_file is not None:
        options.yes = True
    return await run_setup(options, console, plan_file, Answers(options, console, person))


async def run_plan(options: Options, console: Console, out: Path | None, detailed_exitcode: bool) -> int:
    """Show the plan, write it where asked; 5 for changes only with ``--detailed-exitcode``."""
    from wizard.flows.job import opened
    from wizard.flows.plan_file import write_plan_file
    from wizard.flows.setup import planned

    async with opened(options.project, allowed=options.allow) as job:
        plan = (await planned(job)).plan
        if console.as_json:
            for change in plan.changes:
                detail = change.as_dict()
                console.write(Event(EventKind.RESOURCE_READ, change.key, str(change.action), detail={"change": detail}).as_json())
            console.write(Event(EventKind.PLAN_MADE, detail={"counts": plan.counts()}).as_json())
        else:
            console.plan(plan)
        if out is not None:
            write_plan_file(out, plan, job)
            console.say(f"plan written; apply it with: lakestrap apply {out}")
    if plan.blocked:
        return ExitCode.NOT_ALLOWED
    return ExitCode.DIFFERS if detailed_exitcode and not plan.empty else ExitCode.DONE


async def run_check(options: Options, console: Console) -> int:
    """The preflight table; 3 where any answer is no, 2 where a name or plan forbids it."""
    from wizard.flows.check import checked, exit_code, request_for_administrator
    from wizard.flows.job import opened
    from wizard.flows.setup import planned

    async with opened(options.project) as job:
        preview = await planned(job)
        rows = preview.rows or await checked(job, preview.plan)
    if console.as_json:
        for row in rows:
            console.write(json.dumps(row.as_dict(), ensure_ascii=False))
    else:
        console.table("", ("answer", "question", "why"), [(row.answer, row.question, row.why) for row in rows])
        for hint in dict.fromkeys(row.hint for row in rows if row.answer != "yes" and row.hint):
            console.say(f"hint: {hint}")
        request = request_for_administrator(rows, job)
        if request:
            console.say("\nTo send to an administrator:\n" + request)
    return exit_code(rows)


async def run_verify(options: Options, console: Console) -> int:
    """Dispatch verify-login where it has not succeeded yet and tell what came of it."""
    from wizard.flows.decisions import Outcome
    from wizard.flows.ending import finished
    from wizard.flows.job import opened
    from wizard.flows.verify import prove

    outcome, error, run = Outcome(), None, ""
    try:
        async with opened(options.project) as job:
            async for event in prove(job, outcome, again=True):
                run = event.run
                console.event(event)
    except LakestrapError as problem:
        error = problem
        console.error(problem)
    last = finished(outcome, run, error)
    console.finished(last)
    return int(last.detail["exit_code"])  # type: ignore[call-overload,no-any-return]


async def run_files(options: Options, console: Console, *, check: bool, diff: bool) -> int:
    """Tell how the generated files stand and, without ``check``, write those that are ours to write. Needs no sign-in."""
    from wizard.flows import files
    from wizard.flows.working_tree import write_rendered
    from wizard.project.file import load, located

    project, root = load(options.project), located(options.project).resolve().parent
    if not check:
        for event in write_rendered(files.wished_offline(project, root), root):
            console.event(event)
    found = files.compared(project, root)
    shown = [item for item in found if item.standing is not files.Standing.CURRENT]
    if console.as_json:
        for item in found:
            console.write(json.dumps({"path": item.path, "standing": item.standing.name.lower()}))
    elif shown:
        console.table("", ("standing", "file"), [(item.standing.value, item.path) for item in shown])
    else:
        console.say(f"{len(found)} generated files, all up to date")
    if diff and not console.as_json:
        for item in shown:
            for line in files.difference(item, root):
                console.write(line)
    behind = any(item.standing in files.DIFFERS for item in found)
    return ExitCode.DIFFERS if check and behind else ExitCode.DONE


def print_schema(console: Console, *, events: bool) -> None:
    """The JSON Schema of the project file, or of the event stream."""
    from wizard.engine.events import event_schema
    from wizard.project.schema import schema

    console.json(event_schema() if events else schema())
