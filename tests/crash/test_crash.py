"""Killed at a mutating request, before or after it took effect, and run again: the same world, no orphan, no duplicate."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.crash.killing import Undisturbed, points, problems, undisturbed

MODES = ("federated", "client-secret", "managed-identity")
SAMPLES = {"federated": 2, "client-secret": 1}
"""Points a mode in the everyday suite, which has seconds for them; ``make crash`` takes all points of all modes."""

WHOLE = os.environ.get("LAKESTRAP_CRASH") == "all"


def _reference(folder: Path, mode: str, project: str) -> Undisturbed:
    return undisturbed(folder / "undisturbed", mode, project)


@pytest.mark.crash
@pytest.mark.timeout(2 * 3600)
@pytest.mark.parametrize("mode", MODES if WHOLE else tuple(SAMPLES))
def test_set_up_resumes_from_every_point(tmp_path: Path, mode: str) -> None:
    project = "double" if mode == "federated" and WHOLE else "single"
    reference = _reference(tmp_path, mode, project)
    found: list[str] = []
    for point in points(reference.requests, SAMPLES.get(mode, 1)):
        found += problems(reference, tmp_path / point, mode, point, project)
    assert not found, "\n".join(found)
