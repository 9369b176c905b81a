"""Folders of hand-kept assets, written for a test, and what an import makes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wizard.flows.import_assets import Choices, Preview, preview, read_folder

CLUSTER: Mapping[str, Any] = {
    "cluster_name": "Small",
    "num_workers": 2,
    "spark_version": "15.4.x-scala2.12",
    "node_type_id": "Standard_D4ds_v5",
}
JOB: Mapping[str, Any] = {"name": "Nightly", "existing_cluster_id": "Small", "notebook_task": {"notebook_path": "/Shop/Load"}}
NOTEBOOK = "# Databricks notebook source\nprint(1)\n"


def written(folder: Path, files: Mapping[str, Any]) -> Path:
    """The folder with files; what is no text becomes JSON."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content, indent=2), encoding="utf-8", newline="")
    return folder


def imported(folder: Path, files: Mapping[str, Any], choices: Choices | None = None) -> Preview:
    """The preview of an import of such files into an empty bundle."""
    root = folder / "bundle"
    root.mkdir(parents=True, exist_ok=True)
    return preview(read_folder(written(folder / "old", files)), root, choices)


def definition(found: Preview, key: str) -> dict[str, Any]:
    """The definition of one resource."""
    return next(each.definition for each in found.resources if each.key == key)


def told(found: Preview, words: str) -> list[str]:
    """Where something was told whose reason has these words."""
    return [each.where for each in found.told if words in each.reason]
