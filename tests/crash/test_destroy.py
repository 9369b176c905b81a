"""Destroy killed at a mutating request, before or after it took effect, and run again: nothing of ours remains, nothing else has moved."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.crash.canonical import differing, ids_in
from tests.crash.killing import DEAD_CLAIM, PATIENCE, RESUMED, SETUP, SINGLE, VALUES, WHOLE, files, points, without_ended_claims
from tests.flows.destroy.taking_down import marked
from tests.scenarios.rehearsal import SMALL, Finished, rehearsed, small_project
from wizard.project.file import save

World = dict[str, Any]

DESTROY = ("lakestrap", "destroy", "--yes", "--json", "--no-input", "--confirm", "prod")


@dataclass(frozen=True, slots=True)
class Case:
    """What was set up, what is destroyed of it, and where the killed run is taken up again: ``here``, ``elsewhere`` without a journal, or
    ``merged``: elsewhere, where the environment is no longer in the project file.
    """

    project: str = SINGLE
    mode: str = "federated"
    arguments: tuple[str, ...] = ("--purge",)
    again: str = "here"
    gone: str = ""
    """An environment nothing of which may be left; everything where none is named."""


NOTHING_LEFT = "there is no environment dev, and nothing bears its mark"
CASES: Mapping[str, Case] = {
    "whole": Case(),
    "client-secret": Case(mode="client-secret"),
    "managed-identity": Case(mode="managed-identity"),
    "one-of-two": Case(SMALL, arguments=("dev", "--purge"), gone="dev"),
    "elsewhere": Case(again="elsewhere"),
    "merged-meanwhile": Case(SMALL, arguments=("dev",), again="merged", gone="dev"),
}
WANTED = tuple(CASES) if WHOLE else (pytest.param("one-of-two", marks=pytest.mark.matrix),)


@dataclass(frozen=True, slots=True)
class Undisturbed:
    case: Case
    start: Path
    world: World
    begun_with: frozenset[str]
    requests: int
    files: dict[str, str]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Undisturbed]:
    made: dict[str, Undisturbed] = {}

    def of(name: str) -> Undisturbed:
        if name not in made:
            made[name] = undisturbed(tmp_path_factory.mktemp(name), CASES[name])
        return made[name]

    return of


def undisturbed(folder: Path, case: Case) -> Undisturbed:
    """Set up, then destroyed once, alone."""
    start = folder / "start"
    small_project(start, case.mode, case.project)
    before = rehearsed(start, *SETUP, timeout=PATIENCE)
    assert before.code == 0, before.stderr
    (start / "world.json").rename(start / "start.json")
    shutil.copytree(start, folder / "undisturbed")
    done = rehearsed(folder / "undisturbed", *DESTROY, *case.arguments, options=started(folder / "undisturbed"), timeout=PATIENCE)
    assert done.code == 0, done.stderr
    return Undisturbed(case, start, done.world, ids_in(before.world), len(done.mutating), files(folder / "undisturbed"))


def started(folder: Path) -> tuple[str, str]:
    return "--world", str(folder / "start.json")


def killed_and_resumed(folder: Path, wanted: Undisturbed, point: str) -> Finished:
    shutil.copytree(wanted.start, folder)
    command, kill = (*DESTROY, *wanted.case.arguments), ("--kill-after", point)
    if wanted.case.again == "here":
        return rehearsed(folder, "sh", "-c", RESUMED, "sh", *command, options=(*started(folder), *kill), timeout=PATIENCE)
    first = rehearsed(folder, *command, options=(*started(folder), *kill), timeout=PATIENCE)
    if first.code == 0:
        return first
    later(folder, wanted.case)
    second = rehearsed(folder, *command, options=started(folder), timeout=PATIENCE)
    return replace(second, exchanges=[*first.exchanges, *second.exchanges])


def later(folder: Path, case: Case) -> None:
    """Another machine, some minutes later: no journal, and what the dead run claimed has ended."""
    shutil.rmtree(folder / ".lakestrap", ignore_errors=True)
    if case.again == "merged":
        save(folder / "lakestrap.yaml", {f"environments.{case.gone}": None})
    left = json.loads((folder / "world.json").read_text(encoding="utf-8"))
    left["clock_offset"] = left.get("clock_offset", 0.0) + DEAD_CLAIM
    (folder / "start.json").write_text(json.dumps(left), encoding="utf-8")


def problems(wanted: Undisturbed, folder: Path, point: str) -> list[str]:
    """What is wrong with a run killed at ``point`` and taken up again; empty where nothing is."""
    done = killed_and_resumed(folder, wanted, point)
    found = []
    nothing_left = (
        wanted.case.again == "merged" and NOTHING_LEFT in done.stderr
    )  # all but the claim's end was done, and the merge brought files
    if done.code != 0 and not nothing_left:
        found.append(f"the second run ended with {done.code}: {done.stderr[-1500:]}")
    if not any(exchange.get("killed") for exchange in done.exchanges):
        found.append("nothing was killed")
    if (left := files(folder)) != wanted.files and not nothing_left:
        found.append(f"other files: {sorted(path for path, _ in left.items() ^ wanted.files.items())}")
    found += [f"left: {line}" for line in marked(done.world) if not wanted.case.gone or f"-{wanted.case.gone}" in line]
    differences = differing(wanted.world, done.world, wanted.begun_with, VALUES)
    found += differences if wanted.case.again == "here" else without_ended_claims(differences)
    return [f"{point}: {line}" for line in found]


@pytest.mark.crash
@pytest.mark.timeout(2 * 3600)
@pytest.mark.parametrize("name", WANTED)
def test_destroy_resumes_from_every_point(tmp_path: Path, reference: Callable[[str], Undisturbed], name: str) -> None:
    wanted = reference(name)
    found: list[str] = []
    for point in points(wanted.requests, 1):
        found += problems(wanted, tmp_path / point, point)
    assert not found, "\n".join(found)


@pytest.mark.matrix
@pytest.mark.crash
def test_what_a_careless_destroy_would_leave_is_found(reference: Callable[[str], Undisturbed]) -> None:
    wanted = reference("one-of-two")
    for table, change in (("graph.service_principals", "lakestrap:shop"), ("arm.role_assignments", "lakestrap:shop")):
        world = copy.deepcopy(wanted.world)
        key, row = next((key, row) for key, row in world[table].items() if change in json.dumps(row))
        world[table]["0" + key[1:]] = row
        assert differing(wanted.world, world, wanted.begun_with, VALUES), table
    world = copy.deepcopy(wanted.world)
    del world["arm.groups"][next(key for key in world["arm.groups"] if key.endswith("rg-shop-prod"))]
    assert differing(wanted.world, world, wanted.begun_with, VALUES), "a group of the other environment was taken"
