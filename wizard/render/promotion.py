"""How the delivery strategy becomes jobs: which environment waits for which, and when it is deployed at all.

Owns the conditions in ``deploy.yml`` and their words for people. Must never decide who approves: that is the environment's gate.
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
    trigger: str
    manual: bool
    secrets: str
    """Names of the vault's secrets that the project gives it, separated by spaces."""


def stages(project: Project, gates: Mapping[str, bool]) -> tuple[Stage, ...]:
    """The stages in promotion order. ``gates`` says per environment whether GitHub enforces its approval; missing means yes."""
    found: list[Stage] = []
    for environment in project.environments:
        manual = project.is_production(environment) and not gates.get(environment.name, True)
        before = _previous(project, environment, found)
        found.append(
            Stage(
                name=environment.name,
                job=f"deploy-{environment.name.lower()}",
                branch=project.deploys_from(environment)[0],
                needs=["build", *([before.job] if before else [])],
                condition=_condition(project, environment, before, manual),
                gate=_gate(environment, manual),
                sources=", ".join(f"`{pattern}`" for pattern in project.deploys_from(environment)),
                trigger=_trigger(project, environment, before, manual),
                manual=manual,
                secrets=" ".join(secret.name for secret in project.secrets_of(environment)),
            )
        )
    return tuple(found)


def _previous(project: Project, environment: Environment, before: list[Stage]) -> Stage | None:
    """The stage that must have succeeded: the one before, among those that the same push reaches."""
    if project.delivery.strategy == "trunk":
        return before[-1] if before else None
    if project.delivery.strategy == "environment-branches":
        return None
    together = {other.name for other in project.environments if _source(project, other) == _source(project, environment)}
    return next((stage for stage in reversed(before) if stage.name in together), None)


def _source(project: Project, environment: Environment) -> str:
    """With release branches: what reaches an environment. The only environment before production takes both branches."""
    if project.is_production(environment):
        return "tag"
    earlier = [other for other in project.environments if not project.is_production(other)]
    if len(earlier) == 1:
        return "branches"
    return "default" if environment == earlier[0] else "release"


def tagged(project: Project) -> tuple[str, str]:
    """With release branches: where a tagged commit must lie to have been delivered before, as a pattern of branch names and in words."""
    main = project.github.default_branch
    if any(_source(project, environment) == "release" for environment in project.environments):
        return "release/.+", "a release branch"
    return f"{main.replace('.', '[.]')}|release/.+", f"`{main}` or a release branch"


def _condition(project: Project, environment: Environment, before: Stage | None, manual: bool) -> str:
    """The job's ``if``: the right ref, chosen where somebody chooses, and after the stage before it."""
    chosen = f"inputs.environment == 'all' || inputs.environment == '{environment.name}'"
    parts = []
    if before:
        # A status function replaces the implied success(): a stage that was not chosen is skipped, and must not skip this one.
        parts += ["!cancelled()", "needs.build.result == 'success'"]
        parts.append(f"(needs.{before.job}.result == 'success' || inputs.environment == '{environment.name}')")
    parts += _refs(project, environment)
    parts += ["github.event_name == 'workflow_dispatch'", f"({chosen})"] if manual else [f"(github.event_name == 'push' || {chosen})"]
    return "${{ " + " && ".join(parts) + " }}"


def _refs(project: Project, environment: Environment) -> list[str]:
    if project.delivery.strategy == "environment-branches":
        return [f"github.ref_name == '{project.deploys_from(environment)[0]}'"]
    if project.delivery.strategy == "trunk":
        return []
    by_branch = "github.ref_type == 'branch'"
    return {
        "tag": ["github.ref_type == 'tag'"],
        "branches": [by_branch],
        "default": [by_branch, f"github.ref_name == '{project.github.default_branch}'"],
        "release": [by_branch, "startsWith(github.ref_name, 'release/')"],
    }[_source(project, environment)]


def _trigger(project: Project, environment: Environment, before: Stage | None, manual: bool) -> str:
    """What brings a change to an environment, in words."""
    main = f"`{project.github.default_branch}`"
    if project.delivery.strategy == "environment-branches":
        what = f"a merge to `{project.deploys_from(environment)[0]}`"
    elif project.delivery.strategy == "trunk":
        what = f"a merge to {main}"
    else:
        what = {
            "tag": f"a tag `v…` on a commit of {tagged(project)[1]}",
            "branches": f"a merge to {main} or to `release/…`",
            "default": f"a merge to {main}",
            "release": "a merge to `release/…`",
        }[_source(project, environment)]
    after = f", after {before.name} has passed" if before else ""
    return f"somebody, by hand (from {what}{after})" if manual else what + after


def _gate(environment: Environment, manual: bool) -> str:
    if manual:
        return "by hand"
    parts = []
    if environment.reviewers:
        parts.append("approval by " + " or ".join(environment.reviewers))
    if environment.wait_minutes:
        parts.append(f"{environment.wait_minutes} minutes of waiting")
    return ", ".join(parts) or "none"
