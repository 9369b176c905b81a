"""How the project stands now: what has drifted, what expires, what waits; and the ways on from there.

Owns the screen. How a thing stands is the flow's judgement; nothing is written from here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Button

from wizard.tui import status_view
from wizard.tui.outline import Outline
from wizard.tui.screens.outlined import Outlined

if TYPE_CHECKING:
    from wizard.flows.status import Status as Found


class Status(Outlined):
    """``found`` is what the last look told."""

    place = "Status"
    reading = "Looking at everything that set-up made: identities, roles, gates, vaults, files, credentials …"
    help_text = (
        "Everything that set-up made, held against the project file; only read. ✗ is drift, ? may not be read by you, ! expires soon, "
        "⏸ waits for somebody. **M** shows the plan that mends the drift. **O** goes to the credentials. **K** shows what is fine, too."
    )
    terms = ("plan", "reviewer", "effective permission", "federated credential", "subject")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "mend", "Mend"),
        Binding("o", "rotate", "Rotate"),
        Binding("k", "kept", "All"),
    ]

    def __init__(self, *, everything: bool = False, decides: bool = False) -> None:
        """``decides``: drift is the exit code, since somebody asked for the status and for nothing else."""
        super().__init__()
        self.found: Found | None = None
        self.everything, self.decides = everything, decides

    def ways(self) -> list[Widget]:
        return [Button("Rotate", id="rotate"), Button("Mend", id="mend", variant="primary")]

    async def read(self) -> Outline:
        from wizard.flows.status import status

        self.found = await status(await self.sitting.open_job(to_look=True))
        self.sitting.drifted = self.decides and self.found.drifted
        return status_view.outline(self.found, everything=self.everything)

    def ready(self) -> None:
        assert self.found is not None
        self.query_one("#mend").display = self.found.drifted
        self.query_one("#rotate").display = bool(self.found.counts().get("expiring"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Mending is offered where something has drifted, renewing where something expires."""
        if action == "rotate":
            return self.found is not None and bool(self.found.counts().get("expiring"))
        return action != "mend" or (self.found is not None and self.found.drifted)

    def action_kept(self) -> None:
        self.everything = not self.everything
        if self.found is not None:
            self.draw(status_view.outline(self.found, everything=self.everything))

    def action_mend(self) -> None:
        """The plan of a set-up, as the project file stands: what it would change is the drift."""
        from wizard.tui.screens.review import Review

        self.app.switch_screen(Review(write=False))

    def action_rotate(self) -> None:
        from wizard.tui.screens.rotate import RotateChoice

        self.app.switch_screen(RotateChoice())
