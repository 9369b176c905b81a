"""Killed at a mutating request, before or after it took effect, and run again: the same world, no orphan, no duplicate."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from tests.crash.canonical import differing
from tests.crash.killing import Undisturbed, killed_and_resumed, points, problems, undisturbed

MODES = ("federated", "client-secret")


@pytest.fixture(scope="module")
def references(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Undisturbed]:
    return {mode: undisturbed(tmp_path_factory.mktemp(mode), mode) for mode in MODES}


@pytest.mark.crash
@pytest.mark.timeout(6 * 3600)
@pytest.mark.parametrize("mode", MODES)
def test_set_up_resumes_from_every_point(tmp_path: Path, references: dict[str, Undisturbed], mode: str) -> None:
    reference = references[mode]
    found: list[str] = []
    for point in points(reference.requests):
        folder = tmp_path / point
        found += problems(reference, killed_and_resumed(folder, mode, point), point)
    assert not found, "\n".join(found)


def test_a_planted_orphan_and_a_planted_duplicate_are_found(references: dict[str, Undisturbed]) -> None:
    world = references["federated"].world
    assert differing(world, copy.deepcopy(world)) == []
    orphan = copy.deepcopy(world)
    application = copy.deepcopy(next(iter(orphan["graph.applications"].values())))
    application |= {"id": "00000000-0000-4000-8000-000000000001", "displayName": "left behind"}
    orphan["graph.applications"][application["id"]] = application
    assert differing(world, orphan)
    duplicate = copy.deepcopy(world)
    key, row = next(iter(duplicate["arm.role_assignments"].items()))
    duplicate["arm.role_assignments"][key[:-12] + "000000000001"] = row
    assert differing(world, duplicate)
