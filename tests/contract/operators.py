"""Operators who hold exactly what the kinds ask for, or one permission less: worlds and runs for the permission invariants.

Owns the union of ``requires`` over a project's resources and the custom role made of it. The role is held at the subscriptions,
since nothing below them exists yet.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.scenarios.rehearsal import ROOT, Finished, rehearsed, small_project
from wizard.blueprint import Facts, resources
from wizard.engine.resource import Permission
from wizard.project.file import load

OWNER = ROOT / "wizard" / "sandbox" / "worlds" / "owner.yaml"
ROLE = "Exactly what set-up needs"
MODES = ("federated", "managed-identity", "client-secret")
WATCHED = """
import sys
from wizard.sandbox.arm import rbac
decide, log = rbac._decide, open(sys.argv.pop(1), "a", buffering=1)
def watched(world, principal, action, scope, data, *bodies):
    answer = decide(world, principal, action, scope, data, *bodies)
    print(principal.name, "keyvault" if data else "arm", action, answer[0], file=log)
    return answer
rbac._decide = watched
from wizard.__main__ import main
main()
"""


def needed(folder: Path, mode: str) -> dict[str, frozenset[str]]:
    """The union of ``requires`` over everything the small project wants: actions by plane."""
    project = load(small_project(folder, mode))
    described = yaml.safe_load(OWNER.read_text(encoding="utf-8"))
    ids = {told["name"]: told["id"] for told in described["subscriptions"]}
    operator = next(user["id"] for user in described["tenant"]["users"] if user["upn"] == described["operator"])
    subscriptions = {environment.name: ids[environment.subscription] for environment in project.environments}
    facts = Facts(tenant=described["tenant"]["id"], subscriptions=subscriptions, operator=operator)
    return by_plane(need for resource in resources(project, facts) for need in resource.requires)


def by_plane(needs: Iterable[Permission]) -> dict[str, frozenset[str]]:
    """Actions of Resource Manager and data actions of vaults, without scopes."""
    found: dict[str, set[str]] = {"arm": set(), "keyvault": set()}
    for need in needs:
        if need.plane in found:
            found[need.plane].add(need.action)
    return {plane: frozenset(actions) for plane, actions in found.items()}


def world(folder: Path, held: Mapping[str, Iterable[str]]) -> tuple[str, str]:
    """Options for a world whose operator holds a custom role of these actions and nothing else."""
    described: Any = yaml.safe_load(OWNER.read_text(encoding="utf-8"))
    described["custom_roles"] = [{"name": ROLE, "actions": sorted(held["arm"]), "data_actions": sorted(held["keyvault"])}]
    for told in described["subscriptions"]:
        told["roles"] = [{"principal": described["operator"], "role": ROLE}]
    path = folder / "world-in.yaml"
    path.write_text(yaml.safe_dump(described, sort_keys=False), encoding="utf-8")
    return "--world", str(path)


def without(held: Mapping[str, frozenset[str]], action: str) -> dict[str, frozenset[str]]:
    """The same permissions but one."""
    return {plane: actions - {action} for plane, actions in held.items()}


def run(folder: Path, held: Mapping[str, Iterable[str]], *command: str) -> Finished:
    """A command of an operator who holds exactly that."""
    return rehearsed(folder, "lakestrap", *command, options=world(folder, held))


@dataclass(frozen=True, slots=True)
class Asked:
    """What Azure was asked whether the operator may: actions by plane, those that were granted at least once."""

    code: int
    granted: dict[str, frozenset[str]]


def watched(folder: Path, held: Mapping[str, Iterable[str]], *command: str) -> Asked:
    """The same, telling which permissions were really asked for."""
    log = folder / "asked.txt"
    given = [sys.executable, "-c", WATCHED, str(log), "sandbox", "run", "--seed", "7", *world(folder, held), "--"]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "API_KEY": "a-value-for-the-test"}
    words = [*given, sys.executable, "-m", "wizard", *command]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False, cwd=folder, env=variables)
    granted: dict[str, set[str]] = {"arm": set(), "keyvault": set()}
    for line in log.read_text(encoding="utf-8").splitlines():
        who, plane, action, answer = line.rsplit(" ", 3)
        if answer == "True" and who.startswith("ada"):
            granted[plane].add(action)
    return Asked(done.returncode, {plane: frozenset(actions) for plane, actions in granted.items()})
