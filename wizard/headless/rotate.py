"""The headless face of ``rotate``: the preview as a table, the questions that options do not answer, the last words.

Owns the hand-over between the command line, the rotation flow and the console. Holds no rule of its own.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from wizard.errors import LakestrapError
from wizard.headless import Answers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wizard.console import Console
    from wizard.flows.job import Job
    from wizard.flows.rotate.preview import Item, Preview
    from wizard.flows.rotate.wishes import Wishes
    from wizard.options import Options
    from wizard.secret import Secret

SIGNS = {"rotate": "renew", "finish": "finish", "retire": "end the old one", "undo": "put the old one back", "wait": "wait", "skip": "skip"}

COLUMNS = ("credential", "do", "age", "expires", "lives in", "read by")


class RotationAnswers(Answers):
    """Decisions about a rotation from options and, where a person is there, from the terminal. ``seen``: wishes that were shown."""

    seen: Wishes | None = None

    async def agrees_to_rotate(self, preview: object) -> bool:
        if self.options.yes:
            return True
        return await self.agreed("Go on?", "the rotation has to be agreed to", "look at what is shown above, then add --yes")

    async def choice(self, question: str, choices: tuple[str, ...], why: str) -> str | None:
        return await self.person.choice(question, choices, why) if self.person else None

    async def wishes(self, job: Job, wanted: Mapping[str, Any]) -> Wishes:
        """What is to be rotated: what the options say. Raises ``BadInput`` with everything that is wrong with them."""
        from wizard.flows.rotate.wishes import wished

        return wished(job.project, **wanted)


async def run_rotate(
    options: Options,
    console: Console,
    wanted: Mapping[str, Any],
    decisions: RotationAnswers | None = None,
    *,
    tenant: str = "",
    token: Secret | None = None,
) -> int:
    """Rotate and return the exit code. ``wanted`` are the arguments of ``wizard.flows.rotate.wishes.wished``."""
    from wizard.flows.job import opened
    from wizard.flows.rotate.preview import previewed
    from wizard.flows.rotate.run import RotationOutcome, closing, rotate

    answers = decisions or RotationAnswers(options, console)
    outcome, error, run = RotationOutcome(), None, ""
    try:
        async with opened(options.project, allowed=options.allow, wait=options.wait, tenant=tenant, token=token) as job:
            wishes = await answers.wishes(job, wanted)
            preview = await previewed(job, wishes)
            if wishes != answers.seen:
                show(console, preview)
            async for event in rotate(job, wishes, answers, outcome, preview):
                run = event.run or run
                console.event(event)
    except LakestrapError as problem:
        error = problem
        console.error(problem)
    last = closing(outcome, run, error)
    console.finished(last)
    return int(last.detail["exit_code"])  # type: ignore[call-overload,no-any-return]


def show(console: Console, preview: Preview) -> None:
    """Where each credential lives, its age and expiry, who reads it, and what would be done."""
    if console.as_json:
        for item in preview.items:
            console.write(json.dumps({"event": "resource_read", **_line(item)}, ensure_ascii=False))
        return
    if preview.secretless:
        console.say("this project is secretless: its pipelines sign in without anything that expires or could leak")
        console.say("what does expire: your own sign-ins (az login, the GitHub token)" + _brought(preview))
    if console.plain:
        for item in preview.items:
            console.write("\n".join(_spoken(item, preview.now)))
    elif rows := [row for item in preview.items for row in _rows(item, preview.now)]:
        console.table("", COLUMNS, rows)
    for item in preview.items:
        for warning in item.credential.warnings if str(item.task) == "rotate" else ():
            console.say(f"! {item.credential.key}: {warning}")


def _brought(preview: Preview) -> str:
    names = ", ".join(item.credential.key for item in preview.items if item.credential.guided)
    return f"; and what somebody else issues: {names}" if names else ""


def _spoken(item: Item, now: datetime) -> Sequence[str]:
    """The same as lines, one fact each, for screen readers and narrow terminals."""
    rows = _rows(item, now)
    key, does, *_ = rows[0]
    facts = [(column, cell) for row in rows for column, cell in zip(COLUMNS[2:], row[2:], strict=True) if cell]
    facts.sort(key=lambda fact: COLUMNS.index(fact[0]))
    return [f"{key}: {does}" if does else key, *(f"    {column}: {cell}" for column, cell in facts)]


def _rows(item: Item, now: datetime) -> Sequence[tuple[str, ...]]:
    active = item.active
    age = f"{(now - active.created).days} days" if active and active.created else "unknown"
    expires = f"{item.expires:%Y-%m-%d}" if item.expires else "never" if active else "unknown"
    does = SIGNS.get(str(item.task), "") + (f": {item.reason}" if item.reason else "")
    places = [copy.place for copy, _ in item.copies] or [""]
    first = (item.credential.key, does.removeprefix(": "), age, expires, places[0], "; ".join(item.credential.readers))
    return [first, *(("", "", "", "", place, "") for place in places[1:])]


def _line(item: Item) -> dict[str, object]:
    """The form of an event, so that every line of ``--json`` has the same members."""
    fixed = {"time": "", "run": "", "key": item.credential.key, "action": str(item.task), "outcome": item.reason, "error": "", "hint": ""}
    return {**fixed, "credential": item.as_dict()}
