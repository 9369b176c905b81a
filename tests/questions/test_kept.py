"""Answers are kept while one goes, privately, and never a secret among them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from wizard.questions import Answers, forget, keep, kept_at, resumed
from wizard.secret import Secret


def test_answers_come_back_as_they_were(tmp_path: Path) -> None:
    answers = Answers({"a": [{"b": 1}]}).put("name", "shop")
    keep(tmp_path, answers)
    assert resumed(tmp_path) == answers
    assert stat.S_IMODE(kept_at(tmp_path).stat().st_mode) == 0o600
    assert (tmp_path / ".lakestrap" / ".gitignore").read_text() == "*\n"
    assert [path.name for path in kept_at(tmp_path).parent.iterdir() if path.name.startswith(".answers")] == []
    forget(tmp_path)
    assert resumed(tmp_path) is None


def test_a_secret_cannot_be_an_answer() -> None:
    with pytest.raises(TypeError):
        Answers().put("run.github_token", Secret("x"))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 2, "answers": {}, "answered": []}', '{"version": 1, "answers": 3, "answered": []}']
)
def test_a_file_that_cannot_be_read_counts_as_none(tmp_path: Path, text: str) -> None:
    kept_at(tmp_path).parent.mkdir()
    kept_at(tmp_path).write_text(text)
    assert resumed(tmp_path) is None


def test_a_folder_that_cannot_be_written_costs_the_resuming_only(tmp_path: Path) -> None:
    (tmp_path / ".lakestrap").write_text("a file where a folder should be")
    keep(tmp_path, Answers().put("name", "shop"))
    assert resumed(tmp_path) is None
