"""A runner for the jobs of rendered workflows: every ``run:`` block by bash and real programs, every action by what it does.

Owns the checkout, the runner's files, artifacts, and the order of steps. A job has the sign-in of its environment, the token of its
declared permissions, and nothing that its file does not give it. The Databricks CLI and Bicep, which no registry has, are stood in for
by the recorded calls and by our own compiler. Everything else is the vendor's.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML

from tests.conftest import ROOT
from wizard.sandbox.actions.expressions import INSIDE, Expression, interpolated, text_of, truthy
from wizard.sandbox.actions.job import token_for_job
from wizard.sandbox.github import models as github

if TYPE_CHECKING:
    from tests.conftest import Sandbox

Json = Any
TOOLS = ROOT / ".venv-workflows"
LOGIN = """
token=$(curl --silent --show-error --header "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \
  "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=api%3A%2F%2FAzureADTokenExchange" | sed 's/.*"value": *"//;s/".*//')
az login --service-principal --username "$CLIENT" --tenant "$TENANT" --federated-token "$token" --output none $MORE
if [ -n "$SUBSCRIPTION" ]; then az account set --subscription "$SUBSCRIPTION"; fi
"""
APPLICATION = 'printf "token=%s\\n" "$APPLICATION_TOKEN" >> "$GITHUB_OUTPUT"'
LOGIN_WITH_SECRET = """
az login --service-principal --username "$(jq -r .clientId <<< "$CREDS")" --tenant "$(jq -r .tenantId <<< "$CREDS")" \
  --password "$(jq -r .clientSecret <<< "$CREDS")" --output none
az account set --subscription "$(jq -r .subscriptionId <<< "$CREDS")"
"""
STAND_INS = {
    "databricks": 'exec "{python}" -m tests.sandbox.databricks.bundle_commands "$@"',
    "bicep": 'case "$1" in --version) echo "Bicep CLI version 0.44.1 (0000000000)";; *) file=; for word in "$@"; do case "$word" in '
    '*.bicep) file=$word;; esac; done; exec "{python}" "{root}/tools/bicep_compile.py" "$file" > /dev/null;; esac',
}


@dataclass(slots=True)
class Played:
    """One job that ended: its steps with exit code and output, up to the one that failed; its summary and outputs."""

    steps: list[tuple[str, int, str]] = field(default_factory=list)
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def failed(self) -> str:
        """The name of the step that failed; empty where all succeeded."""
        return next((name for name, code, _ in self.steps if code), "")

    @property
    def names(self) -> list[str]:
        return [name for name, _, _ in self.steps]

    @property
    def log(self) -> str:
        return "".join(output for _, _, output in self.steps)


class Runner:
    """Jobs of one repository, whose files lie in ``tree``."""

    application_token = ""
    """What a GitHub App's key is traded for."""

    def __init__(self, sandbox: Sandbox, tree: Path, folder: Path, repository: str) -> None:
        self.sandbox, self.folder, self.repository = sandbox, folder, repository
        self.origin, self.artifacts, self.bin = folder / "origin", folder / "artifacts", folder / "bin"
        shutil.copytree(tree, self.origin, ignore=shutil.ignore_patterns(".lakestrap", "*.json.lock", "record.jsonl", "world.json"))
        self.git("init", "--quiet", "--initial-branch", "main")
        self.commit("first")
        self.bin.mkdir()
        for name, script in STAND_INS.items():
            text = script.replace("{python}", sys.executable).replace("{root}", str(ROOT))
            (self.bin / name).write_text(f'#!/bin/bash\nexport PYTHONPATH="{ROOT}"\n{text}\n')
            (self.bin / name).chmod(0o755)

    def git(self, *words: str) -> str:
        identity = ("-c", "user.name=Ada", "-c", "user.email=ada@contoso.com")
        done = subprocess.run(["git", *identity, *words], cwd=self.origin, capture_output=True, text=True, check=True, timeout=60)
        return done.stdout.strip()

    def commit(self, message: str) -> str:
        """Commit all that lies in the repository; its hash."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def play(self, workflow: str, job: str, environment: str = "", *, ref: str = "refs/heads/main", **contexts: Json) -> Played:
        """One job. ``environment`` is that of the job; ``contexts`` are ``inputs``, ``matrix``, ``needs`` and ``event``."""
        document = YAML(typ="safe").load((self.origin / ".github" / "workflows" / workflow).read_text(encoding="utf-8"))
        definition = document["jobs"][job]
        self.sandbox.as_job(environment or self._any(), self.repository)
        return _Job(self, definition, self._known(definition, environment, ref, contexts), environment).played()

    def _any(self) -> str:
        return str(next(iter(self.sandbox.world.table("github.environments").values()))["name"])

    def _known(self, definition: Json, environment: str, ref: str, contexts: dict[str, Json]) -> dict[str, Json]:
        world, event = self.sandbox.world, contexts.pop("event", {})
        name = ref.split("/", 2)[-1]
        with self.sandbox.lock:
            variables = github.variables(world, self.repository)
            variables |= github.variables(world, self.repository, environment) if environment else {}
            secrets = github.secrets(world, self.repository, environment) if environment else {}
            token = token_for_job(world, self.repository, definition.get("permissions", {}))
        run = {"repository": self.repository, "token": token, "ref": ref, "ref_name": name, "run_number": "7", "run_attempt": "1"}
        run |= {"ref_type": "tag" if ref.startswith("refs/tags/") else "branch", "sha": self.git("rev-parse", ref), "event": event}
        run["event_name"] = next((name for name in ("pull_request", "push") if name in event), "workflow_dispatch")
        return {"github": run, "vars": variables, "secrets": secrets, "inputs": {}, "matrix": {}, "needs": {}, **contexts}


class _Job:
    """One job in a workspace of its own."""

    def __init__(self, runner: Runner, definition: Json, known: dict[str, Json], environment: str) -> None:
        self.runner, self.definition, self.known, self.done = runner, definition, known | {"steps": {}}, Played()
        number = len(list(runner.folder.glob("job-*")))
        self.place = runner.folder / f"job-{number}"
        self.workspace, self.temporary = self.place / "workspace", self.place / "temp"
        for folder in (self.workspace, self.temporary):
            folder.mkdir(parents=True)
        self.files = {f"GITHUB_{name}": self.place / name.lower() for name in ("ENV", "OUTPUT", "STEP_SUMMARY")}
        self.variables: dict[str, str] = {}
        federated = definition.get("permissions", {}).get("id-token") == "write"
        taken = {*known["vars"], *known["secrets"], "GITHUB_TOKEN"}
        self.base = {
            name: value
            for name, value in os.environ.items()
            if name not in taken and (federated or not name.startswith("ACTIONS_ID_TOKEN"))
        }
        self.base["PATH"] = os.pathsep.join([str(runner.bin), str(TOOLS / "bin"), self.base["PATH"]])
        self.base |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(TOOLS / "wheels"), "AZURE_BICEP_USE_BINARY_FROM_PATH": "true"}
        self.base |= {"AZURE_BICEP_VERSION_CHECK": "false", "RUNNER_TEMP": str(self.temporary)}
        run = known["github"]
        self.base |= {f"GITHUB_{name.upper()}": run[name] for name in ("sha", "ref", "ref_name", "ref_type", "repository")}

    def played(self) -> Played:
        job_variables = interpolated(self.definition.get("env", {}), self.known)
        for path in self.files.values():
            path.touch()
        for step in self.definition["steps"]:
            known = self.known | {"env": {**job_variables, **self.variables}}
            if not self._wanted(step, known):
                continue
            own = interpolated(step, known)
            given = {name: text_of(value) for name, value in {**job_variables, **self.variables, **own.get("env", {})}.items()}
            code, output = self._step(own, given)
            self.done.steps.append((str(step["name"]), code, output))
            self._read_files(step.get("id"))
            if code:
                break
        self.done.summary = self.files["GITHUB_STEP_SUMMARY"].read_text()
        self.done.outputs = {name: text_of(interpolated(value, self.known)) for name, value in self.definition.get("outputs", {}).items()}
        return self.done

    def _wanted(self, step: Json, known: Mapping[str, Json]) -> bool:
        if "if" not in step:
            return True
        source = str(step["if"])
        whole = INSIDE.fullmatch(source.strip())
        functions = {"hashfiles": lambda *globs: "x" if any(list(self.workspace.glob(glob)) for glob in globs) else ""}
        return truthy(Expression(whole[1] if whole else source).evaluate(known, functions))

    def _read_files(self, step: str | None) -> None:
        """What the step wrote for later ones: variables and its outputs, as lines or between marks."""
        found = {}
        for name in ("GITHUB_ENV", "GITHUB_OUTPUT"):
            text = self.files[name].read_text()
            found[name] = dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))
            found[name] |= {key: value for key, _, value in re.findall(r"^(\w+)<<(\S+)\n(.*?)\n\2$", text, re.MULTILINE | re.DOTALL)}
            self.files[name].write_text("")
        self.variables |= found["GITHUB_ENV"]
        if step:
            self.known["steps"][step] = {"outputs": found["GITHUB_OUTPUT"]}

    def _step(self, step: Json, given: Mapping[str, str]) -> tuple[int, str]:
        script, more = str(step.get("run", "")), dict[str, str]()
        action = str(step.get("uses", "")).partition("@")[0]
        if action == "azure/login":
            script, more = _login(step["with"])
        elif action == "actions/create-github-app-token":
            assert step["with"]["private-key"] and step["with"]["client-id"]
            script, more = APPLICATION, {"APPLICATION_TOKEN": self.runner.application_token}
        elif action in ("actions/upload-artifact", "actions/download-artifact"):
            (self._upload if "upload" in action else self._download)(step["with"])
        elif action == "actions/checkout":
            script = f'git clone --quiet "file://{self.runner.origin}" . && git checkout --quiet --detach "$GITHUB_SHA"'
        else:
            assert script or action in ("actions/setup-python", "databricks/setup-cli"), f"{action} is not played"
        files = {name: str(path) for name, path in self.files.items()}
        seen = self.base | files | dict(given) | more
        done = self.runner.sandbox.run("bash", "-e", "-c", script, timeout=300, cwd=self.workspace, env=seen)
        return done.returncode, done.stdout + done.stderr

    def _upload(self, given: Mapping[str, str]) -> None:
        lines = [line.strip() for line in given["path"].splitlines() if line.strip()]
        target = self.runner.artifacts / given["name"]
        for line in (line for line in lines if not line.startswith("!")):
            for path in sorted(self.workspace.glob(line)):
                copied = target / (path.name if len(lines) == 1 else path.relative_to(self.workspace))
                copied.parent.mkdir(parents=True, exist_ok=True)
                if path.is_dir():
                    shutil.copytree(path, copied, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
                else:
                    shutil.copy(path, copied)
        assert target.is_dir() or given.get("if-no-files-found") != "error", given["path"]

    def _download(self, given: Mapping[str, str]) -> None:
        for folder in sorted(self.runner.artifacts.glob(given.get("pattern") or given["name"])):
            shutil.copytree(folder, self.workspace / given.get("path", "."), dirs_exist_ok=True)


def _login(given: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """What the action does, and what it is given."""
    if "creds" in given:
        return LOGIN_WITH_SECRET, {"CREDS": given["creds"]}
    more = "--allow-no-subscriptions" if given.get("allow-no-subscriptions") == "true" else ""
    identity = {"CLIENT": given["client-id"], "TENANT": given["tenant-id"], "SUBSCRIPTION": given.get("subscription-id", "")}
    return LOGIN, identity | {"MORE": more}
