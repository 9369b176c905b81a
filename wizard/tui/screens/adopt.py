"""A lost project file: whose, then the file as it would be written, then that it is.

Owns the three screens. Where the file is read from, and what is uncertain about it, is the flow's; only that one file is written.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Footer, Static

from wizard.errors import LakestrapError, NotSignedIn, Problem
from wizard.questions.jobs import PROJECT, REPOSITORY, recovery
from wizard.tui import adopt_view
from wizard.tui.outline import Outline
from wizard.tui.screens.choosing import Choosing
from wizard.tui.screens.outlined import Outlined, told
from wizard.tui.screens.page import Page
from wizard.tui.widgets.answer_input import AnswerInput
from wizard.tui.widgets.field import Field

if TYPE_CHECKING:
    from wizard.flows.adopt import Adopted
    from wizard.providers.session import Session
    from wizard.tui.sitting import Sitting

WORDS = (
    "Lakestrap marks what it makes: the repository's environments, the resources, the identities. From those, and from what the repository "
    "holds, the project file is composed again. Nothing else is written, here or in the clouds."
)


def session_of(sitting: Sitting) -> Session:
    """Who is signed in. Raises ``NotSignedIn``."""
    if sitting.session is None:
        raise NotSignedIn("nobody is signed in", hints=["az login"])
    return sitting.session


class AdoptChoice(Choosing):
    """The repository from the fetched list; the project only where it holds several."""

    place = "Read back"
    heading = "Whose lakestrap.yaml is lost?"
    help_text = WORDS
    terms = ("GitHub environment", "subscription")

    def parts(self) -> Iterable[Widget]:
        known = self.sitting.known
        proposed = known.values("repository of the folder") if known is not None else ()
        self.several: tuple[str, ...] = ()
        self.looked_at = ""
        yield self.field(recovery()[0], text=next(iter(proposed), ""))
        yield Static("", id="choosing-note", markup=False)

    def on_mount(self) -> None:
        self.control(REPOSITORY).focus()
        self.fetch()

    @work(exclusive=True, group="fetch")
    async def fetch(self) -> None:
        """The repositories to choose from; typing needs no list."""
        found = await self.sitting.fetched(("repositories",))
        line = self.control(REPOSITORY)
        if found is not None and isinstance(line, AnswerInput):
            line.choices = found.choices

    def problems(self) -> list[Problem]:
        repository = self.value(REPOSITORY) or ""
        owner, _, name = repository.partition("/")
        return [] if owner and name else [Problem(REPOSITORY, f"{repository or 'nothing'} is no repository", "owner/name")]

    def go_on(self) -> None:
        self.look(str(self.value(REPOSITORY)))

    @work(exclusive=True, group="look")
    async def look(self, repository: str) -> None:
        """On to the preview; where the repository holds several projects, first which."""
        from wizard.flows.adopt import projects

        try:
            if repository != self.looked_at:
                self.tell("looking at the repository's environments …")
                self.several, self.looked_at = await projects(session_of(self.sitting), repository), repository
                await self.ask_which()
                if len(self.several) > 1:
                    self.control(PROJECT).focus()
                    return
        except LakestrapError as error:
            self.tell(told(error, "Nothing was written."))
            return
        name = str(self.value(PROJECT)) if len(self.several) > 1 else ""
        self.tell("")
        self.app.push_screen(AdoptPreview(repository, name))

    async def ask_which(self) -> None:
        """A field for the project where there are several, else none."""
        await self.query(Field).filter("#which").remove()
        self.tell(f"{self.looked_at} holds several projects: choose one." if len(self.several) > 1 else "")
        if len(self.several) > 1:
            field = self.field(recovery(self.several)[1], self.several[0])
            field.id = "which"
            await self.mount(field, before=self.query_one("#choosing-note"))

    def tell(self, words: Text | str) -> None:
        """What stands below the form."""
        self.query_one("#choosing-note", Static).update(words)


class AdoptPreview(Outlined):
    """``project`` is empty where the repository holds one only."""

    place = "Read back: preview"
    reading = "Reading the repository and what bears the project's mark …"
    left = "Nothing was written."
    help_text = (
        "At the right the file as it would be written; at the left what it cannot tell for certain, each with its reason. A version that "
        "the repository still holds is preferred, for it has your comments; **O** shows the other. **A** writes the file."
    )
    terms = ("GitHub environment", "reviewer")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("a", "apply", "Write"), Binding("o", "other", "Other version")]

    def __init__(self, repository: str, project: str = "", *, from_clouds: bool = False) -> None:
        super().__init__()
        self.repository, self.project, self.from_clouds = repository, project, from_clouds
        self.found: Adopted | None = None

    @property
    def command(self) -> str:
        """What does the same without a screen."""
        words = ["lakestrap", "adopt", self.repository, *(("--name", self.project) if self.project else ())]
        return shlex.join([*words, *(("--from-clouds",) if self.from_clouds else ())])

    def ways(self) -> list[Widget]:
        return [Button("Other version", id="other"), Button("Write this file", id="apply", variant="primary")]

    async def read(self) -> Outline:
        from wizard.flows.adopt import adopted

        self.found = None
        self.found = await adopted(session_of(self.sitting), self.repository, self.project, from_clouds=self.from_clouds)
        return adopt_view.outline(self.found, self.command, dark=self.app.current_theme.dark)

    def ready(self) -> None:
        self.query_one("#other", Button).display = self.found is not None and bool(self.found.other)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The other version is offered where there is one."""
        return action != "other" or (self.found is not None and bool(self.found.other))

    def action_other(self) -> None:
        """From the repository's version to that of the clouds, and back."""
        self.from_clouds = not self.from_clouds
        self.make()

    def action_apply(self) -> None:
        if self.found is not None and self.outline is not None:
            self.write(self.found)

    @work(exclusive=True, group="write")
    async def write(self, found: Adopted) -> None:
        """Write the file; the first screen knows the project from then on."""
        from wizard.flows.adopt import adopt

        try:
            async for _ in adopt(self.sitting.path, found):
                pass
        except LakestrapError as error:
            self.notify(str(error), severity="error")
            return
        self.sitting.answers = None  # whatever was answered before is the file's word now
        self.app.switch_screen(AdoptDone(found))


class AdoptDone(Page):
    """It is on the disk."""

    place = "Read back"
    help_text = WORDS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "plan", "Plan"),
        Binding("escape", "home", "Home"),
    ]

    def __init__(self, found: Adopted) -> None:
        super().__init__()
        self.found = found

    def compose(self) -> ComposeResult:
        yield self.top()
        with VerticalScroll(id="done-page"):
            yield Static(adopt_view.written(self.found), id="done-body", markup=False)
        with Horizontal(classes="buttons", id="ways"):
            yield Button("Home", id="home")
            yield Button("Look at the plan", id="look", variant="primary")
        yield Footer()

    def on_mount(self) -> None:
        self.query_one("#look").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.call_later(self.run_action, "plan" if event.button.id == "look" else "home")

    def action_plan(self) -> None:
        from wizard.tui.screens.review import Review

        self.action_home()
        self.app.push_screen(Review(write=False))

    def action_home(self) -> None:
        """All the way to the first screen."""
        from wizard.tui.screens.home import Home

        while not isinstance(self.app.screen, Home) and len(self.app.screen_stack) > 1:
            self.app.pop_screen()
