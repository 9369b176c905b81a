"""The wizard as one widget, and the same from Python: ``answer``, ``plan``, ``apply``, ``report``.

Owns the page and the hand-over between forms, sign-in and run. Holds no rule: questions, flows and engine do. The kernel is never
held up by a click; a call from a cell waits for its end, as cells do, and can be interrupted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from wizard.errors import BadInput, LakestrapError, Problem
from wizard.notebook.adding import Adding
from wizard.notebook.adopting import Adopting
from wizard.notebook.background import Background
from wizard.notebook.carrying_out import CarryingOut
from wizard.notebook.changing import ToFederation, ToSubject, Upgrading
from wizard.notebook.form import Form
from wizard.notebook.removing import Removing
from wizard.notebook.rotating import Rotating
from wizard.notebook.shown import Report, ShownPlan
from wizard.notebook.signing_in import SigningIn
from wizard.notebook.sitting import Sitting, rehearsing
from wizard.notebook.standing import Explaining, Standing
from wizard.questions import Asked, Step
from wizard.secret import Secret

if TYPE_CHECKING:
    from wizard.engine.plan import Plan
    from wizard.notebook.job_page import JobPage

Json = Any

SET_UP = "set up"
JOBS = (
    ("set up", SET_UP),
    ("add an environment", "add"),
    ("rotate credentials", "rotate"),
    ("status", "status"),
    ("tear down", "destroy"),
    ("explain a sign-in", "explain"),
    ("upgrade the files", "upgrade"),
    ("migrate to federation", "migrate oidc"),
    ("migrate the subject", "migrate subject"),
    ("read back a lost file", "adopt"),
)
"""The jobs as people read them, and their page."""
STEPS = tuple(step for step in Step if step is not Step.REVIEW)
PAUSE_SECONDS = 0.4
"""How long nobody has to type before lists are fetched for what was typed."""


class Wizard:
    """``Wizard()`` as the last line of a cell shows the page. ``allow`` are actions beyond create and update that are agreed to."""

    def __init__(self, project: str | Path = "lakestrap.yaml", *, allow: str | tuple[str, ...] = ()) -> None:
        self.sitting = Sitting(Path(project), frozenset((allow,) if isinstance(allow, str) else allow))
        self._background = Background()
        self.signing_in = SigningIn(self.sitting, self._background, self._signed_in)
        self.forms = {step: Form(step, self.sitting, self._secret, self._changed) for step in STEPS}
        self.carrying_out = CarryingOut(self.sitting, self._background, self.refresh)
        self.head = widgets.HTML()
        first = widgets.VBox([self.signing_in.box, self.forms[Step.SIGN_IN].box])
        pages = [first, *(self.forms[step].box for step in STEPS[1:]), self.carrying_out.box]
        self.tabs = widgets.Tab(children=pages)
        self.life: dict[str, JobPage] = {
            "add": Adding(self.sitting, self._background),
            "rotate": Rotating(self.sitting, self._background),
            "status": Standing(self.sitting, self._background, self._mend),
            "destroy": Removing(self.sitting, self._background),
            "explain": Explaining(self.sitting, self._background),
            "upgrade": Upgrading(self.sitting, self._background),
            "migrate oidc": ToFederation(self.sitting, self._background),
            "migrate subject": ToSubject(self.sitting, self._background),
            "adopt": Adopting(self.sitting, self._background, self.refresh),
        }
        self.tabs.observe(lambda _: self._turned(), names="selected_index")
        self.back = widgets.Button(description="back", icon="arrow-left")
        self.next = widgets.Button(description="next", icon="arrow-right")
        self.back.on_click(lambda _: self._go(-1))
        self.next.on_click(lambda _: self._go(1))
        self.set_up = widgets.VBox([self.tabs, widgets.HBox([self.back, self.next])])
        self.jobs = widgets.ToggleButtons(options=JOBS, value=SET_UP, style={"button_width": "auto"})
        self.jobs.observe(lambda change: self._chosen(str(change["new"])), names="value")
        self.page = widgets.VBox([self.set_up])
        self.box = widgets.VBox([self.head, self.jobs, self.page])
        self._begun = False
        self._fetching: Any = None
        self.refresh()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        self.begin()
        return self.box._repr_mimebundle_(**options)

    def begin(self) -> None:
        """Sign in with what is there, in the background; showing the page does it."""
        if not self._begun:
            self._begun = True
            self.signing_in.begin()

    # what a person does on the page

    def refresh(self) -> None:
        """Draw the forms as the answers are now."""
        with self.sitting.lock:
            world = "REHEARSAL" if rehearsing() else "REAL CLOUD"
            again = " — going on with the answers of last time" if self.sitting.resumed else ""
            who = f" — {escape(self.sitting.known.operator)}" if self.sitting.known.operator else ""
            self.head.value = f"<h3>Lakestrap <small>{world}{who} — {escape(self.sitting.path.name)}{again}</small></h3>"
            for form in self.forms.values():
                form.refresh()
            self._titles()

    def _chosen(self, job: str) -> None:
        """Show the page of a job; the sign-in stands above it until somebody is signed in."""
        if job == SET_UP:
            self.page.children = (self.set_up,)
            return
        page = self.life[job]
        page.show()
        signed_in = self.sitting.session is not None
        self.page.children = (page.box,) if signed_in else (self.signing_in.box, page.box)

    def _mend(self) -> None:
        """From what has drifted to the plan that mends it."""
        self.jobs.value = SET_UP
        self.tabs.selected_index = len(STEPS)
        self.carrying_out.start(self.carrying_out.make_plan())

    def _titles(self) -> None:
        shown = self.sitting.shown
        wrong = {step for step in STEPS if any(self.sitting.problem(item, shown) for item in self.sitting.items(step))}
        wrong |= {step for step, form in self.forms.items() if set(form.fields) & set(self.sitting.unreadable)}
        self.tabs.titles = (*(f"{step} ✗" if step in wrong else str(step) for step in STEPS), "review")

    def _go(self, by: int) -> None:
        self.tabs.selected_index = min(max((self.tabs.selected_index or 0) + by, 0), len(STEPS))

    def _turned(self) -> None:
        self.refresh()
        self._fetch(0.0)

    def _changed(self, item: Asked) -> None:
        self._titles()
        if item.path == "run.tenant":
            self.sitting.tenant = str(self.sitting.answers.get("run.tenant") or "")
            self.signing_in.begin()
        else:
            self._fetch(PAUSE_SECONDS)

    def _secret(self, path: str, value: Secret) -> None:
        if path == "run.github_token":
            self.sitting.token = value
            self.signing_in.begin()

    def _signed_in(self) -> None:
        self.refresh()
        self._fetch(0.0)

    def _fetch(self, pause: float) -> None:
        """Fetch what the step on the page chooses from; a later call replaces one that has not begun."""
        if self._fetching is not None:
            self._fetching.cancel()
        index = self.tabs.selected_index or 0
        if index < len(STEPS) and self.sitting.session is not None:
            self._fetching = self._background.submit(self._fetched(STEPS[index], pause))

    async def _fetched(self, step: Step, pause: float) -> None:
        await asyncio.sleep(pause)
        if await self.sitting.learn(step):
            self.refresh()

    # the same from Python

    def answer(self, answers: Mapping[str, Json]) -> None:
        """Answer questions by their place: ``{"github.repository": "contoso/shop", "environments.0.subscription": "Contoso Dev"}``.

        In the order given: a preset (``run.preset``) makes the rows that later answers belong to. Raises ``BadInput`` for a place
        that is not asked for; what is wrong with a value is told by ``plan``.
        """
        with _told_plainly():
            for path, value in answers.items():
                items = {item.path: item for form in self.forms.values() for item in form.everything()}
                if path not in items:
                    raise BadInput([Problem(path, "is not asked for here", f"one of: {', '.join(sorted(items))}")])
                self.sitting.give(items[path], value)
        self.refresh()

    def plan(self) -> ShownPlan:
        """Write the project file where answers changed, look at the world, and come back with the plan. Changes nothing else.

        Raises ``BadInput`` with every problem, ``NotSignedIn``, ``NotAllowed``, ``Unreachable``.
        """
        with _told_plainly():
            preview = self._background.wait(self.sitting.plan())
        self.refresh()
        self.carrying_out.show(preview)
        return ShownPlan(preview.plan, preview.rows)

    def apply(self, *, yes: bool = False) -> None:
        """Carry out the plan, with bars below the cell. ``yes`` agrees to create and update. Raises where anything fails.

        Values of secrets that come from a prompt are asked for below the cell.
        """
        from IPython.display import display

        with _told_plainly():
            if not yes:
                raise BadInput([Problem("yes", "the plan has to be agreed to", "look at .plan(), then .apply(yes=True)")])
            preview = self.sitting.preview or self._background.wait(self.sitting.plan())
            self.carrying_out.begin(preview.plan)
            display(self.carrying_out.lanes.box)  # type: ignore[no-untyped-call]
            try:
                self._background.wait(self.sitting.carry_out(_Agreed(self._background), self.carrying_out.lanes.event))
            finally:
                self.carrying_out.ended()
            if self.sitting.outcome is not None and self.sitting.outcome.exit_code:
                raise LakestrapError("not everything was done", hints=["see .report()", "run it again: it goes on where it ended"])

    def report(self) -> Report:
        """What the last run came to; Markdown, rendered where it is shown."""
        with _told_plainly():
            if not self.sitting.report:
                raise LakestrapError("nothing was carried out yet", hints=[".apply(yes=True) does it"])
        return Report(self.sitting.report)

    def close(self) -> None:
        """Close connections and end the background thread."""
        for page in self.life.values():
            self._background.wait(page.close())
        self._background.wait(self.sitting.close())
        self._background.close()


class _Agreed:
    """The decisions of somebody who called ``apply(yes=True)``."""

    def __init__(self, background: Background) -> None:
        self._background = background

    async def agrees(self, plan: Plan) -> bool:
        return True

    async def secret_value(self, name: str, environment: str) -> Secret | None:
        return await self._background.typed(f"Value of the secret {name} for {environment}: ")


class _told_plainly:
    """Shows an error as people read it, with every hint, instead of the way that it took through the program."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, trouble: BaseException | None, trace: object) -> None:
        if isinstance(trouble, LakestrapError):
            remedies = [found.remedy for found in trouble.problems if found.remedy] if isinstance(trouble, BadInput) else []
            hints = [f"hint: {hint}" for hint in (*remedies, *trouble.hints)]
            for hint in hints:
                trouble.add_note(hint)
            lines = [f"error: {trouble.message}", *hints]
            trouble._render_traceback_ = lambda: lines  # type: ignore[attr-defined] # IPython asks for it
