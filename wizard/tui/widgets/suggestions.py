"""The list of choices below the line that is being typed in.

Owns its place on the screen: below the line where there is room, else above it. One list serves all lines of a screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text
from textual.geometry import Region
from textual.widgets import OptionList
from textual.widgets.option_list import Option

if TYPE_CHECKING:
    from wizard.questions import Choice
    from wizard.tui.widgets.answer_input import AnswerInput

MOST = 8
"""Rows shown at once; the rest is scrolled to."""


class Suggestions(OptionList):
    """Never focused itself: the line keeps the focus and hands the arrow keys over."""

    can_focus = False

    def __init__(self) -> None:
        super().__init__(compact=True)
        self.owner: AnswerInput | None = None
        self.offered: Sequence[Choice] = ()
        self.display = False

    @property
    def open(self) -> bool:
        return bool(self.display)

    def offer(self, owner: AnswerInput) -> None:
        """Show what matches; nothing where nothing does, or where the only match is what stands there."""
        offered = owner.matching()
        if not offered or [choice.label for choice in offered] == [owner.value] or owner.region.height == 0:
            self.close()
            return
        self.owner, self.offered = owner, offered
        self.clear_options()
        wide = max(len(choice.label) for choice in offered)
        self.add_options([Option(_line(choice, wide), id=str(index)) for index, choice in enumerate(offered)])
        self.highlighted = None
        longest = max(len(choice.label) + (len(choice.detail) + 2 if choice.detail else 0) for choice in offered)
        self._place(owner.region, max(wide, longest) + 4)
        self.display = True

    def close(self) -> None:
        self.display = False
        self.owner, self.offered = None, ()

    def move(self, by: int) -> None:
        """The next or previous choice, round and round."""
        at = self.highlighted
        self.highlighted = (0 if by > 0 else len(self.offered) - 1) if at is None else (at + by) % len(self.offered)

    @property
    def chosen(self) -> Choice | None:
        """The choice that the arrow keys have reached."""
        return self.offered[self.highlighted] if self.open and self.highlighted is not None else None

    def _place(self, line: Region, wanted: int) -> None:
        screen = self.screen.size
        height = min(MOST, len(self.offered)) + 2
        below = screen.height - line.bottom - 1 >= height or line.y < height
        width = max(min(wanted, screen.width - 4), min(line.width, 30))
        left = max(1, min(line.x, screen.width - width - 1))
        self.styles.width, self.styles.height = width, height
        self.styles.offset = (left, line.bottom if below else line.y - height)


def _line(choice: Choice, wide: int) -> Text:
    detail = f"  {choice.detail}" if choice.detail else ""
    return Text.assemble(choice.label.ljust(wide), (detail, "dim"), no_wrap=True, overflow="ellipsis")
