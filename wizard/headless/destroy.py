"""``lakestrap destroy`` without a person, or with one at a plain terminal.

Owns what stands for the person's word: ``--yes`` agrees to what is shown, a name is agreed to only by being typed or given.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wizard.engine.events import Event, EventKind
from wizard.errors import BadInput, LakestrapError, Problem
from wizard.headless import Answers, Person

if TYPE_CHECKING:
    from wizard.console import Console
    from wizard.flows.destroy import Removal
    from wizard.options import Options
    from wizard.secret import Secret

LOOK = "look at it with `lakestrap destroy --preview`, then add --yes"


class RemovalAnswers(Answers):
    """``confirmed`` are the names given with ``--confirm``."""

    def __init__(self, options: Options, console: Console, confirmed: Sequence[str], person: Person | None = None) -> None:
        super().__init__(options, console, person)
        self.confirmed = frozenset(confirmed)

    async def agrees_to_removal(self, removal: Removal) -> bool:
        if self.options.yes or "delete" in self.options.allow:
            return True
        return await self.agreed("Remove all of this?", "the removal has to be agreed to", LOOK)

    async def named(self, name: str, why: str) -> bool:
        if name in self.confirmed:
            return True
        return self.person is not None and await self.person.typed(name, why)

    def refuse_what_nobody_says(self, removal: Removal) -> None:
        """Raise ``BadInput`` with every name and the agreement that are missing while nobody can be asked."""
        if self.person is not None or removal.empty:
            return
        unnamed = [(name, why) for name, why in removal.to_name.items() if name not in self.confirmed]
        missing = [Problem(name, why, f"agree to it by name: --confirm {name}") for name, why in unnamed]
        if not self.options.yes and "delete" not in self.options.allow:
            missing.append(Problem("--yes", "the removal has to be agreed to", LOOK))
        if missing:
            raise BadInput(missing)


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
    person: Person | None = None,
    tenant: str = "",
    token: Secret | None = None,
) -> int:
    """Show everything, ask, remove; the last event tells the exit code too."""
    from wizard.flows.decisions import Outcome
    from wizard.flows.destroy import destroy, preview
    from wizard.flows.destroy.run import refuse_what_stands_in_the_way
    from wizard.flows.ending import finished
    from wizard.flows.job import opened

    outcome, error, run = Outcome(), None, ""
    try:
        allow, wait = options.allow, options.wait
        async with opened(options.project, allowed=allow, wait=wait, to_look=True, tenant=tenant, token=token) as job:
            removal = await preview(job, names, purge=purge)
            show(removal, console)
            refuse_what_stands_in_the_way(removal)
            if only_preview:
                return 0
            decisions = RemovalAnswers(options, console, confirm, person)
            decisions.refuse_what_nobody_says(removal)
            async for event in destroy(job, names, decisions, outcome, removal=removal, purge=purge):
                run = event.run or run
                console.event(event)
    except LakestrapError as problem:
        error = problem
        console.error(problem)
    last = finished(outcome, run, error)
    console.finished(last)
    return int(last.detail["exit_code"])  # type: ignore[call-overload,no-any-return]
