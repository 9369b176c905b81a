"""A lost project file asked for on lines, through a real terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Sandbox
from tests.flows.rotate.shops import TEXTS, set_up
from tests.prompts.conversation import at_a_terminal
from tests.prompts.pty_session import Terminal
from tests.prompts.test_life import talk
from wizard.project.file import load


@pytest.fixture
def sandbox_world() -> Any:
    return set_up("tiny") / "world.json"


@pytest.mark.matrix
def test_adopt_asks_whose_and_which_and_writes_what_was_agreed_to(sandbox: Sandbox, tmp_path: Path, terminals: list[Terminal]) -> None:
    path = tmp_path / "laptop" / "lakestrap.yaml"
    for which, agreed, code in (("clouds", "n", 4), ("", "y", 0)):
        terminal = at_a_terminal(path.parent, "adopt", "--plain")
        terminals.append(terminal)
        talk(terminal, ("Repository: ", "contoso/shop"), ("Which version [repository]: ", which), ("Write lakestrap.yaml? [y/N] ", agreed))
        assert terminal.ended() == code, terminal.transcript[-3000:]
        assert ("? secrets.salt.from" in terminal.transcript) == (which == "clouds") and "name: shop" in terminal.transcript
        assert path.exists() == (code == 0)
    assert path.read_text(encoding="utf-8") == TEXTS["tiny"] and load(path).name == "shop" and not sandbox.mutating()
    again = at_a_terminal(path.parent, "adopt", "--plain")
    terminals.append(again)
    assert again.ended() == 2 and "there is a project file already" in again.transcript


@pytest.mark.matrix
def test_without_input_the_repository_has_to_be_named(sandbox: Sandbox, tmp_path: Path) -> None:
    done = sandbox.lakestrap("adopt", "--no-input", cwd=tmp_path)
    assert done.returncode == 2 and "was not named" in done.stderr, done.stderr
