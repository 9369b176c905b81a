"""Judges that are libraries: parsers of Bicep, the bundle's own models, and shellcheck over each ``run:`` block.

Runs in the tools' own environment: ``python parsing.py FOLDER JUDGE=PROGRAM…``, the judges being those of ``JUDGES``; imports nothing
of ours, says what it finds, and ends with 1 then.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any


def pycep(folder: Path, program: str) -> Iterator[str]:
    """The parser of the policy scanner must take every file, and see resources in main or in a module."""
    from pycep import BicepParser  # type: ignore[import-not-found,unused-ignore]

    resources = 0
    files = sorted((folder / "infra").rglob("*.bicep"))
    for path in files:
        try:
            resources += len(BicepParser().parse(text=path.read_text(encoding="utf-8")).get("resources", {}))
        except Exception as error:
            yield f"pycep: {path.name}: {error}"
    if not resources:
        yield f"pycep: no resource in {len(files)} files"


def tree_sitter_bicep(folder: Path, program: str) -> Iterator[str]:
    """The grammar must take every file."""
    import tree_sitter
    import tree_sitter_bicep as grammar

    parser = tree_sitter.Parser(tree_sitter.Language(grammar.language()))
    for path in sorted((folder / "infra").rglob("*.bicep")):
        if parser.parse(path.read_bytes()).root_node.has_error:
            yield f"tree-sitter-bicep: {path.name}"


def bundle(folder: Path, program: str) -> Iterator[str]:
    """Every resource must be one that the CLI's own models take, of whatever kind."""
    import yaml
    from databricks.bundles.core._resource_type import _ResourceType  # the only list of all models; the version is pinned

    models: dict[str, Any] = {each.plural_name: each.resource_type for each in _ResourceType.all()}
    for path in sorted([folder / "databricks.yml", *(folder / "resources").rglob("*.yml")]):
        found = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("resources") or {}
        for kind, name, body in ((kind, name, body) for kind, named in found.items() for name, body in named.items()):
            try:
                models[kind].from_dict(body)
            except Exception as error:
                yield f"databricks-bundles: {path.name}: {kind}.{name}: {error!r}"


def scripts(folder: Path, shellcheck: str) -> Iterator[str]:
    """Each ``run:`` block by itself; expressions never stand in one, so it is checked as it will run."""
    import yaml

    for path in sorted((folder / ".github" / "workflows").glob("*.yml")):
        for name, job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].items():
            steps: list[dict[str, Any]] = [step for step in job.get("steps", []) if "run" in step]
            for step in steps:
                if re.search(r"\$\{\{", step["run"]):
                    yield f"{path.name}: {name}: {step['name']}: an expression in a script"
                ended = subprocess.run([shellcheck, "-s", "bash", "-"], input=step["run"], capture_output=True, text=True, check=False)
                if ended.returncode:
                    yield f"shellcheck: {path.name}: {name}: {step['name']}: {ended.stdout}"


JUDGES: Mapping[str, Callable[[Path, str], Iterator[str]]] = {
    "pycep": pycep,
    "tree_sitter_bicep": tree_sitter_bicep,
    "databricks.bundles": bundle,
    "shellcheck": scripts,
}
"""By what has to be there: a module, or the program behind ``=``."""


def main() -> int:
    """The judges that are asked for."""
    given = [word.partition("=") for word in sys.argv[2:]]
    found = [line for name, _, program in given for line in JUDGES[name](Path(sys.argv[1]), program)]
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
