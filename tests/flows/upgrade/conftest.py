"""The same worlds as for adding an environment."""

from __future__ import annotations

from tests.flows.add.conftest import project_text, sandbox_world, set_up, team

__all__ = ["project_text", "sandbox_world", "set_up", "team"]
