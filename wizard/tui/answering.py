"""Between the form and the questions: what is shown for a question, and what becomes of what is typed.

Owns no rule: it asks ``wizard.questions`` for values, choices and problems, and keeps the sitting's answers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.text import Text

from wizard.errors import BadInput, Problem
from wizard.questions import (
    BY_FIELD,
    Answers,
    Asked,
    Choice,
    Known,
    Listed,
    Question,
    Step,
    Unreadable,
    answer,
    asked,
    at,
    choices_of,
    completed,
    further_groups,
    instead_of,
    label_of,
    problem,
    problems_at,
    project_of,
    text_of,
    to_verify,
    value_of,
)
from wizard.tui.form import STEPS, Form, Table, blocks_of
from wizard.tui.widgets.pick import YES_NO

if TYPE_CHECKING:
    from wizard.tui.sitting import Sitting
    from wizard.tui.widgets.answer_input import AnswerInput


@dataclass(frozen=True, slots=True)
class Wrong:
    """The first thing that stands between the answers and a plan."""

    step: Step
    problem: Problem


@dataclass(slots=True)
class Answering:
    """``full`` are the answers with what Enter would say to every open question: what the form shows."""

    sitting: Sitting
    visited: set[Step] = field(default_factory=set)
    full: Answers = field(default_factory=Answers)
    rules: dict[str, str] = field(default_factory=dict)
    """What is allowed where something unreadable was typed, by path."""

    @property
    def answers(self) -> Answers:
        return self.sitting.answers or Answers()

    @property
    def known(self) -> Known:
        self.sitting.known = self.sitting.known or Known(folder=self.sitting.root.name)
        return self.sitting.known

    def refresh(self) -> None:
        """Complete the answers anew, after a change of theirs or of what is known."""
        self.full = completed(self.answers, self.known)

    # what is shown

    def blocks(self, step: Step, further: str = "") -> tuple[Asked | Table, ...]:
        return blocks_of(step, self.full, self.known, further)

    def form(self, step: Step) -> Form:
        return Form(self.blocks(step), further_groups(step, self.full, self.known))

    def further_paths(self, step: Step, group: str) -> tuple[str, ...]:
        """The places of a group of further settings."""
        found = (item for block in self.blocks(step, group) for item in _items(block))
        return tuple(item.path for item in found)

    def paths_of_row(self, step: Step, table: str, row: int) -> tuple[str, ...]:
        """The places of one row of a table of a step."""
        return tuple(path for path in self.form(step).paths if path.startswith(f"{table}.{row}."))

    def label(self, item: Asked) -> str:
        return label_of(item, self.full)

    def value(self, item: Asked) -> Any:
        return value_of(item, self.full, self.known)

    def choices(self, item: Asked) -> tuple[Choice, ...]:
        return choices_of(item, self.full, self.known).choices or (YES_NO if item.question.kind == "yes_no" else ())

    def text(self, item: Asked) -> str:
        """What stands in the line: what was typed and cannot be read, else the answer, else what Enter would answer."""
        if item.path in self.sitting.texts:
            return self.sitting.texts[item.path]
        return text_of(item.question, self.value(item), self.choices(item))

    def picked(self, item: Asked) -> str:
        value = self.value(item)
        return ("yes" if value else "no") if item.question.kind == "yes_no" else str(value or "")

    def reason(self, item: Asked) -> str:
        """Why a list is empty or incomplete, beside the help."""
        offered = choices_of(item, self.full, self.known)
        return f"no list: {offered.reason}" if offered.reason else ""

    def settled(self, path: str) -> bool:
        """Whether somebody has answered there."""
        return path in self.answers.answered or self.answers.get(path) is not None or path in self.sitting.texts

    def problem(self, item: Asked) -> Problem | None:
        """What is wrong at a question, whether typed or left out; nothing is said of what nobody has come to yet."""
        if item.path in self.sitting.texts:
            return Problem(item.path, "this cannot be read", self.rules.get(item.path, ""))
        value = self.value(item)
        if value in (None, "", [], {}) and item.question.step not in self.visited_before:
            return None
        return problem(item, value, self.full, self.known)

    @property
    def visited_before(self) -> set[Step]:
        """The steps that were left once: there, what is missing is told."""
        latest = max((STEPS.index(step) for step in self.visited), default=0)
        return {step for step in self.visited if STEPS.index(step) < latest} | (set(STEPS) if self.visited >= set(STEPS) else set())

    def state(self, step: Step) -> str:
        """``done``, ``open`` or ``wrong``, for the list of steps."""
        items = [item for block in self.blocks(step) for item in _items(block)]
        if any(self.problem(item) is not None for item in items if self.settled(item.path) or step in self.visited_before):
            return "wrong"
        return "done" if step in self.visited_before else "open"

    def why(self, question: Question) -> Text:
        """Why a question matters, for the right-hand side."""
        parts: list[tuple[str, str] | str] = [(f"{question.label}\n\n", "bold")]
        parts += [f"{question.why}\n\n" if question.why else f"{question.help}\n\n"]
        if question.terms:
            parts += [("? explains  ", "dim"), (", ".join(question.terms), "italic dim")]
        return Text.assemble(*parts)

    def wanted(self, step: Step, parts: Iterable[Any]) -> list[tuple[str, ...]]:
        """The lists to fetch for a step: those that defaults of any step go by first, then the form's own."""
        first = [("subscriptions",), ("repositories",)]
        subscription = self.full.get("environments.0.subscription")
        own = [part.item.listed(self.full) for part in parts if not self._vague(part.item)]
        usual = [("usual region", str(subscription))] if subscription and step is Step.ENVIRONMENTS else []
        wanted = dict.fromkeys([*first, *own, *usual, *to_verify(self.full)])
        return [listed for listed in wanted if listed and listed not in self.known.lists]

    def searched(self, item: Asked, text: str) -> tuple[str, ...]:
        """The part of a list to fetch for what was typed; empty where there is nothing to search, or it was searched before."""
        listed = item.searched(text, self.full)
        return listed if listed not in self.known.lists else ()

    def instead(self, item: Asked) -> str:
        """What an empty line stands for: the name of the new one."""
        return instead_of(item, self.full)

    def _vague(self, item: Asked) -> bool:
        """Whether a list goes by an answer that cannot be right: nobody is asked about that."""
        choices = item.question.choices
        return isinstance(choices, Listed) and any(problems_at(path.replace("*", str(item.row)), self.full) for path in choices.of)

    def first_wrong(self) -> Wrong | None:
        """What has to be put right before a plan can be made, in the order of the steps."""
        self.refresh()
        if self.sitting.texts:
            path = next(iter(self.sitting.texts))
            return Wrong(_step_of(path), Problem(path, "this cannot be read", self.rules.get(path, "")))
        try:
            project_of(self.answers, self.known)
        except BadInput as wrong:
            problems = sorted(wrong.problems, key=lambda item: STEPS.index(_step_of(item.place)))
            return Wrong(_step_of(problems[0].place), problems[0])
        for step in STEPS:
            for item in asked(step, self.full, self.known):
                found = problem(item, self.value(item), self.full, self.known)
                if found is not None:
                    return Wrong(step, found)
        return None

    # what is answered

    def type(self, line: AnswerInput) -> None:
        """Take what stands in a line; what cannot be read is kept as text."""
        path = line.item.path
        self.sitting.texts.pop(path, None)
        try:
            self._put(line.item, line.read())
        except Unreadable as wrong:
            self.sitting.texts[path] = line.value
            self.rules[path] = str(wrong)
        self.refresh()

    def pick(self, item: Asked, value: str) -> None:
        """Take a picked choice."""
        self._put(item, value == "yes" if item.question.kind == "yes_no" else value)
        self.refresh()

    def rearrange(self, table: str, rows: list[int]) -> None:
        """Rows moved, removed or added (-1); every answer stays with its row."""
        self._rows_first(table)
        self.sitting.answers = self.answers.with_rows(table, [row if row >= 0 else {} for row in rows])
        self.refresh()

    def _put(self, item: Asked, value: Any) -> None:
        if item.question.table:
            self._rows_first(item.question.table)
        self.sitting.answers = answer(item, value, self.answers)

    def _rows_first(self, table: str) -> None:
        """The rows of a preset that nobody chose yet are only shown: they become answers when one of them is changed."""
        if table == "environments" and not self.answers.rows(table):
            preset = at(BY_FIELD["run.preset"])
            self.sitting.answers = answer(preset, value_of(preset, self.answers, self.known), self.answers)


def _items(block: Asked | Table) -> list[Asked]:
    return [block] if isinstance(block, Asked) else [item for row in block.rows for item in row if item is not None]


def _step_of(path: str) -> Step:
    """The step that asks for a place of the project file."""
    parts = [("*" if part.isdigit() else part) for part in path.split(".")]
    for length in range(len(parts), 0, -1):
        prefix = ".".join(parts[:length])
        found = next(
            (question for question in BY_FIELD.values() if question.field == prefix or question.field.startswith(f"{prefix}.")), None
        )
        if found is not None and found.step in STEPS:
            return found.step
    return STEPS[0]
