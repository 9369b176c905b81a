"""Review and apply as widgets: the plan, what has to be agreed to, the run, secrets asked for on the way, the report.

Owns these widgets and the person's agreement.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from wizard.engine.plan import NEEDS_CONSENT, Plan
from wizard.notebook import words
from wizard.notebook.background import Background
from wizard.notebook.doing import Doing
from wizard.notebook.lanes import Lanes
from wizard.notebook.sitting import Sitting

CONSENTS = tuple(sorted(str(action) for action in NEEDS_CONSENT))


class CarryingOut(Doing):
    """``refused()`` is called where answers have to be changed."""

    def __init__(self, sitting: Sitting, background: Background, refused: Callable[[], None]) -> None:
        super().__init__(background)
        self.sitting, self._refused = sitting, refused
        self.plan = widgets.Button(description="make the plan", icon="list", layout=widgets.Layout(width="12em"))
        self.apply = widgets.Button(description="apply this plan", icon="play", button_style="primary", disabled=True)
        self.consents = {name: widgets.Checkbox(description=f"agree to {name}", indent=False) for name in CONSENTS}
        self.table, self.report = widgets.HTML(), widgets.HTML()
        self.lanes = Lanes()
        self.plan.on_click(lambda _: self.start(self.make_plan()))
        self.apply.on_click(lambda _: self.start(self.carry_out()))
        self._consents = widgets.HBox(list(self.consents.values()), layout=widgets.Layout(display="none"))
        buttons = widgets.HBox([self.plan, self.apply, self.stop])
        self.box = widgets.VBox([self.trouble, self.table, self._consents, buttons, self.secrets, self.lanes.box, self.report])
        self.lanes.box.layout.display = "none"

    def busy(self, working: bool) -> None:
        self.plan.disabled = working
        self.apply.disabled = working or not self._may_apply()

    def refused(self) -> None:
        self._refused()

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
