"""Rows and further settings on lines, and the editing of lines where the terminal can."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.prompts.conversation import LAST, answer, signed_in_as_this_process
from tests.prompts.pty_session import Terminal
from wizard.project.file import load


def test_rows_are_added_changed_and_removed(sandbox: Any, tmp_path: Path, terminals: list[Terminal]) -> None:
    terminal = signed_in_as_this_process(tmp_path, "--plain")
    terminals.append(terminal)
    answer(terminal, {"GitHub repository": "contoso/shop"}, until="People and groups (")
    terminal.type("+")
    for prompt, text in (
        ("Entra group", "?dat"),
        ("Entra group", "1"),
        ("Role", "3"),
        ("Environments", "prod"),
        ("People and groups (", "+"),
        ("Entra group", ""),
        ("Entra user", "ana@contoso.com"),
        ("Role", ""),
        ("Environments", "nowhere"),
        ("Environments", ""),
        ("People and groups (", ""),
        ("Secrets (", "+"),
        ("Secret's name", "api_key"),
        ("Secret's name", "api-key"),
        ("Where its value comes from", "hunter2"),
        ("Where its value comes from", "env:API_KEY"),
        ("Environments", ""),
        ("Secrets (", "+"),
        ("Secret's name", "<"),
        ("Secrets (", "+"),
        ("Secret's name", "salt"),
        ("Where its value comes from", "2"),
        ("Environments", ""),
        ("Secrets (", "-1"),
        ("Secrets (", ""),
    ):
        assert prompt in terminal.prompt(), terminal.transcript[-1500:]
        terminal.type(text)
    assert LAST in terminal.prompt()
    assert "nowhere is no answer here" in terminal.transcript and "never the value itself" in terminal.transcript
    terminal.type("")
    terminal.wait_for("Apply this plan?", 60)
    project = load(tmp_path)
    assert [(row.group, row.user, row.role, row.environments) for row in project.access] == [
        ("data-operators", None, "secrets-officer", ("prod",)),
        (None, "ana@contoso.com", "reader", None),
    ]
    assert [(row.name, row.source) for row in project.secrets] == [("salt", "generate")]


@pytest.mark.matrix
def test_further_settings_are_there_for_who_wants_them(sandbox: Any, tmp_path: Path, terminals: list[Terminal]) -> None:
    terminal = signed_in_as_this_process(tmp_path, "--plain")
    terminals.append(terminal)
    answer(terminal, {"GitHub repository": "contoso/shop"}, until="Azure region")
    terminal.type("?sweden")
    assert "Sweden Central" in terminal.wait_for("Azure region [West Europe]: ")
    terminal.type("sweden central")
    terminal.wait_for("NUMBER opens one): ")
    for text, prompt in (
        ("1", "For which environments?"),
        ("prod", "prod: Wait timer"),
        ("soon", "prod: Wait timer"),
        ("10", "Deploy only from"),
    ):
        terminal.type(text)
        assert prompt in terminal.prompt(), terminal.transcript[-1500:]
    terminal.type("")
    answer(terminal, {}, until=LAST)
    terminal.type("")
    terminal.wait_for("Apply this plan?", 60)
    project = load(tmp_path)
    assert project.region == "swedencentral" and [e.wait_minutes for e in project.environments] == [0, 10]


def test_lines_that_can_be_edited_ask_the_same(sandbox: Any, tmp_path: Path, terminals: list[Terminal]) -> None:
    terminal = signed_in_as_this_process(tmp_path, size=(30, 79), PROMPT_TOOLKIT_NO_CPR="1")  # too small for a full screen
    terminals.append(terminal)
    terminal.wait_for("GitHub repository: owner/name")
    terminal.wait_for("GitHub repository:", 20)
    terminal.enter("contoso/shopp\x7f")
    terminal.wait_for("Create the repository [yes]:", 20)
    terminal.enter("")
    terminal.wait_for("Visibility [private]:", 20)
    terminal.interrupt()
    assert terminal.ended(30) == 130
    assert '"contoso/shop"' in (tmp_path / ".lakestrap" / "answers.json").read_text()
