"""What a flow asks of the person in front of the screen, each question as a dialog over whatever is shown.

Owns which dialog a question gets, and what was agreed to on the screen before. Decides nothing for the person: what differs from
what was shown is shown and asked again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING, TypeVar

from wizard.engine.apply import Remedy
from wizard.tui import plan_view

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen

    from wizard.engine.plan import Change, Plan
    from wizard.errors import LakestrapError
    from wizard.flows.add import Stale
    from wizard.flows.decisions import Outcome
    from wizard.flows.destroy import Removal
    from wizard.secret import Secret

T = TypeVar("T")


class Person:
    """``plan`` and ``shown`` (a preview of another form) were agreed to already, ``typed`` are the names that were typed.

    ``outcome`` is the run's: what it has made itself is no surprise.
    """

    def __init__(
        self, app: App[int], outcome: Outcome | None = None, *, plan: Plan | None = None, shown: object = None, typed: Collection[str] = ()
    ) -> None:
        self.app, self.outcome, self.plan, self.shown, self.typed = app, outcome, plan, shown, typed

    async def agrees(self, plan: Plan) -> bool:
        """Yes to what was shown; where the plan is another one by now, what differs is shown and asked."""
        from wizard.tui.screens.asking import Moved

        made = self.outcome.applied.settled if self.outcome is not None else ()
        moved = plan_view.moved(self.plan, plan, made)
        if moved and not await self._asked(Moved(moved)):
            return False
        self.plan = plan
        return True

    async def agrees_to_rotate(self, preview: object) -> bool:
        """Yes to the preview that was shown, and to no other."""
        return preview is self.shown

    async def agrees_to_removal(self, removal: Removal) -> bool:
        """Yes to the preview that was shown, and to no other."""
        return removal is self.shown

    async def agrees_to_migrate(self, preview: object) -> bool:
        """Yes to the preview that was shown, and to no other."""
        return preview is self.shown

    async def named(self, name: str, why: str) -> bool:
        """Whether exactly that name was typed, on the screen before or now."""
        from wizard.tui.screens.asking import TypeName

        if name in self.typed:
            return True
        said = await self._asked(TypeName(name, why))
        return bool(said)

    async def choice(self, question: str, choices: tuple[str, ...], why: str) -> str | None:
        """One of a few."""
        from wizard.tui.screens.asking import Choose

        said: str | None = await self._asked(Choose(question, choices, why))
        return said

    async def renewed(self, stale: Stale) -> str | tuple[str, ...] | None:
        """Another value for what is no longer usable."""
        from wizard.tui.screens.asking import Renew

        said: str | tuple[str, ...] | None = await self._asked(Renew(stale))
        return said

    async def secret_value(self, name: str, environment: str) -> Secret | None:
        """A value typed unseen."""
        from wizard.tui.screens.dialogs import AskSecret

        text = "The value goes where it belongs and is forgotten. It is never shown."
        return await self._asked(AskSecret(f"{name} for {environment}", text))

    async def remedy(self, change: Change, error: LakestrapError) -> Remedy:
        """What the person says to a failed step; the run goes on around it meanwhile."""
        from wizard.tui.screens.dialogs import AskRemedy

        dependants = len(plan_view.dependants(self.plan, change.key)) if self.plan is not None else 0
        return await self._asked(AskRemedy(change.key, error, dependants)) or Remedy.SKIP

    async def _asked(self, dialog: Screen[T]) -> T | None:
        """Show a dialog and wait for its answer; it is taken away where the run is stopped over its head."""
        answer: asyncio.Future[T | None] = asyncio.get_running_loop().create_future()
        self.app.push_screen(dialog, lambda said: None if answer.done() else answer.set_result(said))
        try:
            return await answer
        except asyncio.CancelledError:
            if dialog is self.app.screen:
                self.app.pop_screen()
            raise
