"""How the delivery strategy becomes jobs: which environment waits for which, and when it is deployed at all.

Owns the conditions in ``deploy.yml``. Must never decide who approves: that is the environment's gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wizard.project.model import Environment, Project


@dataclass(frozen=True, slots=True)
class Stage:
    """One environment in the templates: its job, what the job waits for and when it runs, its gate and sources in words."""

    name: str
    job: str
    branch: str
    needs: list[str]
    condition: str
    gate: str
    sources: str
    manual: bool


def stages(project: Project, gates: Mapping[str, bool]) -> tuple[Stage, ...]:
    """The stages in promotion order. ``gates`` says per environment whether GitHub enforces its approval; missing means yes."""
    found: list[Stage] = []
    for environment in project.environments:
        manual = project.is_production(environment) and not gates.get(environment.name, True)
        found.append(
            Stage(
                name=environment.name,
                job=f"deploy-{environment.name.lower()}",
                branch=project.deploys_from(environment)[0],
                needs=["build", *_previous(project, environment, found)],
                condition=_condition(project, environment, manual),
                gate=_gate(environment, manual),
                sources=", ".join(f"`{pattern}`" for pattern in project.deploys_from(environment)),
                manual=manual,
            )
        )
    return tuple(found)


def _previous(project: Project, environment: Environment, before: list[Stage]) -> list[str]:
    """The stage that must have succeeded: the one before, among those that the same push reaches."""
    if project.delivery.strategy == "environment-branches":
        return []
    reached = {
        other.name
        for other in project.environments
        if project.delivery.strategy == "trunk" or project.is_production(other) == project.is_production(environment)
    }
    return [stage.job for stage in before if stage.name in reached][-1:]


def _condition(project: Project, environment: Environment, manual: bool) -> str:
    parts = []
    if project.delivery.strategy == "release":
        parts.append("github.ref_type == 'tag'" if project.is_production(environment) else "github.ref_type == 'branch'")
    if project.delivery.strategy == "environment-branches":
        parts.append(f"github.ref_name == '{project.deploys_from(environment)[0]}'")
    if manual:
        parts.append("github.event_name == 'workflow_dispatch'")
    return " && ".join(parts)


def _gate(environment: Environment, manual: bool) -> str:
    if manual:
        return "by hand"
    parts = []
    if environment.reviewers:
        parts.append("approval by " + " or ".join(environment.reviewers))
    if environment.wait_minutes:
        parts.append(f"{environment.wait_minutes} minutes of waiting")
    return ", ".join(parts) or "none"
