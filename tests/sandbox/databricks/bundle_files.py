"""A bundle as it lies in a folder: what the vendor's CLI makes of its files before it calls anybody.

Owns the reading of exactly what our bundles use: includes, variables with look-ups, targets, paths, wheels. Anything else is refused
with its name, so that nothing is passed over in silence. Must never send anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Json = Any
_REFERENCE = re.compile(r"\$\{([\w.]+)\}")
NOTEBOOK = b"# Databricks notebook source"
KNOWN = frozenset({"jobs"})


def _read(path: Path) -> Json:
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")) or {}


class BundleFiles:
    """One target of the bundle in ``folder``; ``looked_up`` gives a cluster's id by its name."""

    def __init__(self, folder: Path, target: str, user: str, looked_up: Callable[[str], str]) -> None:
        self.folder, self.target, self.user = folder, target, user
        self.top = _read(folder / "databricks.yml")
        self.chosen: Json = self.top["targets"][target]
        known = {"bundle.name": self.top["bundle"]["name"], "bundle.target": target}
        known |= {"workspace.current_user.userName": user, "workspace.current_user.short_name": user.partition("@")[0]}
        self._known: dict[str, str] = known
        for name, variable in (self.top.get("variables") or {}).items():
            given = (self.chosen.get("variables") or {}).get(name, variable.get("default"))
            if "lookup" in variable:
                given = looked_up(variable["lookup"]["cluster"])
            self._known[f"var.{name}"] = str(self.resolved(given))
        workspace = self.chosen.get("workspace") or {}
        usual = "/Workspace/Users/${workspace.current_user.userName}/.bundle/${bundle.name}/${bundle.target}"
        self.root = str(self.resolved(workspace.get("root_path", usual)))

    def resolved(self, value: Json) -> Json:
        """The value with its references replaced; what is not known is an error."""
        if isinstance(value, dict):
            return {name: self.resolved(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.resolved(each) for each in value]
        return _REFERENCE.sub(lambda found: self._known[found[1]], value) if isinstance(value, str) else value

    @property
    def permissions(self) -> list[Json]:
        """The target's own, as ``{"level", principal}``."""
        return list(self.resolved(self.chosen.get("permissions") or self.top.get("permissions") or []))

    @property
    def run_as(self) -> Json:
        return self.resolved(self.chosen.get("run_as"))

    @property
    def clusters(self) -> list[str]:
        """Names that variables look up."""
        return [each["lookup"]["cluster"] for each in (self.top.get("variables") or {}).values() if "lookup" in each]

    def wheels(self) -> list[Path]:
        return sorted((self.folder / "dist").glob("*.whl"))

    def uploads(self) -> Iterator[tuple[str, bytes]]:
        """Path below ``files/`` and content of all that is synchronised, sorted: neither hidden nor built."""
        for path in sorted(self.folder.rglob("*")):
            parts = path.relative_to(self.folder).parts
            if path.is_file() and not any(part.startswith(".") or part in ("dist", "build", "__pycache__") for part in parts):
                yield "/".join(parts), path.read_bytes()

    def jobs(self, *, built: bool = True) -> dict[str, Json]:
        """Settings of each job as they are sent, by key. Before anything is built, patterns of wheels stay as they are."""
        found: dict[str, Json] = {}
        for path in [
            self.folder / "databricks.yml",
            *(each for glob in self.top.get("include", []) for each in sorted(self.folder.glob(glob))),
        ]:
            resources = _read(path).get("resources") or {}
            assert set(resources) <= KNOWN, f"{path.name}: {set(resources) - KNOWN} is not replayed"
            for key, job in (resources.get("jobs") or {}).items():
                found[key] = self._settings(self.resolved(job), path.parent, built)
        return found

    def _settings(self, job: Json, where: Path, built: bool) -> Json:
        metadata = {"kind": "BUNDLE", "metadata_file_path": f"{self.root}/state/metadata.json"}
        added = {"deployment": metadata, "edit_mode": "UI_LOCKED", "format": "MULTI_TASK", "queue": {"enabled": True}}
        sent = {"max_concurrent_runs": 1, **{name: value for name, value in job.items() if name != "permissions"}, **added}
        if self.run_as:
            sent["run_as"] = self.run_as
        for task in sent.get("tasks", []):
            if "notebook_task" in task:
                task["notebook_task"] = {**task["notebook_task"], **self._notebook(task["notebook_task"]["notebook_path"], where)}
            if "libraries" in task and built:
                task["libraries"] = [{kind: self._library(kind, path, where) for kind, path in each.items()} for each in task["libraries"]]
        for environment in sent.get("environments", []) if built else ():
            wished = environment["spec"].get("dependencies", [])
            environment["spec"]["dependencies"] = [self._library("whl", each, where) for each in wished]
        return sent

    def _notebook(self, path: str, where: Path) -> Mapping[str, str]:
        source = (where / path).resolve()
        assert source.read_bytes().startswith(NOTEBOOK), f"{path} is no notebook"
        below = source.relative_to(self.folder.resolve()).with_suffix("")
        return {"notebook_path": f"{self.root}/files/{below.as_posix()}", "source": "WORKSPACE"}

    def _library(self, kind: str, path: Json, where: Path) -> Json:
        if kind != "whl" or not str(path).endswith(".whl"):
            return path
        matching = sorted(where.glob(path))
        assert len(matching) == 1, f"{path}: {len(matching)} files"
        return f"{self.root}/artifacts/.internal/{matching[0].name}"
