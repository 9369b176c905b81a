"""The form of a question: what it asks for, in which words, of whom, and what Enter means.

Owns the types only; the questions themselves are in the files named after their step. Pure: no screen, no SDK, no network.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from wizard.errors import Problem
from wizard.questions.answers import Answers

Json = Any


class Step(StrEnum):
    """The steps of a set-up, in their order."""

    SIGN_IN = "sign-in"
    REPOSITORY = "repository"
    ENVIRONMENTS = "environments"
    IDENTITY = "identity"
    DELIVERY = "delivery"
    PEOPLE = "people"
    SECRETS = "secrets"
    REVIEW = "review"


class Kind(StrEnum):
    """How an answer is given."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "yes_no"
    CHOICE = "choice"
    """One of the choices; where ``Question.free``, any other text too."""
    MANY = "many"
    """Any number of texts: of the choices and, where ``Question.free``, of others."""
    PAIRS = "pairs"
    """Names with values, such as tags."""
    TABLE = "table"
    """Rows; ``Question.columns`` are the questions of a new row."""
    SECRET = "secret"
    """Typed unseen, handed over as ``Secret``, never kept with the answers."""


class Choice(NamedTuple):
    """What can be chosen: the value for the file, what people read, and what tells it from its neighbours."""

    value: str
    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """Choices that have to be fetched: the list's name and the fields (``environments.*.subscription``) it depends on.

    ``complete``: what is not in the list is probably mistyped. ``searched``: too long to fetch whole; what was typed so far is its
    last argument.
    """

    name: str
    of: tuple[str, ...] = ()
    complete: bool = False
    searched: bool = False


@dataclass(frozen=True, slots=True)
class Offered:
    """A list as it was fetched. ``reason`` says why it is empty or incomplete, in words for people."""

    choices: tuple[Choice, ...] = ()
    reason: str = ""


@dataclass(slots=True)
class Known:
    """What a face has learnt meanwhile: lists by name and arguments, and who is signed in. Everything may be empty."""

    lists: MutableMapping[tuple[str, ...], Offered] = field(default_factory=dict)
    operator: str = ""
    login: str = ""
    folder: str = ""
    """Name of the folder that receives ``lakestrap.yaml``."""

    def choices(self, name: str, *arguments: str) -> tuple[Choice, ...]:
        """The choices of a list; empty where it has not been fetched."""
        return self.lists.get((name, *arguments), Offered()).choices

    def values(self, name: str, *arguments: str) -> tuple[str, ...]:
        return tuple(choice.value for choice in self.choices(name, *arguments))


@dataclass(frozen=True, slots=True)
class Situation:
    """What a default, a condition or a check may look at; ``row`` is the row that ``*`` stands for, ``path`` the asked place."""

    answers: Answers
    known: Known
    row: int = -1
    path: str = ""

    def get(self, field_path: str, default: Json = None) -> Json:
        """The answer at a field; ``*`` is this row."""
        return self.answers.get(field_path.replace("*", str(self.row)), default)

    @property
    def last(self) -> bool:
        """Whether the row is the last environment."""
        return self.row == len(self.answers.rows("environments")) - 1


Default = Callable[[Situation], Json]
Condition = Callable[[Situation], bool]
Check = Callable[[Json, Situation], Problem | None]


def nothing(_: Situation) -> None:
    """No default: Enter leaves the field out."""


def always(_: Situation) -> bool:
    """Asked in any case."""
    return True


def no_more(_: Json, __: Situation) -> None:
    """Nothing beyond the rules of the project file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a set-up. ``field`` is its dotted place in the project file, ``*`` for each row of a table.

    ``label`` names it in a form, ``help`` says what to answer, ``why`` why it matters. ``check`` is beyond the rules of the file.
    ``required``: nothing is no answer. ``written``: stands in the file even where it is the default. ``further``: heading of the
    further settings that it belongs to; empty for what everybody is asked. ``terms`` are in the glossary. ``proposals``: the list
    that the default is taken from.
    """

    field: str
    step: Step
    label: str
    help: str
    why: str = ""
    kind: Kind = Kind.TEXT
    choices: tuple[Choice, ...] | Listed = ()
    free: bool = False
    default: Default = nothing
    when: Condition = always
    check: Check = no_more
    required: bool = False
    written: bool = False
    further: str = ""
    terms: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    proposals: Listed | None = None

    @property
    def table(self) -> str:
        """The list whose rows it is asked for; empty for what is asked once."""
        return self.field.partition(".*")[0] if "*" in self.field else ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question at its place: ``environments.*.subscription`` of row 1 is ``environments.1.subscription``."""

    question: Question
    path: str
    row: int = -1

    def situation(self, answers: Answers, known: Known) -> Situation:
        return Situation(answers, known, self.row, self.path)

    def listed(self, answers: Answers) -> tuple[str, ...]:
        """The fetched list that it chooses from: name and arguments; empty where there is none or an argument is not known yet."""
        return self._of(self.question.choices, answers) if isinstance(self.question.choices, Listed) else ()

    def searched(self, text: str, answers: Answers) -> tuple[str, ...]:
        """The part of a searched list that begins with a text; empty where it is no such list or nothing was typed."""
        choices = self.question.choices
        begin = text.strip().lower()
        whole = self.listed(answers) if isinstance(choices, Listed) and choices.searched and begin else ()
        return (*whole, begin) if whole else ()

    def proposed(self, answers: Answers) -> tuple[str, ...]:
        """The fetched list that its default is taken from, in the same form."""
        return self._of(self.question.proposals, answers) if self.question.proposals else ()

    def _of(self, listed: Listed, answers: Answers) -> tuple[str, ...]:
        arguments = [answers.get(path.replace("*", str(self.row))) for path in listed.of]
        return (listed.name, *map(str, arguments)) if all(arguments) else ()
