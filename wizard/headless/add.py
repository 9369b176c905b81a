"""``lakestrap add`` without questions.

Owns the hand-over between the command line, the flow and the console. Holds no rule of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.engine.events import Event, EventKind
from wizard.errors import BadInput, LakestrapError, Problem
from wizard.headless import Answers, all_missing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wizard.console import Console
    from wizard.flows.add import Preview, Renewal, Request, Stale
    from wizard.options import Options
    from wizard.secret import Secret


class AddAnswers(Answers):
    """The usual decisions, and other values for what went stale."""

    async def renewed(self, stale: Stale) -> str | tuple[str, ...] | None:
        return await self.person.another(stale) if self.person else None


def request_of(
    name: str, like: str, after: str, subscription: str, region: str, reviewers: Sequence[str] | None, existing: Sequence[str]
) -> Request:
    """The request that the options make. Raises ``BadInput`` for an ``--existing`` that is not ``KIND=ID``."""
    from wizard.flows.add import Request

    problems = [
        Problem("--existing", f"{text} is not KIND=ID", "like identity=CLIENT-ID") for text in existing if not text.partition("=")[2]
    ]
    if problems:
        raise BadInput(problems)
    own = {text.partition("=")[0]: text.partition("=")[2] for text in existing}
    return Request(name, like, after, subscription, region, tuple(reviewers) if reviewers else None, own)


async def run_add(
    options: Options, console: Console, request: Request, decisions: Renewal | None = None, *, tenant: str = "", token: Secret | None = None
) -> int:
    """Add the environment and return the exit code; the last event tells it too. Another face hands over its own ``decisions``."""
    from wizard.flows.add import add, opened, previewed
    from wizard.flows.decisions import Outcome
    from wizard.flows.ending import finished

    answers = decisions or AddAnswers(options, console)
    outcome, error, run = Outcome(), None, ""
    try:
        path, allow = options.project, options.allow
        async with opened(path, request, answers, allowed=allow, wait=options.wait, tenant=tenant, token=token) as adding:
            preview = await previewed(adding)
            show(preview, console)
            async for event in add(adding, answers, outcome, preview):
                run = event.run or run
                console.event(event)
            if outcome.applied.complete:
                console.next_steps(adding.job.project.name, outcome.pending)
    except LakestrapError as problem:
        error = all_missing(problem, answers) if isinstance(answers, Answers) else problem
        console.error(error)
    last = finished(outcome, run, error)
    console.finished(last)
    return int(last.detail["exit_code"])  # type: ignore[call-overload,no-any-return]


def show(preview: Preview, console: Console) -> None:
    """The decisions and the change of the files; the plan itself is shown where it is agreed to."""
    if console.as_json:
        detail = {"environment": preview.name, "order": list(preview.order), "notes": list(preview.notes)}
        files = [{"path": item.path, "fate": item.fate.value, "reason": item.reason} for item in preview.files.published]
        console.write(Event(EventKind.NOTED, "preview", outcome="what would be added", detail={**detail, "files": files}).as_json())
        return
    console.say(f"{preview.name}, in the order {' → '.join(preview.order)}")
    _said(console, preview.notes)
    for line in preview.files.differences():
        console.write(line)
    if preview.drift:
        console.say("not as the project has it, and left as it is:")
        _said(console, map(str, preview.drift))


def _said(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        console.say(f"  {line}")
