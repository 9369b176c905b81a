"""Whether the vaults that the answers ask for can have their names: unique in all of Azure, so a cloud has to say.

Owns which names are asked about and the words for one that is taken. Asks nobody itself: what the clouds say comes through ``Known``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wizard.errors import Problem
from wizard.project.naming import name_of
from wizard.questions.created import project
from wizard.questions.question import Situation
from wizard.questions.stand_ins import in_full

Json = Any

LIST = "vault name"
"""Fetched by subscription and name: one choice, labelled ``free``, ``yours``, ``deleted`` or ``taken``; none where nobody knows."""
REMEDY = "give another name under names, or another project name, or use a vault of yours"


def of(data: Mapping[str, Json]) -> dict[str, tuple[str, ...]]:
    """By environment, the list that says whether its vault's name is free; those that get no vault of ours are left out."""
    made = project(data)
    if made is None:
        return {}
    asked = [environment for environment in made.environments if not environment.existing.vault and len(environment.subscription) > 1]
    return {environment.name: (LIST, environment.subscription, name_of(made, environment, "vault")) for environment in asked}


def free(_: Json, situation: Situation) -> Problem | None:
    """What is wrong with the vault names that follow from an answer: of its row, or of all environments."""
    names = of(in_full(situation.answers))
    if situation.row >= 0:
        here = str(situation.get("environments.*.name", ""))
        names = {name: listed for name, listed in names.items() if name == here}
    for environment, listed in names.items():
        if any(choice.label == "taken" for choice in situation.known.choices(*listed)):
            return Problem(situation.path, f"the vault name {listed[2]} of {environment} is taken", REMEDY)
    return None
