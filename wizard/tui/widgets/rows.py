"""A table that is edited in place: one line a row, one field a cell.

Owns the layout of rows and the keys that add, remove and move them; what a cell means it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Button, Static

from wizard.tui.widgets.answer_input import AnswerInput

if TYPE_CHECKING:
    from wizard.errors import Problem
    from wizard.questions import Asked
    from wizard.tui.form import Table

WIDTHS = {
    "name": "14",
    "wait_minutes": "22",
    "role": "17",
    "environments": "14",
    "production": "14",
    "prevent_self_review": "16",
    "purge_protection": "18",
}


class Rows(Vertical):
    """``made`` builds the field of a cell. Rows of a table of one's own can be added, removed and moved."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "add", "Add row"),
        Binding("ctrl+t", "remove", "Remove row"),
        Binding("alt+up", "shift(-1)", "Move up", show=False),
        Binding("alt+down", "shift(1)", "Move down", show=False),
    ]

    @dataclass
    class Rearranged(Message):
        """``rows`` are the rows wanted: an index as it was, or -1 for a new one. ``focus`` is the row to go on in."""

        source: Rows
        rows: list[int]
        focus: int

    def __init__(self, table: Table, made: Callable[[Asked], AnswerInput]) -> None:
        super().__init__(classes="rows")
        self.table = table
        self.told: dict[int, tuple[Problem | None, str]] = {}
        self.cells: Mapping[str, AnswerInput] = {item.path: made(item) for row in table.rows for item in row if item is not None}

    def compose(self) -> ComposeResult:
        if self.table.question is not None:
            yield Static(self.table.question.question.label, classes="field-label", markup=False)
        with Horizontal(classes="rows-head"):
            if self.table.labels:
                yield Static("", classes="rows-label")
            for column in self.table.columns:
                yield self._sized(Static(column.label, markup=False), column.field)
            if self.table.question is not None:
                yield Static("", classes="rows-end")
        for index, row in enumerate(self.table.rows):
            with Horizontal(classes="rows-line"):
                if self.table.labels:
                    yield Static(self.table.labels[index], classes="rows-label", markup=False)
                for column, item in zip(self.table.columns, row, strict=True):
                    cell = self.cells[item.path] if item is not None else Static("–", classes="rows-none")
                    yield self._sized(cell, column.field)
                if self.table.question is not None:
                    yield Button("✕", classes="rows-end remove", compact=True, name=str(index), tooltip="Remove this row")
            yield Static("", classes="field-problem rows-problem", markup=False, id=f"problem-{index}")
        if any(cell.placeholder for cell in self.cells.values()):
            yield Static("Dim is the name of a new one; choose one of yours instead, or leave it.", classes="field-help", markup=False)
        if self.table.question is not None:
            yield Button("+ add a row", classes="add", compact=True)
            yield Static(self.table.question.question.help, classes="field-help", markup=False)
        yield Static("", classes="field-problem", id="problem-table", markup=False)

    def _sized(self, cell: Static | AnswerInput, field: str) -> Static | AnswerInput:
        width = WIDTHS.get(field.rpartition(".")[2])
        cell.styles.width = int(width) if width and len(self.table.columns) > 1 else "1fr"
        cell.add_class("rows-cell")
        return cell

    def on_mount(self) -> None:
        for row, (problem, label) in self.told.items():
            self.tell(row, problem, label)

    def tell(self, row: int, problem: Problem | None, label: str = "") -> None:
        """Show what is wrong with a row (-1: with the table); ``label`` names the column."""
        self.told[row] = (problem, label)
        if not self.query("#problem-table"):  # a list may come while the form is still being put together
            return
        line = self.query_one(f"#problem-{row}" if row >= 0 else "#problem-table", Static)
        line.display = problem is not None
        if problem is not None:
            named = f"{label}: " if label else ""
            line.update(f"✗ {named}{problem.reason}" + (f" — {problem.remedy}" if problem.remedy else ""))

    @property
    def row(self) -> int:
        """The row that has the focus; -1 for none."""
        focused = self.screen.focused
        return focused.item.row if isinstance(focused, AnswerInput) and focused.item.path in self.cells else -1

    def action_add(self) -> None:
        if self.table.question is not None:
            count = len(self.table.rows)
            self.post_message(self.Rearranged(self, [*range(count), -1], count))

    def action_remove(self, row: int | None = None) -> None:
        gone = self.row if row is None else row
        if self.table.question is not None and gone >= 0:
            left = [index for index in range(len(self.table.rows)) if index != gone]
            self.post_message(self.Rearranged(self, left, min(gone, len(left) - 1)))

    def action_shift(self, by: int) -> None:
        here, count = self.row, len(self.table.rows)
        if self.table.question is not None and here >= 0 and 0 <= here + by < count:
            order = list(range(count))
            order[here], order[here + by] = order[here + by], order[here]
            self.post_message(self.Rearranged(self, order, here + by))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if event.button.has_class("add"):
            self.action_add()
        else:
            self.action_remove(int(event.button.name or 0))
