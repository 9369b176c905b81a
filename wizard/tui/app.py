"""The full-screen application: its screens, its colours, its way in and out.

Owns navigation between screens and what holds everywhere (palette, light and dark, leaving). What a screen does is its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, ClassVar

from rich.terminal_theme import TerminalTheme
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.reactive import Reactive
from textual.screen import Screen
from textual.theme import Theme

from wizard.tui.screens.home import Home

if TYPE_CHECKING:
    from wizard.tui.sitting import Sitting

THEMES = (
    Theme(
        "lakestrap-dark",
        primary="#5fb3c8",
        secondary="#8fd19e",
        accent="#e8c37a",
        background="#10171c",
        surface="#16212a",
        dark=True,
        error="#ff6b62",
        warning="#e8c37a",
        success="#8fd19e",
    ),
    Theme(
        "lakestrap-light",
        primary="#0b6e83",
        secondary="#2e7d4f",
        accent="#9a6700",
        background="#fbfcfd",
        surface="#eef2f5",
        dark=False,
        error="#b3261e",
        warning="#9a6700",
        success="#2e7d4f",
    ),
)


SIGNALS = {
    True: TerminalTheme(
        (16, 23, 28),
        (230, 237, 243),
        [(22, 33, 42), (255, 107, 98), (143, 209, 158), (232, 195, 122), (122, 162, 247), (203, 166, 247), (95, 179, 200), (201, 209, 217)],
    ),
    False: TerminalTheme(
        (251, 252, 253),
        (27, 36, 48),
        [(27, 36, 48), (179, 38, 30), (46, 125, 79), (138, 90, 0), (9, 105, 218), (130, 80, 223), (11, 110, 131), (87, 96, 106)],
    ),
}
"""What red, green and yellow are in a text, dark or not: those of the themes, all of them legible as mere greys too (``NO_COLOR``)."""


class Wizard(App[int]):
    """``begin`` is the screen to start with: ``home``, or a job such as ``setup`` or ``rotate`` for its first screen at once."""

    TITLE = "Lakestrap"
    ansi_theme_dark = Reactive(SIGNALS[True], init=False)
    ansi_theme_light = Reactive(SIGNALS[False], init=False)
    CSS_PATH = "style.tcss"
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - Textual declares it for instances
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "leave", "Leave", priority=True, show=False),
        Binding("f3", "light", "Light/dark", show=False),
    ]

    def __init__(self, sitting: Sitting, *, begin: str = "home") -> None:
        super().__init__()
        self.sitting, self.begin = sitting, begin
        self.rehearse = False
        """Whether the person left to start anew in the local cloud."""
        for theme in THEMES:
            self.register_theme(theme)
        self.set_reactive(Wizard.theme, THEMES[0].name)  # an assignment would have the style parsed twice
        self.stylesheet.set_variables(self.get_css_variables())

    def get_default_screen(self) -> Screen[None]:
        return Home(begin=self.begin)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        yield SystemCommand("Help", "What one does on this screen, and its words", self._help)
        yield SystemCommand("Light or dark", "Change the colours", self.action_light)
        for binding in screen.active_bindings.values():
            if binding.enabled and binding.binding.show and binding.binding.description and not binding.binding.system:
                action = binding.binding.action
                if action not in ("leave", "help", "command_palette"):
                    yield SystemCommand(binding.binding.description, f"Key {self.get_key_display(binding.binding)}", self._run(action))
        yield SystemCommand("Leave", "Nothing is lost", self._leave)

    def _run(self, action: str) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            await self.screen.run_action(action)

        return run

    def _help(self) -> None:
        self.call_later(self.screen.run_action, "help")

    def _leave(self) -> None:
        self.call_later(self.action_leave)

    def action_light(self) -> None:
        """From light to dark and back."""
        self.theme = THEMES[1].name if self.theme == THEMES[0].name else THEMES[0].name

    def _fatal_error(self) -> None:
        """A mistake of ours ends the application with its traceback, but never with the values in it: tokens are among those."""
        from rich.segment import Segments
        from rich.traceback import Traceback

        self.bell()
        told = Traceback(show_locals=False, width=None, suppress=["textual"])
        self._exit_renderables.append(Segments(self.console.render(told, self.console.options)))
        self._close_messages_no_wait()

    async def action_leave(self) -> None:
        """Leave; a run under way is asked about by its own screen."""
        for screen in reversed(self.screen_stack):
            asking = getattr(screen, "may_leave", None)
            if asking is not None and not asking():
                return
        await self.finish(self.sitting.exit_code)

    async def finish(self, code: int) -> None:
        """Keep the answers, close what is open, end with the exit code."""
        self.sitting.keep()
        await self.sitting.close()
        self.exit(code)
