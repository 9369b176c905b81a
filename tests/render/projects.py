"""Projects that the tests of rendering share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from wizard.project.model import Project

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path.name for path in (ROOT / "examples").iterdir() if (path / "lakestrap.yaml").exists())


def project(**more: Any) -> Project:
    """Three environments, the last behind a gate."""
    environments = [
        {"name": "dev", "subscription": "Contoso Dev"},
        {"name": "UAT", "subscription": "Contoso UAT"},
        {"name": "prod", "subscription": "Contoso Prod", "reviewers": ["@ana", "contoso/platform"], "wait_minutes": 5},
    ]
    raw = {"version": 1, "name": "shop", "region": "westeurope", "github": {"repository": "contoso/shop"}, "environments": environments}
    return Project.model_validate({**raw, **more})
