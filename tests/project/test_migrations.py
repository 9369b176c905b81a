"""Older files are read; newer ones are refused."""

from __future__ import annotations

from typing import Any

import pytest

from wizard.project.migrations import STEPS, UnknownVersion, migrated
from wizard.project.model import VERSION


def to_two(raw: dict[str, Any]) -> dict[str, Any]:
    return {**raw, "region": raw["location"]} | {"location": None}


def to_three(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in raw.items() if value is not None}


def test_steps_are_taken_one_after_the_other() -> None:
    raw = {"version": 1, "location": "westeurope"}
    assert migrated(raw, {1: to_two, 2: to_three}, 3) == {"version": 3, "region": "westeurope"}
    assert raw == {"version": 1, "location": "westeurope"}


def test_a_current_file_is_left_alone() -> None:
    assert migrated({"version": VERSION, "name": "shop"}) == {"version": VERSION, "name": "shop"}


def test_there_is_a_step_for_every_older_version() -> None:
    assert sorted(STEPS) == list(range(1, VERSION))


@pytest.mark.parametrize("version", [VERSION + 1, 99, 0, -1, "1", True, None, 1.0])
def test_what_is_no_known_version_is_refused(version: object) -> None:
    with pytest.raises(UnknownVersion) as caught:
        migrated({"version": version})
    assert caught.value.remedy
