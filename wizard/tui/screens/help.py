"""Help over any screen: what one does here, the keys, and the words that a newcomer cannot know.

Owns the layout; the sentences come from the screen and from the glossary.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

KEYS = (
    "**Tab / Shift+Tab** to the next or previous field · **Enter** accepts and goes on · **arrows** choose · "
    "**Esc** back · **Ctrl+P** everything one can do · **Ctrl+Q** leave (nothing is lost)"
)


class Help(ModalScreen[None]):
    """Closed by any of the usual keys."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,f1,q,enter", "dismiss", "Close")]

    def __init__(self, title: str, text: str, terms: tuple[str, ...]) -> None:
        super().__init__()
        self.heading, self.text, self.terms = title, text, terms

    def compose(self) -> ComposeResult:
        from rich.markdown import Markdown
        from rich.text import Text

        from wizard.questions import explained

        with Vertical(id="help", classes="dialog"):
            yield Static(f"Help: {self.heading}", classes="dialog-title", markup=False)
            with VerticalScroll(can_focus=True):
                if self.text:
                    yield Static(Markdown(self.text), classes="help-part")
                for term, sentence in explained(self.terms):
                    yield Static(Text.assemble((term, "bold"), ("  ", ""), sentence), classes="help-term")
                yield Static(Markdown(KEYS), classes="help-part")
            yield Static("Esc closes", classes="dialog-foot")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    async def action_dismiss(self, result: None = None) -> None:
        self.dismiss(None)
