"""The check of outputs chooses what it says it chooses, and finds what is planted; the tools themselves run in ``make check-outputs``."""

from __future__ import annotations

import itertools
from pathlib import Path

from tests.outputs.checking import (
    BUNDLES,
    CHOICES,
    GOLDENS,
    MODULES,
    PROGRAMS,
    absent,
    bundle_of,
    cases,
    commands,
    every,
    pairs,
    pairwise,
    project_of,
    unreasoned,
    written,
)


def test_every_possible_pair_of_values_is_rendered() -> None:
    whole, few = every(whole=True), pairwise()
    assert set().union(*map(pairs, few)) == set().union(*map(pairs, whole))
    assert len(few) < len(every()) / 10 < len(whole) / 10
    assert all(choice[name] in values for choice in few for name, values in CHOICES.items())


def test_a_choice_left_out_would_be_missed() -> None:
    few = pairwise()
    without = [choice for choice in few if choice["identity"] != "existing"]
    assert set().union(*map(pairs, without)) != set().union(*map(pairs, few))


def test_every_bundle_has_its_turn() -> None:
    seen = [bundle_of(choice) for choice in pairwise()]
    assert all(dict(bundle) in seen for bundle in BUNDLES)


def test_each_choice_is_a_project_and_they_differ() -> None:
    projects = [project_of(choice) for choice in pairwise()]
    assert all(one != other for one, other in itertools.combinations(projects, 2))


def test_what_is_silenced_has_a_reason(tmp_path: Path) -> None:
    for number, (name, project, gates) in enumerate(cases(whole=False, seed="1")):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert list(unreasoned(written(project, gates, folder))) == [], name


def test_a_finding_that_is_silenced_without_reason_is_found(tmp_path: Path) -> None:
    folder = written(project_of(pairwise()[0]), {}, tmp_path)
    path = folder / ".github" / "workflows" / "infra.yml"
    path.write_text(path.read_text().replace("permissions: {}", "permissions: {} # zizmor: ignore[excessive-permissions]"))
    assert [text.partition(":")[0] for text in unreasoned(folder)] == ["infra.yml"]


def test_a_seed_draws_one_golden_project_and_more_than_the_pairs() -> None:
    drawn = [name for name, _, _ in cases(whole=False, seed="3")]
    assert len(set(drawn) & set(GOLDENS)) == 1 and len(drawn) == len(pairwise()) + 3
    assert drawn == [name for name, _, _ in cases(whole=False, seed="3")]
    assert {name for name, _, _ in cases(whole=False, seed=None)} >= set(GOLDENS)


def test_a_tool_that_is_not_there_is_known_and_never_called(tmp_path: Path) -> None:
    assert absent(tmp_path) == [*PROGRAMS, *MODULES]
    (tmp_path / "zizmor").touch()
    left_out = absent(tmp_path)
    assert "zizmor" not in left_out
    assert [Path(command[0]).name for command in commands(tmp_path, tmp_path, left_out, bicep=True)] == ["zizmor"]
