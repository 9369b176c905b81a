"""The usual rows of environments, and guesses that go by an environment's name.

Owns the presets and how one is applied without losing what was already answered for an environment of the same name.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

from wizard.questions.answers import Answers
from wizard.questions.question import Choice

OWN = "own"
PRESETS: Mapping[str, tuple[str, ...]] = {
    "dev": ("dev",),
    "dev+prod": ("dev", "prod"),
    "dev+test+prod": ("dev", "test", "prod"),
    "dev+uat+preprod+prod": ("dev", "uat", "preprod", "prod"),
}
SAID: Mapping[str, str] = {
    "dev": "one environment, to try it out",
    "dev+prod": "build in one, run in the other",
    "dev+test+prod": "with a place for tests in between",
    "dev+uat+preprod+prod": "acceptance by users and a rehearsal before production",
}
CHOICES = (
    *(Choice(name, name.replace("+", " → "), SAID[name]) for name in PRESETS),
    Choice(OWN, "your own", "name them row by row"),
)
_MEANING = {"dev": "development", "test": "testing", "uat": "acceptance", "preprod": "preproduction", "prod": "production"}


def applied(answers: Answers, preset: str) -> Answers:
    """The answers with the rows of a preset; rows of the same name keep what was said, ``own`` changes nothing."""
    if preset not in PRESETS:
        return answers
    have = {str(row.get("name", "")).lower(): index for index, row in enumerate(answers.rows("environments"))}
    return answers.with_rows("environments", [have.get(name, {"name": name}) for name in PRESETS[preset]])


def preset_of(answers: Answers) -> str:
    """The preset that the rows are like; ``own`` where they are like none, ``dev+prod`` where there are none."""
    names = tuple(str(row.get("name", "")).lower() for row in answers.rows("environments"))
    if not names:
        return "dev+prod"
    return next((preset for preset, rows in PRESETS.items() if rows == names), OWN)


def closest(environment: str, choices: Sequence[Choice]) -> str:
    """The choice whose label is most like an environment's name (``Contoso PreProd`` for ``preprod``); "" where none is."""
    if len(choices) == 1:
        return choices[0].value
    wanted = environment.lower()
    scored = sorted(((_likeness(wanted, choice.label), -index) for index, choice in enumerate(choices)), reverse=True)
    return choices[-scored[0][1]].value if scored and scored[0][0] >= 0.75 else ""


def _likeness(environment: str, label: str) -> float:
    words = "".join(character if character.isalnum() else " " for character in label.lower()).split()
    names = {environment, _MEANING.get(environment, environment)}
    ratios = [difflib.SequenceMatcher(None, name, word).ratio() for name in names for word in [*words, "".join(words[-2:])]]
    return max(ratios, default=0.0)
