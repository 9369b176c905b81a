"""The files that generation starts from, and what they promise: templates, Bicep, action versions, roles.

Owns where they lie: in a checkout beside ``wizard/``, in an installed wheel under ``wizard/_data/``. What the Bicep template assigns,
needs and returns is published here once, so that the blueprint and the tests read it from one place. Must never look at a project.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

Json = Any

ROLES_ASSIGNED: Mapping[str, str] = {"Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe"}
"""Names and ids of the built-in roles that ``main.bicep`` assigns, all to service principals: who deploys it must be allowed to."""

PROVIDERS: tuple[str, ...] = ("Microsoft.Databricks", "Microsoft.Insights", "Microsoft.OperationalInsights", "Microsoft.Storage")
"""Resource providers that must be registered before ``main.bicep`` is deployed, whatever is chosen; ``modules.namespaces`` has the rest."""

OUTPUTS: tuple[str, ...] = ("workspaceUrl", "workspaceResourceId", "storageAccountName", "accessConnectorId")
"""Outputs of ``main.bicep``. ``workspaceUrl`` is a host name without ``https://``."""

APP_TOKEN = "actions/create-github-app-token"
"""Used by the rotating workflow only."""

ACTIONS: Mapping[str, str] = {
    "actions/checkout": "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "actions/setup-python": "5fda3b95a4ea91299a34e894583c3862153e4b97 # v7.0.0",
    "actions/upload-artifact": "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0",
    "actions/download-artifact": "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1",
    APP_TOKEN: "1b10c78c7865c340bc4f6099eb2f838309f1e8c3 # v3.1.1",
    "azure/login": "f5d393ae46f8fde4be8b75f32e3fc50e654ad0ca # v3.0.1",
    "databricks/setup-cli": "6bb7075f85b326f8b9ce160933dfe9bcd63c8121 # v1.13.0",
}
"""Every action that a generated workflow uses, pinned to a commit, with the version as the comment that Dependabot maintains."""


def template(name: str) -> str:
    """The text of a file under ``workflow_templates/``; ``FileNotFoundError`` where there is none."""
    return _folder("workflow_templates").joinpath(*name.split("/")).read_text(encoding="utf-8")


def bicep_files() -> tuple[tuple[str, str], ...]:
    """Path below ``bicep/`` and text of every Bicep source, sorted by path."""
    folder = _folder("bicep")
    names = ["main.bicep", *(f"modules/{item.name}" for item in folder.joinpath("modules").iterdir() if item.name.endswith(".bicep"))]
    return tuple((name, folder.joinpath(*name.split("/")).read_text(encoding="utf-8")) for name in sorted(names))


def compiled_text() -> str:
    """``main.bicep`` compiled, as text."""
    return _folder("bicep").joinpath("compiled", "main.json").read_text(encoding="utf-8")


@cache
def _compiled() -> Json:
    return json.loads(compiled_text())


def compiled_template() -> dict[str, Json]:
    """``main.bicep`` compiled to an ARM template, as JSON data of one's own."""
    copy: dict[str, Json] = json.loads(json.dumps(_compiled()))
    return copy


def _folder(name: str) -> Traversable:
    packaged = resources.files("wizard").joinpath("_data", name)
    return packaged if packaged.is_dir() else Path(__file__).resolve().parents[2] / name
