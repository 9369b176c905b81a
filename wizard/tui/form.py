"""What stands in the form of a step: single questions, and tables made of the questions that come once a row.

Owns that arrangement only, as plain data; order, conditions and words are the questions'. Draws nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from wizard.questions import BY_FIELD, Answers, Asked, Kind, Known, Question, Step, asked, columns_of

STEPS = (Step.REPOSITORY, Step.ENVIRONMENTS, Step.IDENTITY, Step.DELIVERY, Step.PEOPLE, Step.SECRETS)
"""The steps that are forms; sign-in and review have screens of their own."""


@dataclass(frozen=True, slots=True)
class Table:
    """``rows`` hold the asked questions by column, ``None`` where one is not asked there.

    ``question`` is the table's own, where rows can be added and taken away; else ``labels`` name the fixed rows.
    """

    name: str
    columns: tuple[Question, ...]
    rows: tuple[tuple[Asked | None, ...], ...]
    question: Asked | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """The blocks of a step, in order, and the headings of its further settings."""

    blocks: tuple[Asked | Table, ...] = ()
    further: tuple[str, ...] = field(default=())

    @property
    def paths(self) -> tuple[str, ...]:
        """Every place that is asked for: when it changes, the form has to be drawn anew."""
        found: list[str] = []
        for block in self.blocks:
            if isinstance(block, Asked):
                found.append(block.path)
            else:
                found += [block.name, *(item.path for row in block.rows for item in row if item is not None)]
        return tuple(found)


def blocks_of(step: Step, answers: Answers, known: Known, further: str = "") -> tuple[Asked | Table, ...]:
    """The blocks of a step's usual questions, or of one group of its further settings."""
    waiting = asked(step, answers, known, further)
    found: list[Asked | Table] = []
    while waiting:
        first = waiting[0]
        name = first.path if first.question.kind is Kind.TABLE else first.question.table
        if not name:
            found.append(waiting.pop(0))
            continue
        mine = [item for item in waiting if item.question.table == name]
        waiting = [item for item in waiting if item.question.table != name and item.path != name]
        found.append(_table(name, first if first.path == name else None, mine, answers, known))
    return tuple(found)


def _table(name: str, question: Asked | None, items: Sequence[Asked], answers: Answers, known: Known) -> Table:
    own = [BY_FIELD[column] for column in question.question.columns] if question else []
    columns = tuple(dict.fromkeys([*own, *(item.question for item in items)]))
    rows = []
    for row in range(len(answers.rows(name))):
        mine = {item.question.field: item for item in items if item.row == row}
        mine |= {i.question.field: i for i in columns_of(question.question, row) if _is_asked(i, answers, known)} if question else {}
        rows.append(tuple(mine.get(column.field) for column in columns))
    labels = () if question else tuple(str(row.get("name", "")) for row in answers.rows(name))
    return Table(name, columns, tuple(rows), question, labels)


def _is_asked(item: Asked, answers: Answers, known: Known) -> bool:
    return item.question.when(item.situation(answers, known))
