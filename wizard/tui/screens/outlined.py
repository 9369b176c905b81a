"""A screen that reads the clouds and shows what it found: a tree at the left, one thing in detail at the right, what one can do below.

Owns the frame, waiting, the filter and the keys; what is read and what follows belong to the screens made of it.
"""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Footer, Input, LoadingIndicator, Static, Tree
from textual.widgets.tree import TreeNode

from wizard.errors import BadInput, LakestrapError
from wizard.tui.hanging import Hanging
from wizard.tui.outline import Line, Outline, filtered
from wizard.tui.screens.page import Page
from wizard.tui.widgets.outline_tree import OutlineTree


class Outlined(Page):
    """``reading`` stands there until ``read`` has come back. Nothing is changed from here."""

    reading: ClassVar[str] = "Reading your clouds …"
    left: ClassVar[str] = "Nothing was changed."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("c", "copy", "Copy", show=False),
        Binding("r", "again", "Again"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.outline: Outline | None = None

    async def read(self) -> Outline:
        """What is to be shown. Raises every ``LakestrapError``."""
        raise NotImplementedError

    def ways(self) -> list[Widget]:
        """Buttons of the last row, the usual one last."""
        return []

    def ready(self) -> None:
        """Called whenever the outline stands: enable and name what one can do."""

    def compose(self) -> ComposeResult:
        yield self.top()
        with Vertical(id="review-wait"):
            yield Static(self.reading, id="wait-text", markup=False)
            yield LoadingIndicator()
            yield Button("Back", id="leave")
        with Horizontal(id="plan", classes="outline"):
            with Vertical(id="plan-left"):
                yield Input(placeholder="filter …", id="filter", compact=True)
                yield OutlineTree("outline", id="tree")
            with VerticalScroll(id="plan-right"):
                yield Static("", id="detail", markup=False)
        with Horizontal(id="agree"):
            yield Static("", id="summary", markup=False)
            yield from self.ways()
        yield Footer()

    def on_mount(self) -> None:
        self.query_one("#filter").display = False
        self.make()

    def _waiting(self, words: Text | str, *, over: bool = False) -> None:
        for name in ("#plan", "#agree"):
            self.query_one(name).display = False
        self.query_one("#review-wait").display = True
        self.query_one(LoadingIndicator).display = not over
        self.query_one("#wait-text", Static).update(Hanging(words) if isinstance(words, Text) else words)

    @work(exclusive=True, group="read")
    async def make(self) -> None:
        """Read, and show what was found or what prevents it."""
        self._waiting(self.reading)
        self.outline = None
        try:
            outline = await self.read()
        except LakestrapError as error:
            self._waiting(told(error, self.left), over=True)
            self.query_one("#leave").focus()
            return
        self.draw(outline)

    def draw(self, outline: Outline) -> None:
        """Show an outline."""
        self.outline = outline
        self.query_one("#review-wait").display = False
        for name in ("#plan", "#agree"):
            self.query_one(name).display = True
        self.refresh_top()
        self.query_one("#summary", Static).update(outline.summary)
        self._tree()
        self.ready()
        self.refresh_bindings()
        self.query_one("#tree").focus()

    def _tree(self) -> None:
        tree: Tree[Line] = self.query_one("#tree", Tree)
        tree.clear()
        tree.show_root = False
        for branch in filtered(self.outline.branches if self.outline else (), self.query_one("#filter", Input).value):
            node = tree.root.add(branch.title, expand=branch.opened)
            for line in branch.lines:
                node.add_leaf(line.text, data=line)
        tree.root.expand()
        tree.cursor_line = 0
        self._detail(tree.cursor_node)

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Line]) -> None:
        self._detail(event.node)

    def _detail(self, node: TreeNode[Line] | None) -> None:
        line = node.data if node is not None else None
        if self.outline is not None:
            self.query_one("#detail", Static).update(Hanging(line.detail if line is not None else self.outline.overview))
            self.query_one("#plan-right", VerticalScroll).scroll_home(animate=False)

    @on(Input.Changed, "#filter")
    def filtering(self) -> None:
        self._tree()

    @on(Input.Submitted, "#filter")
    def filter_done(self) -> None:
        self.query_one("#tree").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "leave":
            self.action_back()
        else:
            self.call_later(self.run_action, event.button.id or "back")

    def action_filter(self) -> None:
        field = self.query_one("#filter", Input)
        field.display = True
        field.focus()

    def action_copy(self) -> None:
        node = self.query_one("#tree", Tree).cursor_node
        if node is not None and node.data is not None and node.data.command:
            self.app.copy_to_clipboard(node.data.command)
            self.app.notify("the command was copied")
        else:
            self.app.notify("choose a line with a command", severity="warning")

    def action_again(self) -> None:
        self.make()

    def action_back(self) -> None:
        field = self.query_one("#filter", Input)
        if field.display and (field.has_focus or field.value):
            field.value, field.display = "", False
            self.query_one("#tree").focus()
            return
        self.app.pop_screen()


def told(error: LakestrapError, last: str) -> Text:
    """Why it cannot be shown, with everything that mends it."""
    text = Text()
    if isinstance(error, BadInput) and error.problems:
        for problem in error.problems:
            remedy = (f"\n  → {problem.remedy}" if problem.remedy else "", "cyan")
            text.append_text(Text.assemble(("✗ ", "bold red"), str(problem), remedy, "\n"))
    else:
        text.append_text(Text.assemble(("✗ ", "bold red"), error.message, "\n"))
    for hint in error.hints:
        text.append(f"  → {hint}\n", "cyan")
    text.append(f"\n{last}", "dim")
    return text
