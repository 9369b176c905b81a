"""Taking environments down: which, then everything that would go and stay, names typed where they must be, then the run.

Owns the screens before the run, and what the run is to the screens after it. What is ours, and what has to be typed, is the flow's.
"""

from __future__ import annotations

import shlex
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Button

from wizard.errors import Problem
from wizard.questions import Choice, Kind, Question, Step
from wizard.tui import removal_view
from wizard.tui.outline import Outline
from wizard.tui.screens.choosing import Choosing
from wizard.tui.screens.outlined import Outlined
from wizard.tui.undertaking import Undertaking
from wizard.tui.widgets.ticks import Ticks

if TYPE_CHECKING:
    from wizard.engine.events import Event
    from wizard.engine.plan import Plan
    from wizard.flows.decisions import Outcome
    from wizard.flows.destroy import Removal
    from wizard.tui.person import Person
    from wizard.tui.screens.page import Page
    from wizard.tui.sitting import Sitting


class DestroyChoice(Choosing):
    """Nothing is ticked from the beginning."""

    place = "Tear down"
    heading = "Which environments shall be taken down?"
    help_text = (
        "Everything that bears this project's mark is removed, trust first, and nothing else. The next screen shows each thing; nothing "
        "is removed before you agree there. With all environments ticked, the whole project goes."
    )
    terms = ("environment", "soft delete", "purge protection", "lock", "resource group")

    def parts(self) -> Iterable[Widget]:
        from wizard.project.file import load

        project = load(self.sitting.path)
        words = {each.name: f"{each.subscription}{', production' if project.is_production(each) else ''}" for each in project.environments}
        yield Ticks([Choice(name, name, detail) for name, detail in words.items()], id="environments")
        label, purged = "Purge what Azure keeps for a while after a deletion, too", "it cannot be had back"
        yield self.field(Question(field="--purge", step=Step.ENVIRONMENTS, label=label, help=purged, kind=Kind.YES_NO), False)

    def on_mount(self) -> None:
        self.query_one("#environments").focus()

    @property
    def chosen(self) -> tuple[str, ...]:
        return self.query_one("#environments", Ticks).selected

    def problems(self) -> list[Problem]:
        return [] if self.chosen else [Problem("", "no environment is ticked", "Space ticks one")]

    def go_on(self) -> None:
        self.app.push_screen(DestroyPreview(self.chosen, purge=self.value("--purge") == "yes"))


class DestroyPreview(Outlined):
    """``names`` are the environments."""

    place = "Tear down: preview"
    reading = "Finding everything that bears this project's mark …"
    left = "Nothing was removed."
    help_text = (
        "Bad news first: what stands in the way, and what nobody of us made but would go with its group. Then what is removed, by "
        "service; what goes along; what can be had back until when; what stays. **D** removes it, after asking."
    )
    terms = ("soft delete", "purge protection", "lock", "resource group", "federated credential")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("d", "apply", "Remove")]

    def __init__(self, names: tuple[str, ...], *, purge: bool = False) -> None:
        super().__init__()
        self.names, self.purge = names, purge
        self.removal: Removal | None = None

    def ways(self) -> list[Widget]:
        return [Button("Remove all this", id="apply", variant="error")]

    async def read(self) -> Outline:
        from wizard.flows.destroy import preview

        self.removal = await preview(await self.sitting.open_job(to_look=True), self.names, purge=self.purge)
        return removal_view.outline(self.removal)

    def ready(self) -> None:
        self.query_one("#apply", Button).disabled = not self.may_apply

    @property
    def may_apply(self) -> bool:
        return self.removal is not None and not self.removal.empty and not self.removal.obstacles

    @work(exclusive=True, group="agree")
    async def action_apply(self) -> None:
        """Names first: they are what nobody types by accident; then one question for all of it."""
        from wizard.tui.screens.apply import Apply
        from wizard.tui.screens.asking import TypeName
        from wizard.tui.screens.dialogs import Confirm

        removal = self.removal
        if removal is None or not self.may_apply:
            return
        for name, why in removal.to_name.items():
            if not await self.app.push_screen_wait(TypeName(name, why)):
                self.notify("nothing was removed")
                return
        count = removal.plan.counts().get("delete", 0)
        text = f"{count} things are deleted, trust first. What was shown is what is done; if the world has moved since, nothing is."
        sure = Confirm(f"Take down {removal_view.which(removal)}?", text, "Remove", "Do nothing", danger=True)
        if await self.app.push_screen_wait(sure):
            run = Removing(self.sitting, self.names, removal)
            self.app.push_screen(Apply(run, shown=removal, typed=tuple(removal.to_name)))


class Removing(Undertaking):
    """The run that takes it down."""

    place = "Tear down"
    title = "removal"
    proves = False

    def __init__(self, sitting: Sitting, chosen: tuple[str, ...], removal: Removal) -> None:
        super().__init__(sitting)
        self.chosen, self.removal = chosen, removal

    @property
    def command(self) -> str:
        return shlex.join(["lakestrap", "destroy", *self.chosen, *(["--purge"] if self.removal.purge else [])])

    @property
    def plan(self) -> Plan | None:
        return self.removal.plan

    @property
    def expected(self) -> float:
        """Nobody knows: a group with a workspace in it takes many minutes."""
        return 0.0

    @property
    def names(self) -> list[str]:
        return list(self.removal.environments)

    def events(self, person: Person, outcome: Outcome) -> AsyncIterator[Event]:
        from wizard.flows.destroy import destroy

        return destroy(self.job, self.chosen, person, outcome, removal=self.removal, purge=self.removal.purge)

    def again(self) -> Page:
        return DestroyPreview(self.chosen, purge=self.removal.purge)

    def headline(self) -> str:
        return f"{self.job.project.name}: {removal_view.which(self.removal)} {'are' if self._many else 'is'} taken down"

    @property
    def _many(self) -> bool:
        return len(self.removal.environments) > 1 and not self.removal.whole

    def places(self, outcome: Outcome) -> Iterator[tuple[str, str, str]]:
        return iter(())

    def next_steps(self, outcome: Outcome) -> list[str]:
        if not outcome.applied.complete:
            return [f"Mend what failed, then run `{self.command}` again: it goes on with what is still there"]
        merge = ["merge the pull request, and `git pull`"] if outcome.pending else []
        return [*merge, "`lakestrap status` tells what is left" if self.removal.left else "`lakestrap setup` makes it all anew"]
