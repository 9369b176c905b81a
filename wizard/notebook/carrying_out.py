"""Review and apply as widgets: the plan, what has to be agreed to, the run, secrets asked for on the way, the report.

Owns these widgets and the person's decisions. Everything that waits runs in the background; a click comes back at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from html import escape
from typing import Any

import ipywidgets as widgets

from wizard.engine.plan import NEEDS_CONSENT, Plan
from wizard.errors import LakestrapError
from wizard.notebook import words
from wizard.notebook.background import Background
from wizard.notebook.lanes import Lanes
from wizard.notebook.sitting import Sitting
from wizard.secret import Secret

CONSENTS = tuple(sorted(str(action) for action in NEEDS_CONSENT))


class CarryingOut:
    """``refused()`` is called where answers have to be changed."""

    def __init__(self, sitting: Sitting, background: Background, refused: Callable[[], None]) -> None:
        self.sitting, self._background, self._refused = sitting, background, refused
        self.plan = widgets.Button(description="make the plan", icon="list", layout=widgets.Layout(width="12em"))
        self.apply = widgets.Button(description="apply this plan", icon="play", button_style="primary", disabled=True)
        self.stop = widgets.Button(description="stop", icon="stop", disabled=True, layout=widgets.Layout(width="8em"))
        self.consents = {name: widgets.Checkbox(description=f"agree to {name}", indent=False) for name in CONSENTS}
        self.trouble, self.table, self.report = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.secrets = widgets.VBox()
        self.lanes = Lanes()
        self.plan.on_click(lambda _: self._start(self.make_plan()))
        self.apply.on_click(lambda _: self._start(self.carry_out()))
        self.stop.on_click(lambda _: self._cancel())
        self._consents = widgets.HBox(list(self.consents.values()), layout=widgets.Layout(display="none"))
        buttons = widgets.HBox([self.plan, self.apply, self.stop])
        self.box = widgets.VBox([self.trouble, self.table, self._consents, buttons, self.secrets, self.lanes.box, self.report])
        self.lanes.box.layout.display = "none"
        self.under_way: Future[None] | None = None

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        if self.under_way is not None and not self.under_way.done():
            work.close()
            return
        self.under_way = self._background.submit(self._guarded(work))

    def _cancel(self) -> None:
        if self.under_way is not None:
            self.under_way.cancel()

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        self.trouble.value = ""
        self.plan.disabled = self.apply.disabled = True
        self.stop.disabled = False
        try:
            await work
        except LakestrapError as trouble:
            self.trouble.value = words.error(trouble)
            self._refused()
        except asyncio.CancelledError:
            self.trouble.value = "<b>Stopped between two calls.</b> Make the plan again to go on where it ended."
            raise
        finally:
            self.secrets.children = ()
            self.plan.disabled, self.stop.disabled = False, True
            self.apply.disabled = not self._may_apply()

    def _may_apply(self) -> bool:
        preview = self.sitting.preview
        return preview is not None and not preview.plan.blocked and not preview.plan.empty

    async def make_plan(self) -> None:
        """Plan and show it."""
        self.table.value = "<i>looking at what is there …</i>"
        self.report.value = ""
        try:
            self.show(await self.sitting.plan())
        finally:
            if self.sitting.preview is None:
                self.table.value = ""

    def show(self, preview: Any) -> None:
        """Show a plan that was made; also one that a cell asked for."""
        self.table.value = words.plan_table(preview.plan, preview.rows)
        wanting = {str(change.action) for change in preview.plan.wanting_consent(self.sitting.allowed)}
        for name, box in self.consents.items():
            box.layout.display = "" if name in wanting else "none"
        self._consents.layout.display = "" if wanting else "none"
        self.apply.disabled = not self._may_apply()

    async def carry_out(self) -> None:
        """Apply the plan that is shown and show how it goes and what came of it."""
        preview, job = self.sitting.preview, self.sitting.job
        if preview is None or job is None:
            return
        job.allowed |= {name for name, box in self.consents.items() if box.value}
        self.begin(preview.plan)
        try:
            await self.sitting.carry_out(self, self.lanes.event)
        finally:
            self.ended()

    def begin(self, plan: Plan) -> None:
        """Bars for a run that begins."""
        self.lanes.begin(plan)
        self.lanes.box.layout.display = ""

    def ended(self) -> None:
        """The report of a run that ended."""
        self.report.value = words.rendered(self.sitting.report) if self.sitting.report else ""

    async def agrees(self, plan: Plan) -> bool:
        """The person has seen the plan and pressed the button."""
        return True

    async def secret_value(self, name: str, environment: str) -> Secret | None:
        """A value typed into a masked field, which is emptied and taken off the page at once."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Secret | None] = loop.create_future()
        field = widgets.Password(continuous_update=False, placeholder="press Enter when it is typed")

        def given(value: Secret) -> None:
            if not answer.done():
                answer.set_result(value)

        def typed(change: dict[str, Any]) -> None:
            if change["new"]:
                value = Secret(change["new"])
                field.value = ""
                loop.call_soon_threadsafe(given, value)

        field.observe(typed, names="value")
        text = widgets.HTML(f"Value of the secret <b>{escape(name)}</b> for <b>{escape(environment)}</b>; it is not shown and not kept.")
        self.secrets.children = (text, field)
        try:
            return await answer
        finally:
            self.secrets.children = ()
            field.close()
