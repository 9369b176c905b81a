"""Rotating credentials: which, then what would be done to each, then the run.

Owns the two screens before the run, and what the run is to the screens after it. What is due and in which order it is done is the
flow's.
"""

from __future__ import annotations

import shlex
from collections.abc import AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Button, Static

from wizard.errors import BadInput, Problem
from wizard.questions import Choice, Kind, Question, Step
from wizard.questions.jobs import CREDENTIALS
from wizard.tui import rotate_view
from wizard.tui.outline import Outline
from wizard.tui.progress import Board, board
from wizard.tui.screens.choosing import Choosing
from wizard.tui.screens.outlined import Outlined
from wizard.tui.undertaking import Undertaking
from wizard.tui.widgets.ticks import Ticks

if TYPE_CHECKING:
    from wizard.engine.events import Event
    from wizard.flows.decisions import Outcome
    from wizard.flows.rotate.preview import Preview
    from wizard.flows.rotate.run import RotationOutcome
    from wizard.flows.rotate.wishes import Wishes
    from wizard.project.model import Project
    from wizard.tui.person import Person
    from wizard.tui.screens.page import Page
    from wizard.tui.sitting import Sitting

WHICH = (
    Choice("due", "what is due", "expires within 30 days, or is unfinished"),
    Choice("all", "all that is ticked below", "whether it expires soon or not"),
    Choice("undo", "put the old ones back", "as long as they are valid"),
)
GRACE = "24h"


class RotateChoice(Choosing):
    """Enter takes what is due, of all environments and kinds."""

    place = "Rotate credentials"
    heading = "Which credentials shall be renewed?"
    help_text = (
        "Each credential is renewed beside the old one, which stays valid for the **grace**: nothing that reads it ever fails. "
        "The next screen shows each with its age, expiry, copies and readers; nothing is changed before you agree there."
    )
    terms = ("client secret", "service principal", "Key Vault", "GitHub environment")

    def parts(self) -> Iterable[Widget]:
        from wizard.flows.rotate.wishes import KINDS
        from wizard.project.file import load

        self.project: Project = load(self.sitting.path)
        names = [environment.name for environment in self.project.environments]
        which = Question(field="which", step=Step.SECRETS, label="Which", help="", kind=Kind.CHOICE, choices=WHICH)
        grace = Question(field="--grace", step=Step.SECRETS, label="Grace", help="how long the old one stays valid: 24h, 90m, 7d, 0")
        yield self.field(which, "due")
        with Horizontal(classes="columns"):
            with Vertical(classes="column small"):
                yield Static("Environments", classes="field-label")
                yield Ticks([Choice(name, name) for name in names], names, id="environments")
            with Vertical(classes="column"):
                yield Static("Kinds", classes="field-label")
                yield Ticks([Choice(kind, kind, CREDENTIALS[kind]) for kind in KINDS], KINDS, id="kinds")
        yield self.field(grace, text=GRACE)

    def on_mount(self) -> None:
        self.control("which").focus()

    def arguments(self) -> dict[str, Any]:
        """The arguments of ``wished``; everything that is ticked is as good as nothing named."""
        which = self.value("which")
        picked = {name: self.query_one(f"#{name}", Ticks) for name in ("environments", "kinds")}
        named = {name: () if ticks.all_of_them else ticks.selected for name, ticks in picked.items()}
        return {
            **named,
            "everything": which == "all",
            "expiring": 30 if which == "due" and any(named.values()) else None,
            "grace": self.value("--grace") or "",
            "undo": which == "undo",
        }

    def problems(self) -> list[Problem]:
        from wizard.flows.rotate.wishes import wished

        try:
            wished(self.project, **self.arguments())
        except BadInput as wrong:
            return list(wrong.problems)
        empty = [name for name in ("environments", "kinds") if not self.query_one(f"#{name}", Ticks).selected]
        return [Problem("", f"none of the {name} is ticked", "Space ticks one") for name in empty]

    def go_on(self) -> None:
        self.app.push_screen(RotatePreview(self.arguments()))


def command_of(arguments: dict[str, Any]) -> str:
    """The command that asks for the same."""
    words = ["lakestrap", "rotate", *arguments["environments"]]
    for kind in arguments["kinds"]:
        words += ["--credential", kind]
    words += ["--all"] if arguments["everything"] else []
    words += ["--expiring", str(arguments["expiring"])] if arguments["expiring"] is not None else []
    words += ["--undo"] if arguments["undo"] else []
    words += ["--grace", arguments["grace"]] if arguments["grace"] != GRACE else []
    return shlex.join(words)


class RotatePreview(Outlined):
    """``arguments`` are those of ``wizard.flows.rotate.wishes.wished``."""

    place = "Rotate: preview"
    reading = "Reading every credential: where it lives, its age, its expiry …"
    help_text = (
        "Every credential of the project: ↻ is renewed, ⏸ waits for the end of its grace, = is left. **Enter** closes and opens a "
        "branch; at the right: where it lives, who reads it, what has to be known before. **A** begins."
    )
    terms = ("client secret", "service principal", "Key Vault", "GitHub environment")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("a", "apply", "Rotate")]

    def __init__(self, arguments: dict[str, Any]) -> None:
        super().__init__()
        self.arguments = arguments
        self.preview: Preview | None = None
        self.wishes: Wishes | None = None

    def ways(self) -> list[Widget]:
        return [Button("Rotate", id="apply", variant="primary")]

    async def read(self) -> Outline:
        from wizard.flows.rotate.preview import previewed
        from wizard.flows.rotate.wishes import wished

        job = await self.sitting.open_job()
        self.wishes = wished(job.project, **self.arguments)
        self.preview = await previewed(job, self.wishes)
        return rotate_view.outline(self.preview, command_of(self.arguments))

    def ready(self) -> None:
        preview = self.preview
        stopped = preview is None or any(item.obstacles for item in preview.items)
        self.query_one("#apply", Button).disabled = stopped or preview is None or not preview.doing

    def action_apply(self) -> None:
        if self.preview is not None and self.wishes is not None and not self.query_one("#apply", Button).disabled:
            from wizard.tui.screens.apply import Apply

            undertaking = Rotating(self.sitting, self.arguments, self.wishes, self.preview)
            self.app.push_screen(Apply(undertaking, shown=self.preview))


class Rotating(Undertaking):
    """The run of a rotation."""

    place = "Rotate"
    title = "rotation"
    proves = False

    def __init__(self, sitting: Sitting, arguments: dict[str, Any], wishes: Wishes, preview: Preview) -> None:
        super().__init__(sitting)
        self.arguments, self.wishes, self.preview = arguments, wishes, preview

    @property
    def command(self) -> str:
        return command_of(self.arguments)

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys(item.credential.environment for item in self.preview.doing))

    def board(self) -> Board:
        places = {copy.key: item.credential.environment for item in self.preview.doing for copy, _ in item.copies}
        keys = {item.credential.key: item.credential.environment for item in self.preview.doing}
        return board(places | keys, dict.fromkeys(keys, "rotate"), self.names)

    def outcome(self) -> Outcome:
        from wizard.flows.rotate.run import RotationOutcome

        return RotationOutcome()

    def events(self, person: Person, outcome: Outcome) -> AsyncIterator[Event]:
        from wizard.flows.rotate.run import rotate

        return rotate(self.job, self.wishes, person, cast("RotationOutcome", outcome), self.preview)

    def headline(self) -> str:
        count = len(self.preview.doing)
        return f"{self.job.project.name}: {count} credential{'s' if count != 1 else ''} seen to"

    def again(self) -> Page:
        return RotatePreview(self.arguments)

    def places(self, outcome: Outcome) -> Iterator[tuple[str, str, str]]:
        return iter(())

    def words(self, outcome: Outcome) -> str:
        words = cast("RotationOutcome", outcome).words
        return words[:1].upper() + words[1:] + "." if words else ""

    def next_steps(self, outcome: Outcome) -> list[str]:
        if not outcome.applied.complete:
            return ["Mend what failed, then run `lakestrap rotate` again: unfinished business comes first"]
        return [
            "`lakestrap rotate` ends the old ones after their grace",
            "`lakestrap status` tells what waits",
            "`lakestrap rotate --undo` puts an old one back while it is valid",
        ]
