"""``make check-outputs``: what is rendered, judged by other people's tools.

Owns the choice of projects (all pairs of the choices of a project file, or the whole product) and the calls of the tools; a finding
is the tool's word.
Not collected by pytest: ``python -m tests.outputs.checking --tools FOLDER [--all]``. Everyday tests need none of these tools.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from wizard.project.model import Project
from wizard.render import render

SHARED = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shared"
THEIRS = {
    "vault": f"{SHARED}/providers/Microsoft.KeyVault/vaults/kv-shared",
    "workspace": f"{SHARED}/providers/Microsoft.Databricks/workspaces/dbw-shared",
}
THEIR_NETWORK = {
    "network": f"{SHARED}/providers/Microsoft.Network/virtualNetworks/vnet-shared",
    "storage": f"{SHARED}/providers/Microsoft.Storage/storageAccounts/stshared",
}
OWN: Mapping[str, Mapping[str, str]] = {"": {}, "vault and workspace": THEIRS, "network and storage": THEIR_NETWORK}
CHOICES: Mapping[str, Sequence[Any]] = {
    "identity": ("federated", "managed-identity", "client-secret", "existing"),
    "strategy": ("trunk", "release", "environment-branches"),
    "gates": (True, False),
    "samples": (True, False),
    "plan_environment": (True, False),
    "existing": ("", "vault and workspace", "network and storage"),
    "secrets": (False, True),
    "runs_on": (("ubuntu-24.04",), ("self-hosted", "linux")),
    "network": ("public", "injected", "private"),
    "compute": ("hybrid", "serverless"),
    "watched": (False, True),
}
"""Everything that changes which files are rendered or what stands in workflows, bundle and parameter files."""
OF_INFRASTRUCTURE = ("existing", "runs_on", "network", "compute", "watched")
"""Choices that change parameter files only, but for labels: whole among themselves, and in pairs with the others."""
WATCHED: Mapping[str, Any] = {
    "lake": {"containers": ["rawdata", "prepareddata"], "redundancy": "ZRS"},
    "monitoring": {"retention_days": 90, "application_insights": True},
    "budget": {"amount": 500, "starts": "2026-12", "notify": ["ana@contoso.com"]},
}
REASONED = re.compile(r"# zizmor: ignore\[[a-z-]+\](.*)")
YAML_RULES = (
    "{extends: default, rules: {line-length: disable, document-start: disable, truthy: {check-keys: false}, "
    "comments: {min-spaces-from-content: 1}}}"
)
Choice = dict[str, Any]


def possible(choice: Choice) -> bool:
    """Whether a project file may say so."""
    if choice["plan_environment"] and choice["identity"] in ("client-secret", "existing"):
        return False
    if choice["network"] == "private" and (choice["runs_on"][0] != "self-hosted" or choice["existing"] == "vault and workspace"):
        return False
    if choice["network"] == "public" and choice["existing"] == "network and storage":
        return False
    return bool(choice["compute"] == "hybrid" or choice["network"] == "public")


def every(*, whole: bool = False) -> list[Choice]:
    """All that shapes workflows and bundle in every combination, then all that shapes the infrastructure; ``whole``: both at once."""
    found = []
    for values in itertools.product(*CHOICES.values()):
        choice = dict(zip(CHOICES, values, strict=True))
        usual = [all(choice[name] == CHOICES[name][0] for name in names) for names in (_LATER, _OTHERS)]
        if possible(choice) and (whole or any(usual)):
            found.append(choice)
    return found


_LATER = ("network", "compute", "watched")
_OTHERS = tuple(name for name in CHOICES if name not in OF_INFRASTRUCTURE)


def pairs(choice: Choice) -> set[tuple[str, str, str, str]]:
    """The pairs of values that a choice holds."""
    return {(a, repr(choice[a]), b, repr(choice[b])) for a, b in itertools.combinations(CHOICES, 2)}


def pairwise() -> list[Choice]:
    """Few choices that hold every possible pair of values: always the one that adds most is taken next."""
    left, chosen = every(whole=True), []
    held = [pairs(choice) for choice in left]
    missing = set().union(*held)
    while missing:
        best = max(range(len(left)), key=lambda number: len(held[number] & missing))
        chosen.append(left[best])
        missing -= held[best]
    return chosen


def project_of(choice: Choice) -> Project:
    """The project that makes a choice: three environments, the last behind a gate."""
    environments: list[dict[str, Any]] = [
        {"name": "dev", "subscription": "Contoso Dev"},
        {"name": "UAT", "subscription": "Contoso UAT"},
        {"name": "prod", "subscription": "Contoso Prod", "reviewers": ["@ana"], "wait_minutes": 5},
    ]
    for number, environment in enumerate(environments):
        identity = {"identity": f"0000000{number}-0000-4000-8000-000000000000"} if choice["identity"] == "existing" else {}
        environment["existing"] = identity | {kind: text + str(number) for kind, text in OWN[choice["existing"]].items()}
    return Project.model_validate(
        {
            "version": 1,
            "name": "shop",
            "region": "westeurope",
            "github": {"repository": "contoso/shop"},
            "identity": {"mode": choice["identity"]},
            "delivery": {"strategy": choice["strategy"]},
            "samples": choice["samples"],
            "plan_environment": choice["plan_environment"],
            "secrets": [{"name": "sql-password", "from": "prompt"}] if choice["secrets"] else [],
            "network": {"mode": choice["network"], "runs_on": choice["runs_on"]},
            "workspace": {"compute": choice["compute"]},
            **(WATCHED if choice["watched"] else {}),
            "environments": environments,
        }
    )


def written(choice: Choice, folder: Path) -> Path:
    """The rendered repository of a choice, in a folder that zizmor and actionlint take for one."""
    project = project_of(choice)
    for file in render(project, {environment.name: choice["gates"] for environment in project.environments}):
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8", newline="\n")
    (folder / ".git").mkdir(exist_ok=True)
    return folder


def unreasoned(folder: Path) -> Iterator[str]:
    """Findings that were silenced without a written reason."""
    for path in sorted((folder / ".github").rglob("*.yml")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = REASONED.search(line)
            if found and len(found[1].split()) < 3:
                yield f"{path.name}:{number}: silenced without a reason: {line.strip()}"


def commands(tools: Path, folder: Path) -> Iterator[list[str]]:
    """The calls that judge one rendered repository; each ends with 0 only where it has nothing to say."""
    workflows = sorted(str(path) for path in (folder / ".github" / "workflows").glob("*.yml"))
    here = str(Path(__file__).with_name("parsing.py"))
    yield [str(tools / "zizmor"), *["--offline", "--no-progress", "--quiet", "--strict-collection", "--persona", "auditor"], ".github"]
    if (tools / "actionlint").exists():
        yield [str(tools / "actionlint"), "-shellcheck", str(tools / "shellcheck"), "-pyflakes=", *workflows]
    yield [str(tools / "check-jsonschema"), "--quiet", "--builtin-schema", "vendor.github-workflows", *workflows]
    yield [str(tools / "check-jsonschema"), "--quiet", "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml"]
    yield [str(tools / "yamllint"), "--strict", "-d", YAML_RULES, "."]
    yield [str(tools / "python"), here, str(folder), str(tools / "shellcheck")]


def judged(choice: Choice, tools: Path) -> list[str]:
    """What any tool says about a choice."""
    with tempfile.TemporaryDirectory() as name:
        folder = written(choice, Path(name).resolve())
        found = list(unreasoned(folder))
        for command in commands(tools, folder):
            ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"})
            if ended.returncode:
                found.append(f"{Path(command[0]).name} ({ended.returncode}):\n{ended.stdout}{ended.stderr}")
    return found


def main() -> int:
    """Judge the choices; 1 where a tool has found something."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tools", type=Path, required=True, help="folder with the tools' programs")
    parser.add_argument("--all", action="store_true", help="the whole product instead of all pairs")
    given = parser.parse_args()
    tools, choices, bad = given.tools.absolute(), every() if given.all else pairwise(), 0
    if not (tools / "actionlint").exists():
        sys.stderr.write("actionlint is not there (it is installed with Go): it is left out\n")
    for number, choice in enumerate(choices, 1):
        found = judged(choice, tools)
        bad += bool(found)
        sys.stdout.write(f"[{number}/{len(choices)}] {'; '.join(f'{k}={v}' for k, v in choice.items())}: {'FOUND' if found else 'clean'}\n")
        sys.stdout.write("".join(f"{text}\n" for text in found))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
