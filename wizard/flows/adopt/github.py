"""What GitHub still tells of a project: its environments with our mark, their gates and variables, and the published files.

Owns that reading. Changes nothing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wizard.errors import BadInput, NotAllowed, Problem, ServiceRefused
from wizard.flows.adopt import bundle
from wizard.flows.adopt.evidence import Gate, OnGitHub
from wizard.flows.check_github import PROPOSAL
from wizard.providers.github.contents import Snapshot, snapshot
from wizard.providers.github.environment import MARK
from wizard.providers.github.plans import plan_features
from wizard.providers.github.rest import found, listed, path_of

if TYPE_CHECKING:
    from wizard.providers.session import Session

Json = Any
PREVIEW, CLIENT_SECRET = "-plan", "AZURE_CLIENT_SECRET"
DEPLOY, VERIFY, ROTATE = (f".github/workflows/{name}.yml" for name in ("deploy", "verify-login", "rotate"))
FILES = (DEPLOY, VERIFY, ROTATE, *bundle.FILES)
"""What tells of the project's settings, beside the parameters of its environments."""


async def projects(session: Session, repository: str) -> tuple[str, ...]:
    """Names of the projects that the repository's environments belong to. Raises ``BadInput`` for no repository."""
    body = await _repository(session, repository)
    return tuple(sorted({given[MARK] for _, given in await _marked(session, str(body["full_name"]), "") if given}))


async def on_github(session: Session, repository: str, project: str = "") -> OnGitHub:
    """Everything about the environments with our mark; of one ``project`` where a name is given. Raises ``BadInput`` for no repository.

    Environments whose variables are not shown are among them: Azure may tell whose they are.
    """
    body = await _repository(session, repository)
    name, branch = str(body["full_name"]), str(body["default_branch"])
    ours = await _marked(session, name, project)
    names = {row["name"] for row, _ in ours}
    previews = {n.removesuffix(PREVIEW) for n in names if n.endswith(PREVIEW) and n.removesuffix(PREVIEW) in names}
    deploying = [
        (row, given) for row, given in ours if row["name"].removesuffix(PREVIEW) not in previews or not row["name"].endswith(PREVIEW)
    ]
    gates = await asyncio.gather(*(_gate(session, name, branch, row, given) for row, given in deploying))
    visibility = str(body.get("visibility") or ("private" if body["private"] else "public"))
    features = await plan_features(session, name, private=visibility != "public")
    seen = await _files(session, name, branch, [gate.name for gate in gates])
    secret = seen is not None and CLIENT_SECRET in (seen.texts.get(VERIFY) or "")
    gates = [replace(gate, client_secret=secret) if "secrets" in gate.unread else gate for gate in gates]
    return OnGitHub(
        name,
        visibility,
        branch,
        {gate.name: gate for gate in gates},
        frozenset(previews),
        frozenset(given[MARK] for _, given in ours if given),
        seen.texts if seen else {},
        features.approvals,
        seen.commit if seen else "",
    )


async def _repository(session: Session, repository: str) -> Json:
    body = await found(session, path_of(repository), missing=(403, 404))
    if body is None:
        raise BadInput(
            [Problem("OWNER/REPOSITORY", f"GitHub shows no repository {repository} to you", "correct the name, or: gh auth login")]
        )
    return body


async def _marked(session: Session, name: str, project: str) -> list[tuple[Json, Mapping[str, str] | None]]:
    """The environments with our mark, each with its variables; of that project where one is named. ``None`` where those are not shown."""
    rows = await listed(session, path_of(name, "environments"), "environments")
    variables = await asyncio.gather(*(_variables(session, name, row["name"]) for row in rows))
    pairs = zip(rows, variables, strict=True)
    return [(row, given) for row, given in pairs if given is None or (given.get(MARK) and project in ("", given[MARK]))]


async def _files(session: Session, name: str, branch: str, environments: Sequence[str]) -> Snapshot | None:
    """The published files that tell of the project's settings."""
    return await snapshot(session, name, branch, PROPOSAL, (*FILES, *(parameter_file(environment) for environment in environments)))


def parameter_file(environment: str) -> str:
    """Where the parameters of an environment's template are published."""
    return f"infra/parameters/{environment}.parameters.json"


def published_parameters(github: OnGitHub, environment: str) -> Mapping[str, Json]:
    """The parameters of an environment's template as the repository has them; none where it has none that can be read."""
    try:
        entries = json.loads(github.texts.get(parameter_file(environment)) or "{}").get("parameters", {})
        return {name: entry.get("value") for name, entry in entries.items()}
    except (ValueError, AttributeError):
        return {}


async def _variables(session: Session, repository: str, environment: str) -> Mapping[str, str] | None:
    rows = await _shown(session, repository, environment, "variables")
    return None if rows is None else {row["name"]: row["value"] for row in rows}


async def _shown(session: Session, repository: str, environment: str, what: str) -> list[Json] | None:
    """``variables`` or ``secrets`` of an environment; ``None`` where GitHub does not show them to everybody."""
    try:
        return await listed(session, path_of(repository, "environments", environment, what), what, missing=())
    except NotAllowed:
        return None
    except ServiceRefused as refusal:
        if refusal.status != 404:  # which is what GitHub answers of a thing that it does not show
            raise
        return None


async def _gate(session: Session, repository: str, branch: str, row: Json, variables: Mapping[str, str] | None) -> Gate:
    name, owner = row["name"], repository.partition("/")[0]
    policy = row.get("deployment_branch_policy") or {}
    policies = await listed(session, path_of(repository, "environments", name, "deployment-branch-policies"), "branch_policies")
    secrets = await _shown(session, repository, name, "secrets")
    rules = {rule["type"]: rule for rule in row.get("protection_rules") or []}
    approval = rules.get("required_reviewers", {})
    found_patterns = [("tag:" if item.get("type") == "tag" else "") + item["name"] for item in policies]
    patterns = sorted(found_patterns, key=lambda pattern: pattern != branch)  # their order is not kept; the first is the one started from
    return Gate(
        name,
        variables or {},
        tuple(_spelled(entry, owner) for entry in approval.get("reviewers", ())),
        int(rules.get("wait_timer", {}).get("wait_timer", 0)),
        bool(approval.get("prevent_self_review", False)),
        tuple(patterns) if policy.get("custom_branch_policies") else (),
        any(item["name"] == CLIENT_SECRET for item in secrets or ()),
        tuple(item["name"] for item in secrets or () if item["name"] != CLIENT_SECRET),
        tuple(what for what, seen in (("variables", variables), ("secrets", secrets)) if seen is None),
    )


def _spelled(entry: Json, owner: str) -> str:
    reviewer = entry["reviewer"]
    return f"@{reviewer['login']}" if entry["type"] == "User" else f"{owner}/{reviewer['slug']}"
