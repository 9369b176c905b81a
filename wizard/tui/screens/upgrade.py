"""Bringing files of an older version up to date: each with its difference, then the pull request.

Owns the screen before the run, and what the run is to the screens after it. What becomes of a file is the flow's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Button

from wizard.tui.outline import Outline
from wizard.tui.screens.outlined import Outlined
from wizard.tui.undertaking import Undertaking

if TYPE_CHECKING:
    from wizard.engine.events import Event
    from wizard.engine.plan import Plan
    from wizard.flows.decisions import Outcome
    from wizard.flows.upgrade import Preview
    from wizard.tui.person import Person
    from wizard.tui.screens.page import Page
    from wizard.tui.sitting import Sitting


class UpgradePreview(Outlined):
    """Nothing has to be chosen before: it is all of them."""

    place = "Upgrade: preview"
    reading = "Holding every generated file against this version's …"
    help_text = (
        "Files that an older version generated, and what this one would write: ~ is changed, + is new, ! is left because an edit of yours "
        "is where it would change. At the right the difference. **A** proposes them by one pull request."
    )
    terms = ("trunk", "bundle")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("a", "apply", "Propose")]

    def __init__(self) -> None:
        super().__init__()
        self.preview: Preview | None = None

    def ways(self) -> list[Widget]:
        return [Button("Propose this", id="apply", variant="primary")]

    async def read(self) -> Outline:
        from wizard.flows.upgrade import previewed
        from wizard.tui import upgrade_view

        self.preview = await previewed(await self.sitting.open_job())
        return upgrade_view.outline(self.preview)

    def ready(self) -> None:
        preview = self.preview
        self.query_one("#apply", Button).disabled = preview is None or not preview.changing or bool(preview.plan.blocked)

    def action_apply(self) -> None:
        if self.preview is not None and self.outline is not None and not self.query_one("#apply", Button).disabled:
            from wizard.tui.screens.apply import Apply

            self.app.push_screen(Apply(Upgrading(self.sitting, self.preview), shown=self.preview))


class Upgrading(Undertaking):
    """The run that proposes them."""

    place = "Upgrade"
    title = "upgrade"
    proves = False

    def __init__(self, sitting: Sitting, preview: Preview) -> None:
        super().__init__(sitting)
        self.preview = preview

    @property
    def command(self) -> str:
        return "lakestrap upgrade"

    @property
    def plan(self) -> Plan | None:
        return self.preview.plan

    @property
    def names(self) -> list[str]:
        """None: files are shared by all environments."""
        return []

    def events(self, person: Person, outcome: Outcome) -> AsyncIterator[Event]:
        from wizard.flows.upgrade import upgrade

        return upgrade(self.job, person, outcome, self.preview)

    def headline(self) -> str:
        count = len(self.preview.changing)
        merged = self.sitting.outcome is None or not self.sitting.outcome.pending
        return f"{self.job.project.name}: {count} file{'s' if count != 1 else ''} {'brought up to date' if merged else 'proposed'}"

    def again(self) -> Page:
        return UpgradePreview()

    def places(self, outcome: Outcome) -> Iterator[tuple[str, str, str]]:
        return iter(())

    def next_steps(self, outcome: Outcome) -> list[str]:
        if not outcome.applied.complete:
            return super().next_steps(outcome)
        merge = ["merge the pull request, and `git pull`"] if outcome.pending else ["`git pull` takes over what was published"]
        return [*merge, "`lakestrap upgrade --check` tells at any time what is out of date"]
