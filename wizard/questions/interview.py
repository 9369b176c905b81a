"""From questions and answers to what is asked next, what is wrong, and what goes into the project file.

Owns the walk over the questions. A face shows what this module says and hands answers back; it decides none of it.
Pure: no screen, no SDK, no network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wizard.errors import BadInput, Problem
from wizard.project.file import checked, dumped, missing
from wizard.project.messages import rule_at
from wizard.project.model import VERSION, Project
from wizard.questions import created, data, delivery, environments, people, presets, repository, vault_names
from wizard.questions.answers import RUN, Answers, placed
from wizard.questions.question import Asked, Choice, Kind, Known, Listed, Offered, Question, Step
from wizard.questions.stand_ins import in_full

Json = Any

QUESTIONS: tuple[Question, ...] = (*repository.QUESTIONS, *environments.QUESTIONS, *delivery.QUESTIONS, *data.QUESTIONS, *people.QUESTIONS)
BY_FIELD: Mapping[str, Question] = {question.field: question for question in QUESTIONS}
_IN_TABLES = frozenset(column for question in QUESTIONS for column in question.columns)
SAID = f"{RUN}.said"
"""Paths that a project file said outright: they stay, also where they are the default."""


def asked(step: Step, answers: Answers, known: Known, further: str = "") -> list[Asked]:
    """The questions of a step that are to be asked now, in order: the usual ones, or those of a group of further settings.

    Questions of rows come once a row, row by row; columns of a table are asked by the table (``columns_of``).
    """
    found: list[Asked] = []
    mine = [question for question in QUESTIONS if question.step is step and question.further == further]
    while mine:
        table = mine[0].table
        block = [mine.pop(0)]
        while table and mine and mine[0].table == table:
            block.append(mine.pop(0))
        rows = range(len(answers.rows(table))) if table else [-1]
        found += [at(question, row) for row in rows for question in block if question.field not in _IN_TABLES]
    return [item for item in found if item.question.when(item.situation(answers, known))]


def at(question: Question, row: int = -1) -> Asked:
    """The question at a row."""
    return Asked(question, question.field.replace("*", str(row)), row)


def further_groups(step: Step, answers: Answers, known: Known) -> tuple[str, ...]:
    """Headings of the further settings of a step that have something to ask, in order."""
    groups = dict.fromkeys(question.further for question in QUESTIONS if question.step is step and question.further)
    return tuple(group for group in groups if asked(step, answers, known, group))


def columns_of(table: Question, row: int) -> tuple[Asked, ...]:
    """The questions of one row of a table; whether each is asked depends on those before it (``when``)."""
    return tuple(at(BY_FIELD[field], row) for field in table.columns)


def label_of(item: Asked, answers: Answers) -> str:
    """The label, with the environment that it is asked for: ``prod: Reviewers``."""
    name = answers.get(f"{item.question.table}.{item.row}.name") if item.question.table == "environments" else None
    return f"{name}: {item.question.label}" if name and item.question.field not in _IN_TABLES else item.question.label


def choices_of(item: Asked, answers: Answers, known: Known) -> Offered:
    """What can be chosen, with the reason where a list could not be fetched."""
    if isinstance(item.question.choices, tuple):
        return Offered(item.question.choices)
    if item.question.choices.name == "own environments":
        return Offered(tuple(Choice(row["name"], row["name"]) for row in answers.rows("environments") if row.get("name")))
    whole = item.listed(answers)
    if not item.question.choices.searched:
        return known.lists.get(whole, Offered())
    parts = [known.lists[key] for key in known.lists if key[: len(whole)] == whole]
    found = dict.fromkeys(choice for part in parts for choice in part.choices)
    return Offered(tuple(sorted(found, key=lambda choice: choice.label.lower())), next((part.reason for part in parts if part.reason), ""))


def value_of(item: Asked, answers: Answers, known: Known) -> Json:
    """What was answered, else what Enter would answer; ``None`` for nothing."""
    if item.path in answers.answered or answers.get(item.path) is not None:
        return answers.get(item.path)
    return item.question.default(item.situation(answers, known))


def answer(item: Asked, value: Json, answers: Answers) -> Answers:
    """The answers with one more; a preset fills the rows. Raises ``TypeError`` for a secret."""
    given = answers.put(item.path, value)
    return presets.applied(given, str(value)) if item.path == "run.preset" else given


def problem(item: Asked, value: Json, answers: Answers, known: Known) -> Problem | None:
    """What is wrong with an answer, in the words that the project file's reader uses; ``None`` where nothing is."""
    if value in (None, "", [], ()):
        return Problem(item.path, f"`{item.path.rpartition('.')[2]}` is missing", rule_of(item)) if item.question.required else None
    if item.question.kind is Kind.CHOICE and not item.question.free and isinstance(item.question.choices, tuple):
        values = [choice.value for choice in item.question.choices]
        if value not in values:
            return Problem(item.path, f"{value} is not one of the choices", f"one of {', '.join(values)}")
    given = answers.put(item.path, value)
    wrong = None if item.path.startswith(f"{RUN}.") else next(iter(problems_at(item.path, given)), None)
    return wrong or item.question.check(value, item.situation(given, known))


def unlisted(item: Asked, value: Json, answers: Answers, known: Known) -> tuple[str, ...]:
    """The parts of a valid answer that the clouds did not offer: a face asks whether they are really meant."""
    offered = choices_of(item, answers, known).choices
    if not (offered and isinstance(item.question.choices, Listed) and item.question.choices.complete):
        return ()
    have = {text.lower() for choice in offered for text in (choice.value, choice.label)}
    if item.path.endswith("subscription"):
        have |= {choice.detail.rpartition(" ")[2].lower() for choice in offered}
    return tuple(part for part in (value if isinstance(value, (list, tuple)) else (value,)) if part and str(part).lower() not in have)


def problems_at(path: str, answers: Answers) -> list[Problem]:
    """Every problem of the answers at a path or below it, whatever else is still missing elsewhere."""
    return [found for found in checked(in_full(answers)) if found.place == path or found.place.startswith(f"{path}.")]


def rule_of(item: Asked) -> str:
    """What is allowed at the question's place, in words."""
    return rule_at(tuple(int(step) if step.isdigit() else step for step in item.path.split(".")))


def unanswered(answers: Answers, known: Known) -> Iterator[Asked]:
    """The usual questions that nobody has settled yet, in order."""
    for step in Step:
        for item in asked(step, answers, known):
            empty = item.question.kind is Kind.SECRET or (item.question.kind is Kind.TABLE and not item.question.required)
            if item.path not in answers.answered and answers.get(item.path) is None and not empty:
                yield item


def completed(answers: Answers, known: Known) -> Answers:
    """The answers with what Enter would say to every usual question that is open."""
    for step in Step:
        index = 0
        while index < len(items := asked(step, answers, known)):
            item = items[index]
            index += 1
            if item.path in answers.answered or answers.get(item.path) is not None or item.question.kind is Kind.SECRET:
                continue
            value = item.question.default(item.situation(answers, known))
            if item.path == "run.preset":
                answers = presets.applied(answers, str(value))
            elif value not in (None, "", [], ()):
                answers = answers.assumed(item.path, value)
    return answers


def mapping(answers: Answers, known: Known) -> dict[str, Json]:
    """The project file's data: every answer, open questions as by Enter, and no default that does not have to be said."""
    full = completed(answers, known)
    said, data = set(full.get(SAID, ())), full.project
    for question in QUESTIONS:
        if question.written or question.field.startswith(f"{RUN}."):
            continue
        for row in _rows(question, full):
            item = at(question, row)
            value = full.get(item.path)
            if value is not None and item.path not in said and value == question.default(item.situation(full, known)):
                data = placed(data, item.path, None)
    return {"version": VERSION, **data}


def project_of(answers: Answers, known: Known) -> Project:
    """The project that the answers make. Raises ``BadInput`` with every problem, placed by field path."""
    data = mapping(answers, known)
    problems = checked(data)
    if problems:
        raise BadInput(problems)
    return Project.model_validate(data)


def answers_of(project: Project) -> Answers:
    """The answers that a project file stands for: everything it says and, by saying nothing, every usual question."""
    data = dumped(project)
    data.pop("version", None)
    answers = Answers(data)
    paths = [at(question, row).path for question in QUESTIONS for row in _rows(question, answers)]
    said = [path for path in paths if answers.get(path) is not None]
    data[RUN] = {"preset": presets.preset_of(answers), "said": said}
    return Answers(data, frozenset(path for path in paths if path != "run.tenant"))


def missing_answers(answers: Answers, known: Known) -> tuple[Problem, ...]:
    """What has to be answered and has no default, by field path."""
    return missing(mapping(answers, known))


def _rows(question: Question, answers: Answers) -> range:
    return range(len(answers.rows(question.table))) if question.table else range(-1, 0)


def to_verify(answers: Answers) -> tuple[tuple[str, ...], ...]:
    """The lists to fetch so that the clouds can say whether the answers hold: one a vault that would be created."""
    named = answers.get("name") and answers.get("github.repository")
    return tuple(vault_names.of(in_full(answers)).values()) if named else ()


def instead_of(item: Asked, answers: Answers) -> str:
    """The name of what is created where nothing is answered; empty for questions that replace nothing."""
    return created.name(in_full(answers), item.question.field.rpartition(".")[2], item.row) if "*.existing." in item.question.field else ""
