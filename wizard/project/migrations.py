"""Older file formats, brought up to date one version at a time.

Owns the ``version`` field. A step takes the plain data of version N and returns that of N+1; it never fills in an answer that
the user did not give. A newer file than this program knows is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from wizard.project.model import VERSION

Json = Any
Step = Callable[[dict[str, Json]], dict[str, Json]]
STEPS: Mapping[int, Step] = {}
"""From version N to N+1. Version 1 is the first."""


class UnknownVersion(ValueError):
    """The file's version is newer than this program, or no version at all."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


def migrated(raw: dict[str, Json], steps: Mapping[int, Step] = STEPS, current: int = VERSION) -> dict[str, Json]:
    """The data in the current format. A file without version is left to validation, which reports the field as missing."""
    version = raw.get("version", current)
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise UnknownVersion(f"`version` must be a whole number, at most {current}", f"version: {current}")
    if version > current:
        raise UnknownVersion(f"version {version} is newer than this lakestrap, which knows up to {current}", "pipx upgrade lakestrap")
    while version < current:
        raw = {**steps[version](raw), "version": version + 1}
        version += 1
    return raw
