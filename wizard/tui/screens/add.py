"""Adding an environment: its name and its pattern, then the plan of it alone, then the run.

Owns the screens before the run, and what the run is to the screens after it. What is taken over and what went stale is the flow's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.containers import Horizontal
from textual.widget import Widget

from wizard.errors import BadInput, Problem
from wizard.questions import Choice, Kind, Question, Step
from wizard.questions.jobs import addition
from wizard.tui.screens.choosing import Choosing
from wizard.tui.screens.review import Review
from wizard.tui.undertaking import Undertaking
from wizard.tui.widgets.answer_input import AnswerInput
from wizard.tui.widgets.field import Field

if TYPE_CHECKING:
    from wizard.engine.events import Event
    from wizard.engine.plan import Plan
    from wizard.flows.add import Adding, Preview, Request
    from wizard.flows.decisions import Outcome
    from wizard.flows.setup import Planned
    from wizard.project.model import Project
    from wizard.tui.person import Person
    from wizard.tui.screens.page import Page
    from wizard.tui.sitting import Sitting

TEXTS = ("ENV", "--like", "--after", "--subscription", "--region")
"""The fields of one text each; all are named as on the command line, where what is wrong with them is told too."""
PATTERN = "as in the pattern"


class AddChoice(Choosing):
    """Only the name has to be typed."""

    place = "Add an environment"
    heading = "The new environment, like one that is there"
    help_text = (
        "Everything is taken over from the **pattern** but its name and what is its own. Only the new environment is made; the others "
        "are left as they are, and the files follow by pull request. What of the pattern is no longer usable is asked for."
    )
    terms = ("environment", "promotion", "production", "subscription", "reviewer")

    def parts(self) -> Iterable[Widget]:
        from wizard.flows.add.unfinished import unfinished
        from wizard.project.file import load

        self.project: Project = load(self.sitting.path)
        names = [environment.name for environment in self.project.environments]
        self.begun = frozenset(name for name in names if unfinished(self.sitting.root / ".lakestrap" / "runs", name))
        name, after, like = addition(names, "")
        yield self._line(name, "ENV")
        with Horizontal(classes="columns"):
            yield self._line(after, "--after", "last before production", column=True)
            yield self._line(like, "--like", "the one before it", column=True)
        with Horizontal(classes="columns"):
            yield self._line(_question("Subscription", "Name or id of an Azure subscription"), "--subscription", PATTERN, column=True)
            yield self._line(_question("Region", "Like westeurope"), "--region", PATTERN, column=True)
        reviewers = _question("Reviewers", "Who approves a deployment, with commas between; none for nobody", Kind.MANY)
        yield self._line(reviewers, "--reviewer", PATTERN)
        kinds = "resource_group, vault, workspace, storage, identity"
        existing = _question("Use one that exists", f"KIND=ID, …: {kinds}", Kind.PAIRS)
        yield self._line(existing, "--existing", "everything is made")

    def _line(self, question: Question, name: str, otherwise: str = "", *, column: bool = False) -> Field:
        """A line in which anything can be typed; ``otherwise`` is what it means to leave it empty."""
        made = self.field(replace(question, field=name, free=True, choices=()))
        if isinstance(made.control, AnswerInput):
            made.control.placeholder = otherwise
        made.set_class(column, "column")
        return made

    def on_mount(self) -> None:
        names = tuple(Choice(item.name, item.name, item.subscription) for item in self.project.environments)
        for name in ("--like", "--after"):
            self._offer(name, names)
        self.control("ENV").focus(scroll_visible=False)  # it is the first: there is nothing above it to leave
        self.fetch()

    def _offer(self, name: str, choices: tuple[Choice, ...]) -> None:
        control = self.control(name)
        if isinstance(control, AnswerInput):
            control.choices = choices

    @work(exclusive=True, group="fetch")
    async def fetch(self) -> None:
        """The lists to choose from; without a sign-in everything can be typed."""
        pattern = self.project.environments[0]
        repository = self.project.github.repository
        lists = {
            "--subscription": ("subscriptions",),
            "--region": ("regions", pattern.subscription),
            "--reviewer": ("reviewers", repository),
        }
        for name, listed in lists.items():
            offered = await self.sitting.fetched(listed)
            if offered is not None:
                self._offer(name, offered.choices)

    def request(self) -> Request:
        """What is asked for."""
        from wizard.flows.add import Request

        name, like, after, subscription, region = (str(self.value(field) or "") for field in TEXTS)
        reviewers, existing = self.value("--reviewer"), self.value("--existing")
        return Request(name, like, after, subscription, region, tuple(reviewers) if reviewers else None, dict(existing or {}))

    def problems(self) -> list[Problem]:
        """What the project file says to it; no cloud is asked yet."""
        from wizard.flows.add import proposed

        request = self.request()
        if request.name in self.begun:
            return []
        try:
            proposed(self.project, request)
        except BadInput as wrong:
            return [Problem(each.place.partition(":")[0], each.reason, each.remedy) for each in wrong.problems]
        return []

    def go_on(self) -> None:
        self.app.push_screen(AddReview(self.request()))


def _question(label: str, help: str, kind: Kind = Kind.CHOICE) -> Question:
    return Question(field=label, step=Step.ENVIRONMENTS, label=label, help=help, kind=kind)


class AddReview(Review):
    """The plan of the new environment alone, and the files that follow."""

    place = "Add: preview"
    help_text = (
        "Only what the new environment needs; nothing of it is done yet. **F** shows the files as they would be proposed, the **Notes** "
        "what was decided and what is left as it is. **A** begins."
    )

    def __init__(self, request: Request) -> None:
        super().__init__(write=False)
        self.request = request
        self.adding: Adding | None = None
        self.added: Preview | None = None

    async def read(self) -> Planned:
        from wizard.flows.add import previewed
        from wizard.flows.setup import Planned
        from wizard.tui.person import Person

        self.adding = await self.sitting.open_adding(self.request, Person(self.wizard))
        self.added = await previewed(self.adding)
        self.sitting.preview = Planned(self.added.plan, self.added.rows)
        return self.sitting.preview

    def undertaking(self) -> Undertaking:
        assert self.adding is not None and self.added is not None
        return AddingRun(self.sitting, self.request, self.adding, self.added)

    def file_texts(self) -> dict[str, tuple[str, str | None]]:
        """As the repository has them and shall have them."""
        assert self.added is not None
        return {item.path: (item.text, item.before) for item in self.added.files.published if item.text is not None}

    def _notes(self, preview: Planned) -> Text:
        assert self.added is not None
        text = Text.assemble(("In the order  ", "dim"), (" → ".join(self.added.order), "bold"), "\n\n")
        for note in self.added.notes:
            text.append(f"• {note}\n")
        for item in self.added.files.left:
            text.append_text(Text.assemble(("! ", "bold yellow"), f"{item.path} stays as it is: {item.reason}\n"))
        for branch in self.added.waiting:
            text.append_text(Text.assemble(("⏸ ", "yellow"), f"the branch {branch} is made after the merge, by the same command\n"))
        if self.added.drift:
            text.append("\nNot as the project has it, and left as it is\n", "bold")
        for drift in self.added.drift:
            text.append_text(Text.assemble(("  ✗ ", "yellow"), f"{drift}\n"))
        text.append("\n")
        return text.append_text(super()._notes(preview))


class AddingRun(Undertaking):
    """The run that adds it."""

    place = "Add"
    title = "new environment"

    def __init__(self, sitting: Sitting, request: Request, adding: Adding, preview: Preview) -> None:
        super().__init__(sitting)
        self.request, self.adding, self.preview = request, adding, preview

    @property
    def command(self) -> str:
        return f"lakestrap add {self.preview.name}"

    @property
    def plan(self) -> Plan | None:
        return self.preview.plan

    def events(self, person: Person, outcome: Outcome) -> AsyncIterator[Event]:
        from wizard.flows.add import add

        return add(self.adding, person, outcome, self.preview)

    def again(self) -> Page:
        return AddReview(self.request)

    def headline(self) -> str:
        return f"{self.job.project.name} has {self.preview.name}"

    def notes(self, board: object) -> list[str]:
        """Nothing: the preview has told them before."""
        return []
