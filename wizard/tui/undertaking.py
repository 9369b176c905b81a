"""What a run is to the screens that carry it out: its lanes, its stream of events, its words, and what follows it.

Owns that shape, and the one for set-up. Decides nothing: the stream is a flow's, and what it asks goes to ``Person``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar

from wizard.tui import plan_view
from wizard.tui.progress import Board, board

if TYPE_CHECKING:
    from wizard.engine.events import Event
    from wizard.engine.plan import Plan
    from wizard.flows.decisions import Outcome
    from wizard.flows.job import Job
    from wizard.tui.person import Person
    from wizard.tui.screens.page import Page
    from wizard.tui.sitting import Sitting


class Undertaking(ABC):
    """One run of one flow. ``job`` is open as long as its screens are; ``outcome`` tells how it ended."""

    place: ClassVar[str] = "Apply"
    """In the top line while it runs."""
    title: ClassVar[str] = "set-up"
    """Of the report."""
    proves: ClassVar[bool] = True
    """Whether one can look again whether the pipelines sign in."""

    def __init__(self, sitting: Sitting) -> None:
        self.sitting = sitting

    @property
    def job(self) -> Job:
        assert self.sitting.job is not None
        return self.sitting.job

    @property
    def command(self) -> str:
        """What does the same without a screen, and goes on where it was stopped."""
        return "lakestrap setup"

    @property
    def plan(self) -> Plan | None:
        """What was looked at and agreed to, where it is a plan."""
        return None

    @property
    def expected(self) -> float:
        """How many seconds it usually takes; 0 where nobody knows."""
        return plan_view.expected_seconds(self.plan) if self.plan is not None else 0.0

    @property
    def names(self) -> list[str]:
        """The environments that have a lane in any case."""
        return [environment.name for environment in self.job.project.environments]

    def board(self) -> Board:
        """Empty lanes."""
        assert self.plan is not None
        return plan_lanes(self.plan, self.names)

    def outcome(self) -> Outcome:
        """A new one, for the stream to fill."""
        from wizard.flows.decisions import Outcome

        return Outcome()

    @abstractmethod
    def events(self, person: Person, outcome: Outcome) -> AsyncIterator[Event]:
        """The flow itself."""

    @abstractmethod
    def again(self) -> Page:
        """The screen that looks at the world anew, to go on."""

    @abstractmethod
    def headline(self) -> str:
        """How it is called when it ended well."""

    def places(self, outcome: Outcome) -> Iterator[tuple[str, str, str]]:
        """Environment, what it is, link: where people look first."""
        from wizard.tui import report

        return report.places(self.job, outcome)

    def words(self, outcome: Outcome) -> str:
        """What has to be said before all else when it ended well."""
        return ""

    def notes(self, board: Board) -> list[str]:
        """What the flow noted that people have to know when it is over."""
        return board.notes

    def next_steps(self, outcome: Outcome) -> list[str]:
        """Commands to go on with."""
        if not outcome.applied.complete:
            return [f"Mend what failed, then run `{self.command}` again: it goes on from there."]
        steps = ["`git pull` takes over what was published"]
        steps += ["`lakestrap verify` when the things above are done"] if outcome.pending else []
        return [*steps, "`lakestrap plan` tells at any time what differs"]


class SetUp(Undertaking):
    """What the questions lead to."""

    @property
    def plan(self) -> Plan | None:
        return self.sitting.preview.plan if self.sitting.preview is not None else None

    def headline(self) -> str:
        return f"{self.job.project.name} is set up"

    def events(self, person: Person, outcome: Outcome) -> AsyncIterator[Event]:
        from wizard.flows.setup import setup

        return setup(self.job, person, outcome, self.sitting.preview)

    def again(self) -> Page:
        from wizard.tui.screens.review import Review

        return Review(write=False)

    def notes(self, board: Board) -> list[str]:
        """Nothing: the plan has told them before."""
        return []


def plan_lanes(plan: Plan, names: Iterable[str]) -> Board:
    """Empty lanes for a plan."""
    lanes = list(names)
    changing = {change.key: str(change.action) for change in plan.changes if str(change.action) != "keep"}
    return board(plan_view.environments_of(plan, lanes), changing, lanes)
