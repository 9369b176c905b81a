"""Notebooks executed headless, as nbclient does it, in a kernel of their own.

Owns the changes that a test makes to the example before it runs and what is looked at afterwards.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from tests.scenarios.rehearsal import ROOT

EXAMPLE = ROOT / "examples" / "wizard.ipynb"


@dataclass(frozen=True, slots=True)
class Executed:
    """The notebook as it would be saved, with widget state, and the project folder that it made."""

    notebook: Any
    folder: Path

    @property
    def saved(self) -> str:
        return json.dumps(self.notebook)

    @property
    def project(self) -> str:
        return (self.folder / "lakestrap.yaml").read_text(encoding="utf-8")

    @property
    def world(self) -> dict[str, Any]:
        kept = json.loads((self.folder / ".lakestrap" / "sandbox" / "world.json").read_text(encoding="utf-8"))
        return {name: table for name, table in kept["tables"].items() if not name.startswith("_")}  # the others are ephemeral

    def output(self, cell: str) -> str:
        """Everything that the first code cell containing a text showed."""
        found = next(c for c in self.notebook.cells if c.cell_type == "code" and cell in c.source)
        return json.dumps(found.outputs)


def executed(folder: Path, *, canary: str = "", inserted: str = "", before: str = "wizard.plan()") -> Executed:
    """The example run top to bottom, temporary folders below ``folder``; ``inserted`` is a cell put in before another."""
    notebook = nbformat.read(EXAMPLE, as_version=4)
    index = next(i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code" and before in cell.source)
    if inserted:
        notebook.cells.insert(index, nbformat.v4.new_code_cell(inserted))
    prepared = f"import tempfile, sys; tempfile.tempdir = {str(folder)!r}; sys.path.insert(0, {str(ROOT)!r})"
    notebook.cells.insert(0, nbformat.v4.new_code_cell(prepared))
    if canary:
        for cell in notebook.cells:
            cell.source = cell.source.replace('"--seed", "7"', f'"--seed", "7", "--canary", "{canary}"')
    client = NotebookClient(notebook, timeout=100, iopub_timeout=60, store_widget_state=True, resources={"metadata": {"path": str(folder)}})
    try:
        client.execute()
    finally:
        for left in folder.glob("shop-*"):
            subprocess.run([sys.executable, "-m", "wizard", "sandbox", "stop"], cwd=left, check=False, capture_output=True)
    (made,) = folder.glob("shop-*")
    return Executed(notebook, made)
