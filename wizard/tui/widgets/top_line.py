"""The first row of every screen: where one is, who is signed in, and which world this is.

Owns the layout of that row. The world is never left out, however narrow it gets.
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget


class TopLine(Widget):
    """``place`` is the name of the screen; ``who`` is empty before the sign-in."""

    place: reactive[str] = reactive("")
    who: reactive[str] = reactive("")

    def __init__(self, place: str, world: str, who: str = "") -> None:
        super().__init__()
        self.world = world
        self.set_reactive(TopLine.place, place)
        self.set_reactive(TopLine.who, who)

    def render(self) -> Text:
        badge = f" {self.world} "
        left = Text.assemble((" Lakestrap ", "bold"), ("› ", "dim"), self.place)
        room = self.size.width - left.cell_len - cell_len(badge) - 3
        who = self.who if cell_len(self.who) <= room else self.who.partition(" · ")[0]
        shown = who if cell_len(who) <= room else ""
        style = "bold black on #8fd19e" if self.world == "REHEARSAL" else "bold white on #b3261e"
        gap = max(1, self.size.width - left.cell_len - cell_len(shown) - cell_len(badge) - 1)
        return Text.assemble(left, " " * gap, (shown, "dim"), " ", (badge, style), no_wrap=True, end="")
