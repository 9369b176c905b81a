"""The first screen: what this folder already has, and the jobs with one line each.

Owns the choice of a job. Reads the folder after the first frame, in a thread.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from wizard.tui.jobs import Entry, entries
from wizard.tui.screens.page import Page
from wizard.tui.warm_up import warm_up

if TYPE_CHECKING:
    from wizard.tui.folder import Found

UNDISTURBED = 1.5
"""Seconds without a choice before the first screen looks at what expires."""
MOST = 2
"""Lines of what expires; the rest is counted."""
ROOMY = 38
"""Rows of a terminal from which on every job has a second line for what it does."""

SANDBOX = (
    "The wizard starts anew in clouds that this machine plays: nothing leaves it, nothing costs anything. The world is kept in "
    ".lakestrap/sandbox/, the project file is the same. Leave it, and start again, to come back.\n\nThe same by hand: lakestrap --sandbox"
)


class Home(Page):
    """``begin`` is the job that the person asked for on the command line, such as ``setup``: its first screen is opened at once."""

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
        self.due: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        yield self.top()
        with VerticalScroll(id="home-page"):
            yield Static(
                Text.assemble(("Lakestrap", "bold"), "  governed, secretless Databricks CI/CD, from an empty repository"), id="title"
            )
            yield Static("looking at this folder …", id="folder", markup=False)
            yield OptionList(id="jobs")
        yield Footer()

    def on_mount(self) -> None:
        self._jobs(None)
        self.query_one("#jobs").focus()
        self.call_after_refresh(self.look)  # reading it imports a good deal: the first frame does not wait for that

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
        self._folder()
        self._jobs(found)
        if found.environments and not found.unfinished:
            self.look_ahead()
        if first:
            warm_up()
            if self.begin != "home":
                self.choose(self.begin)

    def _folder(self) -> None:
        assert self.found is not None
        text = _folder(self.sitting.path.name, self.sitting.root.name, self.found)
        for line in self.due[:MOST]:
            text.append_text(Text.assemble(("\n! ", "bold yellow"), line))
        more = len(self.due) - MOST
        if more > 0:
            text.append(f"\n  and {more} more: Rotate credentials shows them", "dim")
        self.query_one("#folder", Static).update(text)

    @work(exclusive=True, group="expiring")
    async def look_ahead(self) -> None:
        """Once nobody has chosen anything for a while: what expires, without a word where that cannot be known."""
        from wizard.tui.expiring import expiring

        await asyncio.sleep(UNDISTURBED)
        if self.is_current:
            self.due = await expiring(self.sitting.path, self.sitting.tenant, self.sitting.token)
            self._folder()

    def _jobs(self, found: Found | None) -> None:
        jobs = self.query_one("#jobs", OptionList)
        at = jobs.highlighted or 0
        roomy = self.app.size.height >= ROOMY
        jobs.clear_options()
        offered = entries(found, rehearsal=self.sitting.rehearsal)
        wide = 0 if roomy else max(len(entry.title) for entry in offered) + 2
        jobs.add_options([Option(_job(entry, wide), id=entry.name) for entry in offered])
        jobs.highlighted = min(at, jobs.option_count - 1)

    def on_resize(self) -> None:
        self._jobs(self.found)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.choose(event.option_id or "")

    def choose(self, job: str) -> None:
        """Open the first screen of a job."""
        if job == "leave":
            self.call_later(self.wizard.action_leave)
            return
        if job == "rehearse":
            self.rehearse()
            return
        from wizard.tui.screens.sign_in import SignIn

        self.workers.cancel_group(self, "expiring")
        self.app.push_screen(SignIn(onward=job))

    @work(exclusive=True, group="rehearse")
    async def rehearse(self) -> None:
        """Leave this world, and say so to whoever drew the screens: the wizard starts anew in the other."""
        from wizard.tui.screens.dialogs import Confirm

        if await self.app.push_screen_wait(Confirm("Rehearse in the sandbox?", SANDBOX, "Rehearse", "Stay here")):
            self.wizard.rehearse = True
            await self.wizard.finish(0)


def _job(entry: Entry, wide: int) -> Text:
    """Title and words, beside each other in that many columns for the title; below each other where it is 0."""
    return Text.assemble((entry.title.ljust(wide), "bold"), "" if wide else "\n", (entry.words, "dim"))


def _folder(name: str, folder: str, found: Found) -> Text:
    if found.problem:
        return Text.assemble((f"✗ {name} cannot be read: ", "bold red"), found.problem)
    if not found.environments:
        return Text.assemble((folder, "bold"), f" has no {name} yet: a new project")
    rows = " → ".join(found.environments)
    runs = f"{found.runs} run{'s' if found.runs != 1 else ''} so far" if found.runs else "never run from here"
    return Text.assemble((found.project, "bold"), f" in {found.repository}\n", rows, (f"\n{runs}", "dim"))
