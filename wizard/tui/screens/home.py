"""The first screen: what this folder already has, and the jobs with one line each.

Owns the choice of a job. Reads the folder after the first frame, in a thread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from wizard.tui.screens.page import Page

if TYPE_CHECKING:
    from wizard.tui.folder import Found

LATER = (
    ("add an environment", "one more stage, from an existing project"),
    ("rotate credentials", "renew what expires"),
    ("status", "what drifted from the project file"),
    ("tear down", "remove what was made, trust first"),
)


class Home(Page):
    """``begin`` is ``setup`` where the person asked for it on the command line: its first screen is opened at once."""

    place = "Home"
    help_text = (
        "Choose what to do. **Set up** asks a few questions, shows everything that it would make, and makes it when you agree. "
        "The badge at the top right says which world this is: in a *rehearsal* every cloud is played by this machine."
    )
    terms = ("environment", "plan", "tenant", "subscription")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,ctrl+q", "app.leave", "Leave", key_display="Q")]

    def __init__(self, *, begin: str = "home") -> None:
        super().__init__()
        self.begin = begin
        self.found: Found | None = None

    def compose(self) -> ComposeResult:
        yield self.top()
        with VerticalScroll(id="home-page"):
            yield Static(
                Text.assemble(("Lakestrap", "bold"), "  governed, secretless Databricks CI/CD, from an empty repository"), id="title"
            )
            yield Static("looking at this folder …", id="folder", markup=False)
            yield OptionList(id="jobs")
            with Vertical(id="later"):
                yield Static(Text("not here yet: " + " · ".join(name for name, _ in LATER), style="dim"))
        yield Footer()

    def on_mount(self) -> None:
        self._jobs(None)
        self.query_one("#jobs").focus()
        self.look()

    def on_screen_resume(self) -> None:
        self.refresh_top()
        if self.found is not None:
            self.look()

    @work(thread=True, exclusive=True)
    def look(self) -> None:
        from wizard.tui.folder import look

        found = look(self.sitting.path)
        self.app.call_from_thread(self.show, found)

    def show(self, found: Found) -> None:
        """Draw what the folder has."""
        first = self.found is None
        self.found = found
        self.query_one("#folder", Static).update(_folder(self.sitting.path.name, self.sitting.root.name, found))
        self._jobs(found)
        if first and self.begin == "setup":
            self.choose("setup")

    def _jobs(self, found: Found | None) -> None:
        jobs = self.query_one("#jobs", OptionList)
        at = jobs.highlighted or 0
        jobs.clear_options()
        jobs.add_options([Option(_job(title, line), id=name) for name, title, line in _choices(found)])
        jobs.highlighted = min(at, jobs.option_count - 1)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.choose(event.option_id or "")

    def choose(self, job: str) -> None:
        """Open the first screen of a job."""
        if job == "leave":
            self.call_later(self.wizard.action_leave)
            return
        from wizard.tui.screens.sign_in import SignIn

        self.app.push_screen(SignIn(onward="review" if job == "resume" else "questions"))


def _choices(found: Found | None) -> list[tuple[str, str, str]]:
    choices = [("setup", "Set up", "questions, then a plan to look at; nothing is made before you agree")]
    if found and found.environments and not found.answers:
        choices = [
            ("setup", "Set up: look at the answers", "the project file's answers, to confirm or change; then the plan"),
            ("resume", "Plan and go on", "skip the questions: hold the project file against the clouds"),
        ]
    if found and found.answers:
        choices = [("setup", "Set up: go on where you left", "your answers of last time were kept")]
        if found.environments:
            choices.append(("resume", "Plan and go on", "skip the questions: hold the project file against the clouds"))
    if found and found.unfinished:
        choices = [("resume", "Resume the run that did not end", f"{found.unfinished}: it finishes the job, nothing is made twice")] + [
            choice for choice in choices if choice[0] != "resume"
        ]
    return [*choices, ("leave", "Leave", "nothing is lost")]


def _job(title: str, line: str) -> Text:
    return Text.assemble((title, "bold"), "\n", (line, "dim"))


def _folder(name: str, folder: str, found: Found) -> Text:
    if found.problem:
        return Text.assemble((f"✗ {name} cannot be read: ", "bold red"), found.problem)
    if not found.environments:
        return Text.assemble((folder, "bold"), f" has no {name} yet: a new project")
    rows = " → ".join(found.environments)
    runs = f"{found.runs} run{'s' if found.runs != 1 else ''} so far" if found.runs else "never run from here"
    return Text.assemble((found.project, "bold"), f" in {found.repository}\n", rows, (f"\n{runs}", "dim"))
