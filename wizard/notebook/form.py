"""The form of one step: its questions as fields, its tables as rows of fields, its further settings folded away.

Owns which widgets stand on the page and keeping them while answers change, so that nobody loses the field they type in. What is
asked, with which default, and what is wrong with an answer, the questions say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from wizard.notebook.field import Field
from wizard.notebook.sitting import Sitting
from wizard.questions import Answers, Asked, Kind, Step, Unreadable, asked, choices_of, columns_of, further_groups, label_of, value_of
from wizard.secret import Secret

Json = Any
MARGIN = widgets.Layout(margin="0 0 0 1.5em")


class Form:
    """``secret(path, value)`` takes what was typed unseen, ``changed(item)`` is told after every answer."""

    def __init__(self, step: Step, sitting: Sitting, secret: Callable[[str, Secret], None], changed: Callable[[Asked], None]) -> None:
        self.step, self.sitting = step, sitting
        self._secret, self._changed = secret, changed
        self.fields: dict[str, Field] = {}
        self.tables: dict[str, Table] = {}
        self.further = widgets.Accordion(selected_index=None)
        self.box = widgets.VBox()
        self._typing = ""
        self._pages: dict[str, widgets.VBox] = {}

    def refresh(self) -> None:
        """Show what is asked now."""
        with self.sitting.lock:
            shown = self.sitting.shown
            self.box.children = (*self._widgets("", shown), *self._further(shown))

    def _further(self, shown: Answers) -> tuple[widgets.Widget, ...]:
        groups = further_groups(self.step, shown, self.sitting.known)
        for group in groups:
            if group not in self._pages:
                self._pages[group] = widgets.VBox()
            self._pages[group].children = tuple(self._widgets(group, shown))
        pages = tuple(self._pages[group] for group in groups)
        if tuple(self.further.children) != pages:
            self.further.children, self.further.titles = pages, groups
        return (self.further,) if groups else ()

    def _widgets(self, group: str, shown: Answers) -> list[widgets.Widget]:
        return [self._widget(item, shown) for item in asked(self.step, shown, self.sitting.known, group)]

    def _widget(self, item: Asked, shown: Answers) -> widgets.Widget:
        if item.question.kind is Kind.TABLE:
            if item.path not in self.tables:
                self.tables[item.path] = Table(item, self)
            self.tables[item.path].show(shown)
            return self.tables[item.path].box
        return self.field(item, shown).box

    def field(self, item: Asked, shown: Answers) -> Field:
        """The field of a question, showing what is so."""
        field = self.fields.get(item.path)
        if field is None:
            field = self.fields[item.path] = Field(item, self._told)
        value, offered = value_of(item, shown, self.sitting.known), choices_of(item, shown, self.sitting.known)
        typing = self._typing == item.path
        field.show(label_of(item, shown), value, offered, self.sitting.problem(item, shown), typing=typing)
        return field

    def _told(self, field: Field, value: Json) -> None:
        if isinstance(value, Secret):
            self._secret(field.item.path, value)
            return
        self._typing = field.item.path
        try:
            with self.sitting.lock:
                self.sitting.unreadable.pop(field.item.path, None)
                if isinstance(value, Unreadable):
                    self.sitting.unreadable[field.item.path] = str(value)
                else:
                    self.sitting.give(field.item, value)
                self.refresh()
        finally:
            self._typing = ""
        self._changed(field.item)

    def everything(self) -> list[Asked]:
        """All that is asked in this step now, the columns of its tables included."""
        with self.sitting.lock:
            shown, items = self.sitting.shown, self.sitting.items(self.step)
            tables = [item for item in items if item.question.kind is Kind.TABLE]
            rows = [(table, index) for table in tables for index in range(len(shown.rows(table.path)))]
            return [*items, *(column for table, index in rows for column in columns_of(table.question, index))]

    def rows_changed(self, item: Asked, answers: Answers) -> None:
        """A row came or went: texts that could not be read go with the fields of the table."""
        with self.sitting.lock:
            for path in [path for path in self.fields if path.startswith(f"{item.path}.")]:
                self.fields[path].unreadable = ""
                self.sitting.unreadable.pop(path, None)
            self.sitting.replace(answers)
            self.refresh()
        self._changed(item)


class Table:
    """Rows that are edited in place."""

    def __init__(self, item: Asked, form: Form) -> None:
        self.item, self.form = item, form
        self.head = Field(item, lambda field, value: None)
        self.add = widgets.Button(description="add a row", icon="plus")
        self.add.on_click(lambda _: self._add())
        self._removers: list[widgets.Button] = []
        self._lines: list[widgets.HBox] = []
        self.rows = widgets.VBox(layout=MARGIN)
        self.box = widgets.VBox([self.head.label, self.rows, self.add, self.head.problem])

    def show(self, shown: Answers) -> None:
        """Show the rows that there are."""
        count = len(shown.rows(self.item.question.field))
        while len(self._lines) < count:
            self._removers.append(self._remover(len(self._lines)))
            self._lines.append(widgets.HBox(layout=widgets.Layout(flex_flow="row wrap")))
        problem = self.form.sitting.problem(self.item, shown) if not count else ""
        self.head.show(label_of(self.item, shown), None, self.head.choices, problem, typing=True)
        self.rows.children = tuple(self._row(index, shown) for index in range(count))

    def _row(self, index: int, shown: Answers) -> widgets.Widget:
        known = self.form.sitting.known
        columns = [column for column in columns_of(self.item.question, index) if column.question.when(column.situation(shown, known))]
        row = self._lines[index]
        row.children = (*(self.form.field(column, shown).box for column in columns), self._removers[index])
        return row

    def _remover(self, index: int) -> widgets.Button:
        button = widgets.Button(description="remove", icon="trash", layout=widgets.Layout(width="7em"))
        button.on_click(lambda _: self._remove(index))
        return button

    def _add(self) -> None:
        answers = self.form.sitting.answers
        rows = range(len(answers.rows(self.item.path)))
        self.form.rows_changed(self.item, answers.with_rows(self.item.path, [*rows, {}]))

    def _remove(self, index: int) -> None:
        self.form.rows_changed(self.item, self.form.sitting.answers.without_row(self.item.path, index))
