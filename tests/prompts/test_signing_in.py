"""Signing in on lines: a device code where nobody is signed in, a token that is never shown, and clear ends."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.prompts.conversation import signed_in_as_this_process
from tests.prompts.pty_session import Terminal
from wizard.providers.signin import profile_directory
from wizard.sandbox.login import people


def sign_out() -> None:
    (profile_directory() / "azureProfile.json").unlink()


def test_a_device_code_signs_in_and_the_questions_begin(sandbox: Any, tmp_path: Path, terminals: list[Terminal]) -> None:
    sign_out()
    terminal = signed_in_as_this_process(tmp_path, "--plain")
    terminals.append(terminal)
    assert terminal.prompt() == "Sign in by [1]: "
    assert "nobody is signed in" in terminal.transcript
    terminal.type("")
    text = terminal.wait_for("Ctrl-C stops.", 30)
    found = re.search(r"enter the code ([A-Z0-9]+)", text)
    assert found is not None and "https://login.microsoft.com/device" in text
    with sandbox.lock:
        people.approve(sandbox.world, found[1])
    assert "ada@contoso.com" in terminal.wait_for("5 subscriptions", 40)
    assert "To sign in, use a web browser" not in terminal.transcript, "a library's own prompt reached the screen"
    assert terminal.prompt().startswith("GitHub repository")


def test_a_declined_code_offers_the_ways_again(sandbox: Any, tmp_path: Path, terminals: list[Terminal]) -> None:
    sign_out()
    terminal = signed_in_as_this_process(tmp_path, "--plain")
    terminals.append(terminal)
    terminal.wait_for("Sign in by [1]: ")
    terminal.type("1")
    found = re.search(r"enter the code ([A-Z0-9]+)", terminal.wait_for("Ctrl-C stops.", 30))
    assert found is not None
    with sandbox.lock:
        people.approve(sandbox.world, found[1], declined=True)
    assert "error:" in terminal.wait_for("Sign in by [1]: ", 40)
    terminal.type("3")
    assert terminal.ended(30) == 4
    assert "hint: az login" in terminal.transcript


def test_ctrl_c_ends_the_wait_for_the_device_code(sandbox: Any, tmp_path: Path, terminals: list[Terminal]) -> None:
    sign_out()
    terminal = signed_in_as_this_process(tmp_path, "--plain")
    terminals.append(terminal)
    terminal.wait_for("Sign in by [1]: ")
    terminal.type("1")
    terminal.wait_for("Ctrl-C stops.", 30)
    terminal.interrupt()
    assert terminal.ended(30) == 130
    assert "Traceback" not in terminal.transcript


def test_a_github_token_is_asked_for_unseen_and_a_wrong_one_again(
    sandbox: Any, tmp_path: Path, terminals: list[Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    token = os.environ["GH_TOKEN"]
    monkeypatch.delenv("GH_TOKEN")
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    terminal = signed_in_as_this_process(tmp_path, "--plain")
    terminals.append(terminal)
    terminal.wait_for("Enter stops): ")
    terminal.type("ghp_thisisnotthetoken")
    terminal.wait_for("does not accept the token", 40)
    terminal.wait_for("Enter stops): ")
    terminal.type(token)
    terminal.wait_for("GitHub: ada", 40)
    assert token not in terminal.raw and "ghp_thisisnotthetoken" not in terminal.raw
    assert terminal.prompt().startswith("GitHub repository")
    terminal.type("contoso/shop")
    terminal.prompt()
    assert not any(token in path.read_text() for path in (tmp_path / ".lakestrap").iterdir())
