"""Questions of the jobs after set-up, as data: which environments, which credentials, like which, what to explain.

Owns their words and defaults. Their answers are not part of the project file. Pure: no screen, no SDK, no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wizard.errors import Problem
from wizard.questions.question import Check, Choice, Kind, Listed, Question, Situation, Step, no_more

Json = Any

DUE, EVERYTHING, FIRST = "due", "everything", "first"
CREDENTIALS = {
    "entra-client-secret": "the client secret a pipeline signs in with",
    "databricks-token": "a Databricks token",
    "databricks-oauth-secret": "the OAuth secret of a Databricks service principal",
    "storage-key": "a key of a storage account: you say which one is idle",
    "key-vault-secret": "a generated value in Key Vault",
    "external": "a value somebody else issues: you bring the new one",
    "github-token": "a GitHub token: you make the new one",
}
"""What each kind of credential is, in a few words."""
ENVIRONMENTS, WHAT = "run.environments", "run.credentials"
NAME, LIKE, AFTER = "run.name", "run.like", "run.after"
ABOUT = "run.about"
REPOSITORY, PROJECT, FROM = "run.repository", "run.project", "run.from"
HELD, CLOUDS = "repository", "clouds"


def rotation(environments: Sequence[str], kinds: Sequence[Choice], due: int | None) -> tuple[Question, ...]:
    """Which environments and which credentials. ``due``: how many a plain rotation would renew, end or finish, where it is known."""
    first = Choice(DUE, DUE, "what expires within 30 days, and what waits" + ("" if due is None else f": {due}"))
    every = Choice(EVERYTHING, "everything", "also what does not expire soon")
    return (
        _environments(environments, "Whose credentials to renew", every=True),
        Question(
            field=WHAT,
            step=Step.REVIEW,
            label="Credentials",
            help="What to renew; several with commas",
            why="The old one stays valid beside the new until a job has proven it and the grace is over.",
            kind=Kind.MANY,
            choices=(first, *kinds, every),
            default=lambda _: [DUE],
            required=True,
            check=_alone(DUE, EVERYTHING),
        ),
    )


def addition(environments: Sequence[str], last_before_production: str, check: Check = no_more) -> tuple[Question, ...]:
    """Its name, the place and the pattern. ``check`` judges a name; ``last_before_production`` is empty where all are production."""
    choices = tuple(Choice(name, name) for name in environments)
    places = choices if last_before_production else (Choice(FIRST, FIRST, "before production"), *choices)

    def pattern(now: Situation) -> str:
        place = now.get(AFTER)
        return environments[0] if place == FIRST else place or last_before_production or environments[0]

    return (
        Question(
            field=NAME,
            step=Step.ENVIRONMENTS,
            label="Name",
            help="What the new environment is called, like uat",
            why="It is part of the names of everything that is made for it, of branches and of the subject that its jobs present.",
            required=True,
            check=check,
        ),
        Question(
            field=AFTER,
            step=Step.ENVIRONMENTS,
            label="After",
            help="The one before it in promotion",
            why="What is deployed goes from one environment to the next in this order.",
            kind=Kind.CHOICE,
            choices=places,
            default=lambda _: last_before_production or FIRST,
            required=True,
        ),
        Question(
            field=LIKE,
            step=Step.ENVIRONMENTS,
            label="Like",
            help="Its pattern: gates, secrets, access",
            why="Only settings are taken over. What the pattern uses of your own, and its network, stay its own.",
            kind=Kind.CHOICE,
            choices=choices,
            default=pattern,
            required=True,
        ),
    )


def removal(environments: Sequence[str]) -> Question:
    """Which environments to take down; nothing is taken for granted."""
    return _environments(environments, "What to take down", every=False)


def explanation(environments: Sequence[str]) -> Question:
    """What to explain."""
    return Question(
        field=ABOUT,
        step=Step.REVIEW,
        label="What to explain",
        help="An environment, an error (AADSTS…), a subject that a job presented, or the address of a run",
        why="A job signs in where what it presents is, letter by letter, what is trusted.",
        kind=Kind.CHOICE,
        choices=tuple(Choice(name, name, "is it trusted as it presents itself?") for name in environments),
        free=True,
        required=True,
    )


def recovery(projects: Sequence[str] = ()) -> tuple[Question, ...]:
    """Whose project file is lost, and which project's where the repository holds several ``projects``."""
    repository = Question(
        field=REPOSITORY,
        step=Step.REPOSITORY,
        label="Repository",
        help="The one whose lakestrap.yaml is lost, as owner/name",
        why="Its environments bear the project's name, and it may still hold a version of the file. Nothing but that file is written.",
        kind=Kind.CHOICE,
        choices=Listed("repositories"),
        free=True,
        default=lambda now: next(iter(now.known.values("repository of the folder")), None),
        required=True,
    )
    project = Question(
        field=PROJECT,
        step=Step.REPOSITORY,
        label="Project",
        help="Which of those that the repository holds",
        kind=Kind.CHOICE,
        choices=tuple(Choice(name, name) for name in projects),
        required=True,
    )
    return (repository, project) if len(projects) > 1 else (repository,)


def source(held: str, clouds: str) -> Question:
    """Which version to write back: that of the repository, or one composed anew; both in words."""
    return Question(
        field=FROM,
        step=Step.REVIEW,
        label="Which version",
        help="The repository still holds one",
        why="The repository's has its comments, and may be older than what was done last. The other says what the clouds hold now.",
        kind=Kind.CHOICE,
        choices=(Choice(HELD, HELD, held), Choice(CLOUDS, CLOUDS, clouds)),
        default=lambda _: HELD,
        required=True,
    )


def again(field: str, value: str, reason: str, remedy: str, choices: Sequence[Choice]) -> Question:
    """Another value for what would be taken over and nobody can use any more; several for reviewers."""
    return Question(
        field=f"run.{field}",
        step=Step.ENVIRONMENTS,
        label=field.capitalize(),
        help=f"{value}: {reason}" if value not in reason else reason,
        why=remedy,
        kind=Kind.MANY if field == "reviewers" else Kind.CHOICE,
        choices=tuple(choices),
        free=True,
        required=field != "reviewers",
    )


def _environments(names: Sequence[str], help_text: str, *, every: bool) -> Question:
    return Question(
        field=ENVIRONMENTS,
        step=Step.ENVIRONMENTS,
        label="Environments",
        help=f"{help_text}; several with commas",
        kind=Kind.MANY,
        choices=(*(Choice(name, name) for name in names), Choice(EVERYTHING, EVERYTHING, "the whole project")),
        default=lambda _: [EVERYTHING] if every else None,
        required=True,
        check=_alone(EVERYTHING),
    )


def _alone(*words: str) -> Check:
    """Choices that already say it all, so that nothing is chosen beside them."""

    def check(value: Json, now: Situation) -> Problem | None:
        beside = next((word for word in words if word in value and len(value) > 1), "")
        return Problem(now.path, f"nothing is chosen beside {beside}", "choose one or the other") if beside else None

    return check
