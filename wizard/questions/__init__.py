"""Every question of a set-up, once, as data, and what follows from the answers; pure, without screen, SDK or network.

A face walks ``asked(step, …)``, shows ``label_of``, ``Question.help`` and ``why``, offers ``choices_of`` (fetched lists it gets from
``wizard.flows.choices`` and puts into ``Known.lists``), tells ``problem`` beside the field, and ends with ``project_of``.
"""

from wizard.questions.answers import Answers
from wizard.questions.environments import OPEN
from wizard.questions.glossary import GLOSSARY, explained
from wizard.questions.interview import (
    BY_FIELD,
    QUESTIONS,
    answer,
    answers_of,
    asked,
    at,
    choices_of,
    columns_of,
    completed,
    further_groups,
    instead_of,
    label_of,
    mapping,
    missing_answers,
    problem,
    problems_at,
    project_of,
    rule_of,
    to_verify,
    unanswered,
    unlisted,
    value_of,
)
from wizard.questions.kept import forget, keep, kept_at, resumed
from wizard.questions.presets import OWN, PRESETS
from wizard.questions.question import Asked, Choice, Kind, Known, Listed, Offered, Question, Situation, Step
from wizard.questions.reading import Unreadable, text_of, value_of_text

__all__ = [
    "BY_FIELD",
    "GLOSSARY",
    "OPEN",
    "OWN",
    "PRESETS",
    "QUESTIONS",
    "Answers",
    "Asked",
    "Choice",
    "Kind",
    "Known",
    "Listed",
    "Offered",
    "Question",
    "Situation",
    "Step",
    "Unreadable",
    "answer",
    "answers_of",
    "asked",
    "at",
    "choices_of",
    "columns_of",
    "completed",
    "explained",
    "forget",
    "further_groups",
    "instead_of",
    "keep",
    "kept_at",
    "label_of",
    "mapping",
    "missing_answers",
    "problem",
    "problems_at",
    "project_of",
    "resumed",
    "rule_of",
    "text_of",
    "to_verify",
    "unanswered",
    "unlisted",
    "value_of",
    "value_of_text",
]
