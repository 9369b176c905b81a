"""``lakestrap destroy`` without a person, or with one at a plain terminal.

Owns what stands for the person's word: ``--yes`` agrees to what is shown, a name is agreed to only by being typed or given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wizard.engine.events import Event, EventKind
from wizard.errors import BadInput, LakestrapError, Problem
from wizard.headless import Answers

if TYPE_CHECKING:
    from wizard.console import Console
    from wizard.flows.destroy import Removal
    from wizard.options import Options


class RemovalAnswers(Answers):
    """``confirmed`` are the names given with ``--confirm``."""

    def __init__(self, options: Options, console: Console, confirmed: Sequence[str]) -> None:
        super().__init__(options, console)
        self.confirmed = frozenset(confirmed)

    async def agrees_to_removal(self, removal: Removal) -> bool:
        if self.options.yes or "delete" in self.options.allow:
            return True
        if not self.can_ask:
            raise BadInput(
                [Problem("--yes", "the removal has to be agreed to", "look at it with `lakestrap destroy --preview`, then add --yes")]
            )
        return self.console.confirm("Remove all of this?")

    async def named(self, name: str, why: str) -> bool:
        if name in self.confirmed:
            return True
        return self.can_ask and self.console.typed(f"{name}: {why}", name)


def show(removal: Removal, console: Console) -> None:
    """The preview: for people as text, for machines one line."""
    if console.as_json:
        console.write(Event(EventKind.PLAN_MADE, detail={"counts": removal.plan.counts(), "removal": removal.as_dict()}).as_json())
        return
    for line in removal.lines():
        console.write(line)


async def run_destroy(
    options: Options,
    console: Console,
    names: Sequence[str],
    *,
    confirm: Sequence[str] = (),
    purge: bool = False,
    only_preview: bool = False,
) -> int:
    """Show everything, ask, remove; the last event tells the exit code too."""
    from wizard.flows.decisions import Outcome
    from wizard.flows.destroy import destroy, preview
    from wizard.flows.destroy.run import refuse_what_stands_in_the_way
    from wizard.flows.job import opened
    from wizard.flows.setup import finished

    outcome, error, run = Outcome(), None, ""
    try:
        async with opened(options.project, allowed=options.allow, wait=options.wait, to_look=True) as job:
            removal = await preview(job, names, purge=purge)
            show(removal, console)
            if only_preview:
                refuse_what_stands_in_the_way(removal)
                return 0
            decisions = RemovalAnswers(options, console, confirm)
            async for event in destroy(job, names, decisions, outcome, removal=removal, purge=purge):
                run = event.run or run
                console.event(event)
    except LakestrapError as problem:
        error = problem
        console.error(problem)
    last = finished(outcome, run, error)
    console.finished(last)
    return int(last.detail["exit_code"])  # type: ignore[call-overload,no-any-return]
