"""Judges that are libraries: parsers of Bicep, the bundle's own models, and shellcheck over each ``run:`` block.

Runs in the tools' own environment: ``python parsing.py FOLDER SHELLCHECK``; imports nothing of ours, says what it finds, and ends
with 1 then.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def bicep(folder: Path) -> Iterator[str]:
    """Both parsers must take every file, and see resources in main or in a module."""
    import pycep  # type: ignore[import-not-found,unused-ignore]
    import tree_sitter
    import tree_sitter_bicep

    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bicep.language()))
    resources = 0
    files = sorted((folder / "infra").rglob("*.bicep"))
    for path in files:
        text = path.read_text(encoding="utf-8")
        if parser.parse(text.encode()).root_node.has_error:
            yield f"tree-sitter-bicep: {path.name}"
        try:
            resources += len(pycep.BicepParser().parse(text=text).get("resources", {}))
        except Exception as error:
            yield f"pycep: {path.name}: {error}"
    if not resources:
        yield f"pycep: no resource in {len(files)} files"


def bundle(folder: Path) -> Iterator[str]:
    """Every job must be one that the CLI's own models take."""
    import yaml
    from databricks.bundles.jobs import Job

    for path in sorted((folder / "resources").glob("*.yml")):
        for name, job in yaml.safe_load(path.read_text(encoding="utf-8"))["resources"]["jobs"].items():
            try:
                Job.from_dict(job)
            except Exception as error:
                yield f"databricks-bundles: {path.name}: {name}: {error}"


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


def main() -> int:
    """Everything at once."""
    folder, shellcheck = Path(sys.argv[1]), sys.argv[2]
    found = [*bicep(folder), *bundle(folder), *scripts(folder, shellcheck)]
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
