"""Project -> files. Pure: no cloud, no disk."""

from __future__ import annotations

from wizard.render.files import File, render

__all__ = ["File", "render"]
