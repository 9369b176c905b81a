"""The same session as the kinds of Resource Manager have."""

from __future__ import annotations

from tests.providers.arm.conftest import session

__all__ = ["session"]
