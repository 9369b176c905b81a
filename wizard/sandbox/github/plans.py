"""What an account's plan gives a repository: environments, reviewers, wait timers.

Owns the table of features (docs.github.com: deployments and environments). Public repositories have everything;
private ones have no environments on Free, no reviewers and no wait timers below Enterprise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wizard.sandbox.github import models

if TYPE_CHECKING:
    from wizard.sandbox.world import World

Json = Any


@dataclass(frozen=True, slots=True)
class Features:
    """Whether environments exist, and whether approvals and timers can be enforced."""

    environments: bool
    gates: bool


def features(world: World, repository: Json) -> Features:
    plan = (models.account(world, repository["owner"]) or {}).get("plan", "free")
    public = not repository["private"]
    return Features(environments=public or plan != "free", gates=public or plan == "enterprise")
