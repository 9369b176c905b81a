"""Three versions of a text: both sides' changes arrive, or the text is left and the reason told; marks never appear."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wizard.render.three_way import merged

BASE = "one\ntwo\nthree\nfour\nfive\n"
LINES = st.lists(st.sampled_from(["alpha\n", "beta: [1, 2]\n", "gamma\n", "\n", "- delta\n", "epsilon zeta\n"]), max_size=8)


def test_changes_in_different_places_both_arrive() -> None:
    assert merged(BASE, BASE.replace("one", "ONE"), BASE.replace("five", "FIVE")).text == "ONE\ntwo\nthree\nfour\nFIVE\n"


def test_changes_of_one_line_arrive_word_by_word() -> None:
    result = merged('needs: ["build", "dev"]\n', 'needs: ["build", "dev", "scan"] # ours\n', 'needs: ["build", "test"]\n')
    assert result.text == 'needs: ["build", "test", "scan"] # ours\n' and not result.conflicts


def test_what_both_changed_is_left_and_told() -> None:
    mine = BASE.replace("three", "drei")
    result = merged(BASE, mine, BASE.replace("three", "trois"))
    assert result.text == mine
    (conflict,) = result.conflicts
    assert (conflict.line, conflict.generated, conflict.found, conflict.wished) == (3, "three\n", "drei\n", "trois\n")


def test_another_text_altogether_is_never_merged_by_chance() -> None:
    base = "".join(f"step {n}: run it and go on\n" for n in range(9))
    mine = "".join(f"job {n}: do this and that and go\n" for n in range(9))
    result = merged(base, mine, base.replace("step 4", "step 4 and test"))
    assert result.text == mine and result.conflicts


def test_line_ends_stay_as_they_were() -> None:
    windows = BASE.replace("\n", "\r\n")
    assert merged(BASE, windows, BASE.replace("five", "FIVE")).text == windows.replace("five", "FIVE")
    assert merged(BASE, windows.replace("one", "ONE"), BASE.replace("five", "FIVE")).text == windows.replace("one", "ONE").replace(
        "five", "FIVE"
    )


@given(LINES, LINES)
def test_a_side_that_changed_nothing_takes_the_other(base: list[str], other: list[str]) -> None:
    before, after = "".join(base), "".join(other)
    assert merged(before, before, after).text == after
    assert merged(before, after, before).text == after
    assert merged(before, after, after).text == after


@given(LINES, LINES, LINES)
def test_a_merge_has_no_marks_and_a_conflict_changes_nothing(base: list[str], mine: list[str], theirs: list[str]) -> None:
    result = merged("".join(base), "".join(mine), "".join(theirs))
    assert not any(mark in result.text for mark in ("<<<<", ">>>>", "===="))
    if result.conflicts:
        assert result.text == "".join(mine)
