"""Changing how pipelines sign in: which migration, then its steps with their reasons, then the run.

Owns the screens before the run, and what the run is to the screens after it. What has to be done, and in which order, is the flows'.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Button

from wizard.errors import BadInput, Problem
from wizard.questions import Choice, Kind, Question, Step
from wizard.tui import migrate_view
from wizard.tui.outline import Outline
from wizard.tui.progress import Board, board
from wizard.tui.screens.choosing import Choosing
from wizard.tui.screens.outlined import Outlined
from wizard.tui.undertaking import Undertaking
from wizard.tui.widgets.field import Field
from wizard.tui.widgets.pick import Pick

if TYPE_CHECKING:
    from datetime import timedelta

    from wizard.engine.events import Event
    from wizard.flows.decisions import Outcome
    from wizard.flows.migrate_oidc import MigrationOutcome, OidcPreview
    from wizard.flows.migrate_subject import SubjectPreview
    from wizard.tui.person import Person
    from wizard.tui.screens.page import Page
    from wizard.tui.sitting import Sitting

WHICH = (
    Choice("oidc", "away from client secrets", "jobs sign in with a token of GitHub's, and no password exists"),
    Choice("subject", "to the subject of now", "after a rename, a transfer, or for subjects with ids"),
)
GRACE = "24h"
PROOF = "github.workflow_run/"


class MigrateChoice(Choosing):
    """The first is proposed where the project has client secrets, else the second."""

    place = "Migrate"
    heading = "How shall the pipelines sign in?"
    help_text = (
        "Both ways trust the new beside the old, let a job prove the new, and end the old only then: no job ever fails for it. "
        "The next screen shows each step; nothing is changed before you agree there."
    )
    terms = ("client secret", "federated credential", "subject", "OIDC")

    def parts(self) -> Iterable[Widget]:
        from wizard.project.file import load

        mode = load(self.sitting.path).identity.mode
        which = Question(field="which", step=Step.IDENTITY, label="Move", help="", kind=Kind.CHOICE, choices=WHICH)
        words = "how long the client secret stays valid after the proof: 24h, 90m, 7d, 0"
        ids, meaning = "Ask GitHub for subjects with ids in them", "they outlive every rename; it cannot be taken back"
        yield self.field(which, "oidc" if mode == "client-secret" else "subject")
        yield self.field(Question(field="--grace", step=Step.IDENTITY, label="Grace", help=words), text=GRACE)
        yield self.field(Question(field="--opt-in", step=Step.IDENTITY, label=ids, help=meaning, kind=Kind.YES_NO), False)

    def on_mount(self) -> None:
        self.control("which").focus()
        self.its_own()

    @on(Pick.Picked)
    def its_own(self) -> None:
        """Ask only what belongs to the one that is chosen."""
        away = self.value("which") == "oidc"
        for name, wanted in (("--grace", away), ("--opt-in", not away)):
            next(field for field in self.query(Field) if field.item.path == name).display = wanted

    def problems(self) -> list[Problem]:
        if self.value("which") != "oidc":
            return []
        try:
            period(self.value("--grace") or "")
        except BadInput as wrong:
            return list(wrong.problems)
        return []

    def go_on(self) -> None:
        if self.value("which") == "oidc":
            self.app.push_screen(OidcMigration(self.value("--grace") or GRACE))
        else:
            self.app.push_screen(SubjectMigration(opt_in=self.value("--opt-in") == "yes"))


def period(text: str) -> timedelta:
    """A length of time. Raises ``BadInput`` for what is none."""
    from wizard.flows.rotate.wishes import duration

    found = duration(text)
    if found is None:
        raise BadInput([Problem("--grace", f"{text!r} is no length of time", "--grace 24h (s, m, h or d)")])
    return found


class Migration(Outlined):
    """The steps of one of the two, with one way on."""

    place = "Migrate: preview"
    reading = "Reading whom every identity trusts, and what GitHub sends …"
    help_text = (
        "The steps in the order in which they are done; at the right what each does and why. Nothing is ended before a job has "
        "signed in with what is new. **A** begins."
    )
    terms = ("client secret", "federated credential", "subject", "OIDC", "reviewer")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("a", "apply", "Migrate")]
    preview: OidcPreview | SubjectPreview | None = None

    def ways(self) -> list[Widget]:
        return [Button("Migrate", id="apply", variant="primary")]

    def ready(self) -> None:
        self.query_one("#apply", Button).disabled = self.preview is None or self.preview.empty

    def undertaking(self) -> Undertaking:
        """The run of what is shown."""
        raise NotImplementedError

    def action_apply(self) -> None:
        if self.outline is not None and not self.query_one("#apply", Button).disabled:
            from wizard.tui.screens.apply import Apply

            self.app.push_screen(Apply(self.undertaking(), shown=self.preview))


class OidcMigration(Migration):
    """From client secrets to federation; ``grace`` as somebody writes it."""

    preview: OidcPreview | None = None

    def __init__(self, grace: str = GRACE) -> None:
        super().__init__()
        self.grace = grace

    @property
    def command(self) -> str:
        """What does the same without a screen."""
        return "lakestrap migrate oidc" + (f" --grace {self.grace}" if self.grace != GRACE else "")

    async def read(self) -> Outline:
        from wizard.flows.migrate_oidc import previewed

        self.preview = await previewed(await self.sitting.open_job(), period(self.grace))
        return migrate_view.of_oidc(self.preview, self.command)

    def undertaking(self) -> Undertaking:
        assert self.preview is not None
        return LeavingSecrets(self.sitting, self.preview, self.command, self.grace)


class SubjectMigration(Migration):
    """From one subject to another; ``opt_in`` asks GitHub for those with ids in them."""

    preview: SubjectPreview | None = None

    def __init__(self, *, opt_in: bool = False) -> None:
        super().__init__()
        self.opt_in = opt_in

    @property
    def command(self) -> str:
        """What does the same without a screen."""
        return "lakestrap migrate subject" + (" --opt-in" if self.opt_in else "")

    async def read(self) -> Outline:
        from wizard.flows.migrate_subject import previewed

        self.preview = await previewed(await self.sitting.open_job(), opt_in=self.opt_in)
        return migrate_view.of_subject(self.preview, self.command)

    def undertaking(self) -> Undertaking:
        assert self.preview is not None
        return MovingTrust(self.sitting, self.preview, self.command, opts_in=self.opt_in)


class Migrating(Undertaking):
    """The run of either; a proof that waits for people is gone on from by the same migration."""

    place = "Migrate"
    title = "migration"
    proves = False
    ended: ClassVar[str] = ""

    def __init__(self, sitting: Sitting, line: str) -> None:
        super().__init__(sitting)
        self.line = line

    @property
    def command(self) -> str:
        return self.line

    def places(self, outcome: Outcome) -> Iterator[tuple[str, str, str]]:
        return iter(())

    def headline(self) -> str:
        pending = self.sitting.outcome is not None and bool(self.sitting.outcome.pending)  # a grace is nothing that anybody has to do
        return f"{self.job.project.name}: the migration {'is on its way' if pending else 'is done'}"

    def next_steps(self, outcome: Outcome) -> list[str]:
        if not outcome.applied.complete:
            return super().next_steps(outcome)
        again = [f"`{self.command}` again when the things above are done: it goes on from there"] if outcome.pending else []
        return ["`git pull` takes over what was published", *again, self.ended, "`lakestrap status` tells what waits"]


class LeavingSecrets(Migrating):
    """The run to federation."""

    ended = "`lakestrap rotate` ends the client secrets once their grace is over"

    def __init__(self, sitting: Sitting, preview: OidcPreview, line: str, grace: str) -> None:
        super().__init__(sitting, line)
        self.preview, self.grace = preview, grace

    def board(self) -> Board:
        places = {f"{kind}{name}": name for name in self.names for kind in ("entra.federated_credential/", PROOF)}
        return board(places, dict.fromkeys(places, "migrate"), self.names)

    def events(self, person: Person, outcome: Outcome) -> AsyncIterator[Event]:
        from wizard.flows.migrate_oidc import migrate_oidc

        return migrate_oidc(self.job, person, cast("MigrationOutcome", outcome), self.preview)

    def outcome(self) -> Outcome:
        from wizard.flows.migrate_oidc import MigrationOutcome

        return MigrationOutcome()

    def words(self, outcome: Outcome) -> str:
        told = cast("MigrationOutcome", outcome).words
        return f"{told[:1].upper()}{told[1:]}." if told else ""

    def again(self) -> Page:
        return OidcMigration(self.grace)


class MovingTrust(Migrating):
    """The run to another subject."""

    ended = "`lakestrap explain` tells of an environment what is presented and what is trusted"

    def __init__(self, sitting: Sitting, preview: SubjectPreview, line: str, *, opts_in: bool) -> None:
        super().__init__(sitting, line)
        self.preview, self.opts_in = preview, opts_in

    def board(self) -> Board:
        places: dict[str, str] = {}
        for move in self.preview.moves:
            made = [] if move.there else [move.credential.key]
            proof = [f"{PROOF}{move.gate}"] if not move.over and move.gate == move.environment else []
            ended = [f"{move.credential.key}/{trust.name}" for trust in move.old]
            places |= dict.fromkeys([*made, *proof, *ended], move.environment)
        return board(places, dict.fromkeys(places, "migrate"), self.names)

    def events(self, person: Person, outcome: Outcome) -> AsyncIterator[Event]:
        from wizard.flows.migrate_subject import migrate_subject

        return migrate_subject(self.job, person, outcome, self.preview, opts_in=self.opts_in)

    def again(self) -> Page:
        return SubjectMigration(opt_in=self.opts_in)
