"""Rows on lines: adding, changing and removing them.

Owns the small language of a table; the questions of a row are those of the table's columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.prompts.asking import BACK, EXPLAIN, NONE, GoBack
from wizard.questions import Answers, Asked, columns_of, explained, problem, problems_at, text_of

if TYPE_CHECKING:
    from wizard.prompts.asking import Asking

ADD = "+"


async def edited(asking: Asking, item: Asked, answers: Answers) -> Answers:
    """The answers with the table as it was left. Raises ``GoBack``."""
    table = item.question
    asking.console.say("")
    asking.console.say(f"{table.label}: {table.help}")
    while True:
        rows = answers.rows(table.field)
        for index in range(len(rows)):
            asking.console.say(f"  {index + 1:>2}  {_shown(item, index, answers)}")
        signs = f"Enter goes on, {ADD} adds one" + (f", NUMBER changes one, {NONE}NUMBER removes one" if rows else "")
        text = (await asking.lines.line(f"{table.label} ({signs}): ")).strip()
        number = text.removeprefix(NONE)
        if text == BACK:
            raise GoBack
        if text == EXPLAIN:
            for line in (table.why, *(f"{term}: {sentence}" for term, sentence in explained(table.terms))):
                asking.console.say(f"  {line}")
        elif not text:
            wrong = problem(item, rows, answers, asking.known)
            if wrong is None:
                return answers.put(table.field, list(rows))
            asking.tell(wrong.reason, wrong.remedy)
        elif text == ADD:
            answers = await _row(asking, item, len(rows), answers.with_rows(table.field, [*range(len(rows)), {}]), answers)
        elif number.isdigit() and 1 <= int(number) <= len(rows):
            index = int(number) - 1
            answers = answers.without_row(table.field, index) if text != number else await _row(asking, item, index, answers, answers)
        else:
            asking.tell(f"{text} is no answer here", signs)


async def _row(asking: Asking, item: Asked, index: int, answers: Answers, before: Answers) -> Answers:
    """The answers with one row asked through; those before where it is left by going back."""
    try:
        while True:
            for column in columns_of(item.question, index):
                if column.question.when(column.situation(answers, asking.known)):
                    answers = await asking.ask(column, answers)
            wrong = next(iter(problems_at(f"{item.question.field}.{index}", answers)), None)
            if wrong is None:
                return answers
            asking.tell(wrong.reason, wrong.remedy)
    except GoBack:
        return before


def _shown(item: Asked, index: int, answers: Answers) -> str:
    values = [text_of(column.question, answers.get(column.path)) for column in columns_of(item.question, index)]
    return "  ".join(value for value in values if value)
