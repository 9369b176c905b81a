"""Rotation by a scheduled workflow: whose identity it has, and what cannot be said together with it.

Owns that section of the project file and its rules. Both identity and GitHub App are the user's own: the workflow's token cannot write an
environment's secret, and no deployment identity may give itself a new one. Never holds a key or an observed id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field, StrictInt

from wizard.project.endings import endings
from wizard.project.part import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wizard.project.model import Project

Trouble = tuple[tuple[str | int, ...], str, str]
"""Place, reason, remedy."""


class Maintenance(Part):
    """Who rotates what expires without a person; docs/delivery.md says what it needs."""

    identity: str = Field(
        pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
        description="Client id of an application of yours that trusts the GitHub environment named below.",
    )
    github_app: str = Field(
        pattern=r"^[A-Za-z0-9.]{8,40}$", description="Client id of a GitHub App of yours, installed in the repository: Iv23li…."
    )
    environment: str = Field(
        default="maintenance",
        pattern=r"^[A-Za-z](-?[A-Za-z0-9])*$",
        max_length=24,
        description="GitHub environment of yours with the secret MAINTENANCE_APP_KEY and the variable AZURE_TENANT_ID.",
    )
    within_days: StrictInt = Field(default=30, ge=2, le=80, description="What ends within so many days is rotated; it looks every day.")


def troubles(project: Project) -> Iterator[Trouble]:
    """Every broken rule of the section."""
    chosen = project.maintenance
    if chosen is None:
        return
    if all(ending.brought for ending in endings(project)):
        yield ("maintenance",), "nothing here ends that could be rotated without a person", "leave it out"
    taken = {name for e in project.environments for name in (e.name.lower(), f"{e.name.lower()}-plan")}
    if chosen.environment.lower() in taken:
        yield ("maintenance", "environment"), f"jobs of {chosen.environment} deploy", "an environment that nothing else uses"
