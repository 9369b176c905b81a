"""``make check-outputs``: what is rendered, judged by other people's tools.

Owns the choice of projects (all pairs of the choices of a project file, or the whole product, and the golden ones) and the calls of the
tools; a finding is the tool's word. A tool that is not there is said, never passed over in silence.
Not collected by pytest: ``python -m tests.outputs.checking --tools FOLDER [--all]``. Everyday tests need none of these tools.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import re
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.render.projects import EXAMPLES, ROOT
from wizard.project import file
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
BUNDLES: Sequence[Mapping[str, Any]] = (
    {"libraries": ["pypi:great-expectations==1.3.0"]},
    {"samples": ["pipeline"]},
    {
        "compute": "job-cluster",
        "policy": "Small clusters",
        "init_scripts": "workspace",
        "samples": ["medallion", "pipeline", "machine-learning"],
    },
    {"compute": "shared-cluster", "init_scripts": "/Volumes/main/default/scripts", "libraries": ["maven:a:b:1"], "samples": ["medallion"]},
    {"compute": "existing-cluster", "cluster": "Analysts", "samples": ["pipeline"]},
)
"""What the bundle may be like. It shares no file with the choices above, so these take turns; ``tests/render`` has them all."""
WATCHED: Mapping[str, Any] = {
    "lake": {"containers": ["rawdata", "prepareddata"], "redundancy": "ZRS"},
    "monitoring": {"retention_days": 90, "application_insights": True},
    "budget": {"amount": 500, "starts": "2026-12", "notify": ["ana@contoso.com"]},
}
MAINTAINED: Mapping[str, Any] = {"maintenance": {"identity": "00000000-0000-4000-8000-000000000009", "github_app": "Iv23liAbCdEfGh"}}
REASONED = re.compile(r"# zizmor: ignore\[[a-z-]+\](.*)")
YAML_RULES = (
    "{extends: default, rules: {line-length: disable, document-start: disable, truthy: {check-keys: false}, "
    "comments: {min-spaces-from-content: 1}}}"
)
GOLDENS: Mapping[str, Path] = {
    **{name: ROOT / "examples" / name for name in EXAMPLES},
    "release-branches": Path(__file__).parent / "release-branches.yaml",
}
"""Project files, or the folders that hold one, of the golden folders."""
PROGRAMS = ("zizmor", "actionlint", "check-jsonschema", "yamllint", "shellcheck")
MODULES = ("pycep", "tree_sitter_bicep", "databricks.bundles", "yaml")
OPTIONAL = frozenset({"actionlint"})
"""What is not on every package index: actionlint is installed with Go."""
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


def bundle_of(choice: Choice) -> dict[str, Any]:
    """The bundle whose turn it is, as far as the choice allows it: the same for the same choice."""
    found = dict(BUNDLES[zlib.crc32(repr(sorted(choice.items())).encode()) % len(BUNDLES)])
    if choice["compute"] == "serverless":
        found = {name: value for name, value in found.items() if name == "samples"}
    return found if choice["samples"] else {name: value for name, value in found.items() if name != "samples"}


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
            "bundle": bundle_of(choice),
            "data": {"unity_catalog": "samples" in bundle_of(choice)},
            **(WATCHED if choice["watched"] else {}),
            **(MAINTAINED if choice["identity"] == "client-secret" and choice["watched"] else {}),
            "environments": environments,
        }
    )


def written(project: Project, gates: Mapping[str, bool], folder: Path) -> Path:
    """The rendered repository of a project, in a folder that zizmor and actionlint take for one."""
    for rendered in render(project, gates):
        path = folder / rendered.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(rendered.text, encoding="utf-8", newline="\n")
    (folder / ".git").mkdir(exist_ok=True)
    return folder


def unreasoned(folder: Path) -> Iterator[str]:
    """Findings that were silenced without a written reason."""
    for path in sorted((folder / ".github").rglob("*.yml")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = REASONED.search(line)
            if found and len(found[1].split()) < 3:
                yield f"{path.name}:{number}: silenced without a reason: {line.strip()}"


def commands(tools: Path, folder: Path, left_out: Collection[str], *, bicep: bool) -> Iterator[list[str]]:
    """The calls that judge one rendered repository; each ends with 0 only where it has nothing to say."""
    workflows = sorted(str(path) for path in (folder / ".github" / "workflows").glob("*.yml"))
    shellcheck = "" if "shellcheck" in left_out else str(tools / "shellcheck")
    calls: list[tuple[str, list[str]]] = [
        ("zizmor", [*("--offline", "--no-progress", "--quiet", "--strict-collection", "--persona", "auditor"), ".github"]),
        ("actionlint", ["-shellcheck", shellcheck, "-pyflakes=", *workflows]),
        ("check-jsonschema", ["--quiet", "--builtin-schema", "vendor.github-workflows", *workflows]),
        ("check-jsonschema", ["--quiet", "--builtin-schema", "vendor.dependabot", ".github/dependabot.yml"]),
        ("yamllint", ["--strict", "-d", YAML_RULES, "."]),
    ]
    yield from ([str(tools / name), *arguments] for name, arguments in calls if name not in left_out)
    judges = ["databricks.bundles", *(("pycep", "tree_sitter_bicep") if bicep else ())]
    judges = [name for name in judges if name not in left_out] + ([f"shellcheck={shellcheck}"] if shellcheck else [])
    if "yaml" in left_out:
        judges = [name for name in judges if name in ("pycep", "tree_sitter_bicep")]
    if judges:
        yield [str(tools / "python"), str(Path(__file__).with_name("parsing.py")), str(folder), *judges]


def absent(tools: Path) -> list[str]:
    """The tools that are not there: programs, then modules."""
    found = [name for name in PROGRAMS if not (tools / name).exists()]
    for name in MODULES:
        command = [str(tools / "python"), "-c", f"import {name}"]
        if not (tools / "python").exists() or subprocess.run(command, capture_output=True, check=False).returncode:
            found.append(name)
    return found


def cases(*, whole: bool, seed: str | None) -> list[tuple[str, Project, Mapping[str, bool]]]:
    """What is judged, with its name: all pairs of choices (or every choice) and the golden projects.

    A seed takes one of those projects, and two choices more than the pairs.
    """
    goldens, choices = sorted(GOLDENS.items()), every() if whole else pairwise()
    if seed is not None:
        chance = random.Random(seed)
        goldens, choices = [chance.choice(goldens)], choices + chance.sample(every(whole=True), 2)
    found: list[tuple[str, Project, Mapping[str, bool]]] = [(name, file.load(path), {}) for name, path in goldens]
    for choice in choices:
        project = project_of(choice)
        gates = {environment.name: choice["gates"] for environment in project.environments}
        found.append(("; ".join(f"{name}={value}" for name, value in choice.items()), project, gates))
    return found


def judged(project: Project, gates: Mapping[str, bool], tools: Path, left_out: Collection[str], *, bicep: bool) -> list[str]:
    """What any tool says about a project."""
    with tempfile.TemporaryDirectory() as name:
        folder = written(project, gates, Path(name).resolve())
        found = list(unreasoned(folder))
        for command in commands(tools, folder, left_out, bicep=bicep):
            ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"})
            if ended.returncode:
                found.append(f"{Path(command[0]).name} ({ended.returncode}):\n{ended.stdout}{ended.stderr}")
    return found


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tools", type=Path, required=True, help="folder with the tools' programs")
    parser.add_argument("--all", action="store_true", help="every choice instead of all pairs")
    parser.add_argument("--seed", help="one golden project, and some choices more, drawn by this word")
    parser.add_argument("--lenient", action="store_true", help="go on without the tools that are not there")
    return parser.parse_args()


def main() -> int:
    """Judge the cases; 1 where a tool has found something, 2 where tools are not there."""
    given = arguments()
    tools, wanted = given.tools.absolute(), cases(whole=given.all, seed=given.seed)
    left_out = absent(tools)
    for name in left_out:
        sys.stderr.write(f"{name} is not in {given.tools}: {'it is left out' if given.lenient or name in OPTIONAL else 'install it'}\n")
    if not given.lenient and set(left_out) - OPTIONAL:
        return 2
    bad = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        # The Bicep is the same in every repository: it is read in the first one.
        waiting = [pool.submit(judged, project, gates, tools, left_out, bicep=not n) for n, (_, project, gates) in enumerate(wanted)]
        for number, ((name, _, _), answer) in enumerate(zip(wanted, waiting, strict=True), 1):
            found = answer.result()
            bad += bool(found)
            sys.stdout.write(f"[{number}/{len(wanted)}] {name}: {'FOUND' if found else 'clean'}\n" + "".join(f"{text}\n" for text in found))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
