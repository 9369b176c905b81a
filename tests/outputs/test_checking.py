"""The check of outputs chooses what it says it chooses, and finds what is planted; the tools themselves run in ``make check-outputs``."""

from __future__ import annotations

import itertools
from pathlib import Path

from tests.outputs.checking import CHOICES, every, pairs, pairwise, project_of, unreasoned, written


def test_every_possible_pair_of_values_is_rendered() -> None:
    whole, few = every(whole=True), pairwise()
    assert set().union(*map(pairs, few)) == set().union(*map(pairs, whole))
    assert len(few) < len(every()) / 10 < len(whole) / 10
    assert all(choice[name] in values for choice in few for name, values in CHOICES.items())


def test_a_choice_left_out_would_be_missed() -> None:
    few = pairwise()
    without = [choice for choice in few if choice["identity"] != "existing"]
    assert set().union(*map(pairs, without)) != set().union(*map(pairs, few))


def test_each_choice_is_a_project_and_they_differ() -> None:
    projects = [project_of(choice) for choice in pairwise()]
    assert all(one != other for one, other in itertools.combinations(projects, 2))


def test_what_is_silenced_has_a_reason(tmp_path: Path) -> None:
    for number, choice in enumerate(pairwise()):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert list(unreasoned(written(choice, folder))) == []


def test_a_finding_that_is_silenced_without_reason_is_found(tmp_path: Path) -> None:
    folder = written(pairwise()[0], tmp_path)
    path = folder / ".github" / "workflows" / "infra.yml"
    path.write_text(path.read_text().replace("permissions: {}", "permissions: {} # zizmor: ignore[excessive-permissions]"))
    assert [text.partition(":")[0] for text in unreasoned(folder)] == ["infra.yml"]
