"""What the published files and the gates tell of the delivery: order, strategy, runners, and who rotates.

Owns the reading of our own workflows. Pure; a file that cannot be read tells nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.flows.adopt.bundle import CONFIGURATION, at, parsed
from wizard.flows.adopt.github import DEPLOY, ROTATE, VERIFY
from wizard.project.maintenance import Maintenance

if TYPE_CHECKING:
    from wizard.flows.adopt.evidence import OnGitHub

Json = Any
USUAL_RUNNER = ["ubuntu-24.04"]


def order(github: OnGitHub, found: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """The environments in promotion order, and whether that is certain."""
    inputs = at(parsed(github.texts.get(DEPLOY)), "on", "workflow_dispatch", "inputs", "environment", "options")
    told = [str(name) for name in inputs if name != "all"] if isinstance(inputs, list) else []
    told = told or [str(name) for name in at(parsed(github.texts.get(CONFIGURATION)), "targets") or () if name != "local"]
    known = [name for name in told if name in found]
    rest = sorted((name for name in found if name not in known), key=lambda name: (_gated(github, name), name))
    return (*known, *rest), not rest or len(found) == 1


def _gated(github: OnGitHub, name: str) -> int:
    gate = github.gates.get(name)
    return (len(gate.reviewers) + bool(gate.wait_minutes)) if gate else 0


def strategy(github: OnGitHub, ordered: tuple[str, ...]) -> str:
    """The strategy: as ``deploy.yml`` has it, else as the gates let refs in."""
    push = at(parsed(github.texts.get(DEPLOY)), "on", "push")
    refs = [set(gate.deploy_from) for name in ordered if (gate := github.gates.get(name))]
    if isinstance(push, dict):
        branches = [str(name) for name in push.get("branches") or ()]
        if push.get("tags"):
            return "release"
        return "trunk" if branches == [github.default_branch] and not _own_branches(refs, ordered, github) else "environment-branches"
    if any(ref.startswith("tag:") for group in refs for ref in group):
        return "release"
    return "environment-branches" if _own_branches(refs, ordered, github) else "trunk"


def _own_branches(refs: list[set[str]], ordered: tuple[str, ...], github: OnGitHub) -> bool:
    return len(refs) == len(ordered) and all(group == {name.lower()} for name, group in zip(ordered, refs, strict=True))


def runners(github: OnGitHub) -> list[str]:
    """Labels of runners where they are not the usual ones."""
    said = at(parsed(github.texts.get(VERIFY)), "jobs", "verify", "runs-on")
    labels = [said] if isinstance(said, str) else said if isinstance(said, list) else USUAL_RUNNER
    return [] if labels == USUAL_RUNNER else [str(label) for label in labels]


def secret_names(github: OnGitHub) -> tuple[str, ...]:
    """The secrets that deployments read, in the order of the project file."""
    jobs = at(parsed(github.texts.get(DEPLOY)), "jobs")
    told = (str(at(job, "with", "secret-names") or "").split() for job in (jobs.values() if isinstance(jobs, dict) else ()))
    return tuple(dict.fromkeys(name for names in told for name in names))


def maintenance(github: OnGitHub) -> dict[str, Json]:
    """Who rotates without a person, as the workflow says it; nothing where there is no such workflow."""
    job = at(parsed(github.texts.get(ROTATE)), "jobs", "rotate")
    ids = {name: _client_of(job, action) for name, action in (("identity", "azure/login@"), ("github_app", "create-github-app-token@"))}
    if not all(ids.values()):
        return {}
    days = str(at(job, "env", "DAYS") or "")
    said = {"environment": at(job, "environment"), "within_days": int(days) if days.isdigit() else None}
    return ids | {name: value for name, value in said.items() if value and value != Maintenance.model_fields[name].default}


def _client_of(job: Json, action: str) -> str:
    steps = (step for step in at(job, "steps") or () if action in str(at(step, "uses") or ""))
    return str(at(next(steps, None), "with", "client-id") or "")
