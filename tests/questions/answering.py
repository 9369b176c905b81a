"""Answering as a person who mostly presses Enter, and what such a person has learnt from the clouds.

Owns the known lists of the default world and the walk over the questions, counting what had to be typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wizard.questions import Answers, Choice, Kind, Known, Offered, Step, answer, asked, problem, value_of

SUBSCRIPTIONS = ("Contoso Dev", "Contoso UAT", "Contoso PreProd", "Contoso Prod", "Monoline")


def known() -> Known:
    """What the default world tells."""
    found = Known(operator="ada@contoso.com", login="ada", folder="shop")
    found.lists["subscriptions",] = Offered(tuple(Choice(name, name) for name in SUBSCRIPTIONS))
    found.lists["repositories",] = Offered((Choice("contoso/old", "contoso/old"),))
    return found


def answered(typed: Mapping[str, Any], learnt: Known, answers: Answers | None = None) -> tuple[Answers, list[str]]:
    """The answers after all usual questions, and the paths at which something had to be typed: all else was Enter."""
    answers, by_hand = answers or Answers(), []
    for step in Step:
        index = 0
        while index < len(items := asked(step, answers, learnt)):
            item = items[index]
            index += 1
            if item.question.kind in (Kind.TABLE, Kind.SECRET):
                continue
            value = value_of(item, answers, learnt)
            if item.path in typed and typed[item.path] != value:
                value = typed[item.path]
                by_hand.append(item.path)
            wrong = problem(item, value, answers, learnt)
            assert wrong is None, wrong
            answers = answer(item, value, answers)
    return answers, by_hand
