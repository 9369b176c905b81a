"""What every screen has: the top line, the footer of keys, and help under ``?``.

Owns that frame. A screen adds its body, its help and its keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import Binding, BindingType
from textual.screen import Screen

from wizard.tui.widgets.top_line import TopLine

if TYPE_CHECKING:
    from wizard.tui.app import Wizard
    from wizard.tui.sitting import Sitting


class Page(Screen[None]):
    """``place`` names it in the top line; ``help_text`` is what ``?`` shows, ``terms`` the words explained below."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - Textual declares it for instances
    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark,f1", "help", "Help", key_display="?")]
    place: ClassVar[str] = ""
    help_text: ClassVar[str] = ""
    terms: ClassVar[tuple[str, ...]] = ()

    @property
    def wizard(self) -> Wizard:
        return cast("Wizard", self.app)

    @property
    def sitting(self) -> Sitting:
        return self.wizard.sitting

    def top(self) -> TopLine:
        """The first row; yield it first."""
        return TopLine(self.place, self.sitting.world, self.sitting.who)

    def refresh_top(self) -> None:
        """Show who is signed in now."""
        self.query_one(TopLine).who = self.sitting.who

    def action_help(self) -> None:
        from wizard.tui.screens.help import Help

        self.app.push_screen(Help(self.place, self.help_text, self.terms))
