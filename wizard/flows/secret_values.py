"""Values for the secrets that set-up will create: from the source the project names, at the last moment.

Owns fetching a value once the plan says that it is needed; a secret that exists is never asked for. Values live in the
plan's resources as ``Secret`` and are gone with the process.
"""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.engine.plan import Action, Change, Plan
from wizard.errors import BadInput, Problem
from wizard.project.file import shown_as
from wizard.providers.keyvault.secret import VaultSecret
from wizard.secret import Secret

if TYPE_CHECKING:
    from wizard.flows.decisions import Decisions
    from wizard.flows.job import Job


async def with_secret_values(plan: Plan, job: Job, decisions: Decisions) -> Plan:
    """The plan with a value in every secret that is to be created. Raises ``BadInput`` naming all that have none."""
    sources = {spec.name: spec.source for spec in job.project.secrets}
    problems: list[Problem] = []
    typed: dict[tuple[str, str], Secret | None] = {}
    changes: list[Change] = []
    for change in plan.changes:
        resource = change.resource
        if isinstance(resource, VaultSecret) and change.action is Action.CREATE and resource.value is None:
            value = await _value(sources[resource.secret_name], resource, decisions, typed)
            if value is None or not value:
                problems.append(_missing(resource.secret_name, resource.environment, sources[resource.secret_name], job))
            else:
                change = replace(change, resource=replace(resource, value=value))
        changes.append(change)
    if problems:
        raise BadInput(problems)
    return Plan(tuple(changes))


async def _value(source: str, resource: VaultSecret, decisions: Decisions, typed: dict[tuple[str, str], Secret | None]) -> Secret | None:
    kind, _, place = source.partition(":")
    if kind == "generate":
        return Secret(secrets.token_urlsafe(32))
    if kind == "env":
        return Secret(os.environ.get(place, ""))
    if kind == "file":
        return _from_file(Path(place).expanduser())
    if kind == "stdin":
        if ("stdin", resource.secret_name) not in typed:
            typed["stdin", resource.secret_name] = Secret(sys.stdin.readline().rstrip("\n"))
        return typed["stdin", resource.secret_name]
    return await decisions.secret_value(resource.secret_name, resource.environment)


def _from_file(path: Path) -> Secret | None:
    try:
        return Secret(path.read_text(encoding="utf-8").rstrip("\n"))
    except (OSError, UnicodeDecodeError):
        return None


def _missing(name: str, environment: str, source: str, job: Job) -> Problem:
    typed = "run it in a terminal, or use `from: env:NAME`"
    remedies = {"prompt": typed, "github-token": typed, "stdin": "pipe the value in, one line a secret"}
    kind, _, place = source.partition(":")
    remedy = remedies.get(kind, f"set {place}" if kind == "env" else f"write the value into {place}")
    return Problem(f"{shown_as(job.path)}: secrets.{name}", f"no value for {environment} (from: {source})", remedy)
