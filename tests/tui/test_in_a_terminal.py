"""The full screen in a real terminal: it starts without a command, fills the terminal, and gives it back."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tui.test_snapshots import FILE

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


@pytest.fixture
def tmux(tmp_path: Path) -> Callable[..., str]:
    """A terminal of 100×30 of its own, ended by the command in it."""
    socket = f"lakestrap-{uuid.uuid4().hex[:8]}"
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "TMUX")} | {"PYTHONPATH": str(ROOT)}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-L", socket, *arguments], capture_output=True, text=True, check=False, env=environment, cwd=tmp_path
        )
        return done.stdout

    return run


def seen(tmux: Callable[..., str], words: str) -> str:
    """The terminal's content as soon as it has those words."""
    deadline = time.monotonic() + 40
    while words not in (content := tmux("capture-pane", "-p")):
        assert time.monotonic() < deadline, content
        time.sleep(0.1)
    return content


def test_it_starts_fills_the_terminal_and_gives_it_back(tmux: Callable[..., str]) -> None:
    command = f"{sys.executable} -m wizard; echo ended with $?; exec cat"
    tmux("new-session", "-d", "-x", "100", "-y", "30", f"TERM=tmux-256color {command}")
    try:
        content = seen(tmux, "Set up")
        assert content.splitlines()[0].rstrip().endswith("REHEARSAL")
        assert len(content.splitlines()[0].rstrip()) > 90, "it uses the whole width"
        tmux("send-keys", "C-q")
        assert "Set up" not in seen(tmux, "ended with 0")
    finally:
        tmux("kill-server")


@pytest.mark.matrix
@pytest.mark.parametrize("command", ["rotate", "add", "destroy"])
def test_a_job_without_a_word_more_opens_its_screens(tmux: Callable[..., str], tmp_path: Path, command: str) -> None:
    (tmp_path / "lakestrap.yaml").write_text(FILE, encoding="utf-8")
    tmux(
        "new-session",
        "-d",
        "-x",
        "100",
        "-y",
        "30",
        f"TERM=tmux-256color {sys.executable} -m wizard {command}; echo ended with $?; exec cat",
    )
    try:
        assert "Lakestrap › Sign in" in seen(tmux, "Signing in")
        tmux("send-keys", "C-q")
        assert "Signing in" not in seen(tmux, "ended with 0")
    finally:
        tmux("kill-server")
